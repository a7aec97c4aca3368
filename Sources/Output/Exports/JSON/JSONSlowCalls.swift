import Presentation
import Profile
import ProfileSchema

/// The single calls that were kept, the slowest first.
struct SlowCallFigures: Encodable {
    private let slowCalls: SlowCalls

    init(_ slowCalls: SlowCalls) { self.slowCalls = slowCalls }

    private enum Key: String, CodingKey { case calls }

    func encode(to encoder: any Encoder) throws {
        try SlowCallsPart(slowCalls).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(slowCalls.calls.map(SlowCallFigures.part), forKey: .calls)
    }

    /// A call as it stands in the file, and what follows from that.
    private static func part(_ call: SlowCall) -> SlowCallPart {
        var part = SlowCallPart(call)
        part.startedAt = Timestamp.rfc3339(nanosecondsSince1970: call.startedAtNanoseconds)
        return part
    }
}
