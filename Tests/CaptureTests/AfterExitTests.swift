import Capture
import CaptureSupport
import Foundation
import Probes
import Profile
import Testing

extension Semantics {
    /// Work that calls leave to their threads: line 39.
    @Suite struct AfterExitTests {
        private static let rounds: UInt64 = 20

        /// What the program says of its own calls, and what syslat found.
        private struct Run {
            let dup2: CallProfile
            let munmap: CallProfile
            let seen: (dup2: UInt64, munmap: UInt64)

            /// - Parameter runner: a command that runs the fixture.
            init(_ set: ProgramSet, runner: [String] = []) throws {
                let result = FileManager.default.temporaryDirectory.appending(path: "syslat-left-work-\(UUID().uuidString)")
                defer { try? FileManager.default.removeItem(at: result) }
                let fixture = try WaitingProgram(
                    Fixture.gated(runner + Fixture.command("left_work", "\(rounds)", result.path)))
                let profile = try capture(CaptureOptions(target: .processes([fixture.pid], follow: true), programSet: set)) {
                    fixture.release()
                }
                #expect(fixture.wait() == 0)
                #expect(profile.balance.closes && profile.balance.lost == 0, "\(profile.balance)")
                dup2 = try #require(profile.calls.first { $0.id.name == "dup2" })
                munmap = try #require(profile.calls.first { $0.id.name == "munmap" })
                let seen = try String(contentsOf: result, encoding: .utf8).split(whereSeparator: \.isWhitespace).compactMap {
                    UInt64($0)
                }
                self.seen = (try #require(seen.first), try #require(seen.last))
            }
        }

        /// The program waits for the work, so what it measures is the call, the work and little else.
        @Test(arguments: [ProgramSet.fast, .fastSampling, .typed])
        func `line 39: the work after the exit takes what the program waits`(_ set: ProgramSet) throws {
            let run = try Run(set)
            for (call, seen) in [(run.dup2, run.seen.dup2), (run.munmap, run.seen.munmap)] {
                let work = try #require(call.afterExit, "\(call.id.name)")
                #expect(call.calls >= Self.rounds)
                #expect(work.calls >= Self.rounds && work.unmeasured == 0, "\(call.id.name): \(work)")
                // More than the call itself, and no more than the program saw.
                #expect(work.distribution.sum > seen / 2, "\(call.id.name): \(work) of \(seen)")
                #expect(call.distribution.sum < seen / 2, "\(call.id.name)")
            }
            // The C library unmaps a page of its own now and then; dup2 is the fixture's alone.
            #expect(run.dup2.calls == Self.rounds && run.dup2.afterExit?.calls == Self.rounds)
            #expect((run.dup2.afterExit?.distribution.sum ?? .max) + run.dup2.distribution.sum <= run.seen.dup2)
        }

        @Test func `line 39: without a hook the calls that leave work are counted`() throws {
            let run = try Run(.raw)
            #expect(run.dup2.afterExit == AfterExit(unmeasured: Self.rounds), "\(String(describing: run.dup2.afterExit))")
            #expect((run.munmap.afterExit?.unmeasured ?? 0) >= Self.rounds)
        }

        /// The hook of kernels that let no program attach to a function doesn't come to such threads.
        @Test(arguments: [ProgramSet.fast, .typed])
        func `line 39: threads without restartable sequences lose no call`(_ set: ProgramSet) throws {
            let run = try Run(set, runner: ["/usr/bin/env", "GLIBC_TUNABLES=glibc.pthread.rseq=0"])
            let work = try #require(run.dup2.afterExit)
            #expect(work.calls == Self.rounds)
            // All or none: this kernel has the one hook or the other.
            #expect(work.unmeasured == 0 || work.unmeasured == Self.rounds, "\(work)")
            #expect(run.dup2.calls == Self.rounds)
        }

        @Test func `line 39: calls without work have none`() throws {
            let report = try capture(
                CaptureOptions(target: .command(ResolvedCommand(Fixture.command("calls.s64", "1000")), follow: true)))
            let call = try #require(report.calls.first { $0.id.name == "getppid" })
            #expect(call.calls == 1000 && (call.afterExit?.calls ?? 0) < 20)
        }
    }
}
