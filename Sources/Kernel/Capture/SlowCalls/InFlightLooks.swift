import Aggregation
import Linux
import Probes
import Profile
import SyscallTable

/// A call in flight, and what has yet to be named of it.
struct SeenCall {
    var call: InFlightCall
    /// Where the program made the call; nil if that isn't known.
    var stack: NamedStack?
    /// The number of the kernel stack in which the call slept last.
    var sleepStack: UInt32?

    var isUnnamed: Bool { stack?.isNamed == false || sleepStack != nil && call.details?.kernelStack.isEmpty == true }
}

/// Whose thread it is, as /proc has it now.
struct ThreadNames {
    let pid: Int32
    let comm: String
    let thread: String?

    /// - Parameter process: the name of a process, where it is known already. The main thread has the number and the name of its process.
    init(_ thread: ThreadInCall, process: (Int32) -> String? = { _ in nil }) {
        if thread.pid == nil, let known = process(thread.tid) {
            (pid, comm, self.thread) = (thread.tid, known, known)
            return
        }
        pid = thread.pid ?? ProcFS.threadGroup(of: thread.tid) ?? thread.tid
        comm = ProcFS.comm(of: pid) ?? "?"
        self.thread = ProcFS.comm(of: thread.tid)
    }
}

/// What is known of a thread that is in a call.
struct ThreadLook {
    var names: ThreadNames
    /// nil where nobody has looked, or where it had gone on.
    var details: CallDetails?
    /// Where the program made the call; nil until that is known.
    var stack: NamedStack?
    /// The number of the kernel stack in which it slept last.
    var sleepStack: UInt32?

    init(_ names: ThreadNames) { self.names = names }

    func call(of thread: ThreadInCall, at moment: UInt64, recordingSince start: UInt64) -> InFlightCall {
        InFlightCall(
            pid: names.pid, tid: thread.tid, comm: names.comm, thread: names.thread, id: thread.id,
            ageNanoseconds: thread.age(at: moment, recordingSince: start), beganBefore: thread.enteredAt == nil, details: details)
    }
}

/// The threads of the last look. A thread that is still in its call is not looked up again, but for where in the kernel it is: hundreds of
/// daemons that wait cost next to nothing. One that has gone on to another call keeps its names for some looks, because thousands may have.
struct InFlightLooks {
    struct Key: Hashable {
        var tid: Int32
        /// When the thread entered its call.
        var enteredAt: UInt64?
        var id: SyscallID

        init(_ thread: ThreadInCall) { (tid, enteredAt, id) = (thread.tid, thread.enteredAt, thread.id) }
    }

    private(set) var threads: [Key: ThreadLook] = [:]
    /// Names of threads, and for how many other calls they will do.
    private var names: [Int32: (names: ThreadNames, calls: UInt8)] = [:]

    /// Not all of them are due at the same look.
    private static func calls(_ tid: Int32) -> UInt8 { 32 + UInt8(truncatingIfNeeded: tid & 31) }

    init(capacity: Int = 0) {
        threads.reserveCapacity(capacity)
        names.reserveCapacity(capacity)
    }

    /// What is known of a thread, with names at least.
    /// - Parameter process: the name of a process, where it is known already.
    func look(at thread: ThreadInCall, process: (Int32) -> String?) -> (look: ThreadLook, calls: UInt8) {
        let known = names[thread.tid]
        if var look = threads[Key(thread)] {
            if let known { return (look, known.calls) }
            look.names = ThreadNames(thread, process: process)
            return (look, InFlightLooks.calls(thread.tid))
        }
        if let known, known.calls > 0 { return (ThreadLook(known.names), known.calls - 1) }
        return (ThreadLook(ThreadNames(thread, process: process)), InFlightLooks.calls(thread.tid))
    }

    mutating func keep(_ look: ThreadLook, of thread: ThreadInCall, calls: UInt8) {
        threads[Key(thread)] = look
        names[thread.tid] = (look.names, calls)
    }

    /// All names are looked up again.
    mutating func forgetNames() { names = [:] }
}

extension Session {
    /// Looks at threads, and at the first of them closely.
    /// - Parameter known: the last look. This one takes its place.
    mutating func look(
        at threads: ArraySlice<ThreadInCall>, closelyAt count: Int, moment: UInt64, _ known: InFlightLooks
    ) -> (seen: [SeenCall], looks: InFlightLooks) {
        var details = InFlightDetails()
        var looks = InFlightLooks(capacity: threads.count)
        for (index, thread) in threads.enumerated() {
            var (look, calls) = known.look(at: thread) { intake.aggregator.nameOfLiving($0) }
            if options.slowCalls != nil, index < count, thread.id.abi != .ioUring {
                let hadDetails = look.details != nil
                look.lookClosely(at: thread, &details)
                // Asked at once: a look at all threads takes a while, and many calls are over by then.
                if !hadDetails, look.details != nil, !isStillInCall(thread) { look.details = nil }
                if look.details != nil { slowCalls?.noteSleep(of: thread, look.names.pid, look.names.comm, &look, probes) }
            }
            looks.keep(look, of: thread, calls: calls)
        }
        let start = times.start
        let seen = threads.compactMap { thread in
            looks.threads[InFlightLooks.Key(thread)].map {
                SeenCall(call: $0.call(of: thread, at: moment, recordingSince: start), stack: $0.stack, sleepStack: $0.sleepStack)
            }
        }
        return (seen, looks)
    }

    /// A thread that has gone on since it was found may have been in the next call of the same kind when it was looked at. True where that
    /// can't be told.
    private func isStillInCall(_ thread: ThreadInCall) -> Bool {
        guard phase == .recording, let slot = thread.slot else { return true }
        return (try? probes.isInFlight(slot)) ?? true
    }
}

extension ThreadLook {
    fileprivate mutating func lookClosely(at thread: ThreadInCall, _ looks: inout InFlightDetails) {
        guard let known = details else { return details = looks.details(of: thread.tid, in: thread.id) }
        // Where threads wait for work, they stay.
        guard !thread.id.isIdleWait || known.kernelStack.isEmpty else { return }
        details?.kernelStack = looks.kernelStack(of: thread.tid, in: thread.id, arguments: known.arguments)
    }
}
