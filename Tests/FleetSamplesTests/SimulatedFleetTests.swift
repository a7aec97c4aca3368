import Comparison
import ComparisonSupport
import Foundation
import SyscallTable
import TestSupport
import Testing

@testable import FleetSamples

/// How often a fleet is told something false, and whether it is told the same by files and by a server.
struct SimulatedFleetTests {
    private func samples(
        _ base: [String: SimulatedFleet.Host], _ new: [String: SimulatedFleet.Host]
    ) throws -> FleetSides {
        let server = SimulatedServer()
        server.windows = [server.now - 604_800: base, server.now: new]
        let question = FleetQuestion(base: try HostSelector("{}@-7d"), new: try HostSelector("{}"))
        return try FleetReader.read(question, from: "http://prometheus:9090", ask: server.ask)
    }

    @Test(arguments: [true, false])
    func `two hundred fleets that didn't change have not regressed`(_ isPaired: Bool) throws {
        var random = SeededGenerator.fromEnvironment()
        let replication = Replication(unit: .host, isPaired: isPaired, resolution: log(2) / 32)
        var regressed = 0
        for _ in 0..<200 {
            let fleet = SimulatedFleet(hosts: 8, between: isPaired ? 0.4 : 0.03, within: 0.03, using: &random)
            let base = fleet.hosts(kernel: "6.1", using: &random).files("a")
            let new = fleet.hosts(kernel: "6.12", names: isPaired ? "host" : "other", using: &random).files("b")
            let cells = try Comparer.gatedCells(
                base: base, new: new, options: ComparisonOptions(gate: [.p50]), replication: replication)
            #expect(cells.count == 6)
            if cells.contains(where: { $0.verdict == .regressed }) { regressed += 1 }
        }
        #expect(regressed == 0)
    }

    /// Without a margin only chance keeps the tests from flagging.
    @Test func `without a margin no more fleets than the level are told something false`() throws {
        var random = SeededGenerator.fromEnvironment()
        let options = ComparisonOptions(deltas: [.p50: 0], minimumNanoseconds: 0, gate: [.p50])
        var regressed = 0
        for _ in 0..<200 {
            let fleet = SimulatedFleet(hosts: 9, between: 0.4, within: 0.1, using: &random)
            let cells = try Comparer.gatedCells(
                base: fleet.hosts(kernel: "6.1", using: &random).files("a"),
                new: fleet.hosts(kernel: "6.12", using: &random).files("b"),
                options: options, replication: Replication(unit: .host, isPaired: true))
            if cells.contains(where: { $0.verdict == .regressed }) { regressed += 1 }
        }
        // At most 5 %: 10 of 200, and four standard errors above that.
        #expect(regressed <= 22, "\(regressed)")
    }

    @Test func `a tenth more is found in every fleet, and nowhere else`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(20) {
            let fleet = SimulatedFleet(hosts: 10, between: 0.4, within: 0.007, using: &random)
            let base = fleet.hosts(kernel: "6.1", using: &random)
            let new = fleet.hosts(kernel: "6.12", factors: [1: 1.1], using: &random)
            let comparison = try samples(base, new).compare(options: ComparisonOptions(gate: [.p50]))
            let slower = comparison.gated.filter { $0.verdict == .regressed }.compactMap(\.subject.name.callID?.number)
            #expect(slower == [1], "\(comparison.gated.map(\.verdict))")
        }
    }

    @Test func `files of the same data have the same verdicts as the server`() throws {
        var random = SeededGenerator.fromEnvironment()
        for round in 0..<rounds(12) {
            let factors: [Int32: Double] = round.isMultiple(of: 3) ? [:] : [257: 1.15, 202: 0.85]
            let fleet = SimulatedFleet(hosts: 9, between: 0.01, within: 0.01, using: &random)
            let base = fleet.hosts(kernel: "6.1", using: &random)
            let new = fleet.hosts(kernel: "6.12", names: "other", factors: factors, using: &random)
            var options = ComparisonOptions(gate: [.p50])
            options.learnsNoise = false
            let asked = try samples(base, new).compare(options: options)
            let read = try Comparer.compare(base: base.files("a"), new: new.files("b"), options: options)
            #expect(asked.outcome == read.outcome && asked.replication.isPaired == false)
            #expect(asked.gated.map(\.verdict) == read.gated.map(\.verdict))
            #expect(asked.gated.map(\.subject.name) == read.gated.map(\.subject.name))
            for (mine, theirs) in zip(asked.gated, read.gated) {
                // The width of a bucket, on each side.
                #expect(abs((mine.shift?.effect ?? 9) - (theirs.shift?.effect ?? 0)) < log(2) / 16, "\(mine) \(theirs)")
            }
        }
    }
}
