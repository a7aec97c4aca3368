import Capture
import CaptureSupport
import Foundation
import Probes
import Testing

extension Semantics {
    /// More busy threads than CPUs: the kernel takes the CPU from them anywhere, and on some kernels inside the programs too.
    @Suite struct CrowdTests {
        private static let (threads, calls): (UInt64, UInt64) = (8, 30_000)
        private static var total: UInt64 { threads * calls }

        private func crowd() throws -> [String] { try Fixture.command("crowd", "\(Self.threads)", "\(Self.calls)") }

        @Test(arguments: ProgramSet.allCases, TracepointHooks.Hook.allCases)
        func `line 13: every call of a crowded machine is counted`(_ set: ProgramSet, _ hook: TracepointHooks.Hook) throws {
            var options = CaptureOptions(target: .command(try ResolvedCommand(crowd()), follow: true), programSet: set)
            // The kernel decides, and the other hook is at least as safe.
            if hook == .classic { options.hook = hook }
            let report = try Report(capture(options))
            #expect(report.calls("getppid") == Self.total)
            #expect(report.balance.refused == 0)
            if hook == .classic { #expect(report.capture.hooks == Report.Hooks(calls: "perf_event", others: "perf_event")) }
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 11: every call of a crowd is counted where the whole machine is watched`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(Fixture.gated(crowd()))
            let report = try Report(
                capture(CaptureOptions(target: .all, programSet: set), endsAfterwards: true) {
                    program.release()
                    eventually { hasEnded(program.pid) }
                })
            #expect(program.wait() == 0)
            #expect(try #require(report.process(program.pid)).calls >= Self.total)
            #expect(report.calls("getppid") >= Self.total)
            report.expectNothingLost()
        }

        @Test(.enabled(if: ControlGroup.root != nil, "no cgroup2 is mounted"), arguments: ProgramSet.narrowed)
        func `line 12: every call of a crowd is counted in a cgroup`(_ set: ProgramSet) throws {
            let group = try ControlGroup()
            let program = try WaitingProgram(Fixture.gated(crowd()))
            try group.add(program.pid)
            let report = try Report(
                capture(CaptureOptions(target: .cgroup(path: group.path), programSet: set), endsAfterwards: true) {
                    program.release()
                    eventually { hasEnded(program.pid) }
                })
            #expect(program.wait() == 0)
            #expect(report.calls("getppid") == Self.total)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases, TracepointHooks.Hook.allCases)
        func `line 12: no child of several storms of them is missed`(_ set: ProgramSet, _ hook: TracepointHooks.Hook) throws {
            let command = try ResolvedCommand(Fixture.command("fork_storms", "4", "100", "4"))
            var options = CaptureOptions(target: .command(command, follow: true), programSet: set)
            if hook == .classic { options.hook = hook }
            let report = try Report(capture(options))
            #expect(report.calls("fork") == 404)
            #expect(report.calls("getppid") == 1600)
            #expect(report.balance.in_flight == 0)
            report.expectNothingLost()
        }
    }
}
