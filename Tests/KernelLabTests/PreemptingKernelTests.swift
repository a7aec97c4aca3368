import CaptureSupport
import Foundation
import KernelLab
import KernelLabSupport
import Probes
import Testing

/// Kernels that preempt programs at tracepoints, with more busy threads than CPUs and several storms of forks: nothing is lost, since perf events
/// call the programs there.
@Suite(.requiresKernels) struct PreemptingKernelTests {
    private static let (crowd, calls): ([String], UInt64) = (["/crowd.static", "8", "30000"], 240_000)
    private static let storms = ["/fork_storms.static", "4", "400", "4"]
    private static let fixtures = [
        "crowd.static", "fork_storms.static", "map_hogs.static", "two_capabilities.static", "host_settings.static",
        "refused.static",
    ]

    private static func boot(_ boot: DebianKernel.Boot, _ jobs: [GuestJob]) throws -> GuestRun {
        let files = try fixtures.map { GuestFile("/\($0)", .copy(of: try Fixture($0).path)) }
        return try boot.kernel.boot(jobs, files: files, kernelArguments: [boot.argument])
    }

    private static func job(
        _ name: String, _ options: [String], _ command: [String] = crowd, through launcher: [String] = []
    ) -> GuestJob {
        GuestJob(
            launcher + ["/syslat", "profile", "--format", "json"] + options + ["--"] + command, name: name, timeLimit: .seconds(120)
        )
    }

    private static func report(_ run: GuestRun, _ name: String) throws -> Report {
        let result = try #require(run[name])
        try #require(result.isSuccess, "\(name): \(result.endingText): \(result.errorText)")
        return try Report(json: result.outputText)
    }

    /// The hooks that a kernel needs. Linux 7.1 still calls the programs of system calls with preemption off.
    private static func hooks(_ kernel: DebianKernel, _ set: ProgramSet) -> Report.Hooks {
        let direct = set == .raw ? "raw_tp" : "tp_btf"
        return Report.Hooks(calls: kernel == .newest ? "perf_event" : direct, others: "perf_event")
    }

