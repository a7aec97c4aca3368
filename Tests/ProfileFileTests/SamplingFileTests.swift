import LatencyHistogram
import Profile
import ProfileFile
import SyscallTable
import TestSupport
import Testing

/// What a file says of sampling, and what it must not say.
@Suite struct SamplingFileTests {
    private static let profile: Profile = {
        var recorder = HistogramRecorder()
        recorder.record(300, times: 16)
        let read = CallProfile(
            id: SyscallID(abi: .x86_64, number: 0),
            series: [
                Series(outcome: .ran, failed: false, distribution: recorder.snapshot(), inferred: 15, unrepresented: 0),
                Series(outcome: .blocked, failed: false, distribution: LatencyHistogram(), unrepresented: 5),
            ], errnos: [], afterExit: AfterExit(distribution: recorder.snapshot(), inferred: 14, unmeasured: 3))
        var random = SeededGenerator(seed: 2)
        let sampling = CallSampling(
            lowestShift: 2, highestShift: 6, budget: OverheadBudget(limit: 0.01, spentNanoseconds: 7, watchedNanoseconds: 900))
        return Profile(
            tool: "syslat 1", host: .random(using: &random),
            capture: CaptureSummary(
                startedAtNanoseconds: 1, durationNanoseconds: 2, scope: "all", programs: ProgramCost(runs: 3, nanoseconds: 4),
                sampling: sampling),
            balance: Balance(entered: 21, completed: 21, inFlight: 0, neverReturned: 0, lostByCause: [:], unmeasured: 20),
            calls: [read],
            processes: [], inFlight: [])
    }()

    private func lines() throws -> [String] {
        String(decoding: try ProfileFileWriter.text(of: Self.profile), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func complaint(replacing old: String, with new: String) throws -> String {
        let lines = Array(try lines().dropLast())
        #expect(lines.contains { $0.contains(old) }, "\(old)")
        do {
            _ = try ProfileFileReader.read(Signed.file(lines.map { $0.replacing(old, with: new) }), path: "f.syslat")
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [("\"measured\":1,", 17), ("\"measured\":1,", 0), ("\"measured\":2,", 17), ("\"measured\":2,", 0)])
    func `measured calls are among those of their distribution`(_ key: String, _ count: Int) throws {
        let complaint = try complaint(replacing: key, with: "\"measured\":\(count),")
        #expect(complaint.hasSuffix("\(count) calls can't have been measured for a distribution of 16"), "\(complaint)")
    }

    @Test func `a sampled profile is read as it was written`() throws {
        let read = try ProfileFileReader.read(ProfileFileWriter.text(of: Self.profile), path: "f.syslat")
        #expect(read == Self.profile)
        #expect(read.calls[0].calls == 21 && read.calls[0].blocked == 5)
    }

    /// A file in which every call was measured looks as it did before there was sampling.
    @Test func `a profile without sampling has no line about it`() throws {
        var profile = Self.profile
        (profile.capture.sampling, profile.capture.programs, profile.balance.unmeasured) = (nil, nil, 0)
        profile.calls = []
        let text = String(decoding: try ProfileFileWriter.text(of: profile), as: UTF8.self)
        for word in ["one_in", "unrepresented", "bpf"] { #expect(!text.contains(word), "\(word)") }
    }

    /// With a value of the wrong kind, the first line is not that of a profile.
    @Test(arguments: [
        ("\"one_in_min\":4", "\"one_in_min\":3", "powers of two up to 4096, not by 3"),
        ("\"one_in_min\":4", "\"one_in_min\":0", "powers of two up to 4096, not by 0"),
        ("\"one_in_max\":64", "\"one_in_max\":8192", "powers of two up to 4096, not by 8192"),
        ("\"one_in_max\":64", "\"one_in_max\":2", "one_in_min 4 is more than one_in_max 2"),
        ("\"one_in_max\":64", "\"one_in_max\":-64", "this is not a syslat profile"),
        ("\"max_overhead\":0.01", "\"max_overhead\":0", "a share above 0 and up to 1"),
        ("\"max_overhead\":0.01", "\"max_overhead\":2", "a share above 0 and up to 1"),
        ("\"max_overhead\":0.01", "\"max_overhead\":\"fast\"", "this is not a syslat profile"),
        ("\"unrepresented\":5", "\"unrepresented\":0", "a distribution has at least one call"),
    ])
    func `values that no sampling has are refused`(old: String, new: String, reason: String) throws {
        let complaint = try complaint(replacing: old, with: new)
        #expect(complaint.contains("f.syslat, line ") && complaint.contains(reason), "\(complaint)")
    }

    @Test func `sampled and whole profiles add up`() throws {
        var whole = Self.profile
        (whole.capture.sampling, whole.balance.unmeasured) = (nil, 0)
        let both = whole.merged(with: Self.profile)
        #expect(both.capture.sampling == CallSampling(lowestShift: 0, highestShift: 6))
        #expect(both.balance.unmeasured == 20 && both.calls[0].calls == 42)
        #expect(both.capture.warnings.contains { $0.contains("in those that sampled, latencies are estimates") })
        let twice = Self.profile.merged(with: Self.profile)
        #expect(twice.capture.sampling?.budget == OverheadBudget(limit: 0.01, spentNanoseconds: 14, watchedNanoseconds: 1800))
    }
}
