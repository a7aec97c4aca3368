/// A request that may be answered: its method is GET or HEAD, it has no body, and its host is one of ours.
package struct HTTPRequest: Sendable, Hashable {
    /// Begins with a slash; as it was sent.
    package var path: String
    /// What stands behind the question mark, decoded.
    package var query: [Parameter]
    /// The headers of that name, joined; nil if there is none.
    package var accept, acceptEncoding: String?

    package struct Parameter: Sendable, Hashable {
        package var name, value: String

        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    package init(path: String, query: [Parameter] = [], accept: String? = nil, acceptEncoding: String? = nil) {
        (self.path, self.query, self.accept, self.acceptEncoding) = (path, query, accept, acceptEncoding)
    }

    /// A query has few parts.
    private static let mostParts = 16

    /// From the path of a request line. nil of what is no path, or can't be decoded.
    init?(target: String, accept: String?, acceptEncoding: String?) {
        guard target.hasPrefix("/"), target.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x23 }) else { return nil }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var query: [Parameter] = []
        let fields = parts.count == 2 ? parts[1].split(separator: "&") : []
        guard fields.count <= HTTPRequest.mostParts else { return nil }
        for field in fields {
            let sides = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = HTTPRequest.decoded(sides[0]), let value = HTTPRequest.decoded(sides.count == 2 ? sides[1] : "") else {
                return nil
            }
            query.append(Parameter(name, value))
        }
        self.init(path: String(parts[0]), query: query, accept: accept, acceptEncoding: acceptEncoding)
    }

    /// `%2F` as what it stands for, and plus as a blank; nil of what is no UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// An answer.
package struct HTTPResponse: Sendable, Hashable {
    package enum Status: Int, Sendable, Hashable {
        case ok = 200
        case badRequest = 400
        case notFound = 404
        case methodNotAllowed = 405
        case tooLarge = 413
        case misdirected = 421
        case unavailable = 503
    }

    package var status: Status
    package var contentType: String
    package var body: [UInt8]
    /// Beside those that every response has.
    package var headers: [String: String]

    package init(_ status: Status, _ contentType: String, _ body: [UInt8], headers: [String: String] = [:]) {
        (self.status, self.contentType, self.body, self.headers) = (status, contentType, body, headers)
    }

    /// A sentence.
    package init(_ status: Status, _ sentence: String) {
        self.init(status, "text/plain; charset=utf-8", Array("\(sentence)\n".utf8))
    }
}

/// Paths that are not answered at once.
package struct HTTPRoutes: Sendable, Hashable {
    /// Their answers take long, and are made on a second thread.
    package var slow: Set<String>
    /// It is answered with an event at each ``HTTPServer/tell(_:)``, for as long as the client listens.
    package var events: String?

    package init(slow: Set<String> = [], events: String? = nil) { (self.slow, self.events) = (slow, events) }
}

/// What a client may take.
package struct HTTPLimits: Sendable, Hashable {
    /// Connections at once. One more has that closed which has waited longest for a request.
    package var connections = 256
    /// Bytes of a request's line and of each header.
    package var headerBytes = 8 << 10
    /// Bytes of all headers of a request, and how many they are.
    package var allHeaderBytes = 32 << 10
    package var headers = 64
    /// Requests of one connection that wait behind the one that is answered.
    package var waitingRequests = 16
    /// Bytes of answers that are on their way to all clients.
    package var answerBytes = 32 << 20
    /// Answers at once that the second thread has to make.
    package var slowAnswers = 8
    /// Clients that are told events.
    package var listeners = 32
    /// Events in a row that a client may leave on the way before it is taken for gone.
    package var missedEvents = 30
    /// How long a new connection may take for its first request, in milliseconds. Bytes that trickle in don't prolong it.
    package var requestMilliseconds: Int64 = 10_000
    /// How long a connection is kept that has been answered.
    package var idleMilliseconds: Int64 = 120_000
    /// How long a client may take for an answer.
    package var answerMilliseconds: Int64 = 30_000

    package init() {}
}
