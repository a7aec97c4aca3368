import TestSupport
import Testing

@testable import Comparison

/// The exact test, checked against tables, against counting and against itself.
@Suite struct MannWhitneyTests {
    /// The largest U that is significant, for equal samples of 4 ... 10: two-sided at 5 % and one-sided at 5 %. Source: Siegel,
    /// "Nonparametric Statistics" (1956), table K; Milton, "An extended table of critical values for the Mann-Whitney
    /// statistic" (1964).
    @Test(arguments: zip(4...10, [(0, 1), (2, 4), (5, 7), (8, 11), (13, 15), (17, 21), (23, 27)]))
    func `critical values match the published tables`(boots: Int, critical: (Int, Int)) {
        let distribution = MannWhitney(baseCount: boots, newCount: boots)
        #expect(distribution.criticalCount(0.025) == critical.0 + 1)
        #expect(distribution.criticalCount(0.05) == critical.1 + 1)
    }

    /// Ranks of the ends of the 95 % interval that Documentation/comparing-kernels.md shows, and its coverage.
    @Test(arguments: [(4, 1, 97.1), (5, 3, 96.8), (6, 6, 95.9), (7, 9, 96.2), (8, 14, 95.0), (10, 24, 95.7), (12, 38, 95.5)])
    func `intervals have the documented ranks and coverage`(boots: Int, rank: Int, coverage: Double) {
        let distribution = MannWhitney(baseCount: boots, newCount: boots)
        #expect(distribution.criticalCount(0.025) == rank)
        #expect(abs(100 * (1 - 2 * distribution.cumulative[rank - 1]) - coverage) < 0.051)
    }

    @Test func `the distribution of U counts every order once`() {
        for base in 0...5 {
            for new in 0...5 {
                var counted = [Double](repeating: 0, count: base * new + 1)
                Choices.forEach(base + new, choosing: new) { places in
                    counted[places.enumerated().reduce(0) { $0 + $1.element - $1.offset }] += 1
                }
                #expect(MannWhitney.ways(base, new) == counted, "\(base) and \(new)")
            }
        }
    }

    @Test func `the distribution of U is symmetric and complete`() {
        for (base, new) in [(7, 7), (3, 9), (10, 10), (1, 20), (40, 60)] {
            let ways = MannWhitney.ways(base, new)
            #expect(zip(ways, ways.reversed()).allSatisfy { abs($0 / $1 - 1) < 1e-12 })
            #expect(ways.count == base * new + 1)
            #expect(abs(ways.reduce(0, +) / Choices.count(base + new, choosing: new) - 1) < 1e-12)
        }
    }

    @Test func `the p-value of separated samples is one order in 252`() {
        let test = MannWhitney(baseCount: 5, newCount: 5)
        let low = [1.0, 2, 3, 4, 5]
        #expect(test.test(base: low, new: low.map { $0 + 10 }) == .init(greater: 1 / 252, less: 1))
        #expect(test.test(base: low.map { $0 + 10 }, new: low) == .init(greater: 1, less: 1 / 252))
    }

