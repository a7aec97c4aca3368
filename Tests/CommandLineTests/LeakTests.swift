import Capture
import CaptureSupport
import Foundation
import Probes
import Profile
import TestPrograms
import Testing

extension CommandLineTests {
    /// What a capture took is given back: descriptors, programs, maps and memory.
    @Suite(.requiresBPF) struct Leaks {
        private static func descriptors() -> Int {
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        }

        /// It runs in a process of its own, because other tests open files too.
        @Test(arguments: TracepointHooks.Hook.allCases.map(\.rawValue))
        func `fifty captures give back their descriptors, programs, maps and mounts`(_ hook: String) throws {
            let run = try SeparateProcess.run("fifty captures give back", part: hook) { try Leaks.countWhatFiftyCapturesHold(hook) }
            guard let run else { return }
            #expect(run.status == 0, "\(run.output)\(run.error)")
        }

        private static func countWhatFiftyCapturesHold(_ hook: String) throws {
            let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
            _ = try capture(CaptureOptions(target: .command(try ResolvedCommand(["true"]), follow: true)))
            let before = Leaks.descriptors()
            // The counter does see a leak.
            let extra = dup(0)
            #expect(Leaks.descriptors() == before + 1)
            close(extra)

            let seen = try Leaks.makeFiftyCaptures(by: TracepointHooks.Hook(rawValue: hook))
            #expect(seen.count >= 50 * 16)
            // Perf events are descriptors.
            #expect(Leaks.descriptors() == before)
            #expect(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8) == mounts)
            // The kernel frees maps a moment after the last descriptor is closed.
            #expect(try eventually { try seen.isDisjoint(with: KernelObjects.all().keys) })

            // That list does show what a session holds.
            let session = try Session(CaptureOptions(target: .processes([], follow: false)))
            #expect(KernelObjects.owned(by: getpid()).isSubset(of: try KernelObjects.all().keys))
            _ = try OneShot.run(session)
        }

        /// Some of them end before they record. Returns the programs and maps that they had in the kernel.
        private static func makeFiftyCaptures(by hook: TracepointHooks.Hook?) throws -> Set<KernelObjects.Name> {
            var seen: Set<KernelObjects.Name> = []
            for number in 0..<50 {
                let target: Target =
                    number.isMultiple(of: 5)
                    ? .command(try ResolvedCommand(["true"]), follow: true) : .processes([], follow: false)
                var options = CaptureOptions(target: target, ringBytes: 64 << 10)
                options.hook = hook
                let session = try Session(options)
                let owned = KernelObjects.owned(by: getpid())
                #expect(owned.filter { $0.hasPrefix("prog") }.count >= 6)
                #expect(owned.filter { $0.hasPrefix("map") }.count >= 10)
                seen.formUnion(owned)
                if number.isMultiple(of: 3) {
                    _ = consume session
                } else {
                    _ = try OneShot.run(session)
                }
                _ = try? Session(CaptureOptions(target: .all, btfPath: "/bin/sh"))
            }
            return seen
        }

        @Test func `a killed syslat leaves nothing in the kernel`() throws {
            var seen: Set<KernelObjects.Name> = []
            var known = false
            let run = try syslat(["profile", "-a"]) { pid in
                // At least 6 programs and 10 maps.
                _ = eventually {
                    seen = KernelObjects.owned(by: pid)
                    return seen.count >= 16
                }
                known = (try? seen.isSubset(of: KernelObjects.all().keys)) == true
                kill(pid, SIGKILL)
            }
            #expect(run.status == 128 + SIGKILL)
            #expect(known && seen.count >= 16)
            #expect(try eventually { try seen.isDisjoint(with: KernelObjects.all().keys) })
        }

        /// Three million calls take no more room than thirty thousand.
        @Test func `memory does not grow with the number of calls`() throws {
            func peak(calls: Int) throws -> Int {
                var peak = 0
                let scratch = try Scratch()
                let run = try syslat(
                    ["profile", "--format", "json", "--report", scratch.path("report"), "--", "dd", "if=/dev/zero", "of=/dev/null"]
                        + ["bs=1", "count=\(calls / 2)", "status=none"]
                ) { pid in
                    peak = RunningProfiler.peakMemory(of: pid)
                }
                #expect(run.status == 0)
                let report = try Report(json: scratch.read("report"))
                #expect(report.balance.closes)
                #expect(report.balance.entered >= UInt64(calls))
                return peak
            }
            let few = try peak(calls: 30_000)
            let many = try peak(calls: 3_000_000)
            #expect(few > 4 << 10, "\(few) KiB")
            #expect(many <= 64 << 10, "\(many) KiB")
            #expect(many <= few + (8 << 10), "\(few) KiB, then \(many) KiB")
        }
    }
}
