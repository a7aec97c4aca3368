import Graphics
import LatencyHistogram
import Presentation
import Profile

/// The distribution of a row in a cell of the table. All rows share one axis, so they compare at a glance.
struct RowPlot {
    static let (width, height) = (150.0, 24.0)
    private static let mostBins = 50
    private let scale: LogScale

    /// An axis for all of these calls, over whole powers of ten.
    init(for calls: [CallProfile]) {
        let known = calls.map(\.distribution).filter { !$0.isEmpty }
        let lowest = known.map { LatencyBins.place($0.min) }.min() ?? 100
        let highest = known.map { LatencyBins.place($0.max) }.max() ?? 1e9
        let low = (0...20).map { Scale.power(of: 10, $0) }.last { $0 <= max(lowest, 1) } ?? 1
        let high = (0...20).map { Scale.power(of: 10, $0) }.first { $0 >= highest } ?? 1e20
        scale = LogScale(from: low, to: max(high, low * 10), start: 1, end: RowPlot.width - 1)
    }

    /// What ran (and was preempted, or failed) and what blocked, as areas, with the median as a line.
    func draw(_ call: CallProfile) -> HTML {
        var drawing = Drawing(width: RowPlot.width, height: RowPlot.height, title: "")
        let bottom = RowPlot.height - 2
        let bins = (0..<RowPlot.mostBins).map { $0 }
        let blocked = counts(call.series.mergedDistribution { $0.outcome == .blocked })
        let others = counts(call.series.mergedDistribution { $0.outcome != .blocked })
        let tallest = max(blocked.max() ?? 0, others.max() ?? 0)
        guard tallest > 0 else { return HTML() }
        let height = LogScale(from: 0.4, to: max(Double(tallest), 2), start: bottom, end: 2)
        let step = (RowPlot.width - 2) / Double(RowPlot.mostBins)
        for (counts, style) in [(others, "ran"), (blocked, "blocked")] where counts.contains(where: { $0 > 0 }) {
            var path = PathData()
            var isOpen = false
            for bin in bins {
                let x = (1 + Double(bin) * step).rounded()
                if counts[bin] == 0 {
                    if isOpen { path.line(x, bottom) }
                    isOpen = false
                    continue
                }
                if !isOpen { path.move(x, bottom) }
                isOpen = true
                let y = height.position(Double(counts[bin])).rounded()
                path.line(x, y)
                path.line((1 + Double(bin + 1) * step).rounded(), y)
            }
            if isOpen { path.line(RowPlot.width - 1, bottom) }
            drawing.path(path, style)
        }
        if let median = call.distribution.value(at: .p50) {
            let x = scale.position(LatencyBins.place(median)).rounded()
            var line = PathData()
            line.move(x, 0)
            line.line(x, RowPlot.height)
            drawing.path(line, "pl")
        }
        var html = HTML()
        html.element(
            .svg, [.class("rp"), .with(.viewBox, "0 0 150 24"), .with(.isHidden, "true")]
        ) { $0.append(drawing.content) }
        return html
    }

    /// The axis, for the head of the column.
    var axis: HTML {
        var drawing = Drawing(width: RowPlot.width, height: 14, title: "")
        let ticks = scale.timeTicks(room: 36, letters: 10)
        for tick in ticks {
            let anchor: Drawing.Anchor = tick.position < 18 ? .start : tick.position > RowPlot.width - 18 ? .end : .middle
            drawing.text(tick.label, x: tick.position, y: 11, anchor)
        }
        var html = HTML()
        html.element(.svg, [.class("rp"), .with(.viewBox, "0 0 150 14"), .with(.isHidden, "true")]) { $0.append(drawing.content) }
        return html
    }

    private func counts(_ distribution: LatencyHistogram) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: RowPlot.mostBins)
        func add(_ value: UInt64, _ count: UInt64) {
            let place = (scale.position(LatencyBins.place(value)) - 1) / (RowPlot.width - 2) * Double(RowPlot.mostBins)
            counts[min(max(0, Int(place)), RowPlot.mostBins - 1)] &+= min(
                count, .max - counts[min(max(0, Int(place)), RowPlot.mostBins - 1)])
        }
        for bucket in distribution.buckets { add(BucketScheme.lowerBound(of: bucket.index), bucket.count) }
        if distribution.aboveRange > 0 { add(distribution.max, distribution.aboveRange) }
        return counts
    }
}

/// How a total time is made up of calls that ran, were preempted and blocked, as one bar.
enum OutcomeBar {
    static func draw(_ times: OutcomeTimes, isStretched: Bool = false) -> HTML {
        let parts = [(times.ran, "ran"), (times.preempted, "preempted"), (times.blocked, "blocked")]
        let whole = parts.reduce(0.0) { $0 + Double($1.0) }
        var html = HTML()
        guard whole > 0 else { return html }
        var drawing = Drawing(width: 60, height: 10, title: "")
        var x = 0.0
        for (part, style) in parts where part > 0 {
            let width = max(1, (Double(part) / whole * 60).rounded())
            drawing.swatch(x: min(x, 59), y: 0, width: min(width, 60 - min(x, 59)), height: 10, style)
            x += width
        }
        html.element(
            .svg,
            [.class("ob"), .with(.viewBox, "0 0 60 10"), .with(.isHidden, "true")]
                + (isStretched ? [.with(.preserveAspectRatio, "none")] : [])
        ) { $0.append(drawing.content) }
        return html
    }
}

/// Costs below each other as bars on one axis from zero: what each step on the way into the kernel and back takes.
enum LadderPlot {
    struct Step {
        var name: String
        var nanoseconds: Double
        var style: String
    }

    struct Rung {
        var name: String
        /// Beside each other in one bar, or alone.
        var bars: [[Step]]
    }

    private static let (width, left, right) = (420.0, 8.0, 360.0)

    static func draw(_ rungs: [Rung], title: String) -> Drawing {
        let most = rungs.flatMap(\.bars).map { $0.reduce(0) { $0 + $1.nanoseconds } }.max() ?? 1
        let rows = rungs.reduce(0.0) { $0 + 18 + Double($1.bars.count) * 15 + 6 }
        let description = rungs.map { rung in
            "\(rung.name): "
                + rung.bars.joined().map { "\($0.name) \(HumanFormat.cost(nanoseconds: $0.nanoseconds).spaced)" }.joined(
                    separator: ", ")
        }.joined(separator: ". ")
        var drawing = Drawing(width: width, height: rows + 20, title: title, description: description)
        let scale = LinearScale(from: 0, to: most, start: left, end: right)
        drawing.horizontalAxis(scale.timeTicks(most: 6), top: 4, bottom: rows, from: left, to: right)
        var y = 4.0
        for rung in rungs {
            drawing.text(rung.name, x: left, y: y + 12, style: "h")
            y += 18
            for bar in rung.bars {
                var x = left
                for step in bar {
                    let width = max(1, scale.position(step.nanoseconds) - left)
                    drawing.rect(x: x, y: y, width: min(width, right - x), height: 11, step.style)
                    x += width
                }
                let total = bar.reduce(0) { $0 + $1.nanoseconds }
                drawing.text("\(HumanFormat.cost(nanoseconds: total).spaced)", x: min(x, right) + 4, y: y + 9)
                y += 15
            }
            y += 6
        }
        return drawing
    }
}
