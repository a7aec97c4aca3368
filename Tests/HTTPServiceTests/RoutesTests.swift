import Foundation
import Synchronization
import Testing

@testable import HTTPService

/// Answers that take long, and events.
@Suite(.serialized) struct RoutesTests {
    private func get(_ path: String, _ headers: String = "", method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n"
    }

    private func server(_ limits: HTTPLimits = HTTPLimits(), slow: @escaping @Sendable () -> Void = {}) throws -> HTTPServer {
        let routes = HTTPRoutes(slow: ["/slow"], events: "/events")
        return try HTTPServer([.address("127.0.0.1", port: 0)], limits: limits, routes: routes) { request in
            if request.path == "/slow" { slow() }
            return HTTPResponse(.ok, "text/plain", Array(request.path.utf8))
        }
    }

    @Test func `an answer that takes long keeps nobody else waiting, and each connection has its answers in order`() throws {
        let gate = DispatchSemaphore(value: 0)
        let server = try server { gate.wait() }
        defer { server.stop() }
        let patient = try RawClient(server)
        patient.send(get("/slow") + get("/quick", "Connection: close\r\n"))
        for _ in 0..<20 {
            let other = try RawClient(server)
            other.send(get("/other", "Connection: close\r\n"))
            #expect(other.read().hasSuffix("/other"))
        }
        gate.signal()
        let answers = patient.read()
        let (slow, quick) = (answers.range(of: "\r\n\r\n/slow"), answers.range(of: "\r\n\r\n/quick"))
        let (first, second) = (try #require(slow), try #require(quick))
        #expect(first.upperBound < second.lowerBound)
    }

    @Test func `more answers that take long than there is room for are refused, and clients that go don't matter`() throws {
        let gate = DispatchSemaphore(value: 0)
        var limits = HTTPLimits()
        limits.slowAnswers = 2
        let server = try server(limits) { gate.wait() }
        defer { server.stop() }
        var waiting: [RawClient] = []
        for _ in 0..<2 {
            let client = try RawClient(server)
            client.send(get("/slow"))
            waiting.append(client)
        }
        // Both have arrived when a third one is refused.
        var refused = false
        for _ in 0..<200 where !refused {
            let third = try RawClient(server)
            third.send(get("/slow", "Connection: close\r\n"))
            let text = third.read(12)
            refused = text == "HTTP/1.1 503"
            if !refused { usleep(10_000) }
        }
        #expect(refused)
        waiting.removeAll()
        for _ in 0..<400 { gate.signal() }
        var answered = false
        for _ in 0..<200 where !answered {
            let client = try RawClient(server)
            client.send(get("/slow", "Connection: close\r\n"))
            answered = client.read().hasSuffix("/slow")
            if !answered { usleep(10_000) }
        }
        #expect(answered)
    }

    @Test func `who listens is told each event, until it goes`() throws {
        let server = try server()
        defer { server.stop() }
        let listener = try RawClient(server)
        listener.send(get("/events"))
        var text = ""
        while !text.contains("retry: 2000\n\n") {
            let next = listener.read(1)
            guard !next.isEmpty else { break }
            text += next
        }
        #expect(text.contains("HTTP/1.1 200 OK\r\n") && text.lowercased().contains("content-type: text/event-stream\r\n"))
        #expect(text.lowercased().contains("transfer-encoding: chunked\r\n") && !text.lowercased().contains("content-length"))
        server.tell("17")
        server.tell("18")
        text = ""
        while !text.contains("data: 18\n\n") {
            let next = listener.read(1)
            guard !next.isEmpty else { break }
            text += next
        }
        #expect(text.contains("data: 17\n\n") && text.contains("data: 18\n\n"))
        let late = try RawClient(server)
        late.send(get("/events"))
        text = ""
        while !text.contains("data: ") {
            let next = late.read(1)
            guard !next.isEmpty else { break }
            text += next
        }
        #expect(text.contains("retry: 2000\n\ndata: "), "who comes late is told the last one: \(text)")
        // It has nothing more to say.
        listener.send(get("/quick"))
        // What is left is the end of the last part, and the connection is closed.
        #expect(listener.read() == "\r\n")
        let head = try RawClient(server)
        head.send(get("/events", method: "HEAD"))
        #expect(head.read().hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test func `listeners are limited, and one that takes nothing is closed in the end`() throws {
        var limits = HTTPLimits()
        (limits.listeners, limits.missedEvents) = (2, 5)
        let server = try server(limits)
        defer { server.stop() }
        let lazy = try RawClient(server, receiveBuffer: 4096)
        let second = try RawClient(server)
        for client in [lazy, second] {
            client.send(get("/events"))
            #expect(client.read(12) == "HTTP/1.1 200")
        }
        let third = try RawClient(server)
        third.send(get("/events", "Connection: close\r\n"))
        #expect(third.read(12) == "HTTP/1.1 503")
        // More than any buffers on the way take.
        let line = String(repeating: "x", count: 1 << 20)
        for _ in 0..<40 { server.tell(line) }
        var isFree = false
        for _ in 0..<200 where !isFree {
            let fourth = try RawClient(server)
            fourth.send(get("/events"))
            isFree = fourth.read(12) == "HTTP/1.1 200"
            if !isFree { usleep(20_000) }
        }
        #expect(isFree)
    }

    @Test func `it stops while answers are being made and clients listen`() throws {
        let server = try server { usleep(200_000) }
        let clients = try (0..<4).map { _ in try RawClient(server) }
        clients[0].send(get("/events"))
        for client in clients[1...] { client.send(get("/slow")) }
        usleep(50_000)
        let start = ContinuousClock.now
        server.stop()
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}
