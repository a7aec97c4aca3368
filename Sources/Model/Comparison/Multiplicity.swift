/// How p-values of several tests are adjusted, so testing many cells doesn't produce regressions.
package enum Multiplicity: String, Sendable, Hashable {
    /// Among the cells that are flagged, no more than the level are flagged falsely, on average: Benjamini and Hochberg,
    /// "Controlling the false discovery rate" (1995). It holds for positively dependent tests too, as quantiles of one call are
    /// (Benjamini and Yekutieli, 2001).
    case benjaminiHochberg = "benjamini-hochberg"
    /// The chance of even one false flag is at most the level: Holm, "A simple sequentially rejective multiple test
    /// procedure" (1979).
    case holm

    /// The smallest level at which each test is significant, in the order of `values`.
    package func adjusted(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var adjusted = values
        switch self {
        case .benjaminiHochberg:
            var least = 1.0
            for rank in order.indices.reversed() {
                least = min(least, values[order[rank]] * (Double(values.count) / Double(rank + 1)))
                adjusted[order[rank]] = least
            }
        case .holm:
            var most = 0.0
            for rank in order.indices {
                most = max(most, min(1, values[order[rank]] * Double(values.count - rank)))
                adjusted[order[rank]] = most
            }
        }
        return adjusted
    }
}

/// What so many boots can find among so many cells.
package enum Resolution {
    /// More boots than this on one side are refused.
    package static let mostBoots = 100

    /// The smallest p-value that an exact test of so many boots can give: one order of all.
    package static func smallestP(baseBoots: Int, newBoots: Int) -> Double {
        1 / Choices.count(baseBoots + newBoots, choosing: baseBoots)
    }

    /// Whether one cell alone could be flagged in a family of so many: family <= alpha * C(baseBoots + newBoots, baseBoots).
    package static func canDecide(family: Int, baseBoots: Int, newBoots: Int, alpha: Double) -> Bool {
        // Some slack, since 0.05 isn't a binary fraction.
        Double(family) <= alpha * Choices.count(baseBoots + newBoots, choosing: baseBoots) * (1 + 1e-12)
    }

    /// How many boots a side it takes to be able to flag one cell alone. nil where no number that is allowed will do.
    package static func bootsNeeded(family: Int, alpha: Double) -> Int? {
        (2...mostBoots).first { canDecide(family: family, baseBoots: $0, newBoots: $0, alpha: alpha) }
    }

    /// How far chance alone may carry an estimate that is still to be found four times in five at the level of 5 %: about
    /// 2.8 standard errors (1.96 + 0.84). `deviation` is the standard deviation between boots.
    package static func reach(deviation: Double, baseBoots: Int, newBoots: Int) -> Double {
        2.8 * deviation * (1 / Double(baseBoots) + 1 / Double(newBoots)).squareRoot()
    }

    /// How many boots a side decide about a shift that lies so far from its margin; nil where even the most would not.
    package static func bootsToDecide(deviation: Double, distance: Double) -> Int? {
        guard distance > 0 else { return nil }
        let boots = 2 * (2.8 * deviation / distance) * (2.8 * deviation / distance)
        return boots <= Double(mostBoots) ? max(1, Int(boots.rounded(.up))) : nil
    }
}

/// How much two halves of boots of the same kernel differ.
package enum NoiseFloor {
    /// Splits grow as 2^boots: of more boots than this the first are taken.
    static let mostBoots = 14

    /// The 95th percentile of |Hodges–Lehmann shift| between two halves, over all ways to halve the values (an odd one goes to
    /// the second half). nil of less than two.
    package static func of(_ values: [Double]) -> Double? {
        let values = Array(values.prefix(mostBoots))
        guard values.count >= 2 else { return nil }
        let differences = Differences(of: values)
        var shifts: [Double] = []
        Choices.forEach(values.count, choosing: values.count / 2) { places in
            // Of two halves of the same size each pair comes twice.
            if values.count.isMultiple(of: 2) && places[0] != 0 { return }
            shifts.append(abs(differences.median(from: places)))
        }
        shifts.sort()
        // Nearest rank.
        return shifts[max(0, (shifts.count * 95 + 99) / 100 - 1)]
    }

    /// All differences of two of some values, sorted once for all ways to halve them.
    private struct Differences {
        private var ordered: [(difference: Double, from: UInt32, to: UInt32)] = []
        private let count: Int

        /// Of ``NoiseFloor/mostBoots`` values at most: each has a bit.
        init(of values: [Double]) {
            count = values.count
            for (place, value) in values.enumerated() {
                for (other, another) in values.enumerated() where other != place {
                    ordered.append((value - another, UInt32(1) << UInt32(other), UInt32(1) << UInt32(place)))
                }
            }
            ordered.sort { $0.difference < $1.difference }
        }

        /// The median of the differences from the values at these places to all others: the Hodges–Lehmann shift between both.
        func median(from places: [Int]) -> Double {
            let half = places.reduce(UInt32(0)) { $0 | UInt32(1) << UInt32($1) }
            let pairs = places.count * (count - places.count)
            var (seen, lower) = (0, 0.0)
            for entry in ordered where half & entry.from != 0 && half & entry.to == 0 {
                seen += 1
                if seen == (pairs + 1) / 2 { lower = entry.difference }
                if seen == pairs / 2 + 1 { return (lower + entry.difference) / 2 }
            }
            return lower
        }
    }
}