    @Test(arguments: DebianKernel.preempting)
    func `crowds and storms lose nothing by any program set, and sampling and selections count the same`(
        _ boot: DebianKernel.Boot
    ) throws {
        // Where system calls are as they were before, two sets show that the hooks of tasks go with both kinds.
        let sets = boot.kernel.programSets
        let ways = sets.map { ("\($0)", $0, $0.options) } + [("selection", ProgramSet.typed, ["-e", "getppid"])]
        let run = try Self.boot(
            boot,
            ways.flatMap { [Self.job("crowd \($0.0)", $0.2), Self.job("storms \($0.0)", $0.2, Self.storms)] })
        for (name, set, _) in ways {
            let crowd = try Self.report(run, "crowd \(name)")
            #expect(crowd.calls("getppid") == Self.calls, "\(name): \(crowd.balance)")
            #expect(crowd.balance.refused == 0 && crowd.balance.in_flight == 0, "\(name): \(crowd.balance)")
            #expect(crowd.capture.hooks == Self.hooks(boot.kernel, set), "\(name)")
            #expect(crowd.capture.warnings == [], "\(name)")
            crowd.expectNothingLost()
            let storms = try Self.report(run, "storms \(name)")
            #expect(storms.calls("getppid") == 6400, "\(name): \(storms.balance)")
            if name != "selection" { #expect(storms.calls("fork") == 1604, "\(name): \(storms.balance)") }
            #expect(storms.balance.in_flight == 0, "\(name): \(storms.balance)")
            storms.expectNothingLost()
        }
    }

    /// What the tests above would see if perf events were not used.
    @Test(arguments: DebianKernel.preempting.filter { $0.kernel == .newest && $0.argument == "preempt=full" })
    func `where tracepoints call the programs, calls are lost and the balance says so`(_ boot: DebianKernel.Boot) throws {
        let sets: [ProgramSet] = [.typed, .raw]
        let run = try Self.boot(
            boot,
            sets.flatMap {
                [
                    Self.job("crowd \($0)", ["--hook", "direct"] + $0.options),
                    Self.job("refused \($0)", ["--hook", "direct"] + $0.options, ["/refused.static", "70"]),
                ]
            })
        for set in sets {
            let report = try Self.report(run, "crowd \(set)")
            #expect(report.balance.lost > 0 && report.balance.closes, "\(report.balance)")
            // Of most calls one end is seen: they are counted, and no call is taken for a refused one.
            #expect(report.balance.refused == 0 && report.balance.unmeasured > 0, "\(report.balance)")
            #expect(report.calls("getppid") < Self.calls)
            #expect(report.calls("getppid") + report.balance.lost >= Self.calls, "\(report.balance)")
            #expect(report.capture.warnings.contains { $0.contains("calls can be lost") }, "\(report.capture.warnings)")
            #expect(try Self.report(run, "refused \(set)").balance.refused >= 70)
        }
    }

    /// While a task is inside an operation on a BPF map, no program of a perf event runs on its CPU.
    @Test(arguments: DebianKernel.preempting.filter { $0.kernel == .newest })
    func `others that change BPF maps make no call be lost`(_ boot: DebianKernel.Boot) throws {
        let sets: [ProgramSet] = DebianKernel.triesAll ? ProgramSet.allCases : [.fast, .raw]
        let run = try Self.boot(boot, sets.map { Self.job("\($0)", $0.options, through: ["/map_hogs.static"]) })
        for set in sets {
            let report = try Self.report(run, "\(set)")
            #expect(report.balance.closes && report.balance.refused == 0, "\(set): \(report.balance)")
            // What the kernel skipped before a program stepped in, or all along, is counted.
            #expect(report.calls("getppid") + report.balance.lost >= Self.calls, "\(set): \(report.balance)")
            guard set != .raw else { continue }
            #expect(report.calls("getppid") == Self.calls, "\(set): \(report.balance)")
            #expect(report.balance.in_flight == 0, "\(set): \(report.balance)")
        }
    }

    /// Where the numbers of the perf events come from, as the host lets syslat find them.
    @Test(arguments: DebianKernel.preempting.filter { $0.kernel == .newest && $0.argument == "preempt=full" })
    func `two capabilities are enough, and tracefs may be absent or closed`(_ boot: DebianKernel.Boot) throws {
        let nobody = ["/two_capabilities.static"]
        func settings(_ paranoia: String, _ mode: String) -> [String] { ["/host_settings.static", paranoia, mode] }
        let surroundings: [(name: String, launcher: [String], source: String)] = [
            ("unmounted", settings("3", "-"), "a tracefs that syslat mounted for itself"),
            ("unmounted, nobody", settings("2", "-") + nobody, "the kernel's symbols"),
            ("refused, nobody", settings("3", "-") + nobody, "kernel.perf_event_paranoid is 3"),
            ("mounted", settings("2", "0755"), "the tracefs at /sys/kernel/tracing"),
            ("mounted, nobody", settings("2", "0755") + nobody, "the"),
            ("closed, nobody", settings("2", "0700") + nobody, "the kernel's symbols"),
        ]
        let run = try Self.boot(
            boot,
            surroundings.flatMap { surrounding in
                [
                    GuestJob(surrounding.launcher + ["/syslat", "doctor"], name: "doctor, \(surrounding.name)"),
                    Self.job(surrounding.name, [], through: surrounding.launcher),
                ]
            })
        for (name, _, source) in surroundings {
            let doctor = try #require(run["doctor, \(name)"])
            let lines = doctor.outputText.split(separator: "\n")
            let hooks = try #require(lines.first { $0.contains(" hooks ") }, "\(doctor.outputText)")
            #expect(hooks.contains(source), "\(name): \(hooks)")
            let report = try Self.report(run, name)
            guard name != "refused, nobody" else {
                #expect(hooks.hasPrefix("note ") && hooks.contains("sysctl kernel.perf_event_paranoid=2"), "\(hooks)")
                #expect(report.capture.warnings.contains { $0.contains("calls can be lost") }, "\(report.capture.warnings)")
                #expect(report.balance.closes && report.balance.refused == 0)
                continue
            }
            #expect(
                hooks.hasPrefix("ok ") && hooks.contains("perf events call the programs at all tracepoints"), "\(name): \(hooks)")
            #expect(report.calls("getppid") == Self.calls, "\(name): \(report.balance)")
            report.expectNothingLost()
        }
    }

    /// The capture tests whose processes are watched otherwise than as a command.
    @Test(arguments: DebianKernel.preempting.filter { $0.kernel == .newest && $0.argument == "preempt=full" })
    func `crowds are counted exactly in a cgroup and on the whole machine`(_ boot: DebianKernel.Boot) throws {
        let run = try GuestTestRun(
            filter: "^CaptureTests\\..*/CrowdTests/.*(whole machine|cgroup)", on: boot.kernel, processors: 2,
            timeLimit: .seconds(600),
            kernelArguments: [boot.argument])
        let count = try #require(run.count, "no test ran (\(run.ending)):\n\(run.output)")
        #expect(run.isSuccess && count == 2, "\(run.ending):\n\(run.output)")
    }
}
