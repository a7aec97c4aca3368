import Foundation
import Glibc
import Testing
import TestPrograms

@testable import HTTPService

/// A client that sends bytes and reads bytes.
final class RawClient {
    private let socket: Int32

    init(_ server: HTTPServer, receiveBuffer: Int32? = nil) throws {
        let port = try #require(server.addresses.first?.split(separator: ":").last.flatMap { UInt16($0) })
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(result == 0)
        var wait = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    /// Whether all of it was taken.
    @discardableResult func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Everything until the server closes, or `count` bytes.
    func read(_ count: Int = .max) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while bytes.count < count {
            let got = recv(socket, &buffer, min(buffer.count, count - bytes.count), 0)
            guard got > 0 else { break }
            bytes += buffer[..<got]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite(.serialized) struct HTTPServiceTests {
    private func server(_ limits: HTTPLimits = HTTPLimits(), body: Int = 5) throws -> HTTPServer {
        try HTTPServer([.address("127.0.0.1", port: 0)], limits: limits) { request in
            request.path == "/missing"
                ? HTTPResponse(.notFound, "No such page.")
                : HTTPResponse(
                    .ok, "text/plain",
                    body == 5
                        ? Array("\(request.path) \(request.query.map { "\($0.name)=\($0.value)" })".utf8)
                        : [UInt8](repeating: 65, count: body))
        }
    }

    private func get(_ path: String, _ headers: String = "", host: String = "localhost", method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n\(headers)Connection: close\r\n\r\n"
    }

    private func answer(_ server: HTTPServer, _ request: String) throws -> String {
        let client = try RawClient(server)
        client.send(request)
        return client.read()
    }

    private func status(_ answer: String) -> Int? { answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

    @Test func `a request is answered, with its length and without a cache`() throws {
        let server = try server()
        defer { server.stop() }
        let text = try answer(server, get("/a/b?x=%2F+y&z"))
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix("\r\n\r\n/a/b [\"x=/ y\", \"z=\"]"))
        for field in ["Content-Length: 20", "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "Connection: close"] {
            #expect(text.lowercased().contains("\r\n\(field.lowercased())\r\n"), "\(field)")
        }
        let missing = try answer(server, get("/missing"))
        #expect(!text.contains("Access-Control") && status(missing) == 404)
        let head = try answer(server, get("/a", method: "HEAD"))
        #expect(status(head) == 200 && head.hasSuffix("\r\n\r\n") && head.lowercased().contains("content-length: 5\r\n"))
    }

    /// As curl sends it to a proxy.
    @Test func `a whole address is answered as its path is`() throws {
        let server = try server()
        defer { server.stop() }
        #expect(try answer(server, get("http://localhost:9/a?b=c")).hasSuffix("\r\n\r\n/a [\"b=c\"]"))
        let proxy = ["curl", "-sS", "--fail", "--proxy", "http://\(server.addresses[0])", "http://localhost:1/x"]
        let run = try ProgramRun.run(["no_proxy=", "NO_PROXY="] + proxy)
        #expect(run.status == 0 && run.output == "/x []", "\(run.error)")
    }

    @Test func `curl and the server understand each other`() throws {
        let server = try server()
        defer { server.stop() }
        let url = "http://\(server.addresses[0])/x"
        let run = try ProgramRun.run(["curl", "-sS", "--fail", "--noproxy", "*", url, url])
        #expect(run.status == 0 && run.output == "/x []/x []", "\(run.error)")
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:9", true), ("127.0.0.1:80", true), ("127.9.9.9", true), ("[::1]:8080", true),
        ("evil.example", false), ("127.0.0.1.evil.example", false), ("10.0.0.1", false), ("", false), ("[::2]", false),
        ("localhost:80@evil.example", false), ("localhost:", true), ("[::1", false), ("localhost \t ", true),
        ("localhost x", false),
    ]) func `a loopback server answers to its own names alone`(host: String, isAllowed: Bool) throws {
        let server = try server()
        defer { server.stop() }
        let text = try answer(server, get("/", host: host))
        #expect(status(text) == (isAllowed ? 200 : 421))
    }

    @Test func `a server for others answers to addresses and to names that it was told`() {
        let rule = HostRule(isLoopback: false, names: ["Node1.example"])
        #expect(rule.allows(["10.0.0.1:9"]) && rule.allows(["node1.example:9"]) && rule.allows(["[2001:db8::1]:9"]))
        #expect(!rule.allows(["node2.example"]) && !rule.allows([]) && !rule.allows(["10.0.0.1", "10.0.0.1"]))
    }

    @Test(arguments: [
        ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 421),
        ("GET http://localhost HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200),
        ("GET HTTP://127.0.0.1:80/a?b=c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 421),
        ("GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421),
        ("GET http://a@localhost/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 421),
        ("GET http:/// HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 421),
        ("GET ftp://localhost/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        ("GET localhost:80 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        ("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200),
        ("GET /?a=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        ("GET /?a=%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n", 421),
        ("\u{16}\u{3}\u{1}\u{2}", 400), ("GET / HTTP/9.9\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
    ]) func `what is no plain request for a page is refused`(request: String, expected: Int) throws {
        let server = try server()
        defer { server.stop() }
        let text = try answer(server, request)
        #expect(status(text) == expected, "\(text)")
    }

    /// Each of these hides a request for /hidden where a proxy in front could see a body, or the other way round.
    @Test(arguments: [
        "Content-Length: 40\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 0\r\nContent-Length: 40\r\n",
        "Content-Length: 0, 40\r\n",
        "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding:\u{b}chunked\r\n", "Content-Length: +0\r\n", "Content-Length: -1\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 40\r\n",
    ]) func `no request hides behind a body`(headers: String) throws {
        let server = try server()
        defer { server.stop() }
        let text = try answer(
            server,
            "GET /first HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        #expect(!text.contains("/hidden") && !text.contains("/first"))
        #expect([400, 413].contains(status(text)) && text.components(separatedBy: "HTTP/1.1 ").count == 2)
    }

    @Test func `requests in one packet are answered in order, up to a bound`() throws {
        let server = try server()
        defer { server.stop() }
        let three = "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/3")
        let text = try answer(server, three)
        let order = ["/1 []", "/2 []", "/3 []"].compactMap { text.range(of: $0)?.lowerBound }
        #expect(order.count == 3 && order == order.sorted())
    }

    @Test func `a header without end, and a hundred thousand headers, are refused in little memory`() throws {
        let server = try server()
        defer { server.stop() }
        for request in [
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + String(repeating: "a", count: 8 << 20),
            "GET /" + String(repeating: "a", count: 8 << 20), "GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 100_000),
        ] {
            let client = try RawClient(server)
            let isTaken = client.send(request)
            let text = client.read()
            #expect(!isTaken || text.isEmpty || status(text) == 400)
            #expect(!text.hasPrefix("HTTP/1.1 200"))
        }
        let text = try answer(server, get("/"))
        #expect(status(text) == 200)
    }

    @Test func `a request that trickles in is given up`() throws {
        var limits = HTTPLimits()
        limits.requestMilliseconds = 300
        let server = try server(limits)
        defer { server.stop() }
        let client = try RawClient(server)
        let start = ContinuousClock.now
        client.send("GET / HTTP/1.1\r\nX: ")
        while client.send("a"), ContinuousClock.now - start < .seconds(10) { usleep(50_000) }
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `a thousand idle connections keep nobody out`() throws {
        let server = try server()
        defer { server.stop() }
        let idle = try (0..<1000).map { _ in try RawClient(server) }
        let start = ContinuousClock.now
        for _ in 0..<20 {
            let text = try answer(server, get("/"))
            #expect(status(text) == 200)
        }
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(idle.count == 1000)
    }

    @Test func `clients that read nothing don't fill the memory, and nobody waits for them`() throws {
        var limits = HTTPLimits()
        limits.answerBytes = 24 << 20
        let server = try server(limits, body: 8 << 20)
        defer { server.stop() }
        let slow = try (0..<6).map { _ in try RawClient(server, receiveBuffer: 4096) }
        for client in slow { client.send(get("/")) }
        usleep(300_000)
        let text = try answer(server, get("/"))
        #expect(status(text) == 503 && text.lowercased().contains("retry-after: 1"))
        #expect(slow.count == 6)
    }

    @Test func `a client that has sent all and reads on gets its answer`() throws {
        let server = try server()
        defer { server.stop() }
        let client = try RawClient(server)
        client.send(get("/half"))
        client.endSending()
        #expect(client.read().contains("/half"))
    }

    @Test func `a server that stops closes its connections at once`() throws {
        let server = try server()
        let client = try RawClient(server)
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = client.read(10)
        let start = ContinuousClock.now
        server.stop()
        _ = client.read()
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    @Test func `a socket that listens already is taken over`() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(listen(socket, 10) == 0)
        let server = try HTTPServer([.socket(socket)]) { _ in HTTPResponse(.ok, "Here.") }
        defer { server.stop() }
        let text = try answer(server, get("/"))
        #expect(text.hasSuffix("Here.\n") && server.isLoopback)
    }

    @Test func `an address that is taken, and one that is none, are named`() throws {
        let server = try server()
        defer { server.stop() }
        let port = try #require(server.addresses[0].split(separator: ":").last.flatMap { Int($0) })
        let taken = #expect(throws: HTTPServerError.self) {
            try HTTPServer([.address("127.0.0.1", port: port)]) { _ in HTTPResponse(.ok, "") }
        }
        #expect(
            taken?.description
                == "Can't listen on 127.0.0.1:\(port): Address already in use. `ss -ltnp` names the program that has it.")
        let none = #expect(throws: HTTPServerError.self) {
            try HTTPServer([.address("localhost", port: 0)]) { _ in HTTPResponse(.ok, "") }
        }
        #expect(none?.description == "'localhost' is no address.")
    }

    @Test func `dates are written as HTTP wants them`() {
        #expect(HTTPDate.text(secondsSince1970: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(secondsSince1970: 951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(HTTPDate.text(secondsSince1970: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(secondsSince1970: 1_798_761_599) == "Thu, 31 Dec 2026 23:59:59 GMT")
    }
}
