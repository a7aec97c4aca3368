import Glibc

/// One-sided Mann–Whitney tests of two samples, exact where they are small or no two values are equal.
///
/// U is the number of pairs in which the value of the second sample is the larger one. Source: Mann and Whitney, "On a test of
/// whether one of two random variables is stochastically larger than the other" (1947); the recurrence is their equation 1.
package struct MannWhitney: Sendable {
    /// How many values the first and the second sample have.
    package let baseCount, newCount: Int
    /// P(U <= u) where no two values are equal and both samples are of one distribution, for u = 0 ... baseCount * newCount.
    package let cumulative: [Double]

    /// What the data say against the hypothesis that the second sample is not larger, and that it is not smaller.
    package struct PValues: Sendable, Hashable {
        package var greater, less: Double
    }

    /// Complexity: O((baseCount * newCount)^2).
    package init(baseCount: Int, newCount: Int) {
        (self.baseCount, self.newCount) = (baseCount, newCount)
        let ways = MannWhitney.ways(baseCount, newCount)
        let total = ways.reduce(0, +)
        var sum = 0.0
        cumulative = ways.map { count in
            sum += count
            return sum / total
        }
    }

    /// In how many orders of the two samples U is 0, 1, 2 …: exact up to 2^53, and to 15 digits above.
    static func ways(_ baseCount: Int, _ newCount: Int) -> [Double] {
        // ways(m, n)[u] = ways(m, n - 1)[u - m] + ways(m - 1, n)[u]: the largest value is of the second sample or of the first.
        var shorter = [[Double]](repeating: [1], count: newCount + 1)
        for base in 0..<baseCount {
            var row: [[Double]] = [[1]]
            for new in 0..<newCount {
                var counts = [Double](repeating: 0, count: (base + 1) * (new + 1) + 1)
                for (u, count) in row[new].enumerated() { counts[u + base + 1] += count }
                for (u, count) in shorter[new + 1].enumerated() { counts[u] += count }
                row.append(counts)
            }
            shorter = row
        }
        return shorter[newCount]
    }

    /// How many of the smallest values of U are, together, no likelier than `probability`: the rank at which the interval of
    /// the Hodges–Lehmann shift begins. 0 where even the smallest value is likelier.
    package func criticalCount(_ probability: Double) -> Int { cumulative.count { $0 <= probability } }

    /// Tests two samples of the sizes that this was made for.
    package func test(base: [Double], new: [Double]) -> PValues {
        precondition(base.count == baseCount && new.count == newCount, "samples of other sizes than the distribution is of")
        let pooled = (base.map { ($0, false) } + new.map { ($0, true) }).sorted { $0.0 < $1.0 }
        let hasTies = zip(pooled, pooled.dropFirst()).contains { $0.0 == $1.0 }
        if hasTies { return MannWhitney.testWithTies(pooled, newCount: newCount) }
        var (u, below) = (0, 0)
        for (_, isNew) in pooled {
            if isNew { u += below } else { below += 1 }
        }
        // Both tails are sums of the same small numbers: by symmetry P(U >= u) = P(U <= mn - u).
        return PValues(greater: cumulative[baseCount * newCount - u], less: cumulative[u])
    }

    /// With more pairs than this, and equal values, the distribution of U is taken for normal: counting would take time by the fourth
    /// power of the boots, and the difference is below a thousandth.
    private static let mostCountedPairs = 2500

    /// The same by midranks: every choice of `newCount` of the pooled ranks is equally likely, and all of them are counted.
    private static func testWithTies(_ pooled: [(value: Double, isNew: Bool)], newCount: Int) -> PValues {
        // Twice the midrank is a whole number.
        var scores: [Int] = []
        var start = 0
        while start < pooled.count {
            let end = pooled[start...].firstIndex { $0.value != pooled[start].value } ?? pooled.count
            scores += [Int](repeating: start + 1 + end, count: end - start)
            start = end
        }
        let observed = zip(pooled, scores).reduce(0) { $1.0.isNew ? $0 + $1.1 : $0 }
        if newCount * (pooled.count - newCount) > mostCountedPairs {
            return normalTest(scores, newCount: newCount, observed: observed)
        }
        return exactTest(scores, newCount: newCount, observed: observed)
    }

    /// Of the two tails the smaller one is counted, which takes least time where it is smallest; the other one is the rest. Ranks in the other
    /// direction make an upper tail a lower one.
    private static func exactTest(_ scores: [Int], newCount: Int, observed: Int) -> PValues {
        // Twice the mean of all midranks, whatever is tied.
        let middle = scores.count + 1
        let isLow = observed <= newCount * middle
        let ways = waysToReach(
            isLow ? scores : scores.reversed().map { 2 * middle - $0 }, choosing: newCount,
            atMost: isLow ? observed : 2 * newCount * middle - observed)
        let (all, tail) = (Choices.count(scores.count, choosing: newCount), ways.reduce(0, +))
        let (smaller, larger) = (min(1, tail / all), min(1, (all - tail + (ways.last ?? 0)) / all))
        return isLow ? PValues(greater: larger, less: smaller) : PValues(greater: smaller, less: larger)
    }

    /// The normal approximation with the correction for ties, and for continuity. Source: Hollander, Wolfe and Chicken, "Nonparametric
    /// statistical methods" (2014), 4.1, as in scipy's mannwhitneyu.
    private static func normalTest(_ scores: [Int], newCount: Int, observed: Int) -> PValues {
        let (new, all) = (Double(newCount), Double(scores.count))
        let base = all - new
        let ties = Dictionary(grouping: scores) { $0 }.values.reduce(0.0) { sum, equal in
            let count = Double(equal.count)
            return sum + count * count * count - count
        }
        let variance = base * new / 12 * (all + 1 - ties / (all * (all - 1)))
        guard variance > 0 else { return PValues(greater: 1, less: 1) }
        let u = Double(observed) / 2 - new * (new + 1) / 2
        func tail(_ u: Double) -> Double { erfc((u - base * new / 2 - 0.5) / (2 * variance).squareRoot()) / 2 }
        return PValues(greater: min(1, tail(u)), less: min(1, tail(base * new - u)))
    }

    /// In how many choices of `count` of the scores, which rise, their sum is 0, 1, 2 … `most`. Sums are followed only as long as the least
    /// scores that are left can still bring them there.
    private static func waysToReach(_ scores: [Int], choosing count: Int, atMost most: Int) -> [Double] {
        let sums = scores.reduce(into: [0]) { $0.append($1 + ($0.last ?? 0)) }
        var ways = [[Double]](repeating: [Double](repeating: 0, count: most + 1), count: count + 1)
        ways[0][0] = 1
        // The largest sum that so many of the scores have so far; -1 before there is one.
        var largest = [0] + [Int](repeating: -1, count: count)
        for (place, score) in scores.enumerated() {
            for chosen in stride(from: min(count, place + 1), to: 0, by: -1) {
                let (next, needed) = (place + 1, count - chosen)
                guard next + needed < sums.count else { continue }
                let rest = sums[next + needed] - sums[next]
                let (first, last) = (sums[chosen - 1], min(largest[chosen - 1], most - rest - score))
                guard first <= last else { continue }
                add(ways[chosen - 1], first...last, movedBy: score, to: &ways[chosen])
                largest[chosen] = max(largest[chosen], last + score)
            }
        }
        return ways[count]
    }

    private static func add(_ source: [Double], _ part: ClosedRange<Int>, movedBy score: Int, to target: inout [Double]) {
        for sum in part { target[sum + score] += source[sum] }
    }
}

/// How many ways there are to choose.
enum Choices {
    /// The binomial coefficient, exact up to 2^53; it grows to infinity rather than overflow.
    static func count(_ items: Int, choosing chosen: Int) -> Double {
        guard chosen >= 0, chosen <= items else { return 0 }
        return (0..<min(chosen, items - chosen)).reduce(1) { ($0 * Double(items - $1) / Double($1 + 1)).rounded() }
    }

    /// Calls `body` with every choice of `chosen` of `items` places, as rising places, in lexicographic order.
    static func forEach(_ items: Int, choosing chosen: Int, _ body: ([Int]) -> Void) {
        guard chosen >= 0, chosen <= items else { return }
        var places = Array(0..<chosen)
        while true {
            body(places)
            guard let moved = places.indices.last(where: { places[$0] < items - chosen + $0 }) else { return }
            places[moved] += 1
            for next in places.indices.dropFirst(moved + 1) { places[next] = places[next - 1] + 1 }
        }
    }
}
