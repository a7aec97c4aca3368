import LatencyHistogram
import Profile
import ProfileFile
import SyscallTable
import TestSupport
import Testing

/// The lines about the vDSO: errors name the line, and reasons that are new are kept.
@Suite struct VDSOFileTests {
    private static let functions = [
        VDSOFunction(
            name: "clock_gettime", clock: .monotonic, isServed: true,
            vdso: CallCost(median: 24.8, lowerQuartile: 24.6, upperQuartile: 25.1), kernelP50Nanoseconds: 240),
        VDSOFunction(name: "time"),
    ]

    private static let profile: Profile = {
        let distribution = LatencyHistogram(
            buckets: [.init(index: 100, count: 2), .init(index: 300, count: 1)], aboveRange: 0, sum: 545, min: 100, max: 345)
        let entry = VDSOEntry(
            id: SyscallID(abi: .x86_64, number: 228), clock: .monotonic, reason: .bypass, distribution: distribution,
            processes: [
                VDSOEntryProcess(
                    pid: 1, comm: "a", calls: 3, totalNanoseconds: 545, callers: [CallerFile(file: "/lib/x", calls: 3)])
            ])
        var random = SeededGenerator(seed: 1)
        return Profile(
            tool: "syslat 1", host: .random(using: &random),
            capture: CaptureSummary(startedAtNanoseconds: 1, durationNanoseconds: 2, scope: "all"),
            balance: Balance(entered: 3, completed: 3, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [],
            processes: [], inFlight: [],
            vdso: VDSOProfile(
                functions: functions, entered: [entry],
                served: [
                    ServedEstimate(
                        pid: 1, comm: "a", function: "time", samples: 9, calls: 900, callsLow: 100, callsHigh: 1700)
                ], vsyscalls: [VsyscallCount(pid: nil, comm: "", name: "time", calls: 7)], ticks: .on(hertz: 97)))
    }()

    /// The lines in order: host, functions, entry, estimate, vsyscall, balance.
    private static let lines: [String] = {
        let text = (try? ProfileFileWriter.text(of: profile)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").dropLast().map(String.init)
    }()

    private func read(_ lines: [String]) throws -> Profile { try ProfileFileReader.read(Signed.file(lines), path: "f") }

    private func complaint(_ lines: [String]) -> String {
        do {
            _ = try read(lines)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func `the file that the other tests change is good`() throws {
        #expect(Self.lines.count == 6)
        #expect(try read(Self.lines) == Self.profile)
    }

    @Test(arguments: [
        (1, "\"MONOTONIC\"", "\"LUNAR\"", "'LUNAR' is not a clock that syslat knows"),
        (
            1, "{\"name\":\"time\"}", "{\"name\":\"clock_gettime\",\"clock\":\"CLOCK_MONOTONIC\"}",
            "the function clock_gettime for MONOTONIC is there twice"
        ),
        (1, ":24.8", ":-24.8", "a cost is a number of nanoseconds from 0 to 2^64"),
        (1, ":24.8", ":1e300", "a cost is a number of nanoseconds from 0 to 2^64"),
        (1, ":24.8", ":1e999", "this is not valid JSON, or a number in it is negative, broken or too large"),
        (1, "\"on\"", "\"in\"", "'in' is not a state of the ticks"),
        (1, "\"hertz\":97,", "", "ticks that are on have their hertz"),
        (1, "\"hertz\":97,", "\"hertz\":4294967296,", "this is not valid JSON, or a number in it is negative, broken or too large"),
        (2, "\"bypass\"", "\"BYPASS\"", "'BYPASS' is not a reason to enter the kernel"),
        (2, "\"bypass\"", "\"\"", "'' is not a reason to enter the kernel"),
        (2, "\"bypass\"", "\"clocksource:\"", "'clocksource:' is not a reason to enter the kernel"),
        (2, "\"bypass\"", "\"clock-not-served:X\"", "'clock-not-served:X' is not a reason to enter the kernel"),
        (2, "\"MONOTONIC\"", "\"LUNAR\"", "'LUNAR' is not a clock that syslat knows"),
        (2, "\"x86_64\"", "\"sparc\"", "'sparc' is not an ABI that syslat knows"),
        (2, "[[100,2],[344,1]]", "[[344,1],[100,2]]", "the bucket 100 is out of order or there twice"),
        (2, "\"count\":3", "\"count\":4", "the buckets hold 3 calls, not the 4 that the line says"),
        (2, "\"file\":\"/lib/x\"", "\"file\":7", "a value is of the wrong kind at .vdso_entered.processes[0].callers[0].file"),
        (3, "\"calls\":900", "\"calls\":-900", "this is not valid JSON, or a number in it is negative, broken or too large"),
        (
            4, "\"calls\":7", "\"calls\":18446744073709551616",
            "this is not valid JSON, or a number in it is negative, broken or too large"
        ),
    ])
    func `a malformed or contradictory line is refused`(line: Int, old: String, new: String, reason: String) {
        var lines = Self.lines
        #expect(lines[line].contains(old))
        lines[line] = lines[line].replacing(old, with: new)
        #expect(complaint(lines) == "f, line \(line + 1): \(reason)")
    }

    @Test func `functions and entries that are there twice are refused`() {
        var lines = Self.lines
        lines.insert(lines[2], at: 3)
        #expect(complaint(lines) == "f, line 4: the entries of x86_64:clock_gettime (MONOTONIC, bypass) are there twice")
        lines = Self.lines
        lines.insert(lines[1], at: 2)
        #expect(complaint(lines) == "f, line 3: the vDSO's functions are there twice")
    }

    @Test(arguments: 2...4) func `a line before the functions is refused`(line: Int) {
        let lines = [Self.lines[0], Self.lines[line], Self.lines[5]]
        #expect(complaint(lines) == "f, line 2: a line about the vDSO comes before the vDSO's functions")
    }

    /// Also with a word after a colon.
    @Test func `reasons of later versions add up as unknown`() throws {
        var lines = Self.lines
        for name in ["moon-phase", "moon-phase:full", "unknown"] {
            lines.insert(Self.lines[2].replacing("\"bypass\"", with: "\"\(name)\""), at: 2)
        }
        let entered = try #require(try read(lines).vdso?.entered)
        #expect(entered.map(\.reason) == [.unexplained, .bypass])
        #expect(entered[0].distribution.count == 9 && entered[0].processes.count == 3)
    }

    @Test func `a profile without a vDSO part has no lines about it`() throws {
        let old = try read([Self.lines[0], Self.lines[5]])
        #expect(old.vdso == nil)
        var profile = Self.profile
        profile.vdso = nil
        profile.host.vdsoSymbols = []
        let text = String(decoding: try ProfileFileWriter.text(of: profile), as: UTF8.self)
        #expect(!text.contains("{\"vdso"))
    }

    /// The hash always fits, so the damaged lines are read.
    @Test func `randomly damaged lines are refused or read as a whole profile`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(2000) {
            var bytes = Array(Self.lines.joined(separator: "\n").utf8)
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                bytes[.random(in: 0..<bytes.count, using: &random)] = .random(in: 0x20...0x7e, using: &random)
            }
            try expectProfileOrRefusal(
                Signed.file(String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)))
        }
    }
}
