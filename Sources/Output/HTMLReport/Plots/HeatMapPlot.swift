import Graphics
import LatencyHistogram
import Presentation
import Profile
import SaturatingMath
import SyscallTable

/// When a call was slow: time from left to right, latency upwards, the number of calls as a shade, and two percentiles as lines over it.
/// Where nothing was recorded there is neither shade nor line.
enum HeatMapPlot {
    private static let (width, left, right, top, bottom) = (420.0, Drawing.roomForTimes, 396.0, 8.0, 168.0)
    private static let shades = 6

    /// Some intervals after each other, together.
    private struct Column {
        var from, to: Double
        var calls = LatencyHistogram()
    }

    /// nil where the call is in no interval, or there is only one.
    static func draw(_ call: CallProfile, named name: String, series: IntervalSeries, detail: PlotDetail = .fine) -> Drawing? {
        let pieces = series.pieces(of: call.id)
        guard series.spans.count > 1, !pieces.isEmpty else { return nil }
        let columns = columns(pieces, series.spans, most: detail.columns)
        let whole = call.distribution
        let bins = LatencyBins(over: whole, most: detail.rows)
        let across = LinearScale(from: 0, to: columns.map(\.to).max() ?? 1, start: left, end: right)
        let up = LogScale(
            from: LatencyBins.place(bins.edges[0]), to: LatencyBins.place(bins.edges[bins.count]), start: bottom, end: top)
        var drawing = Drawing(
            width: width, height: bottom + 34, title: "\(name) over time", description: description(columns))
        drawing.horizontalAxis(across.timeTicks(most: 7), top: top, bottom: bottom, from: left, to: right)
        drawing.verticalAxis(up.timeTicks(room: 16), left: left, right: right)
        let counts = columns.map { $0.calls.isEmpty ? [] : bins.counts($0.calls) }
        let factor = factor(for: counts.joined().max() ?? 1)
        cells(counts, columns, bins, across, up, factor, in: &drawing)
        lines(columns, across, up, in: &drawing)
        legend(factor, most: counts.joined().max() ?? 1, in: &drawing)
        drawing.attributes = [
            .with(.kind, "heat"), .with(.scale, PlotData.scale(left, right, bottom, up)), .with(.edges, bins.text),
            .with(.unit, "\(UInt64(min(across.highest, 1.8e19))) \(factor)"),
        ]
        return drawing
    }

    private static func columns(_ pieces: [Int: LatencyHistogram], _ spans: [IntervalSeries.Span], most: Int) -> [Column] {
        let size = (spans.count + most - 1) / most
        var recorder = HistogramRecorder()
        var columns: [Column] = []
        for first in stride(from: 0, to: spans.count, by: size) {
            let indices = first..<min(first + size, spans.count)
            var column = Column(from: spans[first].start, to: spans[indices.upperBound - 1].end)
            let parts = indices.compactMap { pieces[$0] }
            if parts.count > 3 {
                // Of many parts a dense sum is quicker than merging them one by one.
                recorder.reset()
                for part in parts { recorder.add(part) }
                column.calls = recorder.snapshot()
            } else {
                for part in parts { column.calls.merge(part) }
            }
            columns.append(column)
        }
        return columns
    }

    /// Each shade stands for so many times the calls of the one before.
    private static func factor(for most: UInt64) -> UInt64 {
        [2, 4, 10, 32, 100, 316, 1000].first { Scale.power(of: Double($0), shades) > Double(most) } ?? 2000
    }

    private static func shade(of count: UInt64, _ factor: UInt64) -> Int {
        var (shade, rest) = (0, count)
        while rest >= factor, shade < shades - 1 { (shade, rest) = (shade + 1, rest / factor) }
        return shade
    }

