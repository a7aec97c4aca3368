import ComparisonSupport
import Foundation
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

@testable import Comparison

/// The verdicts: a planted change is found in its cell and no other, and the order of files doesn't matter.
@Suite struct ComparerTests {
    private func boots(_ seed: UInt64, _ edit: (inout SyntheticBoots) -> Void = { _ in }) -> SyntheticBoots {
        var boots = SyntheticBoots(seed: seed)
        if seed.isMultiple(of: 2) { (boots.kernel, boots.start) = ("6.12.117-cloud-amd64", 100) }
        edit(&boots)
        return boots
    }

    private func verdicts(_ comparison: Comparison) -> [String: Verdict] {
        Dictionary(
            uniqueKeysWithValues: comparison.gated.map { ("\(comparison.label($0.subject)) \($0.measure.rawValue)", $0.verdict) })
    }

    @Test func `two kernels of the same speed are equivalent in every cell`() throws {
        let comparison = try Comparer.compare(base: boots(1).files("a"), new: boots(2).files("b"))
        #expect(comparison.outcome == .passed && comparison.canDecide && comparison.bootsNeeded == 5)
        #expect(comparison.gated.count == 12 && comparison.gated.allSatisfy { $0.verdict == .equivalent })
        #expect(comparison.warnings == [])
        #expect(comparison.differences.map(\.name) == ["kernel"])
        #expect(
            comparison.base
                == SideSummary(
                    files: 7, boots: 7, kernels: ["6.8.0-56-cloud-amd64"], arch: "x86_64", probeFloor: 170))
    }

    @Test func `a planted regression is found in its call and no other`() throws {
        let comparison = try Comparer.compare(
            base: boots(1).files("a"), new: boots(2) { $0.factors = [257: 1.2] }.files("b"))
        #expect(comparison.outcome == .regressed)
        for (name, verdict) in verdicts(comparison) {
            #expect(verdict == (name.hasPrefix("openat") ? .regressed : .equivalent), "\(name)")
        }
        let cell = try #require(comparison.gated.first { $0.verdict == .regressed })
        let shift = try #require(cell.shift)
        #expect(abs(shift.effect - log(1.2)) < 0.03 && shift.interval?.contains(log(1.2)) == true)
        let moved = comparison.others.filter { $0.verdict == .regressed }
        #expect(moved.allSatisfy { comparison.label($0.subject).hasPrefix("openat") })
        #expect(moved.contains { $0.subject.result == .error && $0.measure == .p50 })
    }

    @Test func `an improvement is reported and doesn't fail the comparison`() throws {
        let comparison = try Comparer.compare(
            base: boots(1).files("a"), new: boots(2) { $0.factors = [232: 0.7] }.files("b"))
        #expect(comparison.outcome == .passed)
        #expect(verdicts(comparison).filter { $0.value == .improved }.keys.sorted() == ["epoll_wait p50", "epoll_wait p99"])
    }

    /// Only openat's slowest calls get slower; its median stays the same.
    @Test func `a regression of the tail alone shows in the p99 only`() throws {
        var new = boots(2).files("b")
        for file in new.indices {
            let call = try #require(new[file].profile.calls.firstIndex { $0.id.number == 257 })
            var series = new[file].profile.calls[call].series
            let ok = try #require(series.firstIndex { !$0.failed })
            series[ok].distribution.merge(SyntheticBoots.distribution(around: 50_000, count: 300))
            new[file].profile.calls[call] = CallProfile(id: new[file].profile.calls[call].id, series: series, errnos: [])
        }
        let comparison = try Comparer.compare(base: boots(1).files("a"), new: new)
        #expect(verdicts(comparison).filter { $0.value == .regressed }.keys.sorted() == ["openat p99"])
    }

    // MARK: What does not matter

    @Test func `the order of files doesn't change the comparison`() throws {
        var random = SeededGenerator.fromEnvironment()
        let (base, new) = (boots(1).files("a"), boots(2) { $0.factors = [0: 1.3] }.files("b"))
        let first = try Comparer.compare(base: base, new: new)
        for _ in 0..<3 {
            let again = try Comparer.compare(base: base.shuffled(using: &random), new: new.shuffled(using: &random))
            #expect(again == first)
        }
    }

    @Test func `exchanging the sides negates shifts and exchanges p-values`() throws {
        let (base, new) = (boots(1).files("a"), boots(2) { $0.factors = [1: 1.3] }.files("b"))
        let (forward, backward) = (try Comparer.compare(base: base, new: new), try Comparer.compare(base: new, new: base))
        #expect(forward.outcome == .regressed && backward.outcome == .passed)
        for cell in forward.gated + forward.others {
            let mirror = try #require(
                (backward.gated + backward.others).first { $0.subject == cell.subject && $0.measure == cell.measure })
            #expect(mirror.shift?.effect == cell.shift.map { -$0.effect })
            #expect(mirror.p?.regressed == cell.p?.improved && mirror.p?.improved == cell.p?.regressed)
            #expect(mirror.base == cell.new && mirror.deviation == cell.deviation)
        }
        #expect(verdicts(backward).values.contains(.improved))
    }

    @Test func `ten copies of one boot count as one boot`() throws {
        let (base, new) = (boots(1) { $0.count = 1 }.files("a"), boots(2).files("b"))
        let once = try Comparer.compare(base: base, new: new)
        let copies = (0..<10).map { ComparedFile(path: "copy-\($0)", profile: base[0].profile) }
        var ten = try Comparer.compare(base: copies, new: new)
        #expect(ten.base.boots == 1 && ten.base.files == 10)
        #expect(
            ten.warnings == [
                "BASE has 10 files of 1 boot: files of one boot are averaged, since they don't show how boots differ."
            ])
        #expect(ten.gated == once.gated && ten.others == once.others)
        ten.base.files = 1
        #expect(ten.outcome == .inconclusive && once.outcome == .inconclusive)
    }

    /// Averaged in ln, not pooled: 400 and 900 ns make 600.
    @Test func `files of one boot are averaged in ln`() throws {
        func file(_ nanoseconds: Double, _ path: String) -> ComparedFile {
            var boots = SyntheticBoots(seed: 1)
            (boots.count, boots.deviation, boots.calls) = (1, 0, [.init(0, nanoseconds)])
            return ComparedFile(path: path, profile: boots.files("x")[0].profile)
        }
        let pair = [file(400, "a"), file(900, "b")]
        let comparison = try Comparer.compare(base: pair, new: [file(600, "c")])
        let cell = try #require(comparison.gated.first { $0.measure == .p50 })
        #expect(abs((cell.base ?? 0) / 600 - 1) < 0.01)
    }

    @Test(arguments: [(1, Comparison.Outcome.inconclusive), (3, .inconclusive), (4, .inconclusive), (5, .passed), (8, .passed)])
    func `identical files are equivalent once there are enough boots`(boots count: Int, outcome: Comparison.Outcome) throws {
        let files = boots(1) { $0.count = count }.files("a")
        let comparison = try Comparer.compare(base: files, new: files)
        #expect(comparison.outcome == outcome)
        #expect(comparison.canDecide == (outcome == .passed))
        #expect(comparison.warnings.contains { $0.contains("on both sides") })
        #expect(comparison.gated.count == 12 && comparison.gated.allSatisfy { $0.shift?.effect == 0 })
    }

    /// Where instructions are counted, boots of one kernel may not differ at all. Their intervals have no width.
    @Test(arguments: [(1.0, Comparison.Outcome.passed), (1.06, .regressed), (0.9, .passed)])
    func `boots that don't differ at all still give verdicts`(factor: Double, outcome: Comparison.Outcome) throws {
        func files(_ seed: UInt64, _ name: String) -> [ComparedFile] {
            boots(seed) { ($0.count, $0.deviation, $0.factors) = (7, 0, seed == 1 ? [:] : [257: factor]) }
                .workloadFiles(name, machine: .countedEmulation)
        }
        let comparison = try Comparer.compare(base: files(1, "a"), new: files(2, "b"))
        #expect(comparison.outcome == outcome)
        #expect(
            comparison.gated.allSatisfy {
                $0.verdict != .inconclusive && $0.shift?.interval.map { $0.lowerBound == $0.upperBound } == true
            })
        let slowed = try #require(
            comparison.gated.first { comparison.label($0.subject) == "case-257: openat" && $0.measure == .p50 })
        let expected: Verdict = factor == 1 ? .equivalent : factor > 1 ? .regressed : .improved
        #expect(slowed.verdict == expected)
    }

    // MARK: Few boots

    @Test func `one boot on a side never gives a verdict`() throws {
        let new = boots(2) { ($0.count, $0.factors) = (1, [257: 3]) }.files("b")
        let comparison = try Comparer.compare(base: boots(1).files("a"), new: new, options: ComparisonOptions(alpha: 0.4))
        #expect(comparison.outcome == .inconclusive)
        #expect(comparison.gated.count == 12 && comparison.gated.allSatisfy { $0.verdict == .inconclusive })
        #expect(comparison.subjects.count == SyntheticBoots.calls.count)
        #expect(comparison.subjects.allSatisfy { !$0.shifts.isEmpty })
    }

    @Test func `three boots can't decide a family of twelve cells`() throws {
        let comparison = try Comparer.compare(
            base: boots(1) { $0.count = 3 }.files("a"), new: boots(2) { $0.count = 3 }.files("b"))
        #expect(comparison.outcome == .inconclusive && !comparison.canDecide)
        #expect(comparison.bootsNeeded == 5 && comparison.smallestP == 0.05)
    }

    @Test func `many regressions at once are found even with few boots`() throws {
        let factors = Dictionary(uniqueKeysWithValues: SyntheticBoots.calls.dropLast().map { ($0.number, 2.0) })
        let comparison = try Comparer.compare(
            base: boots(1) { $0.count = 4 }.files("a"),
            new: boots(2) { ($0.count, $0.factors) = (4, factors.merging([257: 2]) { $1 }) }.files("b"))
        #expect(comparison.outcome == .regressed && !comparison.canDecide)
    }

    @Test func `a cell close to its margin says how many boots would decide`() throws {
        let base = boots(1) { $0.deviation = 0.04 }.files("a")
        let new = boots(2) { ($0.deviation, $0.factors) = (0.04, [232: 1.07]) }.files("b")
        let comparison = try Comparer.compare(base: base, new: new)
        let open = comparison.gated.filter { $0.verdict == .inconclusive }
        #expect(!open.isEmpty && comparison.outcome == .inconclusive)
        #expect(open.allSatisfy { ($0.bootsNeeded ?? 101) > 7 })
    }
}
