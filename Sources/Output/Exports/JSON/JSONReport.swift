package import Presentation
import FoundationEssentials
import PlainText
package import Profile

/// The summary of a profile as JSON (schema `syslat.profile/2`), for programs.
package enum JSONReport {
    /// The same profile always gives the same text: one line with sorted keys, or several lines when `pretty`. It ends with a
    /// newline. Integers are written in full, also above 2^53.
    ///
    /// By process, each process has its figures and its calls. By interval, the intervals of the time series are in it. With
    /// buckets, each distribution has its buckets beside its figures.
    ///
    /// Complexity: O(all buckets).
    package static func render(
        _ profile: Profile, by grouping: Grouping = .call, withBuckets: Bool = false, pretty: Bool = false
    ) throws -> String {
        try text(JSONDocument(profile, by: grouping, withBuckets: withBuckets), pretty: pretty)
    }

    /// One interval of a time series (schema `syslat.interval/1`), in one line.
    package static func render(
        _ interval: Interval, on host: Host, isSampled: Bool = false, withBuckets: Bool = false
    ) throws -> String {
        try text(IntervalDocument(interval: interval, host: host, isSampled: isSampled, withBuckets: withBuckets), pretty: false)
    }

    /// The self-test of a host's vDSO (schema `syslat.vdso/2`).
    package static func render(_ report: VDSOReport, pretty: Bool = false) throws -> String {
        try text(VDSODocument(report), pretty: pretty)
    }

    static func text(_ document: some Encodable, pretty: Bool) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: PlainText.json(Array(try encoder.encode(document))), as: UTF8.self) + "\n"
    }
}
