import SaturatingMath
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

/// Other people's programs read from our exports what the profile has.
@Suite(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing))) struct OracleTests {
    private static let names = Fixtures.exports.keys.sorted()

    private func profile(_ name: String) throws -> Profile { try #require(Fixtures.exports[name]) }

    // MARK: CSV

    @Test(arguments: names, [false, true])
    func `a CSV reader finds the profile's numbers`(name: String, byInterval: Bool) throws {
        let profile = try profile(name)
        let text = CSVReport.render(profile, by: byInterval ? .interval : .call)
        let table = try Oracles.ask("read_csv.py", about: text, for: [[String: String]].self)
        let rows = table.filter { $0["outcome"] != "in_flight" }
        let inFlight = table.filter { $0["outcome"] == "in_flight" }.compactMap { $0["calls"].flatMap { UInt64($0) } }
        let hung = (byInterval ? profile.intervals : []).compactMap(\.inFlight)
        #expect(inFlight.reduce(0, +) == hung.reduce(0) { $0 + UInt64($1.calls.count) + $1.omitted })
        let calls = byInterval && !profile.intervals.isEmpty ? profile.intervals.flatMap(\.calls) : profile.calls
        let isSampled = profile.capture.sampling != nil
        var expected = calls.flatMap { call in
            call.series.inOrder.map { row(call.id, $0, isSampled: isSampled) }
                + workRows(call.id, call.afterExit, isSampled: isSampled)
        }
        if !byInterval { expected += profile.refused.map(row) }
        #expect(rows.count == expected.count)
        for (row, expected) in zip(rows, expected) {
            #expect(row.filter { !$0.key.hasPrefix("interval_") } == expected)
            #expect(row.keys.count { $0.hasPrefix("interval_") } == (byInterval ? 3 : 0))
        }
    }

    @Test(arguments: names)
    func `a CSV reader finds every call of every process`(name: String) throws {
        let profile = try profile(name)
        let text = CSVReport.render(profile, by: .process)
        let rows = try Oracles.ask("read_csv.py", about: text, for: [[String: String]].self)
        let expected = profile.allProcesses.flatMap { process in process.series.filter { $0.calls > 0 }.map { (process, $0) } }
        #expect(rows.count == expected.count)
        for (row, (process, series)) in zip(rows, expected) {
            #expect(row["pid"] == process.pid.map { "\($0)" } ?? "" && row["comm"] == PlainText.line(process.comm))
            #expect(row["name"] == series.id.name && row["outcome"] == series.outcome.name)
            #expect(row["result"] == (series.failed ? "error" : "ok") && row["calls"] == "\(series.calls)")
            #expect(row["total_ns"] == (series.totalNanoseconds > 0 ? "\(series.totalNanoseconds)" : ""))
        }
    }

    private func row(_ id: SyscallID, _ series: Series, isSampled: Bool) -> [String: String] {
        let distribution = series.distribution
        func text(_ value: UInt64?) -> String { value.map { "\($0)" } ?? "" }
        func value(_ quantile: Quantile) -> String { text(distribution.value(at: quantile)) }
        let isMeasured = !distribution.isEmpty
        return [
            "abi": id.abi.name, "number": "\(id.number)", "name": id.name, "outcome": series.outcome.name,
            "result": series.failed ? "error" : "ok", "calls": "\(series.calls)",
            "total_ns": text(isMeasured ? distribution.sum : nil),
            "min_ns": text(isMeasured ? distribution.min : nil), "mean_ns": text(distribution.mean), "p50_ns": value(.p50),
            "p90_ns": value(.p90), "p99_ns": value(.p99), "p999_ns": value(.p999),
            "max_ns": text(isMeasured ? distribution.max : nil),
            "sampled": isSampled ? "yes" : "no", "refused_by": "", "error": "",
        ]
    }

    private func workRows(_ id: SyscallID, _ work: AfterExit?, isSampled: Bool) -> [[String: String]] {
        guard let work else { return [] }
        let measured = Series(outcome: .ran, failed: false, distribution: work.distribution)
        let unmeasured = Series(outcome: .ran, failed: false, distribution: LatencyHistogram(), unrepresented: work.unmeasured)
        return [(measured, "measured"), (unmeasured, "unmeasured")].filter { $0.0.calls > 0 }.map { series, result in
            row(id, series, isSampled: isSampled).merging(["outcome": "after_exit", "result": result]) { $1 }
        }
    }

    private func row(_ refused: RefusedCalls) -> [String: String] {
        var row = ["total_ns", "min_ns", "mean_ns", "p50_ns", "p90_ns", "p99_ns", "p999_ns", "max_ns"].reduce(into: [:]) {
            $0[$1] = ""
        }
        row["abi"] = refused.id.abi.name
        row["number"] = "\(refused.id.number)"
        row["name"] = refused.id.name
        row["outcome"] = "refused"
        row["result"] = refused.errno == nil ? "ok" : "error"
        row["calls"] = "\(refused.calls)"
        row["sampled"] = "no"
        row["refused_by"] = refused.by.name
        row["error"] = refused.errno.map(ErrnoTable.name) ?? ""
        return row
    }

    // MARK: HdrHistogram

    private struct LoggedHistogram: Decodable, Equatable {
        struct Bucket: Decodable, Equatable {
            var lowest, count: UInt64
        }

        var tag: String
        var range: [UInt64]
        /// Milliseconds since 1970.
        var start, end: UInt64
        var total: UInt64
        var buckets: [Bucket]
    }

    @Test(arguments: names)
    func `an hlog reader finds the profile's counts`(name: String) throws {
        let profile = try profile(name)
        let whole = Interval(
            startNanoseconds: 0, durationNanoseconds: profile.capture.durationNanoseconds, calls: profile.calls)
        var expected: [LoggedHistogram] = []
        for interval in profile.intervals.isEmpty ? [whole] : profile.intervals {
            for call in interval.calls {
                for outcome in Outcome.allCases where !call.distribution(of: outcome).buckets.isEmpty {
                    expected.append(logged(call, outcome.name, call.distribution(of: outcome), interval, profile))
                }
                if let work = call.afterExit?.distribution, !work.isEmpty {
                    expected.append(logged(call, "after_exit", work, interval, profile))
                }
            }
        }
        let found = try Oracles.ask(
            "read_hlog.py", about: HlogReport.render(profile, byInterval: true), for: [LoggedHistogram].self)
        #expect(found.count == expected.count)
        for (found, expected) in zip(found, expected) { #expect(found == expected) }
    }

    private func logged(
        _ call: CallProfile, _ part: String, _ distribution: LatencyHistogram, _ interval: Interval, _ profile: Profile
    ) -> LoggedHistogram {
        let buckets = distribution.buckets.map { bucket in
            // The package drops bit 62, even of what it wrote itself. HlogReportTests cover counts that large.
            let count = min(bucket.count, UInt64(Int64.max)) & (1 << 62 - 1)
            return LoggedHistogram.Bucket(lowest: BucketScheme.lowerBound(of: bucket.index), count: count)
        }
        func milliseconds(_ nanoseconds: UInt64) -> UInt64 { (nanoseconds + 500_000) / 1_000_000 }
        let start = milliseconds(profile.capture.startedAtNanoseconds) + milliseconds(interval.startNanoseconds)
        return LoggedHistogram(
            tag: (call.id.abi == .x86_64 ? "" : call.id.abi.name + ":") + "\(call.id.name)/\(part)",
            range: [1, 1 << 42 - 1, 2], start: start, end: start + milliseconds(interval.durationNanoseconds),
            total: buckets.reduce(0) { $0 + $1.count }, buckets: buckets)
    }

    @Test(arguments: names)
    func `another printer of hgrm gives the same rows`(name: String) throws {
        let profile = try profile(name)
        let distributions = profile.calls.flatMap { [$0.distribution, $0.afterExit?.distribution ?? LatencyHistogram()] }
        let buckets = distributions.filter { !$0.buckets.isEmpty }.map { distribution in
            distribution.buckets.map { [BucketScheme.lowerBound(of: $0.index), $0.count] }
        }
        let input = String(decoding: try JSONEncoder().encode(buckets), as: UTF8.self)
        let texts = try Oracles.ask("print_hgrm.py", about: input, for: [String].self)
        let blocks = HgrmReport.render(profile).components(of: "       Value").dropFirst().map { "       Value" + $0 }
        #expect(texts.count == blocks.count)
        // Lines that begin with # are comments to every reader, and worded differently by every writer.
        func rows(_ text: String) -> [Substring] { text.split(separator: "\n").filter { !$0.hasPrefix("#") } }
        for (text, block) in zip(texts, blocks) { #expect(rows(block) == rows(text)) }
    }

    // MARK: OpenMetrics

    private struct Family: Decodable {
        struct Sample: Decodable {
            var name: String
            var labels: [String: String]
            var value: String
        }

        var family, kind, unit: String
        var samples: [Sample]
    }

    @Test(arguments: names)
    func `an OpenMetrics parser finds the profile's numbers`(name: String) throws {
        let profile = try profile(name)
        let parsed = try Oracles.ask("read_openmetrics.py", about: OpenMetricsReport.render(profile), for: [Family].self)
        func samples(_ name: String) -> [Family.Sample] { parsed.flatMap(\.samples).filter { $0.name == name } }
        func samples(_ suffix: String, of id: SyscallID) -> [Family.Sample] {
            samples("syslat_\(id.abi == .ioUring ? "request" : "syscall")_duration_seconds_\(suffix)")
        }
        func labels(_ id: SyscallID) -> [String: String] {
            id.abi == .ioUring ? ["request": id.name] : ["syscall": id.name, "abi": id.abi.name]
        }
        let all = profile.calls.flatMap { call in
            Outcome.allCases.map { (call.id, $0, call.distribution(of: $0)) }.filter { !$0.2.isEmpty }
        }
        let families = ["request", "syscall"]
        #expect(families.reduce(0) { $0 + samples("syslat_\($1)_duration_seconds_count").count } == all.count)
        for (id, outcome, distribution) in all {
            let labels = labels(id).merging(["outcome": outcome.name]) { $1 }
            let count = try #require(samples("count", of: id).first { $0.labels == labels })
            let sum = try #require(samples("sum", of: id).first { $0.labels == labels })
            // The parser reads doubles.
            #expect(Double(count.value) == Double(distribution.count))
            #expect(Double(sum.value) == Double("\(distribution.sum)e-9"))
            let buckets = samples("bucket", of: id).filter { sample in
                labels.allSatisfy { sample.labels[$0.key] == $0.value }
            }
            #expect(buckets.count == ClassicBuckets.bounds.count + 1)
            for (bucket, bound) in zip(buckets, ClassicBuckets.bounds) {
                #expect(Double(bucket.labels["le"] ?? "") == Double(bound) / 1e9)
                let below = distribution.buckets.filter { BucketScheme.lowerBound(of: $0.index) <= bound }
                #expect(Double(bucket.value) == Double(below.reduce(into: UInt64(0)) { $0 = $0.addingSaturating($1.count) }))
            }
        }
        let errors = samples("syslat_syscall_errors_total") + samples("syslat_request_errors_total")
        #expect(errors.count == profile.calls.reduce(0) { $0 + $1.errnos.count })
        for call in profile.calls {
            for errno in call.errnos {
                let labels = labels(call.id).merging(["errno": ErrnoTable.name(errno.errno)]) { $1 }
                #expect(errors.first { $0.labels == labels }.flatMap { Double($0.value) } == Double(errno.count))
            }
        }
        let unrepresented = profile.calls.flatMap(\.series).reduce(0) { $0 + $1.unrepresented }
        #expect(samples("syslat_unrepresented_calls").compactMap { Double($0.value) }.reduce(0, +) == Double(unrepresented))
        let hung = samples("syslat_in_flight_calls").compactMap { Double($0.value) }.reduce(0, +)
        #expect(hung == Double(profile.inFlight.count { $0.id.abi != .ioUring }))
        let oldest = samples("syslat_in_flight_oldest_seconds").compactMap { Double($0.value) }.max()
        #expect(oldest == profile.inFlight.filter { $0.id.abi != .ioUring }.map { Double($0.ageNanoseconds) / 1e9 }.max())
        #expect(samples("syslat_host_info").first?.labels["cpu_model"] == profile.host.cpuModel)
        #expect(samples("syslat_entered_calls_total").compactMap { Double($0.value) } == [Double(profile.balance.entered)])
    }

    @Test(arguments: names)
    func `an OpenMetrics parser finds every call of the processes of each name`(name: String) throws {
        var profile = try profile(name)
        // An id that was used again, by a process of the same name.
        profile.processes += profile.processes.prefix(1)
        let text = OpenMetricsReport.render(profile, byProcess: true)
        let families = try Oracles.ask("read_openmetrics.py", about: text, for: [Family].self)
        func samples(_ name: String) -> [Family.Sample] { families.flatMap(\.samples).filter { $0.name == name } }
        func sum(_ values: [UInt64]) -> Double {
            Double(values.reduce(into: UInt64(0)) { $0 = $0.addingSaturating($1) })
        }
        let all = profile.allProcesses
        let calls = samples("syslat_process_calls_total")
        let names = Set(all.map(\.comm).map(PlainText.line))
        #expect(Set(calls.compactMap { $0.labels["comm"] }) == names)
        #expect(Set(calls.map(\.labels)).count == calls.count && calls.allSatisfy { $0.labels["pid"] == nil })
        for name in names {
            let mine = calls.filter { $0.labels["comm"] == name }
            let found = min(Double(UInt64.max), mine.compactMap { Double($0.value) }.reduce(0, +))
            #expect(found == sum(all.filter { PlainText.line($0.comm) == name }.map { $0.calls }))
        }
        let times = samples("syslat_process_time_seconds_total")
        #expect(times.map(\.labels) == calls.map(\.labels))
        #expect(!OpenMetricsReport.render(profile).contains("syslat_process_"))
    }

    @Test func `an OpenMetrics parser finds the vDSO's numbers`() throws {
        let profile = try profile("vdso")
        let vdso = try #require(profile.vdso)
        let families = try Oracles.ask("read_openmetrics.py", about: OpenMetricsReport.render(profile), for: [Family].self)
        let entered = try #require(families.first { $0.family == "syslat_vdso_entered_calls" })
        #expect(entered.kind == "counter" && entered.samples.count == vdso.entered.count)
        for (sample, entry) in zip(entered.samples, vdso.entered) {
            #expect(Double(sample.value) == Double(entry.distribution.count))
            #expect(sample.labels["reason"] == entry.reason.name && sample.labels["clock"] == entry.clock?.name)
        }
        let estimates = families.filter { $0.family.hasPrefix("syslat_vdso_served_calls_estimate") }
        #expect(estimates.count == 3 && estimates.allSatisfy { $0.kind == "gauge" && $0.samples.count == 3 })
        #expect(families.first { $0.family == "syslat_vdso_vsyscall_calls" }?.samples.count == 2)
    }

    @Test(arguments: names, [false, true])
    func `promtool accepts the text of Prometheus`(name: String, isTimestamped: Bool) throws {
        let exposition = Exposition(try profile(name), byProcess: true, process: Fixtures.servingProcess)
        let text = exposition.render(.prometheusText, isTimestamped: isTimestamped)
        try Oracles.promtoolAccepts(String(decoding: text, as: UTF8.self))
    }

    @Test(arguments: names)
    func `promtool makes blocks of a report with times`(name: String) throws {
        let text = Exposition(try profile(name), byProcess: true).render(.openMetrics, isTimestamped: true)
        let blocks = try Oracles.promtoolBackfills(String(decoding: text, as: UTF8.self))
        #expect(blocks.contains("BLOCK ULID"))
    }
}
