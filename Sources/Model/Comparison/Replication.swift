import Glibc

/// What a comparison counts, and how its two sides belong together.
package struct Replication: Sendable, Hashable {
    package enum Unit: String, Sendable, Hashable {
        case boot, host
    }

    package var unit: Unit
    /// Whether both sides are of the same hosts. What hosts differ by falls out then: each is compared with itself.
    package var isPaired: Bool
    /// By how much a quantile may be off because of the buckets that its source has, in ln. 0 of files: their buckets are finer than any
    /// margin.
    package var resolution: Double

    package init(unit: Unit, isPaired: Bool = false, resolution: Double = 0) {
        (self.unit, self.isPaired, self.resolution) = (unit, isPaired, resolution)
    }

    /// Of profiles of two kernels.
    package static let boots = Replication(unit: .boot)

    /// Which part of the units must have a figure. A fleet always has some hosts that are idle.
    var leastShare: Double { unit == .boot ? 1 : 0.9 }

    // MARK: What so many can find

    /// The smallest p-value that an exact test of so many units can give.
    package func smallestP(base: Int, new: Int) -> Double {
        isPaired ? pow(2, -Double(min(base, new))) : Resolution.smallestP(baseBoots: base, newBoots: new)
    }

    /// Whether one cell alone could be flagged in a family of so many.
    package func canDecide(family: Int, base: Int, new: Int, alpha: Double) -> Bool {
        guard isPaired else { return Resolution.canDecide(family: family, baseBoots: base, newBoots: new, alpha: alpha) }
        return Double(family) * smallestP(base: base, new: new) <= alpha * (1 + 1e-12)
    }

    /// How many units a side it takes to be able to flag one cell alone. nil where no number that is allowed will do.
    package func needed(family: Int, alpha: Double) -> Int? {
        guard isPaired else { return Resolution.bootsNeeded(family: family, alpha: alpha) }
        return (2...Resolution.mostBoots).first { canDecide(family: family, base: $0, new: $0, alpha: alpha) }
    }

    /// How far chance alone may carry an estimate that is still to be found: see ``Resolution``. `deviation` is that between units, of pairs
    /// that of their differences.
    func reach(deviation: Double, base: Int, new: Int) -> Double {
        guard isPaired else { return Resolution.reach(deviation: deviation, baseBoots: base, newBoots: new) }
        return 2.8 * deviation / Double(max(1, min(base, new))).squareRoot()
    }

    /// How many units a side decide about a shift that lies so far from its margin; nil where even the most would not.
    func toDecide(deviation: Double, distance: Double) -> Int? {
        guard isPaired else { return Resolution.bootsToDecide(deviation: deviation, distance: distance) }
        guard distance > 0 else { return nil }
        let pairs = (2.8 * deviation / distance) * (2.8 * deviation / distance)
        return pairs <= Double(Resolution.mostBoots) ? max(1, Int(pairs.rounded(.up))) : nil
    }
}

/// One figure on both sides. Of pairs, values at one place are of one host.
struct Samples {
    var base, new: [Double]
    let isPaired: Bool

    /// The standard deviation between units of one side, or of the differences of pairs; nil of too few values.
    var deviation: Double? {
        let freedom = isPaired ? base.count - 1 : base.count + new.count - 2
        guard freedom > 0 else { return nil }
        let squares = isPaired ? differences.squaredDistances : base.squaredDistances + new.squaredDistances
        return (squares / Double(freedom)).squareRoot()
    }

    var differences: [Double] { zip(new, base).map { $0 - $1 } }
}

/// The tests of one comparison: signed ranks of pairs, and Mann and Whitney's of independent samples. Their distributions are made once for
/// each size.
final class RankTests {
    private var independent: [[Int]: MannWhitney] = [:]
    private var paired: [Int: SignedRank] = [:]

    func distribution(_ base: Int, _ new: Int) -> MannWhitney {
        if let made = independent[[base, new]] { return made }
        let made = MannWhitney(baseCount: base, newCount: new)
        independent[[base, new]] = made
        return made
    }

    private func distribution(pairs: Int) -> SignedRank {
        if let made = paired[pairs] { return made }
        let made = SignedRank(pairs: pairs)
        paired[pairs] = made
        return made
    }

    /// Whether NEW, moved back by a distance, is still the larger, or the smaller.
    func test(_ samples: Samples, movedBackBy distance: Double) -> MannWhitney.PValues {
        if samples.isPaired { return SignedRank.test(samples.differences.map { $0 - distance }) }
        return distribution(samples.base.count, samples.new.count).test(base: samples.base, new: samples.new.map { $0 - distance })
    }

    func shift(_ samples: Samples, alpha: Double) -> ShiftEstimate {
        if samples.isPaired {
            return ShiftEstimate(
                differences: samples.differences, distribution: distribution(pairs: samples.base.count), alpha: alpha)
        }
        return ShiftEstimate(
            base: samples.base, new: samples.new, distribution: distribution(samples.base.count, samples.new.count), alpha: alpha)
    }
}
