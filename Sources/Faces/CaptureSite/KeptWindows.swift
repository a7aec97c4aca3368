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
    /// The sums of ``blockLength`` windows after each other, by where the first one starts: what a long stretch is added up from.
    private var blocks: [UInt64: Window] = [:]
    /// How many windows came since the last block.
    private var sinceBlock = 0
    private(set) var bytes = 0
    /// How far back they go, in nanoseconds.
    let keep: UInt64
    let mostBytes: Int
    /// The newest snapshot.
    private(set) var profile: Profile?

    private static let blockLength = 60
    /// Shorter stretches are added up window by window.
    private static let windowsOfLongStretch = 600
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
            start: start, duration: now - start, lost: profile.lost.subtractingSaturating(earlier?.lost ?? 0),
            ownNanoseconds: profile.capture.consumerCPUNanoseconds.subtractingSaturating(
                earlier?.capture.consumerCPUNanoseconds ?? 0),
            calls: WindowCode.encode(calls))
        windows.append(window)
        bytes += window.calls.count + KeptWindows.overhead
        sumUp()
        forget(before: now.subtractingSaturating(keep))
    }

    /// Adds up the last windows, if they fill a block.
    private mutating func sumUp() {
        sinceBlock += 1
        guard sinceBlock == KeptWindows.blockLength else { return }
        sinceBlock = 0
        let parts = windows.suffix(KeptWindows.blockLength)
        guard parts.count == KeptWindows.blockLength, var block = parts.first, let last = parts.last else { return }
        var sum = WindowSum()
        for window in parts { sum.add(WindowCode.decode(window.calls) ?? []) }
        block.duration = last.end.subtractingSaturating(block.start)
        block.lost = parts.reduce(0) { $0.addingSaturating($1.lost) }
        block.ownNanoseconds = parts.reduce(0) { $0.addingSaturating($1.ownNanoseconds) }
        block.calls = WindowCode.encode(sum.calls)
        bytes += block.calls.count + KeptWindows.overhead
        blocks[block.start] = block
    }

    /// Forgets what is too old. Where memory runs out, the oldest windows are kept as their sum alone, and then those sums go too.
    private mutating func forget(before time: UInt64) {
        remove(windows.prefix { $0.end <= time }.count)
        while bytes > mostBytes, let place = windows.firstIndex(where: { blocks[$0.start] != nil }) {
            guard let block = blocks.removeValue(forKey: windows[place].start) else { break }
            let parts = windows[place...].prefix { $0.end <= block.end }
            bytes -= parts.reduce(0) { $0 + $1.calls.count + KeptWindows.overhead }
            windows.replaceSubrange(parts.indices, with: [block])
        }
        while bytes > mostBytes, !windows.isEmpty { remove(1) }
    }

    private mutating func remove(_ count: Int) {
        for window in windows.prefix(count) {
            bytes -= window.calls.count + KeptWindows.overhead
            if let block = blocks.removeValue(forKey: window.start) { bytes -= block.calls.count + KeptWindows.overhead }
        }
        windows.removeFirst(count)
    }

    /// How much of ``bytes`` the sums of many windows are.
    var blockBytes: Int { blocks.values.reduce(0) { $0 + $1.calls.count + KeptWindows.overhead } }

    /// How far back they go now, in nanoseconds.
    var covered: UInt64 { windows.reduce(0) { $0.addingSaturating($1.duration) } }

    /// Windows after each other.
    struct Stretch: Sendable {
        var windows: ArraySlice<Window>
        var start: UInt64 { windows.first?.start ?? 0 }
        var end: UInt64 { windows.last?.end ?? 0 }
        var duration: UInt64 { end.subtractingSaturating(start) }
    }

    /// The windows that are together at least so long, if there are as many.
    ///
    /// - Parameter time: where they end, from the start of the capture: with the window that has this time in it. nil: with the last window.
    /// - Returns: nil if there is none.
    func stretch(ofLast nanoseconds: UInt64, until time: UInt64? = nil) -> Stretch? {
        guard let end = time.map({ time in windows.firstIndex { $0.end >= time } ?? windows.count - 1 }) ?? windows.indices.last,
            windows.indices.contains(end)
        else { return nil }
        let begin = windows[end].end.subtractingSaturating(nanoseconds)
        let start = windows[...end].firstIndex { $0.end > begin } ?? end
        return Stretch(windows: windows[start...end])
    }

    /// The windows of a stretch, or blocks of them where there are many.
    private func parts(of stretch: Stretch) -> [Window] {
        let windows = stretch.windows
        guard windows.count > KeptWindows.windowsOfLongStretch else { return Array(windows) }
        var parts: [Window] = []
        var rest = windows
        while let first = rest.first {
            let part = blocks[first.start].flatMap { $0.end <= stretch.end ? $0 : nil } ?? first
            parts.append(part)
            rest = rest.drop { $0.end <= part.end }
        }
        return parts
    }

    /// The calls of a stretch as a profile of its own; nil before the first snapshot.
    ///
    /// - Parameter apart: calls whose latencies are known for each window too, in its intervals.
    func profile(of stretch: Stretch, apart: Set<SyscallID> = []) -> Profile? {
        guard var profile else { return nil }
        var sum = WindowSum()
        var intervals: [Interval] = []
        for part in parts(of: stretch) {
            let calls = WindowCode.decode(part.calls) ?? []
            sum.add(calls)
            guard !apart.isEmpty else { continue }
            intervals.append(
                Interval(
                    startNanoseconds: part.start.subtractingSaturating(stretch.start), durationNanoseconds: part.duration,
                    calls: calls.filter { apart.contains($0.id) }))
        }
        let isNewest = stretch.end == windows.last?.end
        profile.capture.startedAtNanoseconds = profile.capture.startedAtNanoseconds.addingSaturating(stretch.start)
        profile.capture.durationNanoseconds = stretch.duration
        profile.capture.consumerCPUNanoseconds = stretch.windows.reduce(0) { $0.addingSaturating($1.ownNanoseconds) }
        profile.capture.programs = nil
        profile.capture.notes.append(
            "These are the calls of \(isNewest ? "the last windows" : "some windows") of `syslat serve`. They have no processes, and no work "
                + "after exits.")
        profile.calls = sum.calls
        (profile.processes, profile.groups, profile.refused) = ([], nil, [])
        profile.intervals = intervals
        (profile.vdso, profile.workload, profile.slowCalls) = (nil, nil, nil)
        // What is in flight now tells nothing of a stretch that has ended.
        if !isNewest { profile.inFlight = [] }
        // What entered before these windows isn't in its balance.
        for place in profile.inFlight.indices where profile.inFlight[place].ageNanoseconds > stretch.duration {
            profile.inFlight[place].beganBefore = true
        }
        let lost = stretch.windows.reduce(UInt64(0)) { $0.addingSaturating($1.lost) }
        profile.balance = KeptWindows.balance(of: profile, lost: lost) { $0.abi != .ioUring }
        if profile.requests != nil { profile.requests = KeptWindows.balance(of: profile, lost: 0) { $0.abi == .ioUring } }
        return profile
    }

    /// The calls of the last windows.
    func profile(ofLast nanoseconds: UInt64, until time: UInt64? = nil) -> Profile? {
        stretch(ofLast: nanoseconds, until: time).flatMap { profile(of: $0) }
    }

    /// A balance that closes, of what windows know.
    private static func balance(of profile: Profile, lost: UInt64, where isIncluded: (SyscallID) -> Bool) -> Balance {
        let calls = profile.calls.filter { isIncluded($0.id) }
        let completed = calls.reduce(UInt64(0)) { $0.addingSaturating($1.calls) }
        let measured = calls.reduce(UInt64(0)) { $0.addingSaturating($1.measured) }
        let inFlight = UInt64(profile.inFlight.count { isIncluded($0.id) && !$0.beganBefore })
        return Balance(
            entered: completed.addingSaturating(inFlight).addingSaturating(lost), completed: completed, inFlight: inFlight,
            neverReturned: 0, lostByCause: lost > 0 ? [.unaccounted: lost] : [:],
            unmeasured: completed.subtractingSaturating(measured))
    }
}

extension Profile {
    /// Calls and requests of which it isn't known what became of them.
    fileprivate var lost: UInt64 { balance.lost.addingSaturating(requests?.lost ?? 0) }
}
