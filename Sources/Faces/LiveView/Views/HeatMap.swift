import Glibc
import LatencyHistogram
import Presentation
import SaturatingMath
import TextReport

/// The latencies of an item over time: a column for each slot, a row for each range of latencies, the warmer the more calls. The p50 and
/// the p99 of each column are marked.
struct HeatMap {
    private let distributions: [LatencyHistogram?]
    /// How long the columns take together, in nanoseconds.
    private let duration: UInt64
    private let appearance: Appearance
    private let rows: Int
    /// log2 of the lowest latency, and of the first one that is above all.
    private let low, high: Double

    private static let labelWidth = 8
    private static let shades: [String] = ["░", "▒", "▓", "█"]
    private static let median = "─"
    private static let tail = "━"
    /// Steps of the heat scale from which on a dark mark can be read.
    private static let bright: UInt8 = 9

    /// nil where no distribution is known.
    init?(_ item: LiveItem, slots: [LiveSlot], width: Int, rows: Int, appearance: Appearance) {
        let shown = slots.suffix(max(1, width - Self.labelWidth - 1))
        distributions = shown.map { $0.details[item]?.distribution }
        duration = shown.reduce(0) { $0.addingSaturating($1.duration) }
        let known = distributions.compactMap { $0 }.filter { !$0.isEmpty }
        guard let lowest = known.map(\.min).min(), let highest = known.map(\.max).max() else { return nil }
        self.appearance = appearance
        self.rows = max(2, rows)
        let bottom = log2(Double(max(1, lowest)))
        low = bottom
        high = max(bottom + 1, log2(Double(highest) + 1))
    }

    private func row(of nanoseconds: UInt64) -> Int {
        let place = (log2(Double(max(1, nanoseconds))) - low) / (high - low) * Double(rows)
        return min(max(0, Int(place)), rows - 1)
    }

    /// From the largest latencies down to the smallest, and a line with the time.
    var lines: [StyledLine] {
        let counts = distributions.map(counts)
        let most = counts.joined().max() ?? 1
        let marks = distributions.map { distribution in
            distribution?.values(at: [.p50, .p99]).map { (median: row(of: $0[0]), tail: row(of: $0[1])) }
        }
        var lines = (0..<rows).reversed().map { row in
            let edge = HumanFormat.quantity(nanoseconds: exp2(low + (high - low) * Double(row) / Double(rows))).spaced
            var line = StyledLine(DisplayText.rightAligned(edge, in: Self.labelWidth) + "│", .dim)
            for (column, counts) in counts.enumerated() {
                let mark = marks[column].flatMap { $0.tail == row ? Self.tail : $0.median == row ? Self.median : nil }
                let (text, style) = cell(heat(counts[row], of: most), mark)
                line.add(text, style)
            }
            return line
        }
        let age = "-" + HumanFormat.duration(nanoseconds: duration)
        let axis = age + DisplayText.spaces(max(1, distributions.count - DisplayText.width(age) - 3))
        lines.append(StyledLine(DisplayText.spaces(Self.labelWidth) + "└" + axis + "now", .dim))
        return lines
    }

    private func counts(_ distribution: LatencyHistogram?) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: rows)
        for bucket in distribution?.buckets ?? [] {
            let middle = BucketScheme.lowerBound(of: bucket.index) + BucketScheme.width(of: bucket.index) / 2
            let row = row(of: middle)
            counts[row] = counts[row].addingSaturating(bucket.count)
        }
        if let distribution, distribution.aboveRange > 0 {
            counts[rows - 1] = counts[rows - 1].addingSaturating(distribution.aboveRange)
        }
        return counts
    }

    /// 0 for no calls, else a step of the heat scale: one call out of a million is still seen.
    private func heat(_ count: UInt64, of most: UInt64) -> UInt8 {
        guard count > 0 else { return 0 }
        let part = most > 1 ? log2(Double(count) + 1) / log2(Double(most) + 1) : 1
        return UInt8(max(1, min(Double(CellStyle.heatSteps), (part * Double(CellStyle.heatSteps)).rounded())))
    }

    private func cell(_ heat: UInt8, _ mark: String?) -> (String, CellStyle) {
        if appearance.colors.hasHeat {
            let ink: CellStyle.Ink = heat == 0 ? .plain : heat >= Self.bright ? .dark : .light
            return (mark ?? " ", CellStyle(mark == nil ? .plain : ink, heat: heat))
        }
        if let mark { return (mark, .bold) }
        guard heat > 0 else { return (" ", .plain) }
        return (Self.shades[Int(heat - 1) * Self.shades.count / CellStyle.heatSteps], .trend)
    }
}
