import ComparisonSupport
import Foundation
import LatencyHistogram
import Profile
import SyscallTable
import Testing

@testable import Comparison

/// Each call of a case is compared by itself, and what only moved across the boundary of the calls is told from what changed.
@Suite struct ByCallTests {
    private typealias Case = SyntheticCases.Case

    private static func openClose(open: Double = 1_500, close: Double = 440, untraced: Double = 2_700) -> Case {
        Case("open-close", untraced: untraced, [.init(257, open), .init(3, close)])
    }

    private static let null = Case("null", untraced: 140, [.init(110, 175)])

    private func compare(
        _ base: [Case], _ new: [Case], kernels: (String, String) = ("6.1.0", "6.12.1"),
        options: ComparisonOptions = ComparisonOptions(),
        edit: (inout SyntheticCases, inout SyntheticCases) -> Void = { _, _ in }
    ) throws -> Comparison {
        var (mine, theirs) = (
            SyntheticCases(base, seed: 1, kernel: kernels.0), SyntheticCases(new, seed: 2, kernel: kernels.1)
        )
        edit(&mine, &theirs)
        return try Comparer.compare(base: mine.files("a"), new: theirs.files("b"), options: options)
    }

    private func verdicts(_ comparison: Comparison) -> [String: Verdict] {
        Dictionary(
            uniqueKeysWithValues: comparison.gated.map { ("\(comparison.label($0.subject)) \($0.measure.rawValue)", $0.verdict) })
    }

    // MARK: By call

    /// In one pool of both calls neither the median nor the 99th percentile would see it: one call got slower as the other got faster.
    @Test func `a call that got slower is found beside one that got faster`() throws {
        let comparison = try compare([Self.openClose()], [Self.openClose(open: 800, close: 1_140)], kernels: ("6.8", "6.12"))
        let found = verdicts(comparison)
        #expect(found.count == 5 && comparison.outcome == .regressed)
        #expect(found["open-close: close p50"] == .regressed && found["open-close: close p99"] == .regressed)
        #expect(found["open-close: openat p50"] == .improved && found["open-close: openat p99"] == .improved)
        #expect(found["open-close untraced"] == .equivalent, "the operation takes what it took")
    }

