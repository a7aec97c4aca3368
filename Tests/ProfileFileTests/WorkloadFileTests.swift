import LatencyHistogram
import Profile
import ProfileFile
import SyscallTable
import TestSupport
import Testing

/// The lines about a workload: errors name the line, and two boots add up.
@Suite struct WorkloadFileTests {
    private static let distribution = LatencyHistogram(
        buckets: [.init(index: 100, count: 2), .init(index: 300, count: 1)], aboveRange: 0, sum: 545, min: 100, max: 345)

    private static let read = SyscallID(abi: .x86_64, number: 0)

    private static func workload(
        version: Int = 2, median: Double = 81.5, state: WorkloadCase.State = .measured
    ) -> WorkloadResult {
        WorkloadResult(
            id: "standard", version: version, isQuick: false, runs: 3, machine: .kvm,
            cases: [
                WorkloadCase(
                    name: "read-1", state: state, syscalls: ["read"], operations: 3,
                    untraced: CallCost(median: median, lowerQuartile: 80, upperQuartile: 90),
                    calls: [CaseCall(read, [Series(outcome: .ran, failed: false, distribution: distribution)])]),
                WorkloadCase(name: "uring-nop", state: .absent("no io_uring"), syscalls: ["io_uring_enter"], operations: 0),
            ])
    }

    private static func profile(_ workload: WorkloadResult?) -> Profile {
        var random = SeededGenerator(seed: 1)
        return Profile(
            tool: "syslat 1", host: .random(using: &random),
            capture: CaptureSummary(startedAtNanoseconds: 1, durationNanoseconds: 2, scope: "all"),
            balance: Balance(entered: 3, completed: 3, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [],
            processes: [], inFlight: [], workload: workload)
    }

    /// The lines in order: host, workload, two cases, balance.
    private static let lines: [String] = {
        let text = (try? ProfileFileWriter.text(of: profile(workload()))).map { String(decoding: $0, as: UTF8.self) } ?? ""
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
        #expect(Self.lines.count == 5)
        #expect(try read(Self.lines) == Self.profile(Self.workload()))
    }

    @Test(arguments: [
        (1, "\"kvm\"", "\"moon\"", "'moon' is not a machine that a workload runs on"),
        (1, "\"version\":2", "\"version\":0", "a workload has a name, and its version and runs are 1 or more"),
        (1, "\"runs\":3", "\"runs\":-3", "a workload has a name, and its version and runs are 1 or more"),
        (
            1, "\"runs\":3", "\"runs\":3,\"slices\":2,\"slices_counted\":3",
            "of the slices of a workload, at least one counts, and no more than there are"
        ),
        (1, "\"standard\"", "\"\"", "a workload has a name, and its version and runs are 1 or more"),
        (2, "\"read-1\"", "\"\"", "a case has a name"),
        (2, "\"measured\"", "\"guessed\"", "'guessed' is not a state of a case"),
        (2, "\"ran\"", "\"flew\"", "'flew' is not an outcome of a call"),
        (2, ":81.5", ":-81.5", "a cost is a number of nanoseconds from 0 to 2^64"),
        (2, "\"count\":3", "\"count\":4", "the buckets hold 3 calls, not the 4 that the line says"),
        (2, "\"operations\":3", "\"operations\":-3", "this is not valid JSON, or a number in it is negative, broken or too large"),
        (2, "\"syscalls\":[\"read\"],", "", "'syscalls' is missing at .workload_case"),
        (3, "\"uring-nop\"", "\"read-1\"", "the case read-1 is there twice"),
    ])
    func `a malformed or contradictory line is refused`(line: Int, old: String, new: String, reason: String) {
        var lines = Self.lines
        #expect(lines[line].contains(old))
        lines[line] = lines[line].replacing(old, with: new)
        #expect(complaint(lines) == "f, line \(line + 1): \(reason)")
    }

    @Test func `a workload or series that is there twice is refused`() throws {
        var lines = Self.lines
        lines.insert(lines[1], at: 2)
        #expect(complaint(lines) == "f, line 3: the workload is there twice")
        lines = Self.lines
        let series = try #require(lines[2].firstRange(of: "\"series\":[")).upperBound
        let end = try #require(lines[2].firstRange(of: "}],\"state\"")).lowerBound
        lines[2].insert(contentsOf: lines[2][series..<end] + "},", at: series)
        #expect(complaint(lines) == "f, line 3: a series of the case read-1 is there twice")
    }

    @Test func `a case before its workload is refused`() {
        #expect(complaint([Self.lines[0], Self.lines[2], Self.lines[4]]) == "f, line 2: a case comes before its workload")
    }

    // MARK: Adding up

    @Test func `the workloads of two boots add up`() throws {
        func sliced(_ workload: WorkloadResult, _ counted: Int) -> Profile {
            var workload = workload
            workload.slices = WorkloadResult.Slices(made: 25, counted: counted)
            return Self.profile(workload)
        }
        let sum = try #require(sliced(Self.workload(), 7).merged(with: sliced(Self.workload(median: 79), 2)).workload)
        #expect(sum.slices == WorkloadResult.Slices(made: 50, counted: 9))
        #expect(sum.runs == 6 && sum.cases.map(\.name) == ["read-1", "uring-nop"])
        #expect(sum.cases[0].operations == 6 && sum.cases[0].series.map(\.distribution.count) == [6])
        #expect(sum.cases[0].untraced?.median == 79, "the boot that was disturbed less")
        #expect(sum.cases[1].state == .absent("no io_uring"))
    }

    @Test func `a case that failed in one boot has failed in the sum`() throws {
        let failed = Self.workload(state: .failed("one call is missing"))
        for pair in [(failed, Self.workload()), (Self.workload(), failed)] {
            let sum = try #require(Self.profile(pair.0).merged(with: Self.profile(pair.1)).workload)
            #expect(sum.cases[0].state == .failed("one call is missing"))
        }
    }

    @Test func `different workloads give a warning instead of a sum`() {
        let sum = Self.profile(Self.workload()).merged(with: Self.profile(Self.workload(version: 3)))
        #expect(sum.workload == nil)
        #expect(
            sum.capture.warnings == ["The profiles are of different workloads, versions or machines: their cases are not added up."]
        )
        let half = Self.profile(Self.workload()).merged(with: Self.profile(nil))
        #expect(half.workload == Self.workload())
        #expect(half.capture.warnings == ["Only some of the profiles are of a workload: its cases are from those alone."])
    }

    @Test func `the order of three workloads does not matter`() throws {
        var random = SeededGenerator.fromEnvironment()
        func sums(_ workload: WorkloadResult?) -> [WorkloadCase]? { workload?.cases.sorted { $0.name < $1.name } }
        for _ in 0..<50 {
            let all = (0..<3).map { _ in
                Self.profile(
                    WorkloadResult(
                        id: "w", version: 1, isQuick: true, runs: 1, machine: .host,
                        cases: ["a", "b"].map { name in
                            var item = WorkloadCase.random(name: name, using: &random)
                            item.syscalls = ["read"]
                            return item
                        }))
            }
            let left = all[0].merged(with: all[1]).merged(with: all[2])
            let right = all[2].merged(with: all[1].merged(with: all[0]))
            #expect(sums(left.workload) == sums(right.workload))
        }
    }
}
