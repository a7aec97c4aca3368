import Comparison
import Foundation
import SyscallTable
import TestSupport
import Testing
import TextReport

@testable import FleetSamples

/// Fleets as a server tells of them: what is compared with what, what is left out, and what is refused.
struct FleetReaderTests {
    private static let before = 1_000_000.0

    /// Eight hosts before and after an upgrade, on which open takes a tenth longer.
    private func server(_ hosts: Int = 8, factors: [Int32: Double] = [257: 1.1], seed: UInt64 = 5) -> SimulatedServer {
        var random = SeededGenerator(seed: seed)
        let fleet = SimulatedFleet(hosts: hosts, between: 0.3, within: 0.005, using: &random)
        let server = SimulatedServer()
        server.windows = [
            Self.before: fleet.hosts(kernel: "6.1.0", using: &random),
            server.now: fleet.hosts(kernel: "6.12.1", factors: factors, using: &random),
        ]
        return server
    }

    private func question(_ base: String = "{}@1000000", _ new: String = "{}") throws -> FleetQuestion {
        FleetQuestion(base: try HostSelector(base), new: try HostSelector(new))
    }

    private func read(_ server: SimulatedServer, _ question: FleetQuestion? = nil) throws -> FleetSides {
        try FleetReader.read(try question ?? self.question(), from: "http://prometheus:9090", ask: server.ask)
    }

    /// Why a fleet can't be read.
    private func sentence(_ server: SimulatedServer, base: String = "{}@1000000", hostLabel: String = "instance") -> String {
        do {
            var asked = try question(base)
            asked.hostLabel = hostLabel
            let sides = try read(server, asked)
            return "read: \(sides.warnings)"
        } catch { return "\(error)" }
    }

    @Test func `hosts before and after an upgrade are compared with themselves`() throws {
        let samples = try read(server())
        #expect(samples.replication.isPaired && samples.base.count == 8 && samples.new.count == 8)
        #expect(abs(samples.replication.resolution - log(exp2(1.0 / 32))) < 1e-12)
        let comparison = try samples.compare(options: ComparisonOptions(gate: [.p50]))
        #expect(comparison.outcome == .regressed, "\(comparison.gated)")
        #expect(comparison.gated.count == 6)
        for cell in comparison.gated {
            let isSlower = cell.subject.name.callID?.number == 257
            #expect(cell.verdict == (isSlower ? .regressed : .equivalent), "\(cell)")
            #expect(abs(cell.margin - log(1.05) - log(2) / 32) < 1e-12 && cell.noise == 0)
        }
        let report = TextReport.render(comparison)
        #expect(report.contains("BASE 8 hosts of 6.1.0 · NEW 8 hosts of 6.12.1"), "\(report)")
        #expect(report.contains("The unit is the host: 8 on both sides."))
        #expect(report.replacing("\n  ", with: " ").contains("widened by 2.2 %, the width of the server's buckets"))
        #expect(report.contains("What else changed between the two times looks like the kernel"))
    }

    /// What a tenth more would need many more hosts for, pairs find: hosts differ by a third.
    @Test func `other hosts on the other side are compared as independent samples`() throws {
        let server = server()
        var random = SeededGenerator(seed: 6)
        let others = SimulatedFleet(hosts: 9, between: 0.3, within: 0.005, using: &random)
        server.windows[Self.before] = others.hosts(kernel: "6.1.0", names: "old", using: &random)
        let samples = try read(server)
        #expect(!samples.replication.isPaired && samples.base.count == 9 && samples.new.count == 8)
        let comparison = try samples.compare(options: ComparisonOptions(gate: [.p50]))
        #expect(comparison.outcome != .regressed)
        #expect(TextReport.render(comparison).contains("exact Mann-Whitney tests"))
    }

