import Foundation
import TestSupport
import Testing

@testable import Comparison

/// Checks the statistics against scipy.
@Suite(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing))) struct OracleTests {
    private struct Question: Encodable {
        var samples: [[[Double]]] = []
        var tied: [[[Double]]] = []
        var many: [[[Double]]] = []
        var families: [[Double]] = []
    }

    private struct Answer: Decodable {
        var samples, tied, many, families: [[Double]]
    }

    @Test func `scipy gives the same p-values and adjustments`() throws {
        var random = SeededGenerator.fromEnvironment()
        var question = Question()
        for number in 0..<300 {
            let sizes = (Int.random(in: 1...10, using: &random), Int.random(in: 1...10, using: &random))
            let shift = Double(number % 5) / 4
            question.samples.append([
                (0..<sizes.0).map { _ in .random(in: 0...1, using: &random) },
                (0..<sizes.1).map { _ in .random(in: 0...1, using: &random) + shift },
            ])
        }
        for _ in 0..<40 {
            let sizes = (Int.random(in: 2...5, using: &random), Int.random(in: 2...5, using: &random))
            question.tied.append([
                (0..<sizes.0).map { _ in Double(Int.random(in: 0...4, using: &random)) },
                (0..<sizes.1).map { _ in Double(Int.random(in: 1...5, using: &random)) },
            ])
        }
        for size in [51, 60, 100] {
            question.many.append([
                (0..<size).map { _ in Double(Int.random(in: 0...40, using: &random)) },
                (0..<size + 7).map { _ in Double(Int.random(in: 5...45, using: &random)) },
            ])
        }
        for size in [1, 2, 5, 12, 40] {
            question.families.append((0..<size).map { _ in .random(in: 0...1, using: &random) })
            question.families.append((0..<size).map { Double($0 / 2) / Double(size) })
        }
        let input = String(decoding: try JSONEncoder().encode(question), as: UTF8.self)
        let answer = try Oracles.ask("rank_statistics.py", about: input, for: Answer.self)

        for (pairs, expected) in [(question.samples, answer.samples), (question.tied, answer.tied), (question.many, answer.many)] {
            #expect(pairs.count == expected.count)
            for (pair, p) in zip(pairs, expected) {
                let found = MannWhitney(baseCount: pair[0].count, newCount: pair[1].count).test(base: pair[0], new: pair[1])
                #expect(abs(found.greater - p[0]) < 1e-9 && abs(found.less - p[1]) < 1e-9, "\(pair): \(found), not \(p)")
            }
        }
        #expect(question.families.count == answer.families.count)
        for (family, expected) in zip(question.families, answer.families) {
            let adjusted = Multiplicity.benjaminiHochberg.adjusted(family)
            #expect(zip(adjusted, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(family)")
        }
    }
}
