import Foundation
import LatencyHistogram
import PlainText
import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

/// The slow calls that buckets of OpenMetrics point to.
@Suite struct ExemplarTests {
    private func call(_ nanoseconds: UInt64, outcome: Outcome = .blocked, errno: Int64 = 0, tid: Int32 = 2, file: String? = nil)
        -> SlowCall
    {
        SlowCall(
            id: .native(0), startedAtNanoseconds: Fixtures.start, durationNanoseconds: nanoseconds, outcome: outcome,
            result: -errno,
            pid: 1, tid: tid, comm: "a",
            details: CallDetails(paths: file.map { [PathArgument(argument: 0, text: $0)] } ?? []))
    }

    /// The exemplars of a report, by the bound of their bucket.
    private func exemplars(_ calls: [SlowCall]) -> [String: String] {
        var profile = Fixtures.profile([])
        for outcome in Outcome.allCases {
            for failed in [false, true] {
                var recorder = HistogramRecorder()
                for call in calls where call.outcome == outcome && (call.errno != nil) == failed {
                    recorder.record(call.durationNanoseconds)
                }
                guard !recorder.snapshot().isEmpty else { continue }
                let series = Series(outcome: outcome, failed: failed, distribution: recorder.snapshot())
                profile.calls.append(CallProfile(id: .native(0), series: [series], errnos: []))
            }
        }
        profile.slowCalls = SlowCalls(rule: .slowest(100), calls: calls)
        var found: [String: String] = [:]
        for line in OpenMetricsReport.render(profile).split(separator: "\n") {
            guard let match = line.firstMatch(of: /outcome="(\w+)".*le="([^"]+)"} \d+ # (.*)/) else { continue }
            found["\(match.1) \(match.2)"] = String(match.3)
        }
        return found
    }

    @Test func `each bucket has the slowest of its calls`() {
        let found = exemplars([
            call(64, tid: 1), call(127, tid: 3), call(128, tid: 4), call(17_179_869_184, tid: 5), call(20_000_000_000, tid: 6),
            call(128, outcome: .ran, tid: 7), call(50, outcome: .preempted, errno: 4, tid: 8),
        ])
        #expect(
            found == [
                "blocked 1.27e-07": "{pid=\"1\",tid=\"3\"} 0.000000127 1772368496.789",
                "blocked 2.55e-07": "{pid=\"1\",tid=\"4\"} 0.000000128 1772368496.789",
                "blocked +Inf": "{pid=\"1\",tid=\"6\"} 20.0 1772368496.789",
                "ran 2.55e-07": "{pid=\"1\",tid=\"7\"} 0.000000128 1772368496.789",
                "preempted 6.3e-08": "{pid=\"1\",tid=\"8\"} 0.00000005 1772368496.789",
            ])
    }

    @Test(arguments: [0, 1, 105, 106, 107, 300])
    func `labels have 128 characters at most, and the end of the path stays`(length: Int) throws {
        let path = String(String(repeating: "/folder/界", count: 40).suffix(length))
        let labels = Exemplar(call(1, tid: -2_147_483_648, file: path)).labels
        let characters = labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
        // pid, 1, tid, -2147483648, file: 22 characters before the path.
        #expect(characters == min(128, 22 - (length == 0 ? 4 : 0) + length))
        guard let file = labels.first(where: { $0.name == "file" })?.value else { return #expect(length == 0) }
        #expect(length <= 106 ? file == path : file == "…" + path.suffix(105))
    }
}

extension ExemplarTests {
    @Test func `quotes in a path are single ones, and backslashes are escaped`() {
        let found = exemplars([call(100, file: "/tmp/\"a\"\\b\n")])
        #expect(found == ["blocked 1.27e-07": #"{pid="1",tid="2",file="/tmp/'a'\\b\\x0a"} 0.0000001 1772368496.789"#])
    }
}

/// The same, read by the parser of Prometheus' client.
@Suite(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing))) struct ExemplarOracleTests {
    private struct Family: Decodable {
        struct Sample: Decodable {
            struct Exemplar: Decodable {
                var labels: [String: String]
                var value: Double
                var timestamp: String
            }

            var name: String
            var labels: [String: String]
            var exemplar: Exemplar?
        }

        var samples: [Sample]
    }

    private func buckets(_ profile: Profile) throws -> [Family.Sample] {
        try Oracles.ask("read_openmetrics.py", about: OpenMetricsReport.render(profile), for: [Family].self).flatMap(\.samples)
            .filter { $0.exemplar != nil }
    }

    @Test func `an OpenMetrics parser finds the slow calls in their buckets`() throws {
        let profile = Fixtures.slowProfile
        let slow = try #require(profile.slowCalls).calls
        let found = try buckets(profile)
        // All but one: two fsyncs are in one bucket, and two calls of openat ended in two ways.
        #expect(found.count == slow.count)
        for bucket in found {
            let exemplar = try #require(bucket.exemplar)
            let call = try #require(slow.first { Double($0.durationNanoseconds) / 1e9 == exemplar.value })
            #expect(bucket.labels["syscall"] == call.id.name && bucket.labels["outcome"] == call.outcome.name)
            #expect(exemplar.labels["pid"] == "\(call.pid)" && exemplar.labels["tid"] == "\(call.tid)")
            let file = call.details.file.map(PlainText.line)
            let shown = exemplar.labels["file"]
            #expect(shown == file || shown.map { $0.hasPrefix("…") && file?.hasSuffix($0.dropFirst()) == true } == true)
            let bound = try #require(bucket.labels["le"].flatMap { Double($0) })
            #expect(exemplar.value <= bound && exemplar.value > bound / 2.1)
        }
    }

    @Test func `an OpenMetrics parser takes hostile files of slow calls`() throws {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(8) {
            var profile = Fixtures.hostileProfile(using: &generator)
            // Each in the series of the fixture that it would be in.
            let calls = (profile.slowCalls?.calls ?? []).map { call in
                var call = call
                (call.id, call.outcome, call.result) = (.native(0), .blocked, 0)
                return call
            }
            profile.slowCalls = SlowCalls(rule: .slowest(100), calls: calls)
            let found = try buckets(profile)
            #expect(!calls.isEmpty == !found.isEmpty)
            for bucket in found {
                let labels = try #require(bucket.exemplar).labels
                #expect(labels.reduce(0) { $0 + $1.key.unicodeScalars.count + $1.value.unicodeScalars.count } <= 128)
            }
        }
    }
}
