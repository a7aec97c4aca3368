package import LatencyHistogram
import Profile
import SaturatingMath
package import SyscallTable

/// What changed between two profiles, such as of one service an hour ago and now.
///
/// It describes, and decides nothing: two captures say nothing about how captures differ. Beside each change stands how much the
/// intervals of each side differ, where the profiles have a time series.
package struct ProfileDiff: Sendable, Hashable {
    package var before, after: DiffSide
    /// What to know before reading the changes, each a sentence.
    package var warnings: [String]
    /// By falling part.
    package var rows: [DiffRow]
    package var key: DiffKey

    /// - Throws: if the profiles are no description of what a program did.
    package init(before: ComparedFile, after: ComparedFile, key: DiffKey = .time) throws(ComparisonError) {
        for file in [before, after] { try ProfileDiff.check(file) }
        (self.before, self.after) = (DiffSide(before), DiffSide(after))
        self.key = key
        warnings = DiffDoubts.all(before, after)
        rows = ProfileDiff.rows(before.profile, after.profile, key)
    }

    private static func check(_ file: ComparedFile) throws(ComparisonError) {
        if let workload = file.profile.workload {
            throw ComparisonError(
                "\(file.path) is of the workload \(workload.id), which is the same on purpose. Compare benches of several boots with "
                    + "`syslat compare`.")
        }
        guard file.profile.capture.durationNanoseconds > 0 else {
            throw ComparisonError("\(file.path) recorded for no time at all, so it has no rates. Record for longer.")
        }
    }

    private static func rows(_ before: Profile, _ after: Profile, _ key: DiffKey) -> [DiffRow] {
        let (mine, theirs) = (DiffFigures.all(before), DiffFigures.all(after))
        var rows = Set(mine.keys).union(theirs.keys).sorted().map { id in
            DiffRow(id: id, before: mine[id], after: theirs[id], part: nil)
        }
        let all = rows.reduce(0.0) { $0 + abs($1.change(key)) }
        for place in rows.indices where all > 0 { rows[place].part = rows[place].change(key) / all }
        return rows.sorted(falling: { abs($0.change(key)) }, then: \.id)
    }
}

/// What ranks the changes.
package enum DiffKey: String, Sendable, Hashable, CaseIterable {
    /// Time of calls in each second.
    case time
    /// The same of the calls that ran: neither waits nor preemption.
    case oncpu
    case calls
    case errors
}

/// One of the two profiles, in short.
package struct DiffSide: Sendable, Hashable {
    package var path: String
    package var startedAtNanoseconds, durationNanoseconds: UInt64
    package var kernel: String
    /// Of all calls.
    package var callsPerSecond, nanosecondsPerSecond: Double
    /// How many intervals it has, and the length that is usual among them; 0 of a profile without a time series.
    package var intervals: Int
    package var intervalNanoseconds: UInt64

    init(_ file: ComparedFile) {
        let (capture, calls) = (file.profile.capture, file.profile.calls)
        path = file.path
        (startedAtNanoseconds, durationNanoseconds) = (capture.startedAtNanoseconds, capture.durationNanoseconds)
        kernel = file.profile.host.kernelRelease
        let seconds = Double(capture.durationNanoseconds) / 1e9
        callsPerSecond = calls.reduce(0.0) { $0 + Double($1.calls) } / seconds
        nanosecondsPerSecond = calls.reduce(0.0) { $0 + Double($1.distribution.sum) } / seconds
        intervals = file.profile.intervals.count
        intervalNanoseconds = file.profile.intervals.usualNanoseconds
    }
}

/// One call on both sides.
package struct DiffRow: Sendable, Hashable {
    package var id: SyscallID
    /// nil where the side doesn't make the call.
    package var before, after: DiffFigures?
    /// Its part in all that changed, up and down, with its sign; nil where nothing changed.
    package var part: Double?

    /// How much more there is of what ranks.
    package func change(_ key: DiffKey) -> Double { (after?.value(key) ?? 0) - (before?.value(key) ?? 0) }

    /// Whether the ranges in which the intervals of both sides lie overlap; nil where a side has too few intervals.
    package var isWithinScatter: Bool? {
        guard let first = before?.scatter?.time, let second = after?.scatter?.time else { return nil }
        return first.overlaps(second)
    }
}

