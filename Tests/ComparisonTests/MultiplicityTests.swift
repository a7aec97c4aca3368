import TestSupport
import Testing

@testable import Comparison

/// Adjusting for many tests, the boots that they take, and the noise between boots.
@Suite struct MultiplicityTests {
    /// Benjamini and Hochberg (1995), section 3.1: of 15 p-values, 4 are significant at 5 %, and 3 by the methods of Bonferroni
    /// and Holm.
    @Test func `the worked example of Benjamini and Hochberg is reproduced`() {
        let values = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1,
        ]
        #expect(Multiplicity.benjaminiHochberg.adjusted(values).count { $0 <= 0.05 } == 4)
        #expect(Multiplicity.holm.adjusted(values).count { $0 <= 0.05 } == 3)
    }

    @Test func `adjusting p-values keeps their order and never lowers them`() {
        var random = SeededGenerator.fromEnvironment()
        for method in [Multiplicity.benjaminiHochberg, .holm] {
            #expect(method.adjusted([]) == [] && method.adjusted([0.03]) == [0.03])
            for _ in 0..<100 {
                let values = (0..<12).map { _ in Double.random(in: 0...1, using: &random) }
                let adjusted = method.adjusted(values)
                #expect(zip(values, adjusted).allSatisfy { $0 <= $1 && $1 <= 1 })
                let order = values.indices.sorted { values[$0] < values[$1] }
                #expect(zip(order, order.dropFirst()).allSatisfy { adjusted[$0] <= adjusted[$1] })
                let turned = method.adjusted(values.reversed())
                #expect(Array(turned.reversed()) == adjusted)
            }
        }
    }

    /// The largest family in which this many boots find a single changed cell.
    @Test(arguments: [(4, 3), (5, 12), (6, 46), (7, 171), (8, 643), (10, 9237)])
    func `each number of boots decides a family of the known size`(boots: Int, most: Int) {
        #expect(Resolution.canDecide(family: most, baseBoots: boots, newBoots: boots, alpha: 0.05))
        #expect(!Resolution.canDecide(family: most + 1, baseBoots: boots, newBoots: boots, alpha: 0.05))
        #expect(Resolution.bootsNeeded(family: most, alpha: 0.05) == boots)
        #expect(Resolution.bootsNeeded(family: most + 1, alpha: 0.05) ?? 0 > boots)
    }

    /// The smallest p-values that benchstat states, two-sided: 0.029, 0.0079 and 0.0022.
    @Test(arguments: [(4, 0.029), (5, 0.0079), (6, 0.0022)])
    func `the smallest p-values match those of benchstat`(boots: Int, p: Double) {
        #expect(abs(2 * Resolution.smallestP(baseBoots: boots, newBoots: boots) - p) < 0.05 * p)
    }

    @Test func `the boots to decide follow from the deviation and the distance`() {
        #expect(Resolution.bootsToDecide(deviation: 0.02, distance: 0.05) == 3)
        #expect(Resolution.bootsToDecide(deviation: 0, distance: 0.05) == 1)
        #expect(Resolution.bootsToDecide(deviation: 0.06, distance: 0.001) == nil)
        #expect(Resolution.bootsToDecide(deviation: 0.06, distance: 0) == nil)
    }

    // MARK: A/A

    @Test func `the noise floor comes from the shifts between halves`() {
        #expect(NoiseFloor.of([2, 2, 2, 2]) == 0)
        #expect(NoiseFloor.of([1, 4]) == 3)
        #expect(NoiseFloor.of([1]) == nil && NoiseFloor.of([]) == nil)
        // {1} and {2, 4}, {2} and {1, 4}, {4} and {1, 2}: shifts of 2, 0.5 and 2.5.
        #expect(NoiseFloor.of([1, 2, 4]) == 2.5)
    }

    /// Compares with estimating the shift of each way to halve the values by itself. Of more than fourteen the first count.
    @Test(arguments: [2, 3, 5, 8, 9, 14, 20])
    func `the noise floor is that of all halves`(count: Int) throws {
        var random = SeededGenerator.fromEnvironment()
        for isTied in [false, true] {
            let values = (0..<count).map { _ in
                isTied ? Double(Int.random(in: 0...3, using: &random)) : .random(in: 0...1, using: &random)
            }
            let used = Array(values.prefix(14))
            var shifts: [Double] = []
            Choices.forEach(used.count, choosing: used.count / 2) { places in
                let others = used.indices.filter { !places.contains($0) }
                shifts.append(abs(ShiftEstimate.effect(base: places.map { used[$0] }, new: others.map { used[$0] })))
            }
            shifts.sort()
            // Of two halves of the same size each pair comes twice, and so does each shift.
            let distinct =
                count.isMultiple(of: 2) || count > 14 ? stride(from: 0, to: shifts.count, by: 2).map { shifts[$0] } : shifts
            #expect(NoiseFloor.of(values) == distinct[max(0, (distinct.count * 95 + 99) / 100 - 1)], "\(values)")
        }
    }

    @Test func `the noise floor doesn't depend on the order of boots`() throws {
        var random = SeededGenerator.fromEnvironment()
        let values = (0..<8).map { _ in Double.random(in: 0...1, using: &random) }
        let floor = try #require(NoiseFloor.of(values))
        for _ in 0..<5 { #expect(abs((NoiseFloor.of(values.shuffled(using: &random)) ?? 0) - floor) < 1e-12) }
        #expect(floor > 0 && floor < 1)
    }
}