    /// A path for each shade, as lines as thick as a row along the rows: neighbours often have the same shade.
    private static func cells(
        _ counts: [[UInt64]], _ columns: [Column], _ bins: LatencyBins, _ across: LinearScale, _ up: LogScale, _ factor: UInt64,
        in drawing: inout Drawing
    ) {
        var paths = [PathData](repeating: PathData(), count: shades)
        // One column is one unit wide: most figures then have one digit. A quarter of a unit can't be seen.
        let unit = (right - left) / Double(max(1, columns.count))
        func units(_ time: Double) -> Double {
            let exact = (across.position(time) - left) / unit
            return abs(exact - exact.rounded()) < 0.25 ? exact.rounded() : exact
        }
        let places = columns.map { (from: units($0.from), to: units($0.to)) }
        for row in 0..<bins.count {
            let y = (place(bins.edges[row], up) + place(bins.edges[row + 1], up)) / 2
            // The shade of the run that is being drawn, and where it began.
            var (running, start) = (0, 0)
            for column in 0...columns.count {
                let count = column < columns.count && !counts[column].isEmpty ? counts[column][row] : 0
                let shade = count > 0 ? self.shade(of: count, factor) + 1 : 0
                if shade == running, shade == 0 || isNext(columns, column) { continue }
                if running > 0 {
                    paths[running - 1].move(places[start].from, y)
                    paths[running - 1].line(max(places[column - 1].to, places[start].from + 0.1), y)
                }
                (running, start) = (shade, column)
            }
        }
        let height = abs(up.end - up.start) / Double(bins.count)
        drawing.group([
            .with(.strokeWidth, height + 0.3),
            .with(.transform, "translate(\(Coordinate.text(left)))scale(\(Scale.thousandths(unit)) 1)"),
        ]) { group in
            for (index, path) in paths.enumerated() { group.path(path, "g\(index + 1)") }
        }
    }

    private static func isNext(_ columns: [Column], _ index: Int) -> Bool {
        columns[index].from <= columns[index - 1].to * 1.0001 + 1
    }

    private static func place(_ edge: UInt64, _ up: LogScale) -> Double { up.position(LatencyBins.place(edge)).rounded() }

    /// p50 and p99, each with gaps where no call completed, and p99 only where it rests on some calls.
    private static func lines(_ columns: [Column], _ across: LinearScale, _ up: LogScale, in drawing: inout Drawing) {
        for (percentile, style) in [(Percentile.p50, "pl"), (.p99, "pl p99")] {
            var path = PathData()
            var last: Int?
            for (index, column) in columns.enumerated() {
                guard let value = column.calls.value(at: percentile.quantile) else { continue }
                let (x, y) = (across.position((column.from + column.to) / 2).rounded(), place(value, up))
                if last == index - 1, isNext(columns, index) {
                    path.line(x, y)
                } else {
                    // A column between gaps is a short line.
                    path.move(across.position(column.from).rounded(), y)
                    path.line(x, y)
                }
                last = index
            }
            if let last {
                path.line(
                    across.position(columns[last].to).rounded(),
                    up.position(LatencyBins.place(columns[last].calls.value(at: percentile.quantile) ?? 1)).rounded())
            }
            drawing.path(path, "\(style) on")
        }
    }

    /// The shades from the fewest calls to the most, with the figures of both ends.
    private static func legend(_ factor: UInt64, most: UInt64, in drawing: inout Drawing) {
        let y = bottom + 20
        var x = left
        var least: UInt64 = 1
        for shade in 1...shades {
            drawing.swatch(x: x, y: y, width: 14, height: 9, "f\(shade)")
            x += 15
            guard shade < shades, least.multipliedSaturating(by: factor) <= most else { break }
            least = least.multipliedSaturating(by: factor)
        }
        let end = least == 1 ? "1 call or more" : "1 call to \(HumanFormat.compactCount(Double(least))) or more"
        drawing.labels([Drawing.Label(text: end, x: x + 4, y: y + 8)], "")
    }

    /// The slowest call is what one looks for.
    private static func description(_ columns: [Column]) -> String {
        guard let slowest = columns.filter({ !$0.calls.isEmpty }).max(by: { $0.calls.max < $1.calls.max }) else { return "" }
        func time(_ value: Double) -> String { HumanFormat.quantity(nanoseconds: max(0, value)).spaced }
        return
            "Slowest: \(HumanFormat.duration(nanoseconds: slowest.calls.max)), \(time(slowest.from)) to \(time(slowest.to)) after the start."
    }
}

/// The intervals of a profile, ready to be looked up by call.
struct IntervalSeries {
    struct Span {
        let start, end: Double
    }

    let spans: [Span]
    private var byCall: [SyscallID: [Int: LatencyHistogram]] = [:]

    init(_ intervals: [Interval]) {
        spans = intervals.map {
            let start = Double($0.startNanoseconds)
            return Span(start: start, end: start + max(1, Double($0.durationNanoseconds)))
        }
        for (index, interval) in intervals.enumerated() {
            for call in interval.calls where !call.distribution.isEmpty { byCall[call.id, default: [:]][index] = call.distribution }
        }
    }

    /// The distributions of a call, by the number of the interval.
    func pieces(of id: SyscallID) -> [Int: LatencyHistogram] { byCall[id] ?? [:] }
}
