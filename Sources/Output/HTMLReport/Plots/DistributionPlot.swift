import Graphics
import LatencyHistogram
import Presentation
import Profile

/// The distribution of one call: a lane for each part of it, all on one axis of time and one of counts, and the percentiles through all of them.
///
/// Counts are on a logarithmic axis too: the few slow calls are what one looks for, beside thousands of fast ones.
enum DistributionPlot {
    static let width = 420.0
    static let (left, right) = (34.0, 412.0)
    private static let (laneHeight, laneTitle, laneGap) = (44.0, 14.0, 6.0)
    private static let marksTop = 24.0
    private static let mostBins = 64

    static func draw(_ call: CallProfile, named name: String) -> Drawing {
        let parts = CallParts(call).parts
        let bins = LatencyBins(over: call.distribution, most: mostBins)
        let bottom = marksTop + Double(max(1, parts.count)) * (laneTitle + laneHeight + laneGap) - laneGap
        var drawing = Drawing(
            width: width, height: bottom + 18, title: "Distribution of \(name)", description: description(call, parts))
        let scale = LogScale(
            from: LatencyBins.place(bins.edges[0]), to: LatencyBins.place(bins.edges[bins.count]), start: left, end: right)
        let counts = parts.map { bins.counts($0.distribution) }
        let tallest = counts.joined().max() ?? 1
        drawing.horizontalAxis(scale.timeTicks(room: 42), top: marksTop, bottom: bottom, from: left, to: right)
        for (index, part) in parts.enumerated() {
            let top = marksTop + Double(index) * (laneTitle + laneHeight + laneGap) + laneTitle
            lane(part, counts[index], tallest, of: call, bins, scale, top: top, in: &drawing)
        }
        marks(call, scale, bottom: bottom, in: &drawing)
        drawing.attributes = [
            .with(.kind, "dist"), .with(.scale, "\(Coordinate.text(left)) \(Coordinate.text(right)) \(Coordinate.text(bottom))"),
            .with(.edges, zip(bins.edges, places(bins, scale)).map { "\($0):\($1)" }.joined(separator: " ")),
            .with(.counts, zip(parts, counts).map { "\($0.name) \(RunLength.text($1))" }.joined(separator: ";")),
        ]
        return drawing
    }

    private static func places(_ bins: LatencyBins, _ scale: LogScale) -> [String] {
        bins.edges.map { Coordinate.text(scale.position(LatencyBins.place($0)).rounded()) }
    }

    private static func lane(
        _ part: CallParts.Part, _ counts: [UInt64], _ tallest: UInt64, of call: CallProfile, _ bins: LatencyBins, _ scale: LogScale,
        top: Double, in drawing: inout Drawing
    ) {
        let bottom = top + laneHeight
        let height = LogScale(from: 0.5, to: Double(max(tallest, 2)), start: bottom, end: top)
        drawing.verticalAxis(height.countTicks(room: 18), left: left, right: right)
        var bars = PathData()
        var isOpen = false
        for (bin, count) in counts.enumerated() {
            let (from, to) = (place(bins.edges[bin], scale), place(bins.edges[bin + 1], scale))
            if count == 0 {
                if isOpen { close(&bars, at: from, bottom) }
                isOpen = false
                continue
            }
            if !isOpen { bars.move(from, bottom) }
            isOpen = true
            bars.line(from, height.position(Double(count)).rounded())
            bars.line(to, height.position(Double(count)).rounded())
        }
        if isOpen { close(&bars, at: place(bins.edges[bins.count], scale), bottom) }
        drawing.path(bars, part.name)
        var axis = PathData()
        axis.move(left, bottom)
        axis.line(right, bottom)
        drawing.path(axis, "ax")
        let share = HumanFormat.percentage(part.distribution.count, of: call.distribution.count)
        drawing.rect(x: left, y: top - 10, width: 7, height: 7, part.name)
        drawing.text(
            "\(part.name): \(HumanFormat.count(part.distribution.count, fitting: 11)) (\(share))", x: left + 11, y: top - 3.5)
    }

    private static func place(_ edge: UInt64, _ scale: LogScale) -> Double { scale.position(LatencyBins.place(edge)).rounded() }

    private static func close(_ bars: inout PathData, at x: Double, _ bottom: Double) {
        bars.line(x, bottom)
        bars.close()
    }

    /// The percentiles as lines through all lanes. Labels that would overlap stand in a second row, or are left out: the table has them.
    private static func marks(_ call: CallProfile, _ scale: LogScale, bottom: Double, in drawing: inout Drawing) {
        guard let figures = LatencyFigures(call.distribution) else { return }
        var ends = [-Double.infinity, -.infinity]
        var lines = PathData()
        let values = Percentile.allCases.map { ($0.label, figures[$0]) } + [("max", figures.maximum)]
        for (label, value) in values {
            let x = scale.position(LatencyBins.place(value))
            let half = Double(label.count) * 3 + 2
            let center = min(x, width - half)
            if let row = ends.firstIndex(where: { center - half >= $0 }) {
                drawing.text(label, x: center, y: row == 0 ? 9 : 20, .middle, style: "h")
                ends[row] = center + half
                lines.move(x, row == 0 ? 11 : 22)
            } else {
                lines.move(x, marksTop)
            }
            lines.line(x, bottom)
        }
        drawing.path(lines, "mk")
    }

    private static func description(_ call: CallProfile, _ parts: [CallParts.Part]) -> String {
        guard let figures = LatencyFigures(call.distribution) else { return "No latency is known." }
        let percentiles = Percentile.allCases.map { "\($0.label) \(HumanFormat.duration(nanoseconds: figures[$0]))" }
        return "\(HumanFormat.count(call.distribution.count, "call", "calls")): "
            + parts.map { "\(HumanFormat.count($0.distribution.count)) \($0.name)" }.joined(separator: ", ") + ". "
            + (percentiles + ["max \(HumanFormat.duration(nanoseconds: figures.maximum))"]).joined(separator: ", ") + "."
    }
}

/// Counts in short: zeros in a row are one number with a sign, `5 -3 2` for 5, 0, 0, 0, 2.
enum RunLength {
    static func text(_ counts: [UInt64]) -> String {
        var parts: [String] = []
        var zeros = 0
        for count in counts {
            if count == 0 {
                zeros += 1
                continue
            }
            if zeros > 0 { parts.append("-\(zeros)") }
            zeros = 0
            parts.append(String(count))
        }
        return (parts + (zeros > 0 ? ["-\(zeros)"] : [])).joined(separator: " ")
    }
}
