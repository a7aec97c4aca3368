package import Comparison
import Profile
import SyscallTable

/// What a diff says in sentences and figures, the same in every format. Nothing is escaped for any of them yet.
package struct DiffWords {
    package let diff: ProfileDiff
    private let arch: String

    /// - Parameter arch: the architecture of the machine, whose ABI needs no mention.
    package init(diff: ProfileDiff, arch: String) { (self.diff, self.arch) = (diff, arch) }

    /// What it is and is not.
    package var purpose: String {
        "This describes what changed between two recordings. It does not decide whether a kernel is slower: two recordings don't show how "
            + "recordings differ. `syslat compare` decides, from several boots of each kernel."
    }

    package func label(_ row: DiffRow) -> String { row.id.abi.name == arch ? row.id.name : "\(row.id.abi.name):\(row.id.name)" }

    /// `BEFORE a.syslat: 60.0 s from 2026-03-01 12:34:56 UTC, Linux 6.1.0, 60 intervals of 1.00 s`.
    package func side(_ name: String, _ side: DiffSide) -> String {
        let duration = HumanFormat.duration(nanoseconds: side.durationNanoseconds)
        let start = Timestamp.readable(nanosecondsSince1970: side.startedAtNanoseconds)
        let intervals =
            side.intervals > 0
            ? ", \(HumanFormat.count(UInt64(side.intervals), "interval", "intervals")) of "
                + HumanFormat.duration(nanoseconds: side.intervalNanoseconds) : ""
        return "\(name) \(side.path): \(duration) from \(start), Linux \(side.kernel)\(intervals)"
    }

    /// All calls together.
    package var total: String {
        let (mine, theirs) = (diff.before, diff.after)
        return "All calls: \(DiffWords.rate(mine.callsPerSecond)) → \(DiffWords.rate(theirs.callsPerSecond)) calls/s"
            + "\(parenthesis(mine.callsPerSecond, theirs.callsPerSecond)), \(DiffWords.time(mine.nanosecondsPerSecond).spaced) → "
            + "\(DiffWords.time(theirs.nanosecondsPerSecond).spaced) of calls in each second"
            + "\(parenthesis(mine.nanosecondsPerSecond, theirs.nanosecondsPerSecond))."
    }

    private func parenthesis(_ before: Double, _ after: Double) -> String {
        DiffWords.change(before, after).map { " (\($0.spaced))" } ?? ""
    }

    /// What the columns say.
    package var legend: String {
        let ranked =
            switch diff.key {
            case .time: "TIME/S, the time of calls in each second"
            case .oncpu: "the time of the calls that ran, in each second"
            case .calls: "CALLS/S"
            case .errors: "ERRORS/S"
            }
        let scatter =
            diff.rows.contains { $0.before?.scatter != nil || $0.after?.scatter != nil }
            ? "Eight of ten intervals lie within the range beside a figure; where both ranges of TIME/S overlap, its change is marked ~."
            : "How much the figures vary by themselves isn't known: record time series with --interval to see it."
        return "PART is a call's part in all that changed, up and down, in \(ranked). \(scatter)"
    }

    // MARK: Figures

    /// A change as a percentage or a factor; nil where one side has nothing.
    package static func change(_ before: Double, _ after: Double) -> HumanFormat.Quantity? {
        before > 0 && after > 0 ? ComparisonWords.change(ofFactor: after / before) : nil
    }

    package static func part(_ part: Double) -> String {
        let digits = DecimalText.fixed(abs(part) * 100, decimals: 0)
        return (digits == "0" ? "" : part < 0 ? "-" : "+") + digits + "%"
    }

    package static func rate(_ perSecond: Double) -> String { HumanFormat.rate(perSecond: perSecond) }

    package static func time(_ nanoseconds: Double) -> HumanFormat.Quantity { HumanFormat.quantity(nanoseconds: nanoseconds) }

    package static func rates(_ range: ClosedRange<Double>) -> String { "\(rate(range.lowerBound))…\(rate(range.upperBound))" }

    package static func times(_ range: ClosedRange<Double>) -> String {
        let (low, high) = (time(range.lowerBound), time(range.upperBound))
        return low.unit == high.unit ? "\(low.number)…\(high.tight)" : "\(low.tight)…\(high.tight)"
    }

    /// `98.3 %` of the calls.
    package static func share(_ share: Double) -> HumanFormat.Quantity {
        HumanFormat.share(UInt64((share * 1_000_000).rounded()), of: 1_000_000)
    }
}
