package import Profile
import LatencyHistogram
import SaturatingMath
import SyscallTable

extension LiveModel {
    /// Asks for a file of what is seen.
    func write() -> [LiveCommand] { seen.map { [.write($0)] } ?? [] }

    /// What is seen as a profile of its own: all since the start, or the calls of the window; nil before the first snapshot.
    package var seen: Profile? {
        guard var profile = history.profile else { return nil }
        guard window != .sinceStart, let slot = history.summary(of: window, .call) else { return profile }
        let calls = slot.rows.compactMap { $0.figures.detail?.call }
        let age = history.time - min(slot.start, history.time)
        profile.capture.startedAtNanoseconds =
            (history.wallTime ?? profile.capture.startedAtNanoseconds.addingSaturating(history.time))
            .subtractingSaturating(age)
        profile.capture.durationNanoseconds = slot.duration
        profile.capture.consumerCPUNanoseconds = slot.ownNanoseconds
        profile.capture.programs = nil
        profile.capture.notes.append(
            "These are the calls of a window of `syslat top`. It has no processes, \(profile.groups == nil ? "" : "no groups, ")"
                + "and no work after exits.")
        profile.calls = calls.byFallingTotal
        (profile.processes, profile.groups) = ([], nil)
        profile.intervals = []
        profile.refused = []
        profile.vdso = nil
        profile.workload = nil
        if let slow = profile.slowCalls {
            let began = profile.capture.startedAtNanoseconds
            profile.slowCalls = SlowCalls(
                rule: slow.rule, filter: slow.filter, calls: slow.calls.filter { $0.startedAtNanoseconds >= began })
            // Which passed a threshold is known of any window; which were its slowest isn't.
            if case .slowest = slow.rule {
                profile.capture.notes.append(
                    "The single calls of this window are those that are among the slowest since the start: it may have had others.")
            }
        }
        // What entered before the window isn't in its balance.
        for place in profile.inFlight.indices where profile.inFlight[place].ageNanoseconds > slot.duration {
            profile.inFlight[place].beganBefore = true
        }
        profile.balance = LiveModel.balance(of: profile, lost: slot.lost) { $0.abi != .ioUring }
        if profile.requests != nil { profile.requests = LiveModel.balance(of: profile, lost: 0) { $0.abi == .ioUring } }
        return profile
    }

    /// A balance that closes, of what a window knows.
    private static func balance(of profile: Profile, lost: UInt64, where isIncluded: (SyscallID) -> Bool) -> Balance {
        let completed = profile.calls.reduce(UInt64(0)) { isIncluded($1.id) ? $0.addingSaturating($1.calls) : $0 }
        let inFlight = UInt64(profile.inFlight.count { isIncluded($0.id) && !$0.beganBefore })
        let measured = profile.calls.reduce(UInt64(0)) { isIncluded($1.id) ? $0.addingSaturating($1.measured) : $0 }
        return Balance(
            entered: completed.addingSaturating(inFlight).addingSaturating(lost), completed: completed, inFlight: inFlight,
            neverReturned: 0, lostByCause: lost > 0 ? [.unaccounted: lost] : [:],
            unmeasured: completed.subtractingSaturating(measured))
    }
}
