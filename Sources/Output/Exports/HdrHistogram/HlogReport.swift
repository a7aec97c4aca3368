import PlainText
import Presentation
import LatencyHistogram
package import Profile
import SyscallTable

/// The whole distributions as an HdrHistogram log (version 1.3), for its tools and its libraries in many languages: a line for
/// each call and outcome, errors included, tagged `read/ran` or `ia32:write/blocked`. The work that
/// calls left has the tag `close/after_exit`.
///
/// The buckets are HdrHistogram's own, so nothing is lost but what it cannot hold, and comments say what that was.
package enum HlogReport {
    /// By interval, a time series gives the lines of each interval, which add up to the whole. Otherwise, and without a time
    /// series, these are the lines of the capture. Values are nanoseconds, the third field is milliseconds. It ends with a newline.
    ///
    /// The same profile always gives the same text with the same zlib; the histograms in it do not depend on zlib.
    ///
    /// Complexity: O(all buckets).
    package static func render(_ profile: Profile, byInterval: Bool = false) -> String {
        let capture = profile.capture
        let start = DecimalText.seconds(nanoseconds: capture.startedAtNanoseconds)
        let date = Timestamp.readable(nanosecondsSince1970: capture.startedAtNanoseconds)
        var text = """
            #[syslat \(PlainText.line(profile.tool)): latency of system calls in nanoseconds]
            #[Histogram log format version 1.3]
            #[StartTime: \(start) (seconds since epoch), \(date)]
            #[BaseTime: \(start) (seconds since epoch)]
            "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"

            """
        if let sampling = capture.sampling { text = "#[\(SamplingText.mark(sampling))]\n" + text }
        let whole = Interval(startNanoseconds: 0, durationNanoseconds: capture.durationNanoseconds, calls: profile.calls)
        for interval in !byInterval || profile.intervals.isEmpty ? [whole] : profile.intervals {
            for call in interval.calls {
                for outcome in Outcome.allCases {
                    let tag = "\(call.id.label(on: profile.host))/\(outcome.name)"
                    text += lines(call.distribution(of: outcome), tag: tag, interval: interval)
                }
                let tag = "\(call.id.label(on: profile.host))/after_exit"
                if let work = call.afterExit?.distribution { text += lines(work, tag: tag, interval: interval) }
            }
        }
        return text
    }

    private static func lines(_ distribution: LatencyHistogram, tag: String, interval: Interval) -> String {
        var text = ""
        if distribution.aboveRange > 0 {
            text += "#[\(tag): calls of 2^42 ns (73 min) or more, which are not in the histogram: \(distribution.aboveRange)]\n"
        }
        let saturated = distribution.buckets.filter { $0.count > HdrPayload.largestCount }
        for bucket in saturated {
            text += "#[\(tag): the count at \(BucketScheme.lowerBound(of: bucket.index)) ns is \(bucket.count), and "
            text += "\(HdrPayload.largestCount) in the histogram]\n"
        }
        guard let last = distribution.buckets.last else { return text }
        let fields = [
            "Tag=\(tag)", DecimalText.seconds(nanoseconds: interval.startNanoseconds),
            DecimalText.seconds(nanoseconds: interval.durationNanoseconds),
            DecimalText.milliseconds(nanoseconds: min(distribution.max, BucketScheme.upperBound(of: last.index))),
            HdrPayload.base64(distribution),
        ]
        return text + fields.joined(separator: ",") + "\n"
    }
}
