import PlainText
package import Profile

/// What is shown of a slow call. Nothing in it can control a terminal.
package struct SlowCallLine: Sendable, Hashable {
    /// When it was entered, in UTC: `12:34:56.789`.
    package var time: String
    package var duration: String
    package var outcome: String
    /// `postgres`, or `postgres/checkpointer` where the thread has a name of its own.
    package var task: String
    /// What stays readable where the name is cut off: `[4711]`.
    package var tid: String
    /// `fsync(4</var/lib/x.wal>)`
    package var call: String
    /// What stays readable where the call is cut off: ` = -1 ENOENT`.
    package var result: String
    /// The functions that made the call, the innermost first: `XLogWrite < WalWriterMain`; nil where stacks were not taken.
    package var userStack: String?
    /// Where it slept longest, in the same way.
    package var kernelStack: String?
    /// What stands before that: `slept 83.9 ms in`.
    package var sleep: String

    package init(_ call: SlowCall, on host: Host) {
        time = Timestamp.timeOfDay(nanosecondsSince1970: call.startedAtNanoseconds, decimals: 3)
        duration = HumanFormat.duration(nanoseconds: call.durationNanoseconds)
        outcome = call.outcome.name
        task = SlowCallLine.task(call.comm, call.thread)
        tid = "[\(call.tid)]"
        self.call = CallText.of(call.id, call.details, on: host)
        result = " = \(CallText.result(of: call))"
        userStack = call.details.userStack.line(in: .user)
        kernelStack = call.details.kernelStack.line(in: .kernel)
        sleep = call.details.sleep?.words ?? "slept in"
    }

    /// A process, and the thread where that has a name of its own; `?` for one without a name.
    package static func task(_ comm: String, _ thread: String?) -> String {
        [comm.isEmpty ? "?" : comm, thread ?? ""].filter { !$0.isEmpty }.map(PlainText.line).joined(separator: "/")
    }
}

extension SlowCall {
    /// The line of a log of slow calls, without its end:
    /// `12:34:56.789123 postgres[4711] fsync(4</var/lib/x.wal>) = 0 <84.2ms> blocked at XLogWrite < WalWriterMain`.
    package func logLine(on host: Host) -> String {
        let line = SlowCallLine(self, on: host)
        let time = Timestamp.timeOfDay(nanosecondsSince1970: startedAtNanoseconds, decimals: 6)
        let took = HumanFormat.quantity(nanoseconds: Double(durationNanoseconds)).tight
        return "\(time) \(line.task)\(line.tid) \(line.call)\(line.result) <\(took)> \(line.outcome)"
            + (line.userStack.map { " at \($0)" } ?? "")
    }
}

extension CallSleep {
    /// What stands before the place: `slept 83.9 ms in`, `slept 83.9 ms in 3 parts, the longest in`.
    fileprivate var words: String {
        let total = HumanFormat.duration(nanoseconds: totalNanoseconds)
        return count == 1 ? "slept \(total) in" : "slept \(total) in \(HumanFormat.count(count)) parts, the longest in"
    }
}