/// What a side has of one call.
package struct DiffFigures: Sendable, Hashable {
    /// Of all its calls, in the whole recording.
    package var distribution: LatencyHistogram
    package var callsPerSecond, nanosecondsPerSecond, onCPUPerSecond, errorsPerSecond: Double
    /// nil where no latency is known.
    package var p50, p99: UInt64?
    /// Of the calls.
    package var blockedShare: Double
    /// nil of fewer than ``leastIntervals`` intervals.
    package var scatter: Scatter?

    /// Between which values eight of ten intervals lie.
    package struct Scatter: Sendable, Hashable {
        package var calls, time: ClosedRange<Double>
        /// Of the intervals that have enough calls for it.
        package var p50, p99: ClosedRange<Double>?
    }

    /// Fewer intervals have no 10th and 90th percentile.
    package static let leastIntervals = 5

    package func value(_ key: DiffKey) -> Double {
        switch key {
        case .time: nanosecondsPerSecond
        case .oncpu: onCPUPerSecond
        case .calls: callsPerSecond
        case .errors: errorsPerSecond
        }
    }

    static func all(_ profile: Profile) -> [SyscallID: DiffFigures] {
        let scatters = Scatters(profile.intervals)
        let seconds = Double(profile.capture.durationNanoseconds) / 1e9
        return Dictionary(
            uniqueKeysWithValues: profile.calls.filter { $0.calls > 0 }.map { call in
                (call.id, DiffFigures(call, seconds, scatters.scatter(call.id)))
            })
    }

    private init(_ call: CallProfile, _ seconds: Double, _ scatter: Scatter?) {
        distribution = call.distribution
        callsPerSecond = Double(call.calls) / seconds
        nanosecondsPerSecond = Double(call.distribution.sum) / seconds
        onCPUPerSecond = Double(call.distribution(of: .ran).sum) / seconds
        errorsPerSecond = Double(call.errors) / seconds
        p50 = call.distribution.value(at: .p50)
        p99 = call.distribution.value(at: .p99)
        blockedShare = Double(call.blocked) / Double(call.calls)
        self.scatter = scatter
    }
}

extension [Interval] {
    /// The median of their lengths; 0 if there is none.
    fileprivate var usualNanoseconds: UInt64 {
        isEmpty ? 0 : map(\.durationNanoseconds).sorted()[count / 2]
    }
}

/// The figures of each interval of a time series, by call.
private struct Scatters {
    private struct Values {
        var calls: [Double] = []
        var time: [Double] = []
        var p50: [Double] = []
        var p99: [Double] = []
    }

    private var values: [SyscallID: Values] = [:]
    private var count = 0

    init(_ intervals: [Interval]) {
        // The last one may have been cut short. Several seconds that a recorder's file keeps as one have rates too.
        let usual = intervals.usualNanoseconds
        for interval in intervals where interval.durationNanoseconds > usual / 2 {
            count += 1
            let seconds = Double(interval.durationNanoseconds) / 1e9
            for call in interval.calls {
                var known = values.removeValue(forKey: call.id) ?? Values()
                known.calls.append(Double(call.calls) / seconds)
                known.time.append(Double(call.distribution.sum) / seconds)
                let measured = call.distribution.count
                if measured >= Measure.p50.leastCalls, let value = call.distribution.value(at: .p50) {
                    known.p50.append(Double(value))
                }
                if measured >= Measure.p99.leastCalls, let value = call.distribution.value(at: .p99) {
                    known.p99.append(Double(value))
                }
                values[call.id] = known
            }
        }
    }

    func scatter(_ id: SyscallID) -> DiffFigures.Scatter? {
        guard count >= DiffFigures.leastIntervals, let known = values[id] else { return nil }
        func range(_ values: [Double], of count: Int) -> ClosedRange<Double>? {
            guard count >= DiffFigures.leastIntervals else { return nil }
            // Intervals without the call have none of it.
            let all = (values + [Double](repeating: 0, count: count - values.count)).sorted()
            // Nearest rank.
            return all[(count + 9) / 10 - 1]...all[(count * 9 + 9) / 10 - 1]
        }
        guard let calls = range(known.calls, of: count), let time = range(known.time, of: count) else { return nil }
        return DiffFigures.Scatter(
            calls: calls, time: time, p50: range(known.p50, of: known.p50.count), p99: range(known.p99, of: known.p99.count))
    }
}
