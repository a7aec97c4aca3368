import LatencyHistogram
import Profile
import Rendering
import TestSupport
import Testing

/// The cases of a workload in the reports: those that were measured, and why the others were not.
@Suite struct WorkloadReportTests {
    private static let workload = WorkloadResult(
        id: "standard", version: 1, isQuick: true, runs: 3, machine: .countedEmulation,
        cases: [
            WorkloadCase(
                name: "read-4k-zero", state: .measured, syscalls: ["read"], operations: 20_000,
                untraced: CallCost(median: 412.4, lowerQuartile: 410, upperQuartile: 420.5),
                series: [Fixtures.series(.ran, 20_000, from: 310, seed: 1)]),
            WorkloadCase(
                name: "futex-ping-pong", state: .measured, syscalls: ["futex"], operations: 5_000,
                untraced: CallCost(median: 8_120, lowerQuartile: 8_000, upperQuartile: 9_000),
                series: [
                    Fixtures.series(.ran, 3_000, from: 260, seed: 2), Fixtures.series(.blocked, 7_000, from: 3_100, seed: 3),
                ]),
            WorkloadCase(
                name: "openat-missing", state: .measured, syscalls: ["openat"], operations: 10_000,
                series: [Fixtures.series(.ran, failed: true, 10_000, from: 700, seed: 4)]),
            WorkloadCase(
                name: "clock-gettime-vdso", state: .measured, syscalls: [], operations: 50_000,
                untraced: CallCost(median: 24.25, lowerQuartile: 24, upperQuartile: 25)),
            WorkloadCase(
                name: "io-uring-nop", state: .absent("io_uring_setup: ENOSYS\u{1b}[31m"), syscalls: ["io_uring_enter"],
                operations: 0),
            WorkloadCase(
                name: "rename", state: .failed("the file was not there afterwards"), syscalls: ["rename"], operations: 7),
        ])

    private static let profile: Profile = {
        var profile = Fixtures.typical
        profile.workload = workload
        return profile
    }()

    @Test(arguments: [60, 100]) func text(width: Int) throws {
        let text = TextReport.render(Self.profile, options: .init(top: 2, width: width))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
        try Snapshot().verify(text, is: "workload-width-\(width).txt")
    }

    @Test func JSON() throws {
        var profile = Self.profile
        (profile.calls, profile.processes, profile.inFlight) = ([], [], [])
        try Snapshot().verify(try JSONReport.render(profile, pretty: true), is: "workload.json")
    }

    @Test func aWorkloadOfNothing() {
        var profile = Self.profile
        profile.workload = WorkloadResult(id: "\u{7}", version: 1, isQuick: false, runs: 1, machine: .host, cases: [])
        let text = TextReport.render(profile)
        #expect(text.contains("Workload \\x07 1: one run on this host.") && !text.contains("CASE"))
    }
}
