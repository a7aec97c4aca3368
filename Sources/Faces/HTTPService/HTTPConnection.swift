import NIOCore
import NIOHTTP1

/// One client: takes its requests one at a time, in order, and closes the connection on everything unusual.
///
/// A request with a body is refused and ends the connection, whatever its headers say of where the body ends: nothing that follows is read, so
/// no request can hide in it.
///
/// Threading: the thread of the event loop alone.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let clients: HTTPClients
    private let hosts: HostRule
    private var context: ChannelHandlerContext?
    private var waiting: [HTTPRequestHead] = []
    private(set) var isAnswering = false
    /// Nothing more is read.
    private var isEnding = false
    /// It is told events until it goes.
    private var isListening = false
    /// Events in a row that found it taking nothing.
    private var missedEvents = 0
    /// When it began to wait for a request.
    private(set) var waitsSince = NIODeadline.now()
    private var timer: Scheduled<Void>?

    init(_ clients: HTTPClients, _ hosts: HostRule) { (self.clients, self.hosts) = (clients, hosts) }

    // MARK: Life

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        setTimer(clients.limits.requestMilliseconds)
        clients.add(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        clients.remove(self)
        self.context = nil
    }

    func close() { context?.close(promise: nil) }

    private func setTimer(_ milliseconds: Int64) {
        timer?.cancel()
        timer = context?.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) { [weak self] in self?.close() }
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isEnding else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            // Who listens has nothing more to say.
            guard !isListening, waiting.count < clients.limits.waitingRequests else {
                isEnding = true
                return close()
            }
            waiting.append(head)
            // No request is answered that comes behind one with a body.
            isEnding = head.hasBody || !head.isKeepAlive || head.headers.contains(name: "upgrade")
            answerNext()
        case .body, .end: break
        }
    }

    /// What can't be parsed is no request.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isEnding, !isAnswering, error is HTTPParserError else { return close() }
        isEnding = true
        write(HTTPResponse(.badRequest, "The request can't be read."), to: nil)
    }

    private func answerNext() {
        guard !isAnswering, !waiting.isEmpty, let context else { return }
        let head = waiting.removeFirst()
        let request: HTTPRequest
        switch self.request(of: head) {
        case .failure(let refusal): return write(refusal.response, to: head)
        case .success(let known): request = known
        }
        if request.path == clients.routes.events { return listen(head) }
        guard clients.routes.slow.contains(request.path) else { return write(clients.respond(request), to: head) }
        isAnswering = true
        setTimer(clients.limits.answerMilliseconds)
        let isTaken = clients.answerSlowly(request, on: context.eventLoop) { [weak self] in self?.write($0, to: head) }
        if !isTaken { write(HTTPConnection.busy, to: head) }
    }

    private static var busy: HTTPResponse {
        var response = HTTPResponse(.unavailable, "Too many answers are being made. Try again.")
        response.headers["Retry-After"] = "1"
        return response
    }

    private struct Refusal: Error { let response: HTTPResponse }

    private func request(of head: HTTPRequestHead) -> Result<HTTPRequest, Refusal> {
        func refused(_ status: HTTPResponse.Status, _ sentence: String) -> Result<HTTPRequest, Refusal> {
            .failure(Refusal(response: HTTPResponse(status, sentence)))
        }
        let target = RequestTarget(head.uri)
        guard hosts.allows(head.headers["host"]), target.host.map({ hosts.allows([$0]) }) ?? true else {
            return refused(
                .misdirected, "This server has another name: its header Host must have an address, or a name that it was told.")
        }
        guard head.method == .GET || head.method == .HEAD else {
            return refused(.methodNotAllowed, "Only GET and HEAD are answered.")
        }
        if head.hasBody { return refused(.tooLarge, "A request must not have a body.") }
        func joined(_ name: String) -> String? {
            let values = head.headers[name]
            return values.isEmpty ? nil : values.joined(separator: ",")
        }
        let request = HTTPRequest(target: target.path, accept: joined("accept"), acceptEncoding: joined("accept-encoding"))
        guard let request else { return refused(.badRequest, "The address of the request can't be read.") }
        return .success(request)
    }

    // MARK: Events

    /// Answers with a stream of events: `text/event-stream`, as browsers read it.
    ///
    /// Source: HTML, section 9.2 (server-sent events)
    private func listen(_ head: HTTPRequestHead) {
        guard let context else { return }
        // A stream has no length, so it ends with the connection, and with HTTP 1.0 it can't be told apart from what was cut off.
        guard head.method == .GET, head.version == .http1_1, waiting.isEmpty else {
            isEnding = true
            return write(HTTPResponse(.ok, "text/event-stream", []), to: head)
        }
        guard clients.listen(self) else { return write(HTTPConnection.busy, to: head) }
        (isAnswering, isListening) = (true, true)
        timer?.cancel()
        let fields = usualFields + [("Content-Type", "text/event-stream")]
        let part = HTTPResponseHead(version: .http1_1, status: .ok, headers: HTTPHeaders(fields))
        context.write(wrapOutboundOut(.head(part)), promise: nil)
        // Who lost it asks again after two seconds.
        send("retry: 2000\n\n" + (clients.newestEvent.map { "data: \($0)\n\n" } ?? ""), context)
    }

    /// Sends an event to one that listens. One that takes nothing is left out, and at last closed.
    func tell(_ text: String) {
        guard let context else { return }
        guard context.channel.isWritable else {
            missedEvents += 1
            return missedEvents > clients.limits.missedEvents ? close() : ()
        }
        missedEvents = 0
        send("data: \(text)\n\n", context)
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
    }

    // MARK: Answers

    /// - Parameter head: nil if no request could be read.
    private func write(_ response: HTTPResponse, to head: HTTPRequestHead?) {
        guard let context else { return }
        var response = response
        let wantsBody = head?.method != .HEAD
        var room = wantsBody ? response.body.count : 0
        if !clients.takeRoom(for: room) {
            response = HTTPResponse(.unavailable, "Too many answers are on their way. Try again.")
            response.headers["Retry-After"] = "1"
            room = 0
        }
        isAnswering = true
        setTimer(clients.limits.answerMilliseconds)
        let isLast = isEnding && waiting.isEmpty
        let part = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status.rawValue),
            headers: HTTPHeaders(fields(of: response, isLast: isLast)))
        context.write(wrapOutboundOut(.head(part)), promise: nil)
        if wantsBody { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil) }
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        let taken = room
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in connection.value.finish(taken, isLast: isLast) }
    }

    private func finish(_ room: Int, isLast: Bool) {
        clients.giveBackRoom(of: room)
        isAnswering = false
        if isLast { return close() }
        waitsSince = .now()
        setTimer(clients.limits.idleMilliseconds)
        answerNext()
    }

    private func fields(of response: HTTPResponse, isLast: Bool) -> [(String, String)] {
        let usual = usualFields + [("Content-Type", response.contentType), ("Content-Length", String(response.body.count))]
        let special = response.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let allow = response.status == .methodNotAllowed ? [("Allow", "GET, HEAD")] : []
        return usual + special + allow + (isLast ? [("Connection", "close")] : [])
    }

    private var usualFields: [(String, String)] {
        [
            ("Date", HTTPDate.now), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ]
    }
}

extension HTTPRequestHead {
    /// Whether a body follows, or could.
    fileprivate var hasBody: Bool {
        headers.contains(name: "transfer-encoding") || headers["content-length"].contains { $0 != "0" } || method == .CONNECT
    }
}
