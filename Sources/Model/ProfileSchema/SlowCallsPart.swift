package import Profile
import SyscallTable

/// Which single calls were kept, and how many could not be: `{"rule":{"slowest":3},"unkept":2}`.
package struct SlowCallsPart: Codable {
    private let rule: Rule
    private let unkept: UInt64
    /// Only where it says something.
    private let filter: Filter?

    package init(_ slowCalls: SlowCalls) {
        (rule, unkept) = (Rule(slowCalls.rule), slowCalls.unkept)
        filter = slowCalls.filter.isEmpty ? nil : Filter(slowCalls.filter)
    }

    /// The rule as far as it holds whatever the calls are; `SlowCalls` without any.
    package func decoded() throws(ProfileDefect) -> SlowCalls {
        SlowCalls(rule: try rule.decoded(), filter: try filter?.decoded() ?? SlowCallFilter(), unkept: unkept)
    }

    /// `{"comm":"nginx*","tids":[7],"errnos":[11],"at_least_ns":1000000}`.
    private struct Filter: Codable {
        let comm: String?
        let tids: [Int32]?
        let errnos: [Int32]?
        let leastNanoseconds: UInt64?

        enum CodingKeys: String, CodingKey {
            case comm, tids, errnos
            case leastNanoseconds = "at_least_ns"
        }

        init(_ filter: SlowCallFilter) {
            comm = filter.comm
            tids = filter.tids.isEmpty ? nil : filter.tids
            errnos = filter.errnos.isEmpty ? nil : filter.errnos
            leastNanoseconds = filter.leastNanoseconds
        }

        func decoded() throws(ProfileDefect) -> SlowCallFilter {
            let most = SlowCallFilter.mostIDs
            guard (tids ?? []).count <= most, (errnos ?? []).count <= most else {
                throw ProfileDefect("slow calls are chosen by at most \(most) threads or errors")
            }
            return SlowCallFilter(comm: comm, tids: tids ?? [], errnos: errnos ?? [], leastNanoseconds: leastNanoseconds)
        }
    }

    /// `{"slowest":3}` or `{"slower_ns":{"*":10000000,"read":1000000}}`.
    private struct Rule: Codable {
        var slowest: Int?
        /// By the name of the calls.
        var slower: [String: UInt64]?

        /// In the place of a name: all calls without a threshold of their own.
        static let others = "*"
        /// No table of system calls has so many names.
        static let mostNames = 1024

        enum CodingKeys: String, CodingKey {
            case slowest
            case slower = "slower_ns"
        }

        init(_ rule: SlowCalls.Rule) {
            switch rule {
            case .slowest(let count): slowest = count
            case .slower(let thresholds):
                slower = Dictionary(thresholds.map { ($0.call ?? Rule.others, $0.nanoseconds) }) { first, _ in first }
            }
        }

        func decoded() throws(ProfileDefect) -> SlowCalls.Rule {
            switch (slowest, slower) {
            case (let count?, nil):
                guard (1...SlowCalls.largestCount).contains(count) else {
                    throw ProfileDefect("1 to \(SlowCalls.largestCount) of the slowest calls are kept, not \(count)")
                }
                return .slowest(count)
            case (nil, let slower?):
                guard slower.count <= Rule.mostNames else { throw ProfileDefect("\(slower.count) calls have thresholds") }
                for nanoseconds in slower.values where !SlowThreshold.range.contains(nanoseconds) {
                    throw ProfileDefect("a threshold is 1 ns or more and less than 2^42 ns, not \(nanoseconds) ns")
                }
                return .slower(slower.map { SlowThreshold(call: $0 == Rule.others ? nil : $0, nanoseconds: $1) })
            default: throw ProfileDefect("the rule of the slow calls is either 'slowest' or 'slower_ns'")
            }
        }
    }
}

/// One call with its details.
package struct SlowCallPart: Codable {
    private let call: CallPart
    private let startedAtNanoseconds, durationNanoseconds: UInt64
    private let outcome: String
    private let result: Int64
    /// For readers, and only for calls that failed; syslat itself goes by the result.
    private let errno: Int32?
    private let error: String?
    private let pid, tid: Int32
    private let comm: String
    /// Only if the thread has a name of its own.
    private let thread: String?
    private let details: DetailsPart
    /// The start as RFC 3339; in reports only.
    package var startedAt: String?
    /// The call as people read it: `fsync(4</var/lib/x.wal>) = 0`; in reports only.
    package var text: String?

    private enum CodingKeys: String, CodingKey {
        case startedAtNanoseconds = "started_at_ns"
        case startedAt = "started_at"
        case durationNanoseconds = "duration_ns"
        case outcome, result, errno, error, pid, tid, comm, thread, text
    }

    package init(_ slow: SlowCall) {
        call = CallPart(slow.id)
        (startedAtNanoseconds, durationNanoseconds) = (slow.startedAtNanoseconds, slow.durationNanoseconds)
        (outcome, result) = (slow.outcome.name, slow.result)
        (errno, error) = (slow.errno, slow.errno.map(ErrnoTable.name))
        (pid, tid, comm, thread) = (slow.pid, slow.tid, slow.comm, slow.thread)
        details = DetailsPart(slow.details)
    }

    package init(from decoder: any Decoder) throws {
        call = try CallPart(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        startedAtNanoseconds = try container.decode(UInt64.self, forKey: .startedAtNanoseconds)
        durationNanoseconds = try container.decode(UInt64.self, forKey: .durationNanoseconds)
        outcome = try container.decode(String.self, forKey: .outcome)
        result = try container.decode(Int64.self, forKey: .result)
        (errno, error) = (nil, nil)
        pid = try container.decode(Int32.self, forKey: .pid)
        tid = try container.decode(Int32.self, forKey: .tid)
        comm = try container.decode(String.self, forKey: .comm)
        thread = try container.decodeIfPresent(String.self, forKey: .thread)
        details = try DetailsPart(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(startedAt, forKey: .startedAt)
        try container.encode(startedAtNanoseconds, forKey: .startedAtNanoseconds)
        try container.encode(durationNanoseconds, forKey: .durationNanoseconds)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(result, forKey: .result)
        try container.encodeIfPresent(errno, forKey: .errno)
        try container.encodeIfPresent(error, forKey: .error)
        try container.encode(pid, forKey: .pid)
        try container.encode(tid, forKey: .tid)
        try container.encode(comm, forKey: .comm)
        try container.encodeIfPresent(thread, forKey: .thread)
        try container.encodeIfPresent(text, forKey: .text)
        try details.encode(to: encoder)
    }

    package func decoded() throws(ProfileDefect) -> SlowCall {
        guard !startedAtNanoseconds.addingReportingOverflow(durationNanoseconds).overflow else {
            throw ProfileDefect("a call that began at \(startedAtNanoseconds) ns can't have taken \(durationNanoseconds) ns")
        }
        return SlowCall(
            id: try call.decoded(), startedAtNanoseconds: startedAtNanoseconds, durationNanoseconds: durationNanoseconds,
            outcome: try Outcome.named(outcome), result: result, pid: pid, tid: tid, comm: comm, thread: thread,
            details: try details.decoded())
    }
}
