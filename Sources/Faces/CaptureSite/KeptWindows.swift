import Profile
import SaturatingMath
import SyscallTable

/// The calls of the last windows of a capture, each of a second or so, in bounded memory.
struct KeptWindows: Sendable {
    /// What completed between two snapshots. Times are nanoseconds.
    struct Window: Sendable {
        /// From the start of the capture.
        var start: UInt64
        var duration: UInt64
        var lost: UInt64
        /// CPU time of syslat itself.
        var ownNanoseconds: UInt64
        /// ``WindowCode``.
        var calls: [UInt8]

        var end: UInt64 { start.addingSaturating(duration) }
    }

    private(set) var windows: [Window] = []
    private(set) var bytes = 0
    /// How far back they go, in nanoseconds.
    let keep: UInt64
    let mostBytes: Int
    /// The newest snapshot.
    private(set) var profile: Profile?

    /// What a window takes beside its calls, roughly.
    private static let overhead = 80

    init(keep: UInt64, mostBytes: Int) { (self.keep, self.mostBytes) = (keep, mostBytes) }

    /// Takes a snapshot of all since the start.
    mutating func take(_ profile: Profile) {
        let earlier = self.profile
        self.profile = profile
        let (start, now) = (earlier?.capture.durationNanoseconds ?? 0, profile.capture.durationNanoseconds)
        guard now > start else { return }
        let before = Dictionary((earlier?.calls ?? []).map { ($0.id, $0) }) { first, _ in first }
        let calls = profile.calls.compactMap { call in
            guard var grown = before[call.id].map({ call.subtracting($0) }) ?? call else { return CallProfile?.none }
            grown.afterExit = nil
            return grown
        }
        let window = Window(
            start: start, duration: now - start, lost: profile.lost.lessOrNone(earlier?.lost ?? 0),
            ownNanoseconds: profile.capture.consumerCPUNanoseconds.lessOrNone(earlier?.capture.consumerCPUNanoseconds ?? 0),
            calls: WindowCode.encode(calls))
        windows.append(window)
        bytes += window.calls.count + KeptWindows.overhead
        forget(before: now.lessOrNone(keep))
    }

    private mutating func forget(before time: UInt64) {
        let old = windows.prefix { window in
            guard window.end <= time || bytes > mostBytes else { return false }
            bytes -= window.calls.count + KeptWindows.overhead
            return true
        }.count
        windows.removeFirst(old)
    }

    /// How far back they go now, in nanoseconds.
    var covered: UInt64 { windows.reduce(0) { $0.addingSaturating($1.duration) } }

    /// The calls of the last windows, together of at least so many nanoseconds if there are as many, as a profile of its own; nil before the first
    /// snapshot.
    func profile(ofLast nanoseconds: UInt64) -> Profile? {
        guard var profile, let last = windows.last else { return nil }
        let begin = last.end.lessOrNone(nanoseconds)
        let chosen = windows.filter { $0.end > begin }
        guard let first = chosen.first else { return nil }
        var sum = WindowSum()
        for window in chosen { sum.add(WindowCode.decode(window.calls) ?? []) }
        let duration = last.end - first.start
        profile.capture.startedAtNanoseconds = profile.capture.startedAtNanoseconds.addingSaturating(first.start)
        profile.capture.durationNanoseconds = duration
        profile.capture.consumerCPUNanoseconds = chosen.reduce(0) { $0.addingSaturating($1.ownNanoseconds) }
        profile.capture.programs = nil
        profile.capture.notes.append(
            "These are the calls of the last windows of `syslat serve`. They have no processes, and no work after exits.")
        profile.calls = sum.calls
        (profile.processes, profile.intervals, profile.refused) = ([], [], [])
        (profile.vdso, profile.workload, profile.slowCalls) = (nil, nil, nil)
        // What entered before these windows isn't in its balance.
        for place in profile.inFlight.indices where profile.inFlight[place].ageNanoseconds > duration {
            profile.inFlight[place].beganBefore = true
        }
        let lost = chosen.reduce(UInt64(0)) { $0.addingSaturating($1.lost) }
        profile.balance = KeptWindows.balance(of: profile, lost: lost) { $0.abi != .ioUring }
        if profile.requests != nil { profile.requests = KeptWindows.balance(of: profile, lost: 0) { $0.abi == .ioUring } }
        return profile
    }

    /// A balance that closes, of what windows know.
    private static func balance(of profile: Profile, lost: UInt64, where isIncluded: (SyscallID) -> Bool) -> Balance {
        let calls = profile.calls.filter { isIncluded($0.id) }
        let completed = calls.reduce(UInt64(0)) { $0.addingSaturating($1.calls) }
        let measured = calls.reduce(UInt64(0)) { $0.addingSaturating($1.measured) }
        let inFlight = UInt64(profile.inFlight.count { isIncluded($0.id) && !$0.beganBefore })
        return Balance(
            entered: completed.addingSaturating(inFlight).addingSaturating(lost), completed: completed, inFlight: inFlight,
            neverReturned: 0, lostByCause: lost > 0 ? [.unaccounted: lost] : [:], unmeasured: completed.lessOrNone(measured))
    }
}

extension Profile {
    /// Calls and requests of which it isn't known what became of them.
    fileprivate var lost: UInt64 { balance.lost.addingSaturating(requests?.lost ?? 0) }
}

extension UInt64 {
    /// The difference; 0 where it would be negative.
    func lessOrNone(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
