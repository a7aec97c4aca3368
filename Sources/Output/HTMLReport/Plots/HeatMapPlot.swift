import Graphics
import LatencyHistogram
import Presentation
import Profile
import SaturatingMath
import SyscallTable

/// When a call was slow: time from left to right, latency upwards, the number of calls as a shade, and two percentiles as lines over it.
/// Where nothing was recorded there is neither shade nor line.
enum HeatMapPlot {
    private static let (width, left, right, top, bottom) = (420.0, 46.0, 412.0, 8.0, 168.0)
    private static let (mostColumns, mostRows) = (64, 48)
    private static let shades = 6

    /// Some intervals after each other, together.
    private struct Column {
        var from, to: Double
        var calls = LatencyHistogram()
    }

    /// nil where the call is in no interval, or there is only one.
    static func draw(_ call: CallProfile, named name: String, series: IntervalSeries) -> Drawing? {
        let pieces = series.pieces(of: call.id)
        guard series.spans.count > 1, !pieces.isEmpty else { return nil }
        let columns = columns(pieces, series.spans)
        let whole = columns.reduce(into: LatencyHistogram()) { $0.merge($1.calls) }
        guard !whole.isEmpty else { return nil }
        let bins = LatencyBins(over: whole, most: mostRows)
        let across = LinearScale(from: 0, to: columns.map(\.to).max() ?? 1, start: left, end: right)
        let up = LogScale(
            from: LatencyBins.place(bins.edges[0]), to: LatencyBins.place(bins.edges[bins.count]), start: bottom, end: top)
        var drawing = Drawing(
            width: width, height: bottom + 34, title: "\(name) over time", description: description(columns, whole))
        drawing.horizontalAxis(across.timeTicks(most: 7), top: top, bottom: bottom, from: left, to: right)
        drawing.verticalAxis(up.timeTicks(room: 16), left: left, right: right)
        let counts = columns.map { $0.calls.isEmpty ? [] : bins.counts($0.calls) }
        let factor = factor(for: counts.joined().max() ?? 1)
        cells(counts, columns, bins, across, up, factor, in: &drawing)
        lines(columns, across, up, in: &drawing)
        legend(factor, most: counts.joined().max() ?? 1, in: &drawing)
        drawing.attributes = [
            .with(.kind, "heat"), .with(.scale, "\(Coordinate.text(left)) \(Coordinate.text(right)) \(Coordinate.text(bottom))"),
            .with(
                .edges,
                bins.edges.map { "\($0):\(Coordinate.text(up.position(LatencyBins.place($0)).rounded()))" }.joined(separator: " ")),
            .with(.unit, "\(UInt64(min(across.highest, 1.8e19))) \(factor)"),
        ]
        return drawing
    }

    private static func columns(_ pieces: [Int: LatencyHistogram], _ spans: [IntervalSeries.Span]) -> [Column] {
        let size = (spans.count + mostColumns - 1) / mostColumns
        return stride(from: 0, to: spans.count, by: size).map { first in
            let indices = first..<min(first + size, spans.count)
            var column = Column(from: spans[first].start, to: spans[indices.upperBound - 1].end)
            for index in indices { if let piece = pieces[index] { column.calls.merge(piece) } }
            return column
        }
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

    /// A path for each shade: thick lines along the rows, since neighbours often have the same shade.
    private static func cells(
        _ counts: [[UInt64]], _ columns: [Column], _ bins: LatencyBins, _ across: LinearScale, _ up: LogScale, _ factor: UInt64,
        in drawing: inout Drawing
    ) {
        var paths = [PathData](repeating: PathData(), count: shades)
        for row in 0..<bins.count {
            let (low, high) = (place(bins.edges[row], up), place(bins.edges[row + 1], up))
            var column = 0
            while column < columns.count {
                guard !counts[column].isEmpty, counts[column][row] > 0 else {
                    column += 1
                    continue
                }
                let shade = shade(of: counts[column][row], factor)
                let first = column
                while column < columns.count, !counts[column].isEmpty, counts[column][row] > 0,
                    self.shade(of: counts[column][row], factor) == shade, column == first || isNext(columns, column)
                { column += 1 }
                let (from, to) = (across.position(columns[first].from).rounded(), across.position(columns[column - 1].to).rounded())
                paths[shade].move(from, low)
                paths[shade].line(max(to, from + 1), low)
                paths[shade].line(max(to, from + 1), high)
                paths[shade].line(from, high)
            }
        }
        for (index, path) in paths.enumerated() { drawing.path(path, "f\(index + 1)") }
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
            drawing.path(path, "halo")
            drawing.path(path, style)
        }
    }

    private static func legend(_ factor: UInt64, most: UInt64, in drawing: inout Drawing) {
        let y = bottom + 20
        var x = left
        var least: UInt64 = 1
        for shade in 1...shades where least <= most {
            drawing.rect(x: x, y: y, width: 12, height: 9, "f\(shade)")
            let label = "\(HumanFormat.compactCount(Double(least)))+"
            drawing.text(label, x: x + 15, y: y + 8.5)
            x += 22 + Double(label.count) * 6
            least = least.multipliedSaturating(by: factor)
        }
        drawing.text("calls", x: x - 2, y: y + 8.5)
        for (label, style, from) in [("p50", "pl", right - 92), ("p99", "pl p99", right - 42)] {
            var line = PathData()
            line.move(from, y + 5)
            line.line(from + 17, y + 5)
            drawing.path(line, style)
            drawing.text(label, x: from + 21, y: y + 8.5)
        }
    }

    private static func description(_ columns: [Column], _ whole: LatencyHistogram) -> String {
        let slowest = columns.filter { !$0.calls.isEmpty }.max { $0.calls.max < $1.calls.max }
        let empty = columns.count { $0.calls.isEmpty }
        let span = HumanFormat.quantity(nanoseconds: max(0, columns.map(\.to).max() ?? 0)).spaced
        let when =
            slowest.map {
                "The slowest call, \(HumanFormat.duration(nanoseconds: $0.calls.max)), completed "
                    + "\(HumanFormat.quantity(nanoseconds: $0.from).spaced) to \(HumanFormat.quantity(nanoseconds: $0.to).spaced) after the start."
            } ?? ""
        return "\(HumanFormat.count(whole.count, "call", "calls")) over \(span), in \(columns.count) columns, "
            + "\(empty) of them without a call. \(when)"
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
