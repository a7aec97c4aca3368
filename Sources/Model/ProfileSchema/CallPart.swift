package import Profile
package import SyscallTable

/// Which system call something is about.
package struct CallPart: Codable {
    private var abi: String
    private var number: Int32
    /// For readers; syslat itself goes by ABI and number.
    private var name: String

    package init(_ id: SyscallID) { (abi, number, name) = (id.abi.name, id.number, id.name) }

    package func decoded() throws(ProfileDefect) -> SyscallID {
        guard let abi = ABI(name: abi) else { throw ProfileDefect("'\(abi)' is not an ABI that syslat knows") }
        return SyscallID(abi: abi, number: number)
    }
}

/// How a call ended.
struct EndPart: Codable {
    private var outcome: String
    private var failed: Bool

    init(_ outcome: Outcome, failed: Bool) { (self.outcome, self.failed) = (outcome.name, failed) }

    func decoded() throws(ProfileDefect) -> (outcome: Outcome, failed: Bool) {
        (try Outcome.named(outcome), failed)
    }
}

extension Outcome {
    static func named(_ name: String) throws(ProfileDefect) -> Outcome {
        guard let outcome = allCases.first(where: { $0.name == name }) else {
            throw ProfileDefect("'\(name)' is not an outcome of a call")
        }
        return outcome
    }
}

/// The errors of one call, as pairs of number and count.
package struct ErrnosPart: Codable {
    private let call: CallPart
    private let counts: [[UInt64]]

    private enum CodingKeys: String, CodingKey { case counts }

    package init(_ profile: CallProfile) {
        call = CallPart(profile.id)
        counts = profile.errnos.map { [UInt64($0.errno), $0.count] }
    }

    package init(from decoder: any Decoder) throws {
        call = try CallPart(from: decoder)
        counts = try decoder.container(keyedBy: CodingKeys.self).decode([[UInt64]].self, forKey: .counts)
    }

    package func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(counts, forKey: .counts)
    }

    package func decoded() throws(ProfileDefect) -> (id: SyscallID, errnos: [ErrnoCount]) {
        var errnos: [ErrnoCount] = []
        for pair in counts {
            guard pair.count == 2, (1...4095).contains(pair[0]), pair[1] > 0 else {
                throw ProfileDefect("an error is a pair of its number, 1 to 4095, and a count")
            }
            guard !errnos.contains(where: { $0.errno == Int32(pair[0]) }) else {
                throw ProfileDefect("the error \(pair[0]) is there twice")
            }
            errnos.append(ErrnoCount(errno: Int32(pair[0]), count: pair[1]))
        }
        return (try call.decoded(), errnos)
    }
}

/// A call that had not returned when the capture ended.
package struct InFlightPart: Codable {
    private let call: CallPart
    private let pid, tid: Int32
    private let comm: String
    /// Only if the thread has a name of its own.
    private let thread: String?
    private let ageNanoseconds: UInt64
    /// Only where it is true: the age is a lower bound then.
    private let beganBefore: Bool?
    /// Only where somebody looked.
    private let details: DetailsPart?
    /// The call as people read it, where somebody looked: `fsync(4</var/lib/x.wal>)`; in reports only.
    package var text: String?

    private enum CodingKeys: String, CodingKey {
        case ageNanoseconds = "age_ns"
        case beganBefore = "began_before"
        case pid, tid, comm, thread, text
    }

    package init(_ inFlight: InFlightCall) {
        call = CallPart(inFlight.id)
        (pid, tid, comm, thread) = (inFlight.pid, inFlight.tid, inFlight.comm, inFlight.thread)
        ageNanoseconds = inFlight.ageNanoseconds
        beganBefore = inFlight.beganBefore ? true : nil
        details = inFlight.details.map(DetailsPart.init)
    }

    package init(from decoder: any Decoder) throws {
        call = try CallPart(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pid = try container.decode(Int32.self, forKey: .pid)
        tid = try container.decode(Int32.self, forKey: .tid)
        comm = try container.decode(String.self, forKey: .comm)
        thread = try container.decodeIfPresent(String.self, forKey: .thread)
        ageNanoseconds = try container.decode(UInt64.self, forKey: .ageNanoseconds)
        beganBefore = try container.decodeIfPresent(Bool.self, forKey: .beganBefore)
        let hasDetails = try decoder.container(keyedBy: DetailsPart.CodingKeys.self).contains(.arguments)
        details = hasDetails ? try DetailsPart(from: decoder) : nil
    }

    package func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pid, forKey: .pid)
        try container.encode(tid, forKey: .tid)
        try container.encode(comm, forKey: .comm)
        try container.encodeIfPresent(thread, forKey: .thread)
        try container.encode(ageNanoseconds, forKey: .ageNanoseconds)
        try container.encodeIfPresent(beganBefore, forKey: .beganBefore)
        try container.encodeIfPresent(text, forKey: .text)
        try details?.encode(to: encoder)
    }

    package func decoded() throws(ProfileDefect) -> InFlightCall {
        InFlightCall(
            pid: pid, tid: tid, comm: comm, thread: thread, id: try call.decoded(), ageNanoseconds: ageNanoseconds,
            beganBefore: beganBefore ?? false, details: try details?.decoded())
    }
}
