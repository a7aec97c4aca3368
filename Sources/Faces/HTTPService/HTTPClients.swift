import NIOCore

/// All connections of a server, and what they share.
///
/// Threading: the thread of the event loop alone.
final class HTTPClients {
    let limits: HTTPLimits
    let respond: @Sendable (HTTPRequest) -> HTTPResponse
    /// Bytes of answers that are on their way.
    private var answerBytes = 0
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]

    init(_ limits: HTTPLimits, respond: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
        (self.limits, self.respond) = (limits, respond)
    }

    /// Adds a connection, and closes another one if there are too many: that which waits longest for a request. All others are answered at this
    /// moment, and the new one gives way.
    func add(_ connection: HTTPConnection) {
        connections[ObjectIdentifier(connection)] = connection
        guard connections.count > limits.connections else { return }
        let waiting = connections.values.filter { !$0.isAnswering }
        waiting.min { $0.waitsSince < $1.waitsSince }?.close()
    }

    func remove(_ connection: HTTPConnection) { connections[ObjectIdentifier(connection)] = nil }

    /// Whether there is room for an answer, which has to be given back.
    func takeRoom(for bytes: Int) -> Bool {
        // One answer alone always has room.
        guard answerBytes == 0 || bytes <= limits.answerBytes - answerBytes else { return false }
        answerBytes += bytes
        return true
    }

    func giveBackRoom(of bytes: Int) { answerBytes -= bytes }
}
