/// One-sided signed-rank tests of paired samples, exact for every number of pairs.
///
/// W is the sum of the ranks that the sizes of the positive differences have among the sizes of all. Source: Wilcoxon, "Individual comparisons by
/// ranking methods" (1945); differences of zero are left out, as there, and equal sizes share their ranks.
package struct SignedRank: Sendable {
    package let pairs: Int
    /// P(W <= w) where no two differences have one size and either sign is equally likely, for w = 0 ... pairs * (pairs + 1) / 2.
    package let cumulative: [Double]

    /// Complexity: O(pairs^3).
    package init(pairs: Int) {
        self.pairs = pairs
        cumulative = SignedRank.running(SignedRank.probabilities(of: Array(stride(from: 1, through: pairs, by: 1))))
    }

    /// How likely each sum is of ranks that are each in it or not, as a coin falls.
    private static func probabilities(of ranks: [Int]) -> [Double] {
        var probabilities = [1.0]
        for rank in ranks {
            var next = [Double](repeating: 0, count: probabilities.count + rank)
            for (sum, probability) in probabilities.enumerated() {
                next[sum] += probability / 2
                next[sum + rank] += probability / 2
            }
            probabilities = next
        }
        return probabilities
    }

    private static func running(_ probabilities: [Double]) -> [Double] {
        var sum = 0.0
        return probabilities.map { probability in
            sum += probability
            return sum
        }
    }

    /// How many of the smallest values of W are, together, no likelier than `probability`: the rank at which the interval of the
    /// Hodges–Lehmann shift begins. 0 where even the smallest value is likelier.
    package func criticalCount(_ probability: Double) -> Int { cumulative.count { $0 <= probability } }

    /// - Parameter differences: of the pairs, NEW less BASE. `greater` is the evidence against the hypothesis that they lie around zero or
    ///   below it.
    package static func test(_ differences: [Double]) -> MannWhitney.PValues {
        let ordered = differences.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
        guard !ordered.isEmpty else { return MannWhitney.PValues(greater: 1, less: 1) }
        // Twice the midrank is a whole number.
        var ranks: [Int] = []
        var start = 0
        while start < ordered.count {
            let end = ordered[start...].firstIndex { abs($0) != abs(ordered[start]) } ?? ordered.count
            ranks += [Int](repeating: start + 1 + end, count: end - start)
            start = end
        }
        let positive = zip(ordered, ranks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
        let probabilities = probabilities(of: ranks)
        // By symmetry P(W >= w) = P(W <= all - w): both tails are sums of the same small numbers.
        let negative = probabilities.count - 1 - positive
        return MannWhitney.PValues(
            greater: min(1, probabilities[...negative].reduce(0, +)), less: min(1, probabilities[...positive].reduce(0, +)))
    }
}

extension ShiftEstimate {
    /// The estimate for paired samples: the median of the means of every two differences, each with itself among them. The ends of the
    /// interval are such means too, at ranks that the exact distribution of W gives. Sources: as above, and Tukey (1949) for the means.
    package init(differences: [Double], distribution: SignedRank, alpha: Double) {
        var means: [Double] = []
        means.reserveCapacity(differences.count * (differences.count + 1) / 2)
        for (place, value) in differences.enumerated() {
            for other in differences[place...] { means.append((value + other) / 2) }
        }
        means.sort()
        let rank = distribution.criticalCount(alpha / 2)
        self.init(effect: means.medianOfSorted, interval: rank > 0 ? means[rank - 1]...means[means.count - rank] : nil)
    }
}
