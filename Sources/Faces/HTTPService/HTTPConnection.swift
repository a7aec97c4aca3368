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
            guard waiting.count < clients.limits.waitingRequests else {
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
        guard !isAnswering, !waiting.isEmpty, context != nil else { return }
        let head = waiting.removeFirst()
        write(response(to: head), to: head)
    }

    private func response(to head: HTTPRequestHead) -> HTTPResponse {
        guard hosts.allows(head.headers["host"]) else {
            return HTTPResponse(
                .misdirected, "This server has another name: its header Host must have an address, or a name that it was told.")
        }
        guard head.method == .GET || head.method == .HEAD else {
            return HTTPResponse(.methodNotAllowed, "Only GET and HEAD are answered.")
        }
        if head.hasBody { return HTTPResponse(.tooLarge, "A request must not have a body.") }
        func joined(_ name: String) -> String? {
            let values = head.headers[name]
            return values.isEmpty ? nil : values.joined(separator: ",")
        }
        let request = HTTPRequest(target: head.uri, accept: joined("accept"), acceptEncoding: joined("accept-encoding"))
        guard let request else { return HTTPResponse(.badRequest, "The address of the request can't be read.") }
        return clients.respond(request)
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
        let usual = [
            ("Date", HTTPDate.now), ("Content-Type", response.contentType), ("Content-Length", String(response.body.count)),
            ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ]
        let special = response.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let allow = response.status == .methodNotAllowed ? [("Allow", "GET, HEAD")] : []
        return usual + special + allow + (isLast ? [("Connection", "close")] : [])
    }
}

extension HTTPRequestHead {
    /// Whether a body follows, or could.
    fileprivate var hasBody: Bool {
        headers.contains(name: "transfer-encoding") || headers["content-length"].contains { $0 != "0" } || method == .CONNECT
    }
}
