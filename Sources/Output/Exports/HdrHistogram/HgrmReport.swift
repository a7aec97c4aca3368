import PlainText
import Presentation
import LatencyHistogram
package import Profile
import SyscallTable

/// The percentiles of each call in HdrHistogram's text (.hgrm): a block each, which its plotter takes as it is.
///
/// Rows and the lines in brackets are what HdrHistogram itself prints for its histogram of (1, 2^42 - 1, 2 digits), whose
/// buckets are ours. Values are nanoseconds (an output value unit scaling ratio of 1): two digits of a microsecond would not
/// tell the buckets of a fast call apart. Values above the range are in no row; a comment says how many.
package enum HgrmReport {
    /// The same profile always gives the same text. Calls stand by falling total time.
    ///
    /// Complexity: O(all buckets).
    package static func render(_ profile: Profile) -> String {
        var text = "# syslat \(PlainText.line(profile.tool)): latency of system calls in nanoseconds "
        text += "(output value unit scaling ratio 1), one block for each call\n"
        if let sampling = profile.capture.sampling { text += "# \(SamplingText.mark(sampling))\n" }
        for call in profile.calls {
            let name = call.id.label(on: profile.host)
            text += "\n" + block(call.distribution, of: name, calls: call.calls)
            if let work = call.afterExit { text += "\n" + block(work.distribution, of: "\(name) after exit", calls: work.calls) }
        }
        return text
    }

    private static func block(_ distribution: LatencyHistogram, of name: String, calls: UInt64) -> String {
        var text = "# \(name): calls \(calls)"
        if let mean = distribution.mean {
            text += ", total \(distribution.sum) ns, min \(distribution.min) ns, mean \(mean) ns, max \(distribution.max) ns"
        }
        text += "\n"
        if distribution.aboveRange > 0 {
            text += "# calls of 2^42 ns (73 min) or more, which are in no row: \(distribution.aboveRange)\n"
        }
        guard !distribution.buckets.isEmpty else { return text }
        text += titles
        for tick in PercentileTick.ticks(of: distribution) { text += row(tick) }
        return text + footer(distribution)
    }

    /// `%12s %14s %10s %14s` and an empty line.
    private static let titles = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"

    /// `%12.2f %2.12f %10d %14.2f`, without the last field in the line of 100 %.
    private static func row(_ tick: PercentileTick) -> String {
        let fraction = tick.level / 100
        var text = number(Double(tick.value)) + " " + DecimalText.fixed(fraction, decimals: 12)
        text += " " + padded(String(tick.count), in: 10)
        if tick.level < 100 {
            text += " " + padded(DecimalText.fixed(1 / (1 - fraction), decimals: 2), in: 14)
        }
        return text + "\n"
    }

    private static func footer(_ distribution: LatencyHistogram) -> String {
        let total = Double(distribution.countInRange)
        let values = distribution.buckets.map { bucket in
            (middle: Double(bucket.middle), count: Double(bucket.count))
        }
        let mean = values.reduce(0) { $0 + $1.middle * $1.count } / total
        let squares = values.reduce(0) { $0 + ($1.middle - mean) * ($1.middle - mean) * $1.count }
        let maximum = distribution.buckets.last.map { BucketScheme.upperBound(of: $0.index) } ?? 0
        let buckets = BucketScheme.valueBits - BucketScheme.subBucketBits
        return """
            #[Mean    = \(number(mean)), StdDeviation   = \(number((squares / total).squareRoot()))]
            #[Max     = \(number(Double(maximum))), Total count    = \(integer(distribution.countInRange))]
            #[Buckets = \(integer(UInt64(buckets))), SubBuckets     = \(integer(2 << UInt64(BucketScheme.subBucketBits)))]

            """
    }

    /// printf's `%12s`: the texts here are ASCII.
    private static func padded(_ text: String, in columns: Int) -> String {
        String(repeating: " ", count: max(0, columns - text.utf8.count)) + text
    }

    /// `%12.2f`.
    private static func number(_ value: Double) -> String {
        padded(DecimalText.fixed(value, decimals: 2), in: 12)
    }

    /// `%12d`.
    private static func integer(_ value: UInt64) -> String { padded(String(value), in: 12) }
}

extension LatencyHistogram.Bucket {
    /// The value that HdrHistogram takes for all of the bucket in a mean.
    fileprivate var middle: UInt64 { BucketScheme.lowerBound(of: index) + BucketScheme.width(of: index) / 2 }
}