    @Test func `calls that slept and calls that didn't are cells of their own`() throws {
        let wakes = Case(
            "ping-pong", untraced: 9_000, [.init(202, 700), .init(202, 5_000, .blocked), .init(202, 900, failed: true)])
        let comparison = try compare([wakes], [wakes])
        #expect(
            Set(verdicts(comparison).keys)
                == Set(
                    ["ping-pong: futex", "ping-pong: futex (blocked)", "ping-pong: futex (errors)"].flatMap {
                        ["\($0) p50", "\($0) p99"]
                    }
                        + ["ping-pong untraced"]))
        #expect(comparison.outcome == .passed && comparison.warnings == [])
    }

    /// How long the read takes now is an open question, and no reason to pass.
    @Test func `a call that ends in another way on NEW has no data`() throws {
        func pipe(_ outcome: Outcome) -> Case { Case("pipe", untraced: 2_000, [.init(0, 900, outcome)]) }
        let comparison = try compare([pipe(.ran)], [pipe(.blocked)])
        let cell = try #require(comparison.gated.first { $0.measure == .p50 })
        #expect(cell.verdict == .noData && comparison.outcome == .inconclusive)
        #expect(cell.absence == "the calls of NEW end in other ways (outcome or result)")
    }

    @Test func `the untraced time of a case is gated with its calls`() throws {
        var opening = Self.openClose()
        opening.calls.append(.init(39, 160))
        let comparison = try compare([opening, Self.null], [opening, Self.null], options: .init(top: 1, gate: [.p50]))
        // A tenth of the time of its case is too little.
        #expect(Set(verdicts(comparison).keys) == ["open-close: openat p50", "open-close: close p50", "open-close untraced"])
        #expect(comparison.beside.subjects.map { comparison.label($0) } == ["null: getppid", "open-close: getpid"])
    }

    /// Other cases have enough calls for a p99, but the first one is what was chosen.
    @Test func `a workload gates the same cases for every figure`() throws {
        let cases = [Self.openClose(), Self.null]
        let comparison = try compare(cases, cases, options: .init(top: 1)) { ($0.operations, $1.operations) = (3_000, 3_000) }
        #expect(Set(verdicts(comparison).keys) == ["open-close: openat p50", "open-close: close p50", "open-close untraced"])
        #expect(Set(comparison.notGated.map { comparison.label($0.subject) }) == ["open-close: openat", "open-close: close"])
        #expect(comparison.notGated.allSatisfy { $0.measure == .p99 })
    }

    /// How long another CPU takes to wake up tells more of the machine than of the kernel.
    @Test func `cases that wait for another CPU are gated after all others`() throws {
        let herd = Case("herd", untraced: 90_000, [.init(202, 80_000, .blocked)], waitsForOtherCPU: true)
        let cases = [herd, Self.openClose(), Self.null]
        func gated(_ options: ComparisonOptions) throws -> (cases: Set<String>, passedOver: [String]) {
            let comparison = try compare(cases, cases, options: options)
            return (Set(comparison.gated.compactMap(\.subject.name.caseName)), comparison.beside.waiting)
        }
        let two = try gated(.init(top: 2))
        #expect(two.cases == ["open-close", "null"] && two.passedOver == ["herd"])
        let three = try gated(.init(top: 3))
        #expect(three.cases == ["open-close", "null", "herd"] && three.passedOver == [])
        var options = ComparisonOptions(top: 2)
        options.gateCalls = ["futex"]
        let named = try gated(options)
        #expect(named.cases == ["herd"] && named.passedOver == [])
    }

    @Test func `cases of syslat 0.1.0, which pool their calls, are compared with their like`() throws {
        let comparison = try compare([Self.openClose()], [Self.openClose()]) { ($0.poolsCalls, $1.poolsCalls) = (true, true) }
        #expect(comparison.outcome == .passed && comparison.workload?.version == 1)
        #expect(Set(verdicts(comparison).keys) == ["open-close p50", "open-close p99", "open-close untraced"])
        #expect(throws: ComparisonError.self) {
            try compare([Self.openClose()], [Self.openClose()]) { mine, _ in mine.poolsCalls = true }
        }
    }

    // MARK: Moved across the boundary

    @Test func `work that moved into a call is MOVED, not REGRESSED`() throws {
        let comparison = try compare([Self.openClose()], [Self.openClose(close: 1_040)])
        let found = verdicts(comparison)
        #expect(found["open-close: close p50"] == .moved && found["open-close: close p99"] == .moved)
        #expect(found["open-close: openat p50"] == .equivalent && comparison.outcome == .passed)
        let move = try #require(comparison.gated.first { $0.verdict == .moved }?.move)
        #expect(abs(move.shift - 600) < 40 && move.isInward && move.p < 0.001)
        #expect(abs(move.insideBase - 1_940) < 40 && abs(move.untracedNew - 2_700) < 40)
        #expect(move.known == "Linux 6.6 and newer free a file inside close, older kernels after it.")
    }

    @Test func `work that moved out of a call is MOVED, not IMPROVED`() throws {
        let comparison = try compare([Self.openClose(close: 1_040)], [Self.openClose()], kernels: ("6.8", "6.12"))
        let cell = try #require(comparison.gated.first { comparison.label($0.subject) == "open-close: close" })
        #expect(cell.verdict == .moved && cell.move?.isInward == false && cell.move?.known == nil)
    }

    /// 600 ns are 3 % of the operation, and all of what the call takes longer.
    @Test func `a move is found where it is a small part of a long operation`() throws {
        func making(_ close: Double) -> Case {
            Case("create-unlink", untraced: 20_000, [.init(257, 9_000), .init(3, close), .init(87, 9_500)])
        }
        var options = ComparisonOptions()
        options.gateCalls = ["close"]
        let comparison = try compare([making(440)], [making(1_040)], options: options) { mine, theirs in
            (mine.deviation, theirs.deviation, mine.untracedDeviation, theirs.untracedDeviation) = (0.001, 0.001, 0.001, 0.001)
        }
        #expect(
            comparison.gated.filter { $0.measure != .untraced }.map(\.verdict) == [.moved, .moved] && comparison.outcome == .passed)
    }

    /// The opening got so much faster that the operation did too: that doesn't make the closing slower.
    @Test func `a move is found in an operation that got faster`() throws {
        let comparison = try compare(
            [Self.openClose(open: 8_000, untraced: 9_900)], [Self.openClose(open: 4_000, close: 1_040, untraced: 5_800)])
        #expect(verdicts(comparison)["open-close: openat p50"] == .improved)
        var options = ComparisonOptions(gate: [.p50])
        options.gateCalls = ["close"]
        let close = try compare(
            [Self.openClose(open: 8_000, untraced: 9_900)], [Self.openClose(open: 4_000, close: 1_040, untraced: 5_800)],
            options: options)
        #expect(verdicts(close)["open-close: close p50"] == .moved)
    }

    /// What one thread waits inside a call is what another does meanwhile.
    @Test func `calls that sleep don't move`() throws {
        func pong(_ wait: Double) -> Case { Case("pong", untraced: 9_000, [.init(1, 1_900), .init(0, wait, .blocked)]) }
        let comparison = try compare([pong(6_000)], [pong(3_000)])
        #expect(verdicts(comparison)["pong: read (blocked) p50"] == .improved && comparison.gated.allSatisfy { $0.move == nil })
    }

    /// Page faults that got slower are no reason to doubt that the call got faster.
    @Test func `calls don't move in an operation that is mostly something else`() throws {
        func touching(_ map: Double, _ untraced: Double) -> Case {
            Case("mmap-touch", untraced: untraced, [.init(9, map), .init(11, 3_000)])
        }
        let comparison = try compare([touching(7_000, 150_000)], [touching(5_000, 160_000)])
        #expect(verdicts(comparison)["mmap-touch: mmap p50"] == .improved)
        #expect(comparison.gated.allSatisfy { $0.verdict != .moved })
    }

    @Test func `a call that makes its operation slower is REGRESSED`() throws {
        let comparison = try compare([Self.openClose()], [Self.openClose(close: 1_040, untraced: 3_300)])
        let found = verdicts(comparison)
        #expect(found["open-close: close p50"] == .regressed && found["open-close untraced"] == .regressed)
        #expect(comparison.gated.allSatisfy { $0.move == nil })
    }

    /// What a program waits longer for is a regression, wherever it is.
    @Test func `an operation that got slower outside its calls is REGRESSED`() throws {
        let comparison = try compare([Self.openClose()], [Self.openClose(untraced: 3_300)])
        #expect(comparison.outcome == .regressed)
        let slower = comparison.gated.filter { $0.verdict == .regressed }
        #expect(slower.map(\.measure) == [.untraced] && slower[0].move?.isInward == false)
    }

    /// That the call moved is shown, but not that the operation takes no longer: the comparison is open.
    @Test func `a move passes nothing while the operation is undecided`() throws {
        let comparison = try compare([Self.openClose()], [Self.openClose(close: 2_900)]) { mine, theirs in
            (mine.untracedDeviation, theirs.untracedDeviation) = (0.08, 0.08)
        }
        let found = verdicts(comparison)
        #expect(found["open-close: close p50"] == .moved && found["open-close untraced"] == .inconclusive)
        #expect(comparison.outcome == .inconclusive)
    }

    @Test(arguments: [
        ("6.5.13", "6.6.0", true), ("6.12.1", "6.1.0", true), ("6.6.1", "6.12.1", false), ("5.10.0", "6.5", false),
        ("new", "6.12", true),
    ])
    func `close is known to have moved in Linux 6.6`(base: String, new: String, isKnown: Bool) throws {
        let moves = KnownMove.between(
            Side("BASE", SyntheticCases([], seed: 1, kernel: base).files("a")),
            Side("NEW", SyntheticCases([], seed: 2, kernel: new).files("b")))
        #expect(moves.map(\.call) == (isKnown ? ["close"] : []))
    }

    // MARK: Services, which have no untraced time

    private func services(workOnBase: Double?) throws -> Comparison {
        var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
        (base.kernel, new.kernel, new.start) = ("6.1.0", "6.12.1", 100)
        base.calls = [.init(3, 300), .init(0, 400)]
        new.calls = [.init(3, 900), .init(0, 400)]
        var files = base.files("a")
        for index in files.indices {
            guard let workOnBase, let place = files[index].profile.calls.firstIndex(where: { $0.id.number == 3 }) else { continue }
            files[index].profile.calls[place].afterExit = AfterExit(
                distribution: SyntheticBoots.distribution(around: workOnBase, count: 10_000))
        }
        return try Comparer.compare(base: files, new: new.files("b"))
    }

    @Test func `the work after the exit is added to a service's calls before they are judged`() throws {
        let alone = try services(workOnBase: nil)
        #expect(alone.outcome == .regressed)
        #expect(
            alone.warnings.contains {
                $0.hasPrefix("Linux 6.6") && $0.hasSuffix("its times of close are too short to be compared.")
            })
        let whole = try services(workOnBase: 580)
        #expect(whole.outcome == .passed, "300 and 580 ns of work after it are no less than 900 ns")
        #expect(whole.warnings.contains { $0.hasSuffix("The work after the exit that BASE recorded is added to its times.") })
    }

    // MARK: Chosen calls

    @Test func `the named calls are gated and no others`() throws {
        var options = ComparisonOptions(gate: [.p50])
        options.gateCalls = ["close", "getppid"]
        let comparison = try compare([Self.openClose(), Self.null], [Self.openClose(), Self.null], options: options)
        #expect(
            Set(verdicts(comparison).keys)
                == ["open-close: close p50", "open-close untraced", "null: getppid p50", "null untraced"])
        options.gateCalls = ["read"]
        let error = #expect(throws: ComparisonError.self) { try compare([Self.null], [Self.null], options: options) }
        #expect(error?.description == "BASE has no call of read, so it can't be gated. Leave it out of --gate-calls.")
    }
}
