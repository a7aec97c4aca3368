import Comparison
import ComparisonSupport
import Foundation
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport

@testable import Exports
@testable import FleetSamples

/// A fleet whose hosts differ much from each other, and little from themselves.
struct SimulatedFleet {
    struct Host {
        var labels: [String: String]
        var calls: [SyscallID: LatencyHistogram]
        var scrapes = 240.0
    }

    static let calls: [(number: Int32, nanoseconds: Double, count: UInt64)] = [
        (232, 40_000, 9000), (202, 5_200, 20_000), (9, 3_100, 8000), (257, 2_000, 12_000), (1, 900, 30_000), (0, 400, 60_000),
    ]

    /// ln of each host's speed on each call.
    private let speeds: [[Double]]
    /// The standard deviation of what a host differs from itself by.
    var deviation: Double

    init(hosts: Int, between: Double, within: Double, using random: inout SeededGenerator) {
        speeds = (0..<hosts).map { _ in SimulatedFleet.calls.map { _ in between * random.normal() } }
        deviation = within
    }

    /// What the hosts do in one window.
    func hosts(
        kernel: String, names: String = "host", factors: [Int32: Double] = [:], using random: inout SeededGenerator
    ) -> [String: Host] {
        var made: [String: Host] = [:]
        for (place, own) in speeds.enumerated() {
            var calls: [SyscallID: LatencyHistogram] = [:]
            for (call, speed) in zip(SimulatedFleet.calls, own) {
                let factor = (factors[call.number] ?? 1) * exp(speed + deviation * random.normal())
                calls[SyscallID(abi: .x86_64, number: call.number)] = SyntheticBoots.distribution(
                    around: call.nanoseconds * factor, count: call.count)
            }
            let name = "\(names)\(place):10042"
            made[name] = Host(
                labels: [
                    "__name__": "syslat_host_info", "instance": name, "kernel_release": kernel, "arch": "x86_64",
                    "boot_id": "\(kernel)-\(place)",
                    "cpu_model": "AMD EPYC", "clocksource": "tsc",
                ], calls: calls)
        }
        return made
    }
}

extension [String: SimulatedFleet.Host] {
    /// The same as files, as `syslat profile` would write them on each host.
    func files(_ side: String) -> [ComparedFile] {
        sorted { $0.key < $1.key }.map { name, host in
            var boots = SyntheticBoots(seed: 1)
            (boots.count, boots.calls, boots.kernel) = (1, [], host.labels["kernel_release"] ?? "")
            var profile = boots.files(side)[0].profile
            profile.host.bootID = name
            profile.calls = host.calls.sorted { $0.key < $1.key }.map {
                CallProfile(id: $0.key, series: [Series(outcome: .ran, failed: false, distribution: $0.value)], errnos: [])
            }
            return ComparedFile(path: "\(side)-\(name).syslat", profile: profile)
        }
    }
}

/// Answers the queries of ``FleetReader`` as Prometheus does, of what hosts did up to two moments.
final class SimulatedServer {
    var windows: [Double: [String: SimulatedFleet.Host]] = [:]
    var now = 2_000_000.0
    var schema = 5
    /// Changes what would be answered to a query.
    var answers: (_ query: String) -> ServerReply? = { _ in nil }
    private(set) var asked: [String] = []

    func ask(_ query: String, _ time: Double?) throws -> ServerReply {
        asked.append(query)
        if let reply = answers(query) { return reply }
        if query == "time()" { return reply("{\"resultType\":\"scalar\",\"result\":[\(now),\"\(now)\"]}") }
        let hosts = (windows[time ?? now] ?? [:]).sorted { $0.key < $1.key }
        if query.hasPrefix("last_over_time(syslat_host_info{") { return vector(hosts.map { ($0.value.labels, number(1)) }) }
        if query.hasPrefix("count by (kernel_release)") {
            let kernels = Dictionary(grouping: hosts) { $0.value.labels["kernel_release"] ?? "" }
            return vector(kernels.sorted { $0.key < $1.key }.map { (["kernel_release": $0.key], number(Double($0.value.count))) })
        }
        if query.contains("count_over_time(syslat_host_info") {
            return vector(hosts.map { (named($0.key), number($0.value.scrapes)) })
        }
        if query.hasPrefix("sum by (instance, abi, syscall) (increase(syslat_syscall_duration_seconds{") {
            return vector(
                hosts.filter { query.contains($0.key) }.flatMap { name, host in
                    host.calls.sorted { $0.key < $1.key }.map { id, histogram in
                        (
                            named(name).merging(["abi": id.abi.name, "syscall": id.name]) { $1 },
                            Self.sample(histogram, schema: schema)
                        )
                    }
                })
        }
        return vector([])
    }

    /// A histogram as the API shows it.
    static func sample(_ histogram: LatencyHistogram, schema: Int) -> String {
        let native = NativeHistogram(histogram, schema: schema)
        var buckets =
            native.zeroCount > 0 ? ["[3,\"-2.938735877055719e-39\",\"2.938735877055719e-39\",\"\(native.zeroCount)\"]"] : []
        buckets += native.buckets.map { index, count in
            func bound(_ index: Int) -> Double { exp2(Double(index) * exp2(-Double(schema))) }
            return "[0,\"\(bound(index - 1))\",\"\(bound(index))\",\"\(count)\"]"
        }
        return
            "\"histogram\":[1,{\"count\":\"\(native.count)\",\"sum\":\"\(Double(histogram.sum) / 1e9)\",\"buckets\":[\(buckets.joined(separator: ","))]}]"
    }

    private func named(_ host: String) -> [String: String] { ["instance": host] }

    private func number(_ value: Double) -> String { "\"value\":[1,\"\(value)\"]" }

    private func vector(_ series: [([String: String], String)]) -> ServerReply {
        let items = series.map { labels, value in
            let pairs = labels.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
            return "{\"metric\":{\(pairs.joined(separator: ","))},\(value)}"
        }
        return reply("{\"resultType\":\"vector\",\"result\":[\(items.joined(separator: ","))]}")
    }

    private func reply(_ data: String) -> ServerReply {
        ServerReply(status: 200, body: Array("{\"status\":\"success\",\"data\":\(data)}".utf8))
    }
}
