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
        let threads = (known.filter { $0.enteredAt ?? 0 <= moment } + threadsBegunBefore(others: slots))
            .byUrgency(\.id) { $0.age(at: moment, recordingSince: times.start) }
        let shown = threads.prefix(CallsInFlight.limit)
        let start = times.start
        let calls = inFlightNames.look { names in shown.map { names.call(of: $0, at: moment, recordingSince: start) } }
        return CallsInFlight(calls: calls, omitted: UInt64(threads.count - shown.count))
    }

    /// All calls in flight at the end of the capture, or in a snapshot, the first of them with their details.
    /// - Parameter isLast: whether names are those of now.
    mutating func callsInFlight(at moment: UInt64, _ slots: [InFlightSlot], isLast: Bool) -> [InFlightCall] {
        let start = times.start
        let threads = (slots.map(ThreadInCall.init) + threadsBegunBefore(others: slots))
            .byUrgency(\.id) { $0.age(at: moment, recordingSince: start) }
        if isLast { snapshotNames = InFlightNames() }
        let named = snapshotNames.look { names in threads.map { names.call(of: $0, at: moment, recordingSince: start) } }
        var looks = InFlightDetails()
        var calls: [InFlightCall] = []
        for (thread, found) in zip(threads, named) {
            var call = found
            if options.slowCalls != nil, calls.count < CallsInFlight.limit,
                var details = looks.details(of: thread.tid, in: thread.id)
            {
                details.userStack = slowCalls?.userStack(of: call, enteredAt: thread.enteredAt, probes) ?? []
                call.details = details
            }
            calls.append(call)
        }
        return calls
    }

    /// The oldest requests to io_uring that have not completed: all of them might be tens of thousands.
    func requestsInFlight(at moment: UInt64, _ requests: [RequestInFlight]) -> [InFlightCall] {
        requests.suffix(CallsInFlight.limit).map(ThreadInCall.init).map {
            ThreadNames($0).call(of: $0, at: moment, recordingSince: times.start)
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
    private func threadsBegunBefore(others: [InFlightSlot]) -> [ThreadInCall] {
        guard case .processes(let pids, _) = options.target, !options.isWindowed else { return [] }
        let inSlots = Set(others.map(\.tid))
        let candidates = pids.flatMap { pid in
            ProcFS.names(in: "/proc/\(pid)/task").compactMap { Int32($0) }.compactMap { tid -> ThreadInCall? in
                guard !inSlots.contains(tid), let id = ProcFS.currentCall(of: tid), options.selection?.contains(id) ?? true
                else { return nil }
                return ThreadInCall(pid: pid, tid: tid, id: id, enteredAt: nil)
            }
        }
        guard !candidates.isEmpty else { return [] }
        // Looked up last: a thread whose call ended after all, and began another, has been seen by now.
        let seen = probes.threadsSeen(among: Set(candidates.map(\.tid)))
        return candidates.filter { !seen.contains($0.tid) }
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

    func age(at moment: UInt64, recordingSince start: UInt64) -> UInt64 {
        let since = enteredAt ?? start
        return moment > since ? moment - since : 0
    }
}

extension ThreadInCall {
    init(_ slot: InFlightSlot) { self.init(pid: nil, tid: slot.tid, id: slot.id, enteredAt: slot.enteredAt) }

    init(_ request: RequestInFlight) {
        self.init(pid: request.pid, tid: request.tid, id: request.id, enteredAt: request.submittedAt)
    }
}

/// Whose thread it is, as /proc has it now.
private struct ThreadNames {
    private let pid: Int32
    private let comm: String
    private let thread: String?

    init(_ thread: ThreadInCall) {
        pid = thread.pid ?? ProcFS.threadGroup(of: thread.tid) ?? thread.tid
        comm = ProcFS.comm(of: pid) ?? "?"
        self.thread = ProcFS.comm(of: thread.tid)
    }

    func call(of thread: ThreadInCall, at moment: UInt64, recordingSince start: UInt64) -> InFlightCall {
        InFlightCall(
            pid: pid, tid: thread.tid, comm: comm, thread: self.thread, id: thread.id,
            ageNanoseconds: thread.age(at: moment, recordingSince: start), beganBefore: thread.enteredAt == nil)
    }
}

/// Whose calls are in flight, look after look. A thread that is still in the call of the last look is not looked up again: hundreds of
/// daemons that wait cost next to nothing. One that has gone on to another call keeps its names for some looks, because thousands may have.
struct InFlightNames {
    private struct Known {
        let names: ThreadNames
        /// The call that it was in at the last look.
        let call: UInt64?
        /// Other calls until its names are looked up again.
        let calls: UInt8
    }

    private var last: [Int32: Known] = [:]
    private var current: [Int32: Known] = [:]

    /// Not all of them are due at the same look.
    private static func calls(_ tid: Int32) -> UInt8 { 16 + UInt8(truncatingIfNeeded: tid & 15) }

    /// One look. What is not asked for in it is forgotten.
    mutating func look<Result>(_ body: (inout InFlightNames) -> Result) -> Result {
        defer { (last, current) = (current, [:]) }
        return body(&self)
    }

    mutating func call(of thread: ThreadInCall, at moment: UInt64, recordingSince start: UInt64) -> InFlightCall {
        let known = last[thread.tid].flatMap { known -> Known? in
            if known.call == thread.enteredAt { return known }
            guard known.calls > 0 else { return nil }
            return Known(names: known.names, call: thread.enteredAt, calls: known.calls - 1)
        }
        let found =
            known ?? Known(names: ThreadNames(thread), call: thread.enteredAt, calls: InFlightNames.calls(thread.tid))
        current[thread.tid] = found
        return found.names.call(of: thread, at: moment, recordingSince: start)
    }
}
