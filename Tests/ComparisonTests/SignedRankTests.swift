import Foundation
import TestSupport
import Testing

@testable import Comparison

/// Tests of pairs, against a printed table and against scipy.
@Suite struct SignedRankTests {
    /// The largest sums that are significant at 5 % on two sides. Source: Wilcoxon and Wilcox, "Some rapid approximate statistical procedures"
    /// (1964), table 2; reprinted in every textbook of non-parametric statistics.
    @Test(
        arguments: [
            (5, nil), (6, 0), (7, 2), (8, 3), (9, 5), (10, 8), (11, 10), (12, 13), (13, 17), (14, 21), (15, 25), (16, 29), (17, 34),
            (18, 40),
            (19, 46), (20, 52), (25, 89),
        ] as [(Int, Int?)])
    func `critical values are those of the printed table`(_ pairs: Int, _ critical: Int?) {
        #expect(SignedRank(pairs: pairs).criticalCount(0.025) == (critical ?? -1) + 1)
    }

    @Test func `the distribution is that of all ways to give the ranks signs`() {
        let pairs = 10
        var ways = [Int](repeating: 0, count: pairs * (pairs + 1) / 2 + 1)
        for signs in 0..<(1 << pairs) { ways[(1...pairs).reduce(0) { $0 + (signs >> ($1 - 1) & 1) * $1 }] += 1 }
        var sum = 0
        for (place, count) in ways.enumerated() {
            sum += count
            #expect(abs(SignedRank(pairs: pairs).cumulative[place] - Double(sum) / Double(1 << pairs)) < 1e-15)
        }
    }

    @Test func `differences of zero say nothing, and nothing is evidence of nothing`() {
        #expect(SignedRank.test([0, 0, 0]) == MannWhitney.PValues(greater: 1, less: 1))
        #expect(SignedRank.test([]) == MannWhitney.PValues(greater: 1, less: 1))
        #expect(SignedRank.test([0, 3, 1, 2, 0]) == SignedRank.test([1, 2, 3]))
        #expect(SignedRank.test([1, 2, 3]) == MannWhitney.PValues(greater: 0.125, less: 1))
    }

    @Test func `a hundred pairs still have an exact test and an interval`() throws {
        var random = SeededGenerator.fromEnvironment()
        let differences = (0..<100).map { _ in Double.random(in: -1...1.2, using: &random) }
        let distribution = SignedRank(pairs: 100)
        #expect(abs((distribution.cumulative.last ?? 0) - 1) < 1e-12)
        let estimate = ShiftEstimate(differences: differences, distribution: distribution, alpha: 0.05)
        let interval = try #require(estimate.interval)
        #expect(interval.contains(estimate.effect) && interval.upperBound - interval.lowerBound < 0.5)
        let fewer = ShiftEstimate(differences: [1, 2, 3, 4, 5], distribution: SignedRank(pairs: 5), alpha: 0.05)
        #expect(fewer.effect == 3 && fewer.interval == nil)
    }

    @Test func `of pairs that don't differ no more than the level are called different`() {
        var random = SeededGenerator.fromEnvironment()
        let all = 4000
        var flagged = 0
        for _ in 0..<all {
            let differences = (0..<9).map { _ in Double.random(in: -1...1, using: &random) }
            if SignedRank.test(differences).greater <= 0.05 { flagged += 1 }
        }
        // Exactly 0.0488 of all signs are as extreme; four standard errors on each side.
        #expect((0.035...0.063).contains(Double(flagged) / Double(all)), "\(flagged)")
    }

    private struct Question: Encodable {
        var differences: [[Double]] = []
        var tied: [[Double]] = []
        var shifts: [[Double]] = []
    }

    private struct Answer: Decodable {
        var differences, tied, shifts: [[Double]]
    }

    @Test(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing)))
    func `scipy gives the same p-values, shifts and intervals`() throws {
        var random = SeededGenerator.fromEnvironment()
        var question = Question()
        for number in 0..<200 {
            let shift = Double(number % 4) / 5
            question.differences.append(
                (0..<Int.random(in: 1...25, using: &random)).map { _ in .random(in: -1...1, using: &random) + shift })
        }
        for _ in 0..<40 {
            question.tied.append(
                (0..<Int.random(in: 2...10, using: &random)).map { _ in Double(Int.random(in: -2...4, using: &random)) })
        }
        for _ in 0..<30 {
            question.shifts.append((0..<Int.random(in: 6...10, using: &random)).map { _ in .random(in: -1...2, using: &random) })
        }
        let input = String(decoding: try JSONEncoder().encode(question), as: UTF8.self)
        let answer = try Oracles.ask("signed_rank.py", about: input, for: Answer.self)

        for (asked, expected) in [(question.differences, answer.differences), (question.tied, answer.tied)] {
            #expect(asked.count == expected.count)
            for (differences, p) in zip(asked, expected) {
                let found = SignedRank.test(differences)
                #expect(abs(found.greater - p[0]) < 1e-9 && abs(found.less - p[1]) < 1e-9, "\(differences): \(found), not \(p)")
            }
        }
        #expect(question.shifts.count == answer.shifts.count)
        for (differences, expected) in zip(question.shifts, answer.shifts) {
            let found = ShiftEstimate(differences: differences, distribution: SignedRank(pairs: differences.count), alpha: 0.05)
            let interval = try #require(found.interval)
            for (value, wanted) in zip([found.effect, interval.lowerBound, interval.upperBound], expected) {
                #expect(abs(value - wanted) < 1e-9, "\(differences): \(found), not \(expected)")
            }
        }
    }
}