    @Test func `hosts of one side only are left out of pairs, and named`() throws {
        let server = server()
        server.windows[Self.before]?["host3:10042"] = nil
        let samples = try read(server)
        #expect(samples.replication.isPaired && samples.base.count == 7)
        #expect(
            samples.warnings.contains("Each host is compared with itself. 1 host is on one side only, and left out: host3:10042."))
    }

    @Test func `hosts that came late, or changed their kernel in the window, are left out`() throws {
        let server = server()
        server.windows[server.now]?["host2:10042"]?.scrapes = 100
        let samples = try read(server)
        #expect(samples.base.count == 7 && samples.new.count == 7)
        #expect(samples.warnings.contains { $0.hasPrefix("1 host was there for less than half of the window of NEW") })
        server.answers = { query in
            guard query.hasPrefix("last_over_time(syslat_host_info{instance") else { return nil }
            let hosts = (0..<8).map { "host\($0):10042" }.flatMap { name in
                [name == "host5:10042" ? "6.12.9" : "6.12.1", "6.12.1"].map {
                    "{\"metric\":{\"instance\":\"\(name)\",\"kernel_release\":\"\($0)\"},\"value\":[1,\"1\"]}"
                }
            }
            return ServerReply(
                status: 200,
                body: Array(
                    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[\(hosts.joined(separator: ","))]}}"
                        .utf8))
        }
        let found = try read(server)
        #expect(found.base.count == 6)
        #expect(
            found.warnings.contains {
                $0 == "1 host of NEW ran more than one kernel within the window, and is left out: host5:10042."
            }, "\(found.warnings)")
    }

    @Test func `of many hosts a hundred are asked about, in small queries`() throws {
        let server = server(250, factors: [:])
        let samples = try read(server)
        #expect(samples.base.count == 100 && samples.new.count == 100)
        #expect(samples.warnings.contains { $0.hasPrefix("Of the 250 hosts of both sides, 100 are compared, evenly by name") })
        let histograms = server.asked.filter { $0.contains("increase(syslat_syscall_duration_seconds{") }
        #expect(histograms.count == 20)
        #expect(server.asked.allSatisfy { $0.utf8.count < 8192 })
    }

    @Test func `one host a side decides nothing`() throws {
        let comparison = try read(server(1)).compare(options: ComparisonOptions())
        #expect(comparison.outcome == .inconclusive)
        #expect(TextReport.render(comparison).contains("one host a side says nothing about how hosts differ"))
    }

    @Test func `losses and sampling are told`() throws {
        let server = server()
        func answer(_ number: Double) -> ServerReply {
            ServerReply(
                status: 200,
                body: Array(
                    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"instance\":\"host1:10042\"},\"value\":[1,\"\(number)\"]}]}}"
                        .utf8))
        }
        server.answers = { $0.contains("syslat_lost_calls_total") ? answer(500.4) : nil }
        let error = #expect(throws: ComparisonError.self) { try read(server).compare(options: ComparisonOptions()) }
        #expect(
            error?.description.hasPrefix("host host1:10042 of BASE lost 500 of 139500 calls") == true,
            "\(String(describing: error))")
        server.answers = { $0.contains("syslat_sampling_calls") ? answer(16) : nil }
        let comparison = try read(server).compare(options: ComparisonOptions())
        #expect(comparison.warnings.contains { $0.hasPrefix("In 2 hosts of 16 calls were sampled") }, "\(comparison.warnings)")
    }

    @Test func `mixed schemas are compared at the coarsest`() throws {
        let server = server()
        let fine = try read(server)
        var number = 0
        server.answers = { query in
            guard query.contains("increase(syslat_syscall_duration_seconds{") else { return nil }
            number += 1
            server.schema = number == 1 ? 3 : 6
            return nil
        }
        let mixed = try read(server)
        #expect(abs(fine.replication.resolution - log(2) / 32) < 1e-12 && abs(mixed.replication.resolution - log(2) / 8) < 1e-12)
        #expect(
            mixed.warnings.contains { $0.hasPrefix("Buckets have different widths (schemas 3, 6): all are compared at schema 3") })
    }

    @Test func `windows that overlap, and other hours of the day, are told`() throws {
        let server = server()
        server.windows[server.now - 1000] = server.windows[Self.before]
        let near = try read(server, question("{}@-1000s"))
        #expect(near.warnings.contains("The windows of the two sides overlap: what both share can't differ."))
        server.windows[server.now - 36 * 3600] = server.windows[Self.before]
        let shifted = try read(server, question("{}@-36h"))
        #expect(shifted.warnings.contains { $0.hasPrefix("The two sides are of different hours of the day") })
        server.windows[server.now - 7 * 86400] = server.windows[Self.before]
        let week = try read(server, question("{}@-7d"))
        #expect(!week.warnings.contains { $0.hasPrefix("The two sides are of different hours of the day") })
    }

    // MARK: Refusals

    @Test func `what has no data is told from what has other hosts`() {
        let server = server()
        server.answers = { $0.hasPrefix("last_over_time(syslat_host_info{kernel") ? Self.empty : nil }
        #expect(
            sentence(server, base: "kernel_release=\"7\"@1000000")
                == "No host of http://prometheus:9090 fits BASE {kernel_release=\"7\"} in the 1 h to 1970-01-12 13:46:40 UTC. There were then, by "
                + "kernel_release: 6.1.0 (8).")
        #expect(
            sentence(server, base: "{}@5000")
                == "http://prometheus:9090 has nothing of syslat in the 1 h to 1970-01-01 01:23:20 UTC (no syslat_host_info). See that it scrapes "
                + "`syslat serve` and keeps data for so long, or choose another time after @.")
        #expect(sentence(server, base: "{}@3000000").contains("lies in the future of http://prometheus:9090"))
        #expect(
            sentence(server, hostLabel: "node").contains(
                "have no label 'node'. Name one that tells them apart with --host-label; they have __name__, arch,"))
    }

    private static let empty = ServerReply(
        status: 200, body: Array("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}".utf8))

    @Test func `histograms of text are no use, and the remedy is named`() {
        let server = server()
        server.answers = { $0.contains("increase(syslat_syscall_duration_seconds{") ? Self.empty : nil }
        #expect(sentence(server).contains("no histogram of their calls grew in the 1 h to"), "\(sentence(server))")
        server.answers = { query in
            if query.contains("increase(syslat_syscall_duration_seconds{") { return Self.empty }
            guard query.hasPrefix("count(last_over_time(syslat_syscall_duration_seconds_bucket{") else { return nil }
            return ServerReply(
                status: 200,
                body: Array(
                    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[1,\"9\"]}]}}"
                        .utf8))
        }
        #expect(
            sentence(server).contains("with one bucket an octave") && sentence(server).contains("scrape_native_histograms: true"))
    }

    @Test(arguments: [
        (200, "", "answered, but not as the API of Prometheus does: nothing."),
        (200, "<html>\u{1b}[2J", "answered, but not as the API of Prometheus does: '<html>"),
        (200, "{\"status\":\"success\"}", "answered, but not as the API"),
        (200, "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1]}}", "answered, but not as the API"),
        (200, "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}", "doesn't tell the time"),
        (401, "go away", "answered with HTTP 401: 'go away'. Put a password or a token into a file for curl"),
        (404, "404 page not found", "answered with HTTP 404: '404 page not found'. Give the address under which /api/v1/query is"),
        (302, "", "It redirects: give the address that it redirects to."), (503, "busy", "Try again later; its log says more."),
        (
            422, "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"query processing would load too many samples\"}",
            "refused a query: query processing would load too many samples (HTTP 422). A shorter --window"
        ),
        (
            400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}",
            "refused a query: parse error (HTTP 400)."
        ),
    ])
    func `what is no answer is refused with what to do`(_ status: Int, _ body: String, _ words: String) {
        let server = server()
        server.answers = { _ in ServerReply(status: status, body: Array(body.utf8)) }
        let found = sentence(server)
        #expect(found.hasPrefix("http://prometheus:9090 ") && found.contains(words), "\(found)")
        #expect(!found.contains("\u{1b}"))
    }

    @Test func `warnings of the server are passed on`() throws {
        let server = server()
        server.answers = { query in
            query == "time()"
                ? ServerReply(
                    status: 200,
                    body: Array(
                        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"2000000\"]},\"warnings\":[\"partial response\"]}"
                            .utf8)) : nil
        }
        #expect(try read(server).warnings.first == "http://prometheus:9090 warns: partial response")
    }

    @Test func `damaged answers trap nothing`() throws {
        var random = SeededGenerator.fromEnvironment()
        let server = server(2)
        var outcomes = (read: 0, refused: 0)
        for _ in 0..<rounds(300) {
            let target =
                ["time()", "last_over_time", "sum by (instance, abi", "count_over_time", "max by"].randomElement(using: &random)
                ?? ""
            server.answers = { query in
                guard query.contains(target) else { return nil }
                let plain = SimulatedServer()
                (plain.windows, plain.now) = (server.windows, server.now)
                guard var body = try? plain.ask(query, query == "time()" ? nil : server.now).body else { return nil }
                for _ in 0..<Int.random(in: 1...6, using: &random) where !body.isEmpty {
                    let place = Int.random(in: 0..<body.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: body[place] = UInt8.random(in: 0...255, using: &random)
                    case 1: body.removeSubrange(place...)
                    case 2:
                        body.insert(
                            contentsOf: Array(
                                ["-", "e308", "9", "NaN", "\"", "null"].randomElement(using: &random)?.utf8 ?? "".utf8), at: place)
                    default: body.remove(at: place)
                    }
                }
                return ServerReply(status: 200, body: body)
            }
            do {
                _ = try read(server).compare(options: ComparisonOptions())
                outcomes.read += 1
            } catch is FleetError { outcomes.refused += 1 } catch is ComparisonError { outcomes.refused += 1 }
        }
        #expect(outcomes.refused > 0, "\(outcomes)")
    }
}
