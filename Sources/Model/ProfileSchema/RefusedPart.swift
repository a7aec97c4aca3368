package import Profile
import SyscallTable

/// Calls of one kind that were kept from being made.
package struct RefusedPart: Codable {
    private let call: CallPart
    /// As it stands in the file: versions to come may have others.
    private let by: String
    /// `null` for a result that is no error.
    private let errno: Int32?
    /// The error's name, for readers; syslat itself goes by the number.
    private let error: String?
    private let calls: UInt64

    private enum CodingKeys: String, CodingKey { case by, errno, error, calls }

    package init(_ refused: RefusedCalls) {
        (call, by) = (CallPart(refused.id), refused.by.name)
        (errno, error, calls) = (refused.errno, refused.errno.map(ErrnoTable.name), refused.calls)
    }

    package init(from decoder: any Decoder) throws {
        call = try CallPart(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        by = try container.decode(String.self, forKey: .by)
        errno = try container.decodeIfPresent(Int32.self, forKey: .errno)
        error = nil
        calls = try container.decode(UInt64.self, forKey: .calls)
    }

    package func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(by, forKey: .by)
        try container.encode(errno, forKey: .errno)
        try container.encode(error, forKey: .error)
        try container.encode(calls, forKey: .calls)
    }

    package func decoded() throws(ProfileDefect) -> RefusedCalls {
        if let errno, !(1...4095).contains(errno) { throw ProfileDefect("the error \(errno) is not between 1 and 4095") }
        // Who only a later version can tell is unknown to this one.
        let refuser = RefusedCalls.Refuser.allCases.first { $0.name == by } ?? .unknown
        return RefusedCalls(id: try call.decoded(), by: refuser, errno: errno, calls: calls)
    }
}
