import ComparisonSupport
import Foundation
import LatencyHistogram
import Profile
import SyscallTable
import Testing

@testable import Comparison

/// A bench weighted by the calls of a service: what is gated, the one figure, and what is refused.
@Suite struct ServiceWeightsTests {
    private typealias Case = SyntheticCases.Case

    private static let cases = [
        Case("read-small", untraced: 400, [.init(0, 410)]), Case("read-large", untraced: 4_000, [.init(0, 4_100)]),
        Case("open-close", untraced: 2_700, [.init(257, 1_500), .init(3, 440)]),
        Case("null", untraced: 140, [.init(110, 175)]), Case("sleep", untraced: 60_000, [.init(35, 59_000, .blocked)]),
    ]

    /// 60 % of its kernel time is in read, 30 % in close, 10 % in sendto; it waits as long again in epoll_wait.
    private static let service: ComparedFile = {
        var boots = SyntheticBoots(seed: 7)
        boots.count = 1
        boots.calls = [.init(0, 600, count: 10_000), .init(3, 300, count: 10_000), .init(44, 100, count: 10_000)]
        var file = boots.files("service")[0]
        let wait = Series(outcome: .blocked, failed: false, distribution: SyntheticBoots.distribution(around: 1_000, count: 10_000))
        file.profile.calls.append(CallProfile(id: SyscallID(abi: .x86_64, number: 232), series: [wait], errnos: []))
        return file
    }()

    private func options(_ file: ComparedFile = service, top: Int = 6) throws -> ComparisonOptions {
        var options = ComparisonOptions(top: top, gate: [.p50])
        options.weights = try ServiceWeights(file)
        return options
    }

    private func compare(_ new: [Case], _ options: ComparisonOptions, deviation: Double = 0.005) throws -> Comparison {
        var (mine, theirs) = (SyntheticCases(Self.cases, seed: 1, kernel: "6.8"), SyntheticCases(new, seed: 2, kernel: "6.12"))
        (mine.deviation, mine.untracedDeviation, theirs.deviation, theirs.untracedDeviation) = (
            deviation, deviation, deviation, deviation
        )
        return try Comparer.compare(base: mine.files("a"), new: theirs.files("b"), options: options)
    }

    @Test func `the calls of the service are gated, in all their cases, and its time`() throws {
        let comparison = try compare(Self.cases, options())
        #expect(
            Set(comparison.gated.map { "\(comparison.label($0.subject)) \($0.measure.rawValue)" })
                == [
                    "this service time", "read-small: read p50", "read-small untraced", "read-large: read p50",
                    "read-large untraced",
                    "open-close: close p50", "open-close untraced",
                ])
        #expect(comparison.gated.first?.measure == .time && comparison.outcome == .passed)
        let one = try compare(Self.cases, options(top: 1))
        #expect(one.gated.allSatisfy { $0.measure == .time || comparison.label($0.subject).hasPrefix("read-") })
    }

    @Test func `calls without a case are named with their shares`() throws {
        let service = try #require(try compare(Self.cases, options()).service)
        #expect(service.missing.map(\.id.name) == ["sendto"])
        #expect(abs(service.missing[0].share - 0.1) < 0.01 && abs(service.covered - 0.9) < 0.01)
        #expect(abs(service.waiting - 0.5) < 0.01)
    }

    /// Reads take two thirds of the covered time and get 12 % faster: 8 % of it.
    @Test func `the time of the service follows its calls by their weights`() throws {
        var faster = Self.cases
        for index in 0...1 {
            faster[index].untraced *= 0.88
            faster[index].calls[0].nanoseconds *= 0.88
        }
        let cell = try #require(try compare(faster, options()).gated.first { $0.measure == .time })
        let shift = try #require(cell.shift)
        #expect(abs(expm1(shift.effect) + 0.08) < 0.006 && cell.verdict == .improved)
        #expect(shift.interval.map { $0.upperBound - $0.lowerBound < 0.03 } == true)
    }

    /// A service that opens and closes alike waits as long as before.
    @Test func `time that moves from one call of a case to another changes no service that makes both`() throws {
        var boots = SyntheticBoots(seed: 7)
        (boots.count, boots.calls) = (1, [.init(257, 1_500), .init(3, 440)])
        var moved = Self.cases
        moved[2].calls = [.init(257, 900), .init(3, 1_040)]
        let comparison = try compare(moved, try options(boots.files("service")[0]), deviation: 0)
        let cell = try #require(comparison.gated.first { $0.measure == .time })
        #expect(abs(cell.shift?.effect ?? 1) < 0.02 && cell.verdict == .equivalent)
        #expect(comparison.gated.contains { $0.verdict == .regressed }, "the call itself is slower")
    }

    /// The call alone would seem to take twice as long.
    @Test func `work that moved into a call changes nothing for a service that makes that call alone`() throws {
        var boots = SyntheticBoots(seed: 7)
        (boots.count, boots.calls) = (1, [.init(3, 440)])
        var moved = Self.cases
        moved[2].calls[1].nanoseconds = 1_040
        let comparison = try compare(moved, try options(boots.files("service")[0]))
        let cell = try #require(comparison.gated.first { $0.measure == .time })
        #expect(abs(cell.shift?.effect ?? 1) < 0.02 && cell.verdict == .equivalent)
    }

    @Test func `a file that weights nothing is refused`() throws {
        var empty = Self.service
        empty.profile.calls = []
        #expect(throws: ComparisonError.self) { try ServiceWeights(empty) }
        var waiting = Self.service
        waiting.profile.calls = waiting.profile.calls.filter { $0.id.number == 232 }
        #expect(throws: ComparisonError.self) { try ServiceWeights(waiting) }
        let bench = SyntheticCases(Self.cases, seed: 1, kernel: "6.8").files("bench")[0]
        #expect(throws: ComparisonError.self) { try ServiceWeights(bench) }
    }

    @Test func `weights that don't fit the profiles are refused`() throws {
        func refusal(_ file: ComparedFile, _ edit: (inout SyntheticCases) -> Void = { _ in }) -> String {
            do {
                var cases = SyntheticCases(Self.cases, seed: 1, kernel: "6.8")
                edit(&cases)
                _ = try Comparer.compare(base: cases.files("a"), new: cases.files("a"), options: options(file))
                return ""
            } catch { return "\(error)" }
        }
        var foreign = Self.service
        foreign.profile.host.arch = "aarch64"
        #expect(refusal(foreign).contains("recorded on aarch64") && refusal(Self.service) == "")
        #expect(refusal(Self.service) { $0.poolsCalls = true }.contains("version 1 of the workload"))
        var others = Self.service
        others.profile.calls = others.profile.calls.filter { $0.id.number == 44 }
        #expect(refusal(others).hasPrefix("None of the calls of service-0.syslat has a case"))
        var base = SyntheticBoots(seed: 1)
        base.count = 2
        let error = #expect(throws: ComparisonError.self) {
            try Comparer.compare(base: base.files("a"), new: base.files("a"), options: options())
        }
        #expect(error?.description.contains("is of a service itself: leave --weights out") == true)
    }
}
