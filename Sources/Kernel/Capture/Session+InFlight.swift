import Aggregation
import BPFRuntime
import Glibc
import SaturatingMath
import CallSelection
import Linux
import Probes
import Profile
import SyscallTable

extension Session {
    /// The calls in flight at the end of an interval: those that do something first, and no more than fit. nil for windows, at whose
    /// end there are none.
    mutating func callsInFlight(at moment: UInt64) throws(CaptureError) -> CallsInFlight? {
        guard !options.isWindowed else { return nil }
        let kept = try explained { () throws(BPFError) in try probes.requestsInFlight() }
        let requests = kept.isEmpty ? [] : kept.inFlight(unseen: unseenCompletions(probes.requestMisses, probes.counters))
        let slots = try explained { () throws(BPFError) in try probes.inFlight() }
        let known = slots.map(ThreadInCall.init) + requests.map(ThreadInCall.init)
        let threads = (known.filter { $0.enteredAt ?? 0 <= moment } + threadsBegunBefore(others: slots, isLast: phase == .drained))
            .byUrgency(\.id) { $0.age(at: moment, recordingSince: times.start) }
        let shown = threads.prefix(CallsInFlight.limit)
        let (seen, looks) = look(at: shown, closelyAt: Session.detailsOfInterval, moment: moment, intervalLooks)
        intervalLooks = looks
        if seen.contains(where: \.isUnnamed) { slowCalls?.waitForNames(milliseconds: Session.namesOfInterval) }
        return CallsInFlight(calls: seen.map { named($0) }, omitted: UInt64(threads.count - shown.count))
    }

    /// How many calls of an interval have details: an interval may be as short as 10 ms, and each look takes some 50 µs.
    private static let detailsOfInterval = 32
    /// How many milliseconds an interval waits for names of functions.
    private static let namesOfInterval = 10

    /// All calls in flight at the end of the capture, or in a snapshot, the first of them with their details. ``named(_:)`` gives their stacks.
    /// - Parameter isLast: whether names are those of now.
    mutating func callsInFlight(at moment: UInt64, _ slots: [InFlightSlot], isLast: Bool) -> [SeenCall] {
        let start = times.start
        let threads = (slots.map(ThreadInCall.init) + threadsBegunBefore(others: slots, isLast: isLast))
            .byUrgency(\.id) { $0.age(at: moment, recordingSince: start) }
        if isLast { snapshotLooks.forgetNames() }
        let (seen, looks) = look(at: threads[...], closelyAt: CallsInFlight.limit, moment: moment, snapshotLooks)
        snapshotLooks = looks
        return seen
    }

    /// A call with the names of its stacks, as far as these have been looked up.
    func named(_ seen: SeenCall) -> InFlightCall {
        var call = seen.call
        if let stack = seen.stack { call.details?.userStack = stack.frames }
        if let number = seen.sleepStack, call.details?.kernelStack.isEmpty == true {
            switch slowCalls {
            case .some(let intake): call.details?.kernelStack = intake.sleepFrames(of: number)
            case nil: break
            }
        }
        return call
    }

    /// The oldest requests to io_uring that have not completed: all of them might be tens of thousands.
    func requestsInFlight(at moment: UInt64, _ requests: [RequestInFlight]) -> [InFlightCall] {
        requests.suffix(CallsInFlight.limit).map(ThreadInCall.init).map {
            ThreadLook(ThreadNames($0)).call(of: $0, at: moment, recordingSince: times.start)
        }
    }

    /// How many requests may have completed unseen and are not known for it. Those are that had an address which another request has now, and
    /// those that were removed.
    func unseenCompletions(_ misses: (submitted: UInt64, completed: UInt64), _ counters: KernelCounters) -> UInt64 {
        let unseen = misses.completed.addingSaturating(counters.hiddenCompletions)
        return unseen - min(unseen, (counters.lostRequestsByCause[.missedExit] ?? 0).addingSaturating(removedRequests))
    }

    /// Threads of the target's processes in calls that had been entered before recording began and have not returned: the calls that a
    /// hung process hangs in. Only for processes that were named, because a whole system is full of waiting daemons.
    private mutating func threadsBegunBefore(others: [InFlightSlot], isLast: Bool) -> [ThreadInCall] {
        guard case .processes(let pids, _) = options.target, !options.isWindowed else { return [] }
        let candidates = earlier.candidates(lookingAgain: isLast, in: pids, except: Set(others.map(\.tid))).filter {
            options.selection?.contains($0.id) ?? true
        }
        // Looked up last: a thread whose call ended after all, and began another, has been seen by now.
        let seen = candidates.isEmpty ? [] : probes.threadsSeen(among: Set(candidates.map(\.tid)))
        earlier.threads = candidates.filter { !seen.contains($0.tid) }
        return earlier.threads
    }
}

/// Threads in calls that had been entered before recording began. There are never more of them, so once they have been looked for some times, only
/// those that are known are looked at: a process may have thousands of threads.
struct EarlierThreads {
    var threads: [ThreadInCall] = []
    private var searches = 0

    /// A thread that ran inside its call, or was just entering one, shows at the next search.
    private static let searchesNeeded = 4

    /// Threads that may be in such a call, as /proc has them now.
    /// - Parameter others: threads in calls that were seen to begin.
    mutating func candidates(lookingAgain: Bool, in pids: [Int32], except others: Set<Int32>) -> [ThreadInCall] {
        guard lookingAgain || searches < EarlierThreads.searchesNeeded else {
            return threads.filter { !others.contains($0.tid) && ProcFS.currentCall(of: $0.tid) == $0.id }
        }
        searches += 1
        return pids.flatMap { pid in
            ProcFS.names(in: "/proc/\(pid)/task").compactMap { Int32($0) }.filter { !others.contains($0) }.compactMap { tid in
                ProcFS.currentCall(of: tid).map { ThreadInCall(pid: pid, tid: tid, id: $0, enteredAt: nil) }
            }
        }
    }
}

extension [RequestInFlight] {
    /// Those that can still be in flight, the newest first. So many completions as went unseen are taken for those of processes that are gone,
    /// and for the oldest.
    func inFlight(unseen: UInt64) -> [RequestInFlight] {
        let isAlive = Dictionary(
            uniqueKeysWithValues: Set(map(\.pid)).map { ($0, ProcFS.mayAccess("/proc/\($0)", F_OK)) })
        let possible = filter { isAlive[$0.pid] == true }.sorted(falling: \.submittedAt, then: \.tid)
        let others = Int(clamping: unseen) - (count - possible.count)
        return Array(possible.prefix(possible.count - Swift.min(possible.count, Swift.max(0, others))))
    }
}

/// A thread and the call that it is in, or a request that it has submitted.
struct ThreadInCall {
    /// nil where it has yet to be looked up.
    var pid: Int32?
    var tid: Int32
    var id: SyscallID
    /// CLOCK_MONOTONIC; nil if it was before recording began.
    var enteredAt: UInt64?
    /// The call as the programs keep it; nil of what they don't keep so.
    var slot: InFlightSlot?

    func age(at moment: UInt64, recordingSince start: UInt64) -> UInt64 {
        let since = enteredAt ?? start
        return moment > since ? moment - since : 0
    }
}

extension ThreadInCall {
    init(_ slot: InFlightSlot) { self.init(pid: nil, tid: slot.tid, id: slot.id, enteredAt: slot.enteredAt, slot: slot) }

    init(_ request: RequestInFlight) {
        self.init(pid: request.pid, tid: request.tid, id: request.id, enteredAt: request.submittedAt)
    }
}
