import NIOCore
import NIOPosix

/// All connections of a server, and what they share.
///
/// Threading: the thread of the event loop alone.
final class HTTPClients {
    let limits: HTTPLimits
    let routes: HTTPRoutes
    let respond: @Sendable (HTTPRequest) -> HTTPResponse
    /// One thread for answers that take long.
    private let pool: NIOThreadPool
    /// Bytes of answers that are on their way.
    private var answerBytes = 0
    /// Answers that the second thread has still to make.
    private var slowAnswers = 0
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var listeners: [ObjectIdentifier: HTTPConnection] = [:]
    /// What was told last, for those who come now.
    private(set) var newestEvent: String?

    init(
        _ limits: HTTPLimits, _ routes: HTTPRoutes, _ pool: NIOThreadPool,
        respond: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) {
        (self.limits, self.routes, self.pool, self.respond) = (limits, routes, pool, respond)
    }

    /// Adds a connection, and closes another one if there are too many: that which waits longest for a request. All others are answered at this
    /// moment, and the new one gives way.
    func add(_ connection: HTTPConnection) {
        connections[ObjectIdentifier(connection)] = connection
        guard connections.count > limits.connections else { return }
        let waiting = connections.values.filter { !$0.isAnswering }
        waiting.min { $0.waitsSince < $1.waitsSince }?.close()
    }

    func remove(_ connection: HTTPConnection) {
        connections[ObjectIdentifier(connection)] = nil
        listeners[ObjectIdentifier(connection)] = nil
    }

    /// Whether there is room for an answer, which has to be given back.
    func takeRoom(for bytes: Int) -> Bool {
        // One answer alone always has room.
        guard answerBytes == 0 || bytes <= limits.answerBytes - answerBytes else { return false }
        answerBytes += bytes
        return true
    }

    func giveBackRoom(of bytes: Int) { answerBytes -= bytes }

    // MARK: Answers that take long

    /// Has an answer made by the second thread, and hands it over on the event loop's. False if too many wait already.
    func answerSlowly(_ request: HTTPRequest, on loop: any EventLoop, then take: @escaping (HTTPResponse) -> Void) -> Bool {
        guard slowAnswers < limits.slowAnswers else { return false }
        slowAnswers += 1
        let (clients, respond) = (NIOLoopBound(self, eventLoop: loop), respond)
        let bound = NIOLoopBound(take, eventLoop: loop)
        pool.submit { state in
            // It was cancelled: the server stops.
            guard case .active = state else { return }
            let response = respond(request)
            loop.execute {
                clients.value.slowAnswers -= 1
                bound.value(response)
            }
        }
        return true
    }

    // MARK: Events

    /// Whether there is room for one more that is told each event.
    func listen(_ connection: HTTPConnection) -> Bool {
        guard listeners.count < limits.listeners else { return false }
        listeners[ObjectIdentifier(connection)] = connection
        return true
    }

    func tell(_ text: String) {
        newestEvent = text
        for listener in listeners.values { listener.tell(text) }
    }
}
