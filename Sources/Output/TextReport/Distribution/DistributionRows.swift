import Presentation
import SaturatingMath
import LatencyHistogram

/// How one distribution is cut into rows for a drawing: by powers of two, several to a row or each in several rows, whatever
/// shows 12 to 24 rows where the data allow it, or half of another limit to all of it.
struct DistributionRows {
    /// One row: the values `lower ..< upper`, in nanoseconds, counted for each part of the distribution.
    struct Row: Hashable {
        var lower: UInt64
        var upper: UInt64
        var counts: [UInt64]

        var total: UInt64 { counts.reduce(0) { $0.addingSaturating($1) } }
    }

    /// A line of the drawing.
    enum Line: Hashable {
        case row(Row)
        /// Several rows without a value.
        case gap
    }

    static let most = 24
    /// The coarsest rows can be as many as 14: 11 of values with buckets, and one of those without behind gaps.
    static let limits = 16...10_000

    let lines: [Line]

    /// Cuts the distribution that is the sum of `parts`.
    /// - Parameter most: how many lines there may be, one of ``limits``.
    init(parts: [LatencyHistogram], most: Int = Self.most) {
        var lines: [Line] = []
        for grain in Grain.fromCoarseToFine {
            let candidate = Self.lines(parts, grain)
            // One line stays free for what is above the range.
            if candidate.count > most - 2, !lines.isEmpty { break }
            lines = candidate
            if lines.count >= most / 2 { break }
        }
        self.lines = lines + Self.aboveRange(parts, after: lines.last)
    }

    private static func lines(_ parts: [LatencyHistogram], _ grain: Grain) -> [Line] {
        var counts: [Int: [UInt64]] = [:]
        let none = [UInt64](repeating: 0, count: parts.count)
        for (part, distribution) in parts.enumerated() {
            for bucket in distribution.buckets {
                let row = grain.row(of: BucketScheme.lowerBound(of: bucket.index))
                let count = counts[row, default: none][part].addingSaturating(bucket.count)
                counts[row, default: none][part] = count
            }
        }
        guard let first = counts.keys.min(), let last = counts.keys.max() else { return [] }
        var lines: [Line] = []
        var empty: [Line] = []
        for number in first...last where grain.lowerBound(of: number) < grain.lowerBound(of: number + 1) {
            let row = Row(
                lower: grain.lowerBound(of: number), upper: grain.lowerBound(of: number + 1), counts: counts[number] ?? none)
            if row.total == 0 {
                empty.append(.row(row))
            } else {
                lines += empty.count > 1 ? [.gap] : empty
                lines.append(.row(row))
                empty = []
            }
        }
        return lines
    }

    /// The row of the values that have no bucket.
    private static func aboveRange(_ parts: [LatencyHistogram], after last: Line?) -> [Line] {
        let row = Row(
            lower: BucketScheme.rangeEnd, upper: parts.map(\.max).reduce(0, max).addingSaturating(1),
            counts: parts.map(\.aboveRange))
        guard row.total > 0 else { return [] }
        guard case .row(let before)? = last, before.upper < row.lower else { return [.row(row)] }
        return [.gap, .row(row)]
    }
}

/// How many powers of two make a row, or into which rows a power of two is cut. Every edge is one of the ``BucketScheme``.
private enum Grain {
    case octaves(perRow: Int)
    /// Where the rows of an octave begin, in 128ths of the octave's first value, from 0 upwards.
    case rows(startingAt: [UInt64])

    static let fromCoarseToFine: [Grain] =
        [4, 3, 2].map { .octaves(perRow: $0) } + (0...5).map { .rows(startingAt: logarithmicStarts(doublings: $0)) }
        // So fine, rounding would make the rows uneven: they are pairs of buckets, and buckets.
        + [.rows(startingAt: (0..<64).map { 2 * $0 }), .rows(startingAt: Array(0..<128))]

    /// 2^`doublings` rows whose edges rise by the same factor, as nearly as the buckets allow.
    private static func logarithmicStarts(doublings: Int) -> [UInt64] {
        let factor = (0..<doublings).reduce(2.0) { root, _ in root.squareRoot() }
        var edge = 1.0
        return (0..<1 << doublings).map { _ in
            defer { edge *= factor }
            return UInt64(((edge - 1) * 128).rounded())
        }
    }

    func row(of value: UInt64) -> Int {
        guard value > 0 else { return 0 }
        let octave = 63 - value.leadingZeroBitCount
        switch self {
        case .octaves(let perRow): return octave / perRow
        case .rows(let starts):
            let position = ((value - (1 << UInt64(octave))) * 128) >> UInt64(octave)
            return octave * starts.count + (starts.lastIndex { $0 <= position } ?? 0)
        }
    }

    /// The smallest value of a row. Small octaves have fewer values than rows: some rows are then empty, with the bounds equal.
    func lowerBound(of row: Int) -> UInt64 {
        guard row > 0 else { return 0 }
        switch self {
        case .octaves(let perRow): return 1 << UInt64(row * perRow)
        case .rows(let starts):
            let base: UInt64 = 1 << UInt64(row / starts.count)
            return base + (base * starts[row % starts.count] + 127) / 128
        }
    }
}
