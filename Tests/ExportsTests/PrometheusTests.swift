import Foundation
import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

/// What protoc reads of our messages.
@Suite(.enabled(if: Oracles.isWanted("protoc"), Comment(rawValue: Oracles.missingProgram("protoc")))) struct ProtobufTests {
    @Test func `a message has the fields of Prometheus`() throws {
        var recorder = HistogramRecorder()
        for value: UInt64 in [0, 0, 1_000_000_000, 1_000_000_001, 4_000_000_000] { recorder.record(value) }
        let series = Series(outcome: .blocked, failed: false, distribution: recorder.snapshot())
        let families = CallMetrics.families(
            Fixtures.profile([CallProfile(id: .native(0), series: [series], errnos: [ErrnoCount(errno: 11, count: 2)])]))
        let text = try Oracles.protoc(about: families.prometheusProtobuf(schema: 3, countingFrom: 1_500_000_000))
        try Snapshot().verify(text, is: "native.protobuf-text")
    }

    @Test(arguments: Fixtures.exports.keys.sorted(), NativeHistogram.schemas)
    func `protoc knows every field, and every bucket is counted`(name: String, schema: Int) throws {
        let profile = try #require(Fixtures.exports[name])
        let bytes = Exposition(profile, byProcess: true, process: Fixtures.servingProcess).render(.protobuf(schema: schema))
        let text = try Oracles.protoc(about: bytes)
        var (count, buckets, zeros, histograms) = (UInt64(0), UInt64(0), UInt64(0), 0)
        var last: Int64 = 0
        for line in text.split(separator: "\n").map({ $0.drop { $0 == " " } }) {
            // What protoc doesn't know is shown by its number.
            #expect(!(line.first?.isNumber ?? false), "\(line)")
            let parts = line.split(separator: ":").map { $0.drop { $0 == " " } }
            switch parts.first {
            case "sample_count":
                #expect(count == buckets &+ zeros)
                (count, buckets, zeros, last) = (UInt64(parts[1]) ?? 0, 0, 0, 0)
                histograms += 1
            case "zero_count": zeros = UInt64(parts[1]) ?? 0
            case "positive_delta":
                last += Int64(parts[1]) ?? 0
                buckets &+= UInt64(bitPattern: last)
            default: break
            }
        }
        #expect(count == buckets &+ zeros)
        let outcomes = profile.calls.flatMap { call in Outcome.allCases.filter { !call.distribution(of: $0).isEmpty } }
        let works = profile.calls.count { $0.afterExit.map { !$0.distribution.isEmpty } ?? false }
        #expect(histograms == outcomes.count + works)
    }
}

/// What a server finds that has scraped us.
@Suite(.serialized, .enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing))) struct PrometheusServerTests {
    private struct Question: Encodable {
        var server = Oracles.prometheus
        var content_type: String
        var body: String
        var queries: [String]
        var exemplars: String?
    }

    private struct Answer: Decodable {
        struct Result: Decodable {
            var metric: [String: String]
            var value: [Value]?
        }

        enum Value: Decodable {
            case time(Double)
            case number(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let time = try? container.decode(Double.self) {
                    self = .time(time)
                } else {
                    self = .number(try container.decode(String.self))
                }
            }
        }

        var accept: String
        var up: String?
        var answers: [String: [Result]]
    }

    private func ask(_ exposition: Exposition, _ format: ExpositionFormat, _ queries: [String]) throws -> Answer {
        let question = Question(
            content_type: format.contentType, body: Data(exposition.render(format)).base64EncodedString(), queries: queries)
        let text = String(decoding: try JSONEncoder().encode(question), as: UTF8.self)
        return try Oracles.ask("ask_prometheus.py", about: text, for: Answer.self)
    }

    private func number(_ result: Answer.Result) throws -> Double {
        let texts = (result.value ?? []).compactMap { if case .number(let text) = $0 { text } else { nil } }
        return try #require(texts.first.flatMap { Double($0) }, "\(result)")
    }

    @Test func `quantiles, counts and sums of native histograms are those of the report`() throws {
        let name = "syslat_syscall_duration_seconds"
        var profile = try #require(Fixtures.exports["typical"])
        profile.calls.append(
            CallProfile(
                id: .native(39), series: [Series(outcome: .ran, failed: false, distribution: LatencyHistogram())], errnos: []))
        let exposition = Exposition(profile, byProcess: true, process: Fixtures.servingProcess)
        let quantiles: [(Quantile, String)] = [(.p50, "0.5"), (.p90, "0.9"), (.p99, "0.99")]
        let queries = ["histogram_count(\(name))", "histogram_sum(\(name))", "syslat_syscall_errors_total", "syslat_host_info"]
        let answer = try ask(
            exposition, .protobuf(schema: 5), queries + quantiles.map { "histogram_quantile(\($0.1), \(name))" })
        #expect(answer.up == "1")
        #expect(ExpositionFormat.negotiated(accept: answer.accept, schema: 5) == .protobuf(schema: 5))
        func value(_ query: String, _ id: SyscallID, _ outcome: Outcome) throws -> Double {
            let labels = ["syscall": id.name, "abi": id.abi.name, "outcome": outcome.name]
            let all = try #require(answer.answers[query])
            return try number(try #require(all.first { result in labels.allSatisfy { result.metric[$0.key] == $0.value } }))
        }
        var compared = 0
        for call in profile.calls {
            for outcome in Outcome.allCases where !call.distribution(of: outcome).isEmpty {
                let distribution = call.distribution(of: outcome)
                #expect(try value(queries[0], call.id, outcome) == Double(distribution.count))
                #expect(try value(queries[1], call.id, outcome) == Double(distribution.sum) / 1e9)
                // Of a few values, a quantile is any value between two of them.
                for (quantile, text) in quantiles where distribution.count >= 1000 {
                    let exact = Double(try #require(distribution.value(at: quantile))) / 1e9
                    let found = try value("histogram_quantile(\(text), \(name))", call.id, outcome)
                    #expect(abs(found / exact - 1) < 0.022, "\(call.id.name) \(outcome) \(text): \(found) for \(exact)")
                    compared += 1
                }
            }
        }
        #expect(compared >= 15)
        #expect(answer.answers["syslat_syscall_errors_total"]?.count == profile.calls.reduce(0) { $0 + $1.errnos.count })
        #expect(answer.answers["syslat_host_info"]?.first?.metric["boot_id"] == profile.host.bootID)
    }

    @Test(arguments: ["extreme", "slow", "uring"], [ExpositionFormat.protobuf(schema: 6), .openMetrics, .prometheusText])
    func `a server takes every format`(name: String, format: ExpositionFormat) throws {
        let profile = try #require(Fixtures.exports[name])
        let answer = try ask(Exposition(profile, byProcess: true, process: Fixtures.servingProcess), format, ["syslat_build_info"])
        #expect(answer.up == "1" && answer.answers["syslat_build_info"]?.first?.metric["version"] == "0.1.0")
    }
}
