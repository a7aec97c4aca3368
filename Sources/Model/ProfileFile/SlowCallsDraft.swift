import Profile
import ProfileSchema
import SyscallTable

/// The lines about slow calls as they come, the rule first.
struct SlowCallsDraft {
    private var head: SlowCalls?
    private var calls: [SlowCall] = []
    private var counts: [SyscallID: Int] = [:]

    mutating func take(_ line: FileLine) throws(ProfileDefect) {
        if let new = line.slowCalls {
            guard head == nil else { throw ProfileDefect("the rule of the slow calls is there twice") }
            head = try new.decoded()
        }
        guard let new = line.slowCall else { return }
        guard let rule = head?.rule else { throw ProfileDefect("a slow call comes before the rule of the slow calls") }
        let call = try new.decoded()
        let name = "\(call.id.abi.name):\(call.id.name)"
        switch rule {
        case .slowest(let count):
            counts[call.id, default: 0] += 1
            guard counts[call.id, default: 0] <= count else {
                throw ProfileDefect("there are more than the \(count) slowest calls of \(name)")
            }
        case .slower(let thresholds):
            guard calls.count < SlowCalls.limit else { throw ProfileDefect("there are more than \(SlowCalls.limit) slow calls") }
            guard let threshold = thresholds.nanoseconds(of: call.id), call.durationNanoseconds >= threshold else {
                throw ProfileDefect("a call of \(name) that took \(call.durationNanoseconds) ns is not slow by the rule")
            }
        }
        calls.append(call)
    }

    /// nil where no line says anything.
    var slowCalls: SlowCalls? { head.map { SlowCalls(rule: $0.rule, filter: $0.filter, calls: calls, unkept: $0.unkept) } }
}