    /// Compares with trying every choice of the pooled midranks.
    @Test func `tied values give the p-values of counting every choice`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<200 {
            let (baseCount, newCount) = (Int.random(in: 1...5, using: &random), Int.random(in: 1...5, using: &random))
            let base = (0..<baseCount).map { _ in Double(Int.random(in: 0...3, using: &random)) }
            let new = (0..<newCount).map { _ in Double(Int.random(in: 0...3, using: &random)) }
            let found = MannWhitney(baseCount: baseCount, newCount: newCount).test(base: base, new: new)
            let counted = Self.counted(base, new)
            #expect(abs(found.greater - counted.greater) < 1e-12 && abs(found.less - counted.less) < 1e-12, "\(base) \(new)")
        }
    }

    private static func counted(_ base: [Double], _ new: [Double]) -> MannWhitney.PValues {
        let all = base + new
        func statistic(_ chosen: [Int]) -> Double {
            all.indices.filter { !chosen.contains($0) }.reduce(0.0) { sum, low in
                sum + chosen.reduce(0.0) { $0 + (all[$1] > all[low] ? 1 : all[$1] == all[low] ? 0.5 : 0) }
            }
        }
        let observed = statistic(Array(base.count..<all.count))
        var (count, greater, less) = (0.0, 0.0, 0.0)
        Choices.forEach(all.count, choosing: new.count) { chosen in
            let value = statistic(chosen)
            count += 1
            if value >= observed { greater += 1 }
            if value <= observed { less += 1 }
        }
        return MannWhitney.PValues(greater: greater / count, less: less / count)
    }

    /// Compares with counting all sums of the midranks, without leaving any out. The samples lie apart by nothing, a little and everything.
    @Test(arguments: [0, 2, 6, 40])
    func `tied values of many boots have both tails of all choices`(apart: Int) {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<8 {
            let (baseCount, newCount) = (Int.random(in: 1...16, using: &random), Int.random(in: 1...16, using: &random))
            let base = (0..<baseCount).map { _ in Double(Int.random(in: 0...15, using: &random)) }
            let new = (0..<newCount).map { _ in Double(Int.random(in: 0...15, using: &random) + apart) } + [base[0]]
            let found = MannWhitney(baseCount: baseCount, newCount: newCount + 1).test(base: base, new: new)
            let counted = Self.countedBySums(base, new)
            for (p, wanted) in [(found.greater, counted.greater), (found.less, counted.less)] {
                #expect(abs(p / wanted - 1) < 1e-9, "\(base) \(new): \(p) instead of \(wanted)")
            }
        }
    }

    private static func countedBySums(_ base: [Double], _ new: [Double]) -> MannWhitney.PValues {
        let all = base + new
        // Twice the midrank.
        let ranks = all.map { value in 1 + 2 * all.count { $0 < value } + all.count { $0 == value } }
        var ways: [Int: [Int: Double]] = [0: [0: 1]]
        for rank in ranks {
            for chosen in stride(from: new.count, to: 0, by: -1) {
                for (sum, count) in ways[chosen - 1] ?? [:] { ways[chosen, default: [:]][sum + rank, default: 0] += count }
            }
        }
        let observed = ranks.suffix(new.count).reduce(0, +)
        let sums = ways[new.count] ?? [:]
        let total = sums.values.reduce(0, +)
        func share(_ isIncluded: (Int) -> Bool) -> Double {
            sums.reduce(0) { isIncluded($1.key) ? $0 + $1.value : $0 } / total
        }
        return MannWhitney.PValues(greater: share { $0 >= observed }, less: share { $0 <= observed })
    }

    @Test func `exchanging the samples exchanges the tails`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<100 {
            let base = (0..<6).map { _ in Double(Int.random(in: 0...20, using: &random)) }
            let new = (0..<8).map { _ in Double(Int.random(in: 0...20, using: &random)) }
            let forward = MannWhitney(baseCount: 6, newCount: 8).test(base: base, new: new)
            let backward = MannWhitney(baseCount: 8, newCount: 6).test(base: new, new: base)
            #expect(abs(forward.greater - backward.less) < 1e-12 && abs(forward.less - backward.greater) < 1e-12)
        }
    }

    @Test func `all choices are enumerated and counted`() {
        var seen: Set<[Int]> = []
        Choices.forEach(7, choosing: 3) { seen.insert($0) }
        #expect(seen.count == 35 && Choices.count(7, choosing: 3) == 35)
        var none = 0
        Choices.forEach(3, choosing: 0) { _ in none += 1 }
        Choices.forEach(2, choosing: 3) { _ in none += 10 }
        #expect(none == 1)
        #expect(Choices.count(20, choosing: 10) == 184_756 && Choices.count(200, choosing: 100) > 9e58)
    }
}
