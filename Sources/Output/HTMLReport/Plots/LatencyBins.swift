import Graphics
import LatencyHistogram
import SaturatingMath

/// Latencies cut into bins that look equally wide on a logarithmic axis. Every edge is one of the ``BucketScheme``, so a bin has whole buckets.
struct LatencyBins: Hashable {
    /// Rising, in nanoseconds: bin k has the values from `edges[k]` up to `edges[k + 1]`.
    let edges: [UInt64]
    /// Into how many parts each power of two is cut.
    private let parts: Int

    var count: Int { edges.count - 1 }

    /// Where a value stands on a logarithmic axis, which has no zero.
    static func place(_ value: UInt64) -> Double { max(Double(value), 0.5) }

    /// No more than `most` bins over a distribution, as narrow as that allows, or one for each power of two if there are more of these.
    init(over distribution: LatencyHistogram, most: Int) {
        let lowest = distribution.isEmpty ? 0 : distribution.min
        let highest = distribution.isEmpty ? 1 : distribution.max
        var (best, bestParts) = ([0, 1] as [UInt64], 1)
        for parts in [1, 2, 4, 8, 16, 32] {
            let edges = LatencyBins.edges(from: lowest, to: highest, parts: parts)
            if edges.count - 1 > most, parts > 1 { break }
            (best, bestParts) = (edges, parts)
        }
        (edges, self.parts) = (best, bestParts)
    }

    /// How many values are in each bin.
    func counts(_ distribution: LatencyHistogram) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: count)
        var bin = 0
        for bucket in distribution.buckets {
            let value = BucketScheme.lowerBound(of: bucket.index)
            while bin < count - 1, value >= edges[bin + 1] { bin += 1 }
            counts[bin] = counts[bin].addingSaturating(bucket.count)
        }
        if distribution.aboveRange > 0 { counts[count - 1] = counts[count - 1].addingSaturating(distribution.aboveRange) }
        return counts
    }

    /// The edges around all values, each power of two cut into `parts` parts whose edges rise by the same factor, as nearly as buckets allow.
    private static func edges(from lowest: UInt64, to highest: UInt64, parts: Int) -> [UInt64] {
        let end = min(highest, BucketScheme.rangeEnd - 1)
        let firstOctave = octave(min(lowest, end))
        var edges: [UInt64] = lowest == 0 ? [0, 1] : []
        for octave in firstOctave...max(octave(end), firstOctave) {
            for part in 0..<parts { edges.append(edge(octave * parts + part, parts)) }
        }
        edges.append(1 << UInt64(octave(end) + 1))
        edges = edges.reduce(into: []) { edges, edge in
            if edges.last.map({ $0 < edge }) ?? true { edges.append(edge) }
        }
        // Bins without values before the first and behind the last say nothing.
        while edges.count > 2, edges[1] <= min(lowest, end) { edges.removeFirst() }
        while edges.count > 2, edges[edges.count - 2] > end { edges.removeLast() }
        // Values above the range have no bucket: their bin ends behind the largest.
        if highest >= BucketScheme.rangeEnd { edges.append(highest.addingSaturating(1)) }
        return edges
    }

    /// Edge number n of all that there would be from 1 on.
    private static func edge(_ number: Int, _ parts: Int) -> UInt64 {
        let offset = UInt64((128 * (Scale.exp2(Double(number % parts) / Double(parts)) - 1)).rounded())
        let start = UInt64(1) << UInt64(number / parts)
        return start + (start * offset + 127) / 128
    }

    /// The edges for the script of the page: `parts first count` where that gives all of them, else each.
    var text: String {
        let first = LatencyBins.octave(edges[0]) * parts
        for number in first..<first + parts where edges[0] == LatencyBins.edge(number, parts) {
            let last = number + count
            guard last / parts <= BucketScheme.valueBits else { break }
            if edges == (number...last).map({ LatencyBins.edge($0, parts) }) { return "\(parts) \(number) \(count)" }
        }
        return "0 " + edges.map { String($0) }.joined(separator: " ")
    }

    private static func octave(_ value: UInt64) -> Int { value == 0 ? 0 : 63 - value.leadingZeroBitCount }
}
