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

/// What is known of a thread that is in a call.
struct ThreadLook {
    let pid: Int32
    let comm: String
    private let thread: String?
    /// nil where nobody has looked, or where it had gone on.
    var details: CallDetails?
    /// Where the program made the call; nil until that is known.
    var stack: NamedStack?
    /// The number of the kernel stack in which it slept last.
    var sleepStack: UInt32?

    /// Whose thread it is, as /proc has it now.
    init(_ thread: ThreadInCall) {
        pid = thread.pid ?? ProcFS.threadGroup(of: thread.tid) ?? thread.tid
        comm = ProcFS.comm(of: pid) ?? "?"
        self.thread = ProcFS.comm(of: thread.tid)
    }

    func call(of thread: ThreadInCall, at moment: UInt64, recordingSince start: UInt64) -> InFlightCall {
        InFlightCall(
            pid: pid, tid: thread.tid, comm: comm, thread: self.thread, id: thread.id,
            ageNanoseconds: thread.age(at: moment, recordingSince: start), beganBefore: thread.enteredAt == nil, details: details)
    }
}

/// The threads of the last look. A thread that is still in its call is not looked up again, but for where in the kernel it is: hundreds of
/// daemons that wait cost next to nothing.
struct InFlightLooks {
    struct Key: Hashable {
        var tid: Int32
        /// When the thread entered its call.
        var enteredAt: UInt64?
        var id: SyscallID

        init(_ thread: ThreadInCall) { (tid, enteredAt, id) = (thread.tid, thread.enteredAt, thread.id) }
    }

    var threads: [Key: ThreadLook] = [:]
}

extension Session {
    /// Looks at threads, and at the first of them closely.
    /// - Parameter known: the last look. This one takes its place.
    mutating func look(
        at threads: ArraySlice<ThreadInCall>, closelyAt count: Int, moment: UInt64, _ known: InFlightLooks
    ) -> (seen: [SeenCall], looks: InFlightLooks) {
        var details = InFlightDetails()
        var looks = InFlightLooks()
        var new: Set<InFlightLooks.Key> = []
        for (index, thread) in threads.enumerated() {
            let key = InFlightLooks.Key(thread)
            var look = known.threads[key] ?? ThreadLook(thread)
            if options.slowCalls != nil, index < count, thread.id.abi != .ioUring {
                let hadDetails = look.details != nil
                look.lookClosely(at: thread, &details)
                if !hadDetails, look.details != nil { new.insert(key) }
                if look.details != nil { slowCalls?.noteSleep(of: thread, look.pid, look.comm, &look, probes) }
            }
            looks.threads[key] = look
        }
        forgetDetailsOfOtherCalls(&looks, new)
        let start = times.start
        let seen = threads.compactMap { thread in
            looks.threads[InFlightLooks.Key(thread)].map {
                SeenCall(call: $0.call(of: thread, at: moment, recordingSince: start), stack: $0.stack, sleepStack: $0.sleepStack)
            }
        }
        return (seen, looks)
    }

    /// A thread that has gone on since it was found may have been in the next call of the same kind when it was looked at.
    private func forgetDetailsOfOtherCalls(_ looks: inout InFlightLooks, _ new: Set<InFlightLooks.Key>) {
        guard phase == .recording, !new.isEmpty, let slots = try? probes.inFlight() else { return }
        let still = Set(slots.map { InFlightLooks.Key(ThreadInCall($0)) })
        for key in new where key.enteredAt != nil && !still.contains(key) { looks.threads[key]?.details = nil }
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
