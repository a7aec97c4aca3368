import Presentation
import Profile
import ProfileSchema

extension InFlightPart {
    /// A call as it stands in the file, and the text that follows from that.
    init(_ call: InFlightCall, on host: Host) {
        self.init(call)
        text = call.details.map { CallText.of(call.id, $0, on: host) }
    }
}

/// The single calls that were kept, the slowest first.
struct SlowCallFigures: Encodable {
    private let slowCalls: SlowCalls
    private let host: Host

    init(_ slowCalls: SlowCalls, on host: Host) { (self.slowCalls, self.host) = (slowCalls, host) }

    private enum Key: String, CodingKey { case calls }

    func encode(to encoder: any Encoder) throws {
        try SlowCallsPart(slowCalls).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(slowCalls.calls.map(part), forKey: .calls)
    }

    /// A call as it stands in the file, and what follows from that.
    private func part(_ call: SlowCall) -> SlowCallPart {
        var part = SlowCallPart(call)
        part.startedAt = Timestamp.rfc3339(nanosecondsSince1970: call.startedAtNanoseconds)
        part.text = "\(CallText.of(call.id, call.details, on: host)) = \(CallText.result(of: call))"
        return part
    }
}
