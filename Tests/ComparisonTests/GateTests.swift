import ComparisonSupport
import Foundation
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

@testable import Comparison

/// What decides: margins, guards, the family, and missing data.
@Suite struct GateTests {
    private func compare(
        _ options: ComparisonOptions = ComparisonOptions(), noise: [ComparedFile] = [],
        base editBase: (inout SyntheticBoots) -> Void = { _ in }, new editNew: (inout SyntheticBoots) -> Void = { _ in }
    ) throws -> Comparison {
        var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
        (new.kernel, new.start) = ("6.12", 100)
        editBase(&base)
        editNew(&new)
        return try Comparer.compare(base: base.files("a"), new: new.files("b"), noise: noise, options: options)
    }

    private func cell(_ comparison: Comparison, _ number: Int32, _ measure: Measure = .p50) throws -> Cell {
        let subject = Subject(.call(SyscallID(abi: .x86_64, number: number)), .ok)
        return try #require((comparison.gated + comparison.others).first { $0.subject == subject && $0.measure == measure })
    }

    @Test func `a margin is the given delta but at least a bucket wide`() throws {
        let comparison = try compare(ComparisonOptions(deltas: [.p50: 0.15, .p99: 0]))
        #expect(try cell(comparison, 0).margin == log(1.15))
        #expect(try cell(comparison, 0, .p99).margin == log(1 + 1.0 / 128))
        #expect(
            try cell(compare(ComparisonOptions(deltas: [.p50: 0.15]), new: { $0.factors = [257: 1.1] }), 257).verdict == .equivalent
        )
        #expect(try cell(compare(new: { $0.factors = [257: 1.1] }), 257).verdict == .regressed)
    }

    /// 10 % of 180 ns is less than 20 ns.
    @Test func `a change below the minimum of nanoseconds is equivalent`() throws {
        let slower: (inout SyntheticBoots) -> Void = { $0.factors = [39: 1.1] }
        let options = ComparisonOptions(minimumNanoseconds: 0, top: 9)
        #expect(try cell(compare(options, new: slower), 39).verdict == .regressed)
        let guarded = try cell(compare(ComparisonOptions(top: 9), new: slower), 39)
        #expect(guarded.verdict == .equivalent && guarded.margin == log(1.05) && guarded.equivalenceMargin > log(1.1))
        #expect(try cell(compare(ComparisonOptions(top: 9), new: { $0.factors = [39: 1.3] }), 39).verdict == .regressed)
    }

    /// Tracepoints that cost 40 ns more don't make a kernel slower.
    @Test func `a difference of the probe floors widens the minimum change`() throws {
        var new = SyntheticBoots(seed: 2)
        (new.kernel, new.start, new.factors) = ("6.12", 100, [0: 1.1])
        var files = new.files("b")
        for index in files.indices { files[index].profile.capture.probeFloorNanoseconds = 210 }
        let comparison = try Comparer.compare(
            base: SyntheticBoots(seed: 1).files("a"), new: files, options: ComparisonOptions(top: 9))
        #expect(try cell(comparison, 0).leastNanoseconds == 80)
        // The call may still be slower, so nothing is decided.
        #expect(try cell(comparison, 0).verdict == .inconclusive && cell(comparison, 0).bootsNeeded == nil)
        #expect(
            comparison.warnings.contains { $0.hasPrefix("Tracing itself costs 40 ns more on one side") && $0.contains("80 ns") })
        #expect(comparison.differences.contains(IdentityDifference(name: "probe floor", base: ["170 ns"], new: ["210 ns"])))
    }

    @Test func `noise between boots of one kernel widens the margin`() throws {
        let quiet = try compare()
        #expect(try cell(quiet, 0).noise == 0, "seven boots of BASE are too few to halve")
        var other = SyntheticBoots(seed: 9)
        (other.count, other.deviation) = (10, 0.2)
        let noisy = try compare(noise: other.files("n"))
        #expect(try cell(noisy, 0).noise > 0.05 && abs(cell(noisy, 0).margin - cell(noisy, 0).noise) < 1e-12)
        let own = try compare(base: { $0.count = 8 })
        #expect(try cell(own, 0).noise > 0 && cell(own, 0).noise < 0.02)
        other.count = 3
        #expect(try compare(noise: other.files("n")).warnings.contains { $0.hasPrefix("NOISE has only 3 boots") })
    }

    // MARK: The family

    @Test func `the family is chosen from BASE alone`() throws {
        let slow = try compare(new: { $0.factors = [39: 1e4] })
        let plain = try compare()
        #expect(slow.gated.map(\.subject) == plain.gated.map(\.subject))
        let order = plain.gated.filter { $0.measure == .p50 }.map { plain.label($0.subject) }
        #expect(order == ["epoll_wait", "futex", "mmap", "openat", "write", "read"])
        let one = try compare(ComparisonOptions(top: 1, gate: [.p99, .p50, .p99]))
        #expect(one.gated.map(\.measure) == [.p50, .p99])
    }

    /// 3,000 calls have no p99. The next call's is gated instead, and the comparison lists the one left out.
    @Test func `a call made too rarely for a p99 is not gated on it`() throws {
        let calls = SyntheticBoots.calls.map { call in
            SyntheticBoots.Call(call.number, call.nanoseconds, count: call.number == 232 ? 3_000 : call.count, failed: call.failed)
        }
        let comparison = try compare(base: { $0.calls = calls }, new: { $0.calls = calls })
        #expect(comparison.notGated.map { "\(comparison.label($0.subject)) \($0.measure.rawValue)" } == ["epoll_wait p99"])
        #expect(comparison.gated.count == 12 && comparison.outcome == .passed)
        #expect(Measure.allCases.map(\.leastCalls) == [100, 500, 5_000, 50_000, 1, 1])
    }

    @Test func `too few calls in NEW give NO DATA`() throws {
        let calls = SyntheticBoots.calls.map { call in
            SyntheticBoots.Call(call.number, call.nanoseconds, count: call.number == 232 ? 3_000 : call.count, failed: call.failed)
        }
        let comparison = try compare(new: { $0.calls = calls })
        let cell = try cell(comparison, 232, .p99)
        #expect(cell.verdict == .noData && comparison.outcome == .inconclusive)
        #expect(cell.absence == "p99 needs 5000 calls in each boot; 0 of 7 boots of NEW have them")
    }

    @Test func `a comparison with nothing to gate is inconclusive`() throws {
        let comparison = try compare(
            base: { $0.calls = [.init(0, 400, count: 20)] }, new: { $0.calls = [.init(0, 400, count: 20)] })
        #expect(comparison.gated.isEmpty && comparison.outcome == .inconclusive && comparison.notGated.count == 2)
    }

    // MARK: New and gone

    @Test func `a call that vanished is GONE and a new one is NEW`() throws {
        let new = SyntheticBoots.calls.filter { $0.number != 202 } + [.init(318, 700)]
        let comparison = try compare(new: { $0.calls = new })
        #expect(comparison.gated.filter { $0.verdict == .gone }.map { comparison.label($0.subject) } == ["futex", "futex"])
        #expect(comparison.subjects.filter(\.isNew).map { comparison.label($0.subject) } == ["getrandom"])
        #expect(comparison.subjects.filter(\.isGone).map { comparison.label($0.subject) } == ["futex"])
        #expect(comparison.outcome == .passed, "a call that is gone is decided and not slower")
    }

    @Test func `the rates and total times of calls are compared`() throws {
        let twice = SyntheticBoots.calls.map {
            SyntheticBoots.Call($0.number, $0.nanoseconds, count: $0.count * 2, failed: $0.failed)
        }
        let comparison = try compare(new: { $0.calls = twice })
        #expect(comparison.subjects.count == SyntheticBoots.calls.count)
        for change in comparison.subjects {
            #expect(abs((change.rate?.effect ?? 0) - log(2)) < 1e-9)
            #expect(abs((change.time?.effect ?? 0) - log(2)) < 0.03)
        }
    }

    // MARK: Workloads

    @Test func `the cases of a workload and their untraced cost are compared`() throws {
        var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
        (new.kernel, new.start) = ("6.12", 100)
        new.factors = [1: 1.4]
        let comparison = try Comparer.compare(
            base: base.workloadFiles("a"), new: new.workloadFiles("b"),
            options: ComparisonOptions(gate: [.p50, .untraced]))
        #expect(comparison.gated.count == 12 && comparison.outcome == .regressed)
        let slower = comparison.gated.filter { $0.verdict == .regressed }
        #expect(slower.map { comparison.label($0.subject) } == ["case-1", "case-1: write"])
        #expect(Set(slower.map(\.measure)) == [.p50, .untraced])
        #expect(comparison.workload == WorkloadSummary(id: "standard", version: 1, isQuick: false, base: .host, new: .host))
        // p50, p99 and untraced of six cases.
        for (boots, outcome) in [(5, Comparison.Outcome.inconclusive), (6, .passed)] {
            base.count = boots
            let same = try Comparer.compare(base: base.workloadFiles("a"), new: base.workloadFiles("a"))
            #expect(same.gated.count == 18 && same.outcome == outcome)
        }
    }

    @Test func `an absent case is GONE and a failed case has NO DATA`() throws {
        func compare(_ state: WorkloadCase.State) throws -> Comparison {
            var second = SyntheticBoots(seed: 2)
            second.start = 100
            var new = second.workloadFiles("b")
            for file in new.indices {
                let index = try #require(new[file].profile.workload?.cases.firstIndex { $0.name == "case-202" })
                new[file].profile.workload?.cases[index] = WorkloadCase(
                    name: "case-202", state: state, syscalls: ["futex"], operations: 0)
            }
            return try Comparer.compare(base: SyntheticBoots(seed: 1).workloadFiles("a"), new: new)
        }
        let absent = try compare(.absent("no futex"))
        #expect(absent.gated.filter { $0.verdict == .gone }.map(\.absence) == Array(repeating: "absent on NEW: no futex", count: 3))
        #expect(absent.outcome == .passed)
        let failed = try compare(.failed("a call is missing"))
        #expect(
            failed.gated.filter { $0.verdict == .noData }.map(\.absence)
                == Array(repeating: "failed on NEW: a call is missing", count: 3))
        #expect(failed.outcome == .inconclusive)
    }
}
