import Graphics
import LatencyHistogram
import Presentation

/// Latency by percentile, on an axis on which each further nine has the same room: 90 %, 99 %, 99.9 %. One curve, or one for each of
/// several profiles.
enum PercentilePlot {
    struct Curve {
        let name: String
        let distribution: LatencyHistogram
    }

    private static let (width, height) = (420.0, 206.0)
    private static let (left, right, top, bottom) = (Drawing.roomForTimes, 412.0, 12.0, 188.0)

    static func draw(_ curves: [Curve], named name: String, detail: PlotDetail = .fine) -> Drawing {
        let known = curves.filter { !$0.distribution.isEmpty }
        var drawing = Drawing(
            width: width, height: height, title: "Percentiles of \(name)",
            description: known.count > 1 ? known.map(description).joined(separator: " ") : "")
        let most = known.map(\.distribution.count).max() ?? 1
        let across = LogScale(from: 1, to: max(10, Double(most)), start: left, end: right)
        let up = LogScale(
            from: LatencyBins.place(known.map(\.distribution.min).min() ?? 1),
            to: LatencyBins.place(known.map(\.distribution.max).max() ?? 1), start: bottom, end: top)
        drawing.horizontalAxis(ticks(across), top: top, bottom: bottom, from: left, to: right)
        drawing.verticalAxis(up.timeTicks(room: 16), left: left, right: right)
        let levels = levels(of: across, detail.points)
        var values: [String] = []
        for (index, curve) in curves.enumerated() where !curve.distribution.isEmpty {
            // A level that so few calls don't have is that of their maximum.
            let own = levels.filter { $0 <= Double(curve.distribution.count) }
            let read = curve.distribution.values(at: own.map(quantile)) ?? []
            var path = PathData()
            for (level, value) in zip(own, read) {
                let (x, y) = (across.position(level).rounded(), up.position(LatencyBins.place(value)).rounded())
                if path.isEmpty { path.move(x, y) } else { path.line(x, y) }
            }
            if own.count < levels.count || own.count == 1 {
                path.line(
                    across.position(max(Double(curve.distribution.count), own.count == 1 ? 2 : 1)),
                    up.position(LatencyBins.place(curve.distribution.max)))
            }
            drawing.path(path, "cv c\(index % 6)")
            values.append(
                "\(curves.count > 1 ? shortened(curve.name) : "")|" + read.map(PlotData.rounded).joined(separator: " "))
        }
        drawing.attributes = [
            .with(.kind, "curve"), .with(.scale, "\(Coordinate.text(left)) \(Coordinate.text(right)) \(Coordinate.text(bottom))"),
            .with(.edges, Coordinate.text(Scale.log2(across.highest))), .with(.unit, levels.count),
            .with(.counts, values.joined(separator: ";")),
        ]
        return drawing
    }

    /// A name in the figures under the pointer, without what separates names there.
    private static func shortened(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.filter { $0 != ";" && $0 != "|" }.prefix(40)))
    }

    /// 1/(1 - p) from 1 up to the number of calls, in equal factors.
    static func levels(of scale: LogScale, _ points: Int) -> [Double] {
        let step = Scale.log2(scale.highest) / Double(points - 1)
        return (0..<points).map { $0 == points - 1 ? scale.highest : Scale.exp2(Double($0) * step) }
    }

    private static func quantile(_ level: Double) -> Quantile {
        let whole: UInt64 = 1 << 52
        let above = level >= 1 ? UInt64(Double(whole) / level) : whole
        return Quantile(whole - min(above, whole), of: whole)
    }

    /// Marks at shares that end in nines.
    static func ticks(_ scale: LogScale) -> [Tick] {
        let nines = (1...19).map { power -> (Double, String) in
            let label = power == 1 ? "90 %" : power == 2 ? "99 %" : "99." + String(repeating: "9", count: power - 2) + " %"
            return (Scale.power(of: 10, power), label)
        }
        var ticks: [Tick] = []
        for (level, label) in [(1.0, "0 %"), (2.0, "50 %")] + nines where level <= scale.highest {
            let place = scale.position(level)
            let last = ticks.last { !$0.label.isEmpty }
            let isFree = last.map { place - $0.position >= LabelWidth.distance($0.label, label) } ?? true
            let isInside = place + LabelWidth.of(label) / 2 <= width
            ticks.append(Tick(position: place, label: isFree && isInside ? label : ""))
        }
        return ticks
    }

    private static func description(_ curve: Curve) -> String {
        guard let figures = LatencyFigures(curve.distribution) else { return "" }
        return "\(curve.name): "
            + Percentile.allCases.map { "\($0.label) \(HumanFormat.duration(nanoseconds: figures[$0]))" }.joined(separator: ", ")
            + ", max \(HumanFormat.duration(nanoseconds: figures.maximum))."
    }
}
