package import Profile

/// What one call or operation takes as the program sees it: the median of batches and their quartiles.
package struct CostPart: Codable {
    private var median, lower, upper: Double

    enum CodingKeys: String, CodingKey {
        case median = "median_ns"
        case lower = "lower_quartile_ns"
        case upper = "upper_quartile_ns"
    }

    package init(_ cost: CallCost) { (median, lower, upper) = (cost.median, cost.lowerQuartile, cost.upperQuartile) }

    package func decoded() throws(ProfileDefect) -> CallCost {
        // As far as durations go everywhere else: nothing derived from these is infinite.
        guard [median, lower, upper].allSatisfy({ (0...0x1p64).contains($0) }) else {
            throw ProfileDefect("a cost is a number of nanoseconds from 0 to 2^64")
        }
        return CallCost(median: median, lowerQuartile: lower, upperQuartile: upper)
    }
}
