import Probes
import Capture
import CaptureSupport
import Foundation
import Testing

extension Semantics {
    /// Batches and counters belong to CPUs. Those of every possible CPU are read, even of one that is offline at the end.
    @Suite struct CPUTests {
        @Test(arguments: ProgramSet.allCases)
        func `line 13: calls on every CPU are counted`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("each_cpu", "333", "30"), options: set.options)
            #expect(run.status == 0)
            let cpus = UInt64(sysconf(Int32(_SC_NPROCESSORS_CONF)))
            #expect(report.calls("getppid") == 333 * 30 * cpus)
            #expect(report.calls("sched_setaffinity") == 30 * cpus)
            report.expectNothingLost()
        }

        /// As on a machine with more CPUs than shares: two CPUs make calls at once, in one batch and with one set of counters.
        @Test(arguments: ProgramSet.narrowed)
        func `line 13: CPUs that share their memory lose no calls`(_ set: ProgramSet) throws {
            // Each process makes this many getppid, and as many write that fail.
            let (processes, calls): (UInt64, UInt64) = (4, 100_000)
            let one = try "\(Fixture("calls.s64").path) \(calls) & "
            let all = String(repeating: one, count: Int(processes)) + "wait"
            let program = try WaitingProgram(Fixture.gated(["/bin/sh", "-c", all]))
            let options = CaptureOptions(
                target: .processes([program.pid], follow: true), ringBytes: CaptureOptions.smallestRing, programSet: set,
                cpuShareLimit: 1)
            let report = try Report(capture(options) { program.release() })
            #expect(program.wait() == 0)
            #expect(report.calls("write") == processes * calls)
            report.expectNothingLost()
        }

        @Test(.enabled(if: HotPlug.isPossible, "CPU 1 can't be put offline here"))
        func `line 13: no call is lost when a CPU goes offline and comes back`() throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.command("each_cpu", "333", "200")))
            defer { HotPlug.putOnline() }
            let report = try Report.capturing(program) {
                Thread.sleep(forTimeInterval: 0.2)
                HotPlug.putOffline()
                Thread.sleep(forTimeInterval: 0.3)
                HotPlug.putOnline()
            }
            #expect(program.wait() == 0)
            #expect(report.calls("getppid") == 333 * 200 * UInt64(sysconf(Int32(_SC_NPROCESSORS_CONF))))
            report.expectNothingLost()
        }

        @Test(.enabled(if: HotPlug.isPossible, "CPU 1 can't be put offline here"))
        func `line 13: the batch of a CPU that ended offline is read`() throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.command("each_cpu", "333", "200")))
            defer { HotPlug.putOnline() }
            let report = try Report.capturing(program) {
                Thread.sleep(forTimeInterval: 0.2)
                HotPlug.putOffline()
            }
            #expect(program.wait() == 0)
            #expect(report.calls("getppid") == 333 * 200 * UInt64(sysconf(Int32(_SC_NPROCESSORS_CONF))))
            report.expectNothingLost()
        }

        /// Takes CPU 1 offline and back.
        private enum HotPlug {
            private static let path = "/sys/devices/system/cpu/cpu1/online"

            static let isPossible = access(path, W_OK) == 0 && (try? String(contentsOfFile: path, encoding: .utf8)) == "1\n"

            static func putOffline() { write("0") }
            static func putOnline() { write("1") }

            private static func write(_ value: String) {
                guard let file = FileHandle(forWritingAtPath: path) else { return }
                try? file.write(contentsOf: Data(value.utf8))
                try? file.close()
            }
        }
    }
}
