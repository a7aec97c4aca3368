import Testing

@testable import Comparison

/// Comparisons that go on until they are decided. `make bench-comparison` simulates how often they are wrong.
@Suite struct LooksTests {
    @Test(arguments: [0.05, 0.01, 0.1, 0.025, 0.0001]) func `the levels of all looks together are less than the level`(
        alpha: Double
    ) {
        let levels = (1...1000).map { Looks.level(at: $0, of: alpha) }
        #expect(levels.reduce(0, +) < alpha && levels.allSatisfy { $0 > 0 })
        #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 >= $1 })
        // Little is given away by rounding.
        #expect(levels[0] == alpha / 2 && levels[1] > alpha / 6 * 0.99)
    }

    @Test func `a level has three digits, so it can be typed`() {
        #expect((1...5).map { "\(Looks.level(at: $0, of: 0.05))" } == ["0.025", "0.00833", "0.00416", "0.0025", "0.00166"])
    }

    @Test func `each look has more boots than the one before, and the first can decide as many cells as a bench gates`() throws {
        let boots = (1...100).compactMap(Looks.boots)
        #expect(zip(boots, boots.dropFirst()).allSatisfy { $0 < $1 } && boots.last == Resolution.mostBoots)
        #expect(Looks.boots(at: 0) == nil && Looks.boots(at: boots.count + 1) == nil)
        let first = try #require(boots.first)
        #expect(Resolution.canDecide(family: 30, baseBoots: first, newBoots: first, alpha: Looks.level(at: 1, of: 0.05)))
    }
}
