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

    static func draw(_ call: CallProfile, named name: String, detail: PlotDetail = .fine) -> Drawing {
        let parts = CallParts(call).parts
        let bins = LatencyBins(over: call.distribution, most: detail.bins)
        let bottom = marksTop + Double(max(1, parts.count)) * (laneTitle + laneHeight + laneGap) - laneGap
        var drawing = Drawing(
            width: width, height: bottom + 18, title: "Distribution of \(name)", description: description(call, parts))
        let scale = LogScale(
            from: LatencyBins.place(bins.edges[0]), to: LatencyBins.place(bins.edges[bins.count]), start: left, end: right)
        let counts = parts.map { bins.counts($0.distribution) }
        let tallest = counts.joined().max() ?? 1
        drawing.horizontalAxis(scale.timeTicks(room: 42, letters: LabelWidth.largestLetters), top: marksTop, bottom: bottom)
        func top(_ index: Int) -> Double { marksTop + Double(index) * (laneTitle + laneHeight + laneGap) + laneTitle }
        for index in parts.indices { lane(parts[index], counts[index], tallest, bins, scale, top: top(index), in: &drawing) }
        marks(call, scale, bottom: bottom, in: &drawing)
        // The lines go through all lanes, and behind their titles.
        for (index, part) in parts.enumerated() { title(part, of: call, top: top(index), in: &drawing) }
        drawing.attributes = [
            .with(.kind, "dist"), .with(.scale, PlotData.scale(left, right, bottom, scale)),
            .with(.edges, bins.text),
            .with(.counts, zip(parts, counts).map { "\($0.name) \(PlotData.runs(of: $1))" }.joined(separator: ";")),
        ]
        return drawing
    }

    private static func lane(
        _ part: CallParts.Part, _ counts: [UInt64], _ tallest: UInt64, _ bins: LatencyBins, _ scale: LogScale, top: Double,
        in drawing: inout Drawing
    ) {
        let bottom = top + laneHeight
        let height = LogScale(from: 0.5, to: Double(max(tallest, 2)), start: bottom, end: top)
        drawing.verticalAxis(height.countTicks(room: 20), left: left, right: right)
        var bars = PathData()
        var isOpen = false
        for (bin, count) in counts.enumerated() {
            let (from, to) = (place(bins.edges[bin], scale), place(bins.edges[bin + 1], scale))
            if count == 0 {
                if isOpen { bars.line(from, bottom) }
                isOpen = false
                continue
            }
            if !isOpen { bars.move(from, bottom) }
            isOpen = true
            bars.line(from, height.position(Double(count)).rounded())
            bars.line(to, height.position(Double(count)).rounded())
        }
        if isOpen { bars.line(place(bins.edges[bins.count], scale), bottom) }
        drawing.path(bars, part.name)
        drawing.baseline(at: bottom, from: left, to: right)
    }

    private static func title(_ part: CallParts.Part, of call: CallProfile, top: Double, in drawing: inout Drawing) {
        let share = HumanFormat.percentage(part.distribution.count, of: call.distribution.count)
        drawing.swatch(x: left, y: top - 10, width: 7, height: 7, part.name)
        drawing.text(
            "\(part.name): \(HumanFormat.count(part.distribution.count, fitting: 11)) (\(share))", x: left + 11, y: top - 4)
    }

    private static func place(_ edge: UInt64, _ scale: LogScale) -> Double { scale.position(LatencyBins.place(edge)).rounded() }

    /// The percentiles as lines through all lanes. Labels that would overlap stand in a second row; where that has no room either, one label
    /// has both names.
    private static func marks(_ call: CallProfile, _ scale: LogScale, bottom: Double, in drawing: inout Drawing) {
        guard let figures = LatencyFigures(call.distribution) else { return }
        var marks = MarkLabels(width: width)
        var lines = PathData()
        for (label, value) in Percentile.allCases.map({ ($0.label, figures[$0]) }) + [("max", figures.maximum)] {
            let x = scale.position(LatencyBins.place(value)).rounded()
            let row = marks.add(label, at: x)
            lines.move(x, row == 0 ? 11 : 22)
            lines.line(x, bottom)
        }
        drawing.labels(marks.labels, "xl h")
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
