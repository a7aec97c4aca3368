import LatencyHistogram
import Profile
import SaturatingMath
import SyscallTable

/// The work that calls left to their threads, by call. Few calls leave any.
struct AfterExitTable: ~Copyable {
    /// A class, because a dictionary can't hold noncopyable values.
    private final class Entry {
        var recorder = HistogramRecorder()
        /// Calls in the recorder that stand for themselves.
        var measured: UInt64 = 0
        var unmeasured: UInt64 = 0
    }

    private var entries: [SyscallID: Entry] = [:]

    /// Takes in what the kernel side says of one call, which is counted in the row of `id`.
    /// - Parameter duration: 0 if the work could not be measured.
    mutating func record(_ call: CallWord, in id: SyscallID, duration: UInt64) {
        let entry = entry(id)
        if duration == 0 {
            entry.unmeasured = entry.unmeasured.addingSaturating(call.callsItStandsFor)
        } else {
            entry.recorder.record(duration, times: call.callsItStandsFor)
            entry.measured = entry.measured.addingSaturating(1)
        }
    }

    /// Adds what the kernel side gathered of calls that have this word in common.
    mutating func add(_ overflow: OverflowSeries.AfterExit, of call: CallWord, in id: SyscallID) {
        let entry = entry(id)
        let (times, measured) = (call.callsItStandsFor, overflow.distribution)
        entry.unmeasured = entry.unmeasured.addingSaturating(overflow.unmeasured.multipliedSaturating(by: times))
        entry.measured = entry.measured.addingSaturating(measured.count)
        entry.recorder.add(measured.scaled(to: measured.count.multipliedSaturating(by: times)))
    }

    private mutating func entry(_ id: SyscallID) -> Entry {
        if let known = entries[id] { return known }
        let new = Entry()
        entries[id] = new
        return new
    }

    /// What has been taken in since the last ``reset()``.
    func snapshot() -> [SyscallID: AfterExit] {
        entries.mapValues { entry in
            let distribution = entry.recorder.snapshot()
            return AfterExit(
                distribution: distribution, inferred: distribution.count - min(entry.measured, distribution.count),
                unmeasured: entry.unmeasured)
        }
    }

    mutating func reset() { entries = [:] }
}
