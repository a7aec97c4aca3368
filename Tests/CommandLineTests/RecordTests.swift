import CaptureSupport
import Foundation
import TestPrograms
import TestSupport
import Testing

extension CommandLineTests {
    /// `syslat record`: what is on disk whatever happens.
    @Suite(.requiresBPF) struct Record {
        /// Makes calls of a known kind, number and latency, as lines of Python say.
        private static func program(_ lines: String) -> [String] {
            ["/usr/bin/python3", "-I", "-S", "-c", "import os, time\n" + lines]
        }

        private static let busy = program("while True:\n    os.getppid(); time.sleep(0.002)")

        /// The options of a recorder of a few seconds.
        private static func options(_ folder: String, keep: String = "10s", interval: String = "100ms") -> [String] {
            ["record", "-o", folder, "--keep", keep, "--interval", interval]
        }

        private static func files(_ folder: String, _ kind: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix(kind) }.sorted()
        }

        /// The report of several files together.
        private func report(_ folder: String, _ names: [String]) throws -> Report {
            let run = try syslat(["report", "--format", "json"] + names.map { "\(folder)/\($0)" })
            try #require(run.status == 0, "\(run.error)")
            return try Report(json: run.output)
        }

        // MARK: What is recorded

        /// The end of a recording is an incident.
        @Test func `segments, and the incident at the end, have every call once`() throws {
            let scratch = try Scratch()
            let folder = scratch.path("r")
            let program = Self.program("for _ in range(700):\n    os.getppid(); time.sleep(0.002)\nos._exit(7)")
            let run = try syslat(Self.options(folder, keep: "60s") + ["--"] + program)
            #expect(run.status == 7, "\(run.error)")
            let (segments, incidents) = (Self.files(folder, "segment"), Self.files(folder, "incident"))
            #expect(!segments.isEmpty && incidents.count == 1, "\(scratch.names) \(run.error)")
            #expect((segments + incidents).allSatisfy { $0.hasSuffix(".syslat") })
            let (parts, incident) = (try report(folder, segments), try report(folder, incidents))
            #expect(parts.call("getppid")?.calls == 700)
            #expect(incident.call("getppid")?.calls == 700)
            incident.expectNothingLost()
            let text = try syslat(["report", "\(folder)/\(incidents[0])"]).output
            #expect(text.contains("The recording ended."), "\(text)")
            #expect(run.error.contains("Kept 1 incident."), "\(run.error)")
        }

        /// What a person tries first with a folder full of segments.
        @Test func `the folder reads as one time series, while it is recorded and afterwards`() throws {
            let (scratch, loop) = (try Scratch(), try RunningProgram(Self.busy))
            let folder = scratch.path("r")
            func rows() throws -> (run: ProgramRun, intervals: Int) {
                let run = try syslat(["report", "--by", "interval", "--format", "csv", "-e", "getppid", folder])
                return (run, run.output.split(whereSeparator: \.isNewline).count - 1)
            }
            let run = try syslat(Self.options(folder, keep: "20s") + ["-p", "\(loop.pid)"]) { pid in
                #expect(eventually { Self.files(folder, "segment").count > 1 && ((try? rows())?.intervals ?? 0) > 3 })
                kill(pid, SIGTERM)
            }
            #expect(run.status == 0, "\(run.error)")
            let (whole, segments) = (try report(folder, [""]), Self.files(folder, "segment"))
            let incident = try report(folder, Self.files(folder, "incident"))
            // Nothing has been dropped yet: the incident at the end has the same segments.
            #expect(segments.contains("segment-00000001.syslat"))
            #expect(whole.call("getppid")?.calls == incident.call("getppid")?.calls)
            #expect(whole.balance.in_flight == incident.balance.in_flight && whole.balance.entered == incident.balance.entered)
            #expect(try rows().intervals > 3)
            // Named one by one they are the same.
            let named = try report(folder, segments)
            #expect(named.balance.entered == whole.balance.entered && named.balance.in_flight == whole.balance.in_flight)
            let diff = try syslat(["diff", "\(folder)/\(segments[0])", folder])
            #expect(diff.status == 0, "\(diff.error)")
        }

        @Test func `a folder without segments is refused with a sentence`() throws {
            let scratch = try Scratch()
            let run = try syslat(["report", scratch.folder])
            #expect(run.status == 2)
            #expect(run.error.contains("is a folder without segments of `syslat record`. Name a file that"), "\(run.error)")
        }

        @Test func `the oldest segments go, and what is kept reads on`() throws {
            let (scratch, loop) = (try Scratch(), try RunningProgram(Self.busy))
            let folder = scratch.path("r")
            let run = try syslat(Self.options(folder, keep: "1s") + ["-p", "\(loop.pid)", "-d", "3s"])
            #expect(run.status == 0, "\(run.error)")
            let segments = Self.files(folder, "segment")
            // Intervals of 100 ms, late by a little: a second is ten segments or fewer, and one is written.
            #expect((4...12).contains(segments.count), "\(segments)")
            #expect(!segments.contains("segment-00000001.syslat"))
            #expect(run.error.contains("Dropped "), "\(run.error)")
            let kept = try report(folder, segments)
            #expect((100...1000).contains(kept.call("getppid")?.calls ?? 0))
        }

        // MARK: Incidents

        /// Calls of 2 ms, one of 300 ms, and calls of 2 ms again.
        @Test func `a condition that a planted call satisfies keeps what was around it`() throws {
            let scratch = try Scratch()
            let folder = scratch.path("r")
            let lines = """
                def calm(n):
                    for _ in range(n): time.sleep(0.002)
                calm(300); time.sleep(0.3); calm(700)
                """
            let options = Self.options(folder) + ["--after", "400ms"]
            let run = try syslat(
                options + ["--when", "max(clock_nanosleep) > 250ms", "--when", "p99(getppid) > 1ms", "--"] + Self.program(lines))
            #expect(run.status == 0, "\(run.error)")
            let incidents = Self.files(folder, "incident")
            try #require(incidents.count == 2, "\(incidents) \(run.error)")
            #expect(incidents[0].hasSuffix("-max-clock_nanosleep.syslat") && incidents[1].hasSuffix("-end.syslat"))
            let incident = try report(folder, [incidents[0]])
            let slept = try #require(incident.call("clock_nanosleep"))
            // All before it, the planted call, and some of those after it.
            #expect((302...900).contains(slept.calls), "\(slept.calls)")
            let text = try syslat(["report", "\(folder)/\(incidents[0])"]).output
            #expect(text.contains("max(clock_nanosleep) > 250ms: it was 30"), "\(text)")
            let whole = try report(folder, [incidents[1]])
            #expect(whole.call("clock_nanosleep")?.calls == 1001)
        }

        @Test func `a condition that doesn't hold long enough keeps nothing`() throws {
            let scratch = try Scratch()
            let folder = scratch.path("r")
            let lines = "for _ in range(5): time.sleep(0.002)\ntime.sleep(0.3)\nfor _ in range(300): time.sleep(0.002)"
            let run = try syslat(
                Self.options(folder) + ["--when", "max(clock_nanosleep) > 250ms for 1s", "--"] + Self.program(lines))
            #expect(run.status == 0, "\(run.error)")
            #expect(Self.files(folder, "incident").map { $0.hasSuffix("-end.syslat") } == [true])
        }

        @Test func `SIGUSR1 keeps an incident at once, and the recording goes on`() throws {
            let (scratch, loop) = (try Scratch(), try RunningProgram(Self.busy))
            let folder = scratch.path("r")
            let run = try syslat(Self.options(folder) + ["-p", "\(loop.pid)"]) { pid in
                #expect(eventually { Self.files(folder, "segment").count > 2 })
                kill(pid, SIGUSR1)
                #expect(eventually { Self.files(folder, "incident").contains { $0.hasSuffix("-signal.syslat") } })
                let count = Self.files(folder, "segment").count
                #expect(eventually { Self.files(folder, "segment").count > count })
                kill(pid, SIGTERM)
            }
            #expect(run.status == 0, "\(run.error)")
            #expect(Self.files(folder, "incident").count == 2)
            let incident = try report(folder, [Self.files(folder, "incident")[0]])
            #expect(incident.call("getppid")?.calls ?? 0 > 20)
        }

        @Test func `no more incidents are kept than were asked for, and the oldest goes`() throws {
            let (scratch, loop) = (try Scratch(), try RunningProgram(Self.busy))
            let folder = scratch.path("r")
            let run = try syslat(Self.options(folder) + ["--incidents", "2", "-p", "\(loop.pid)"]) { pid in
                for number in 1...3 {
                    #expect(eventually { !Self.files(folder, "segment").isEmpty })
                    kill(pid, SIGUSR1)
                    #expect(
                        eventually {
                            Self.files(folder, "incident").contains { $0.hasPrefix("incident-000\(number)-") && $0.hasSuffix("t") }
                        })
                }
                kill(pid, SIGINT)
            }
            #expect(run.status == 0, "\(run.error)")
            #expect(Self.files(folder, "incident").map { $0.prefix(13) } == ["incident-0003", "incident-0004"])
            #expect(run.error.contains("Dropped 2 incidents, the oldest."), "\(run.error)")
        }

        // MARK: Trouble

        @Test func `a kill at any moment leaves files that can be read, and the next recorder finishes them`() throws {
            var random = SeededGenerator.fromEnvironment()
            let (scratch, loop) = (try Scratch(), try RunningProgram(Self.busy))
            let folder = scratch.path("r")
            let options = Self.options(folder, keep: "1s") + ["-p", "\(loop.pid)"]
            let start = Date()
            _ = try syslat(options + ["-d", "300ms"])
            let duration = Date().timeIntervalSince(start) * 1e6
            var (recorded, unfinished) = (0, 0)
            for _ in 0..<rounds(50) {
                let moment = Double.random(in: 0...duration, using: &random)
                let before = Set(Self.files(folder, ""))
                let run = try syslat(options) { pid in
                    usleep(useconds_t(moment))
                    kill(pid, SIGKILL)
                }
                #expect(run.status == 128 + SIGKILL)
                let names = Self.files(folder, "")
                if !Set(names).isSubset(of: before) { recorded += 1 }
                let partial = names.filter { $0.hasSuffix(".partial") }
                #expect(partial.count <= 2, "\(partial)")
                unfinished += partial.count
                // One that has just been created has no interval yet.
                let unreadable = partial.filter { name in (try? syslat(["report", "\(folder)/\(name)"]))?.status != 0 }
                #expect(
                    unreadable.allSatisfy { Self.isWithoutInterval("\(folder)/\($0)") }, "\(unreadable) after \(moment) µs")
                let readable = names.filter { !unreadable.contains($0) }
                if readable.isEmpty { continue }
                let all = try syslat(["report", "--format", "json"] + readable.map { "\(folder)/\($0)" })
                #expect(all.status == 0, "after \(moment) µs: \(all.error)")
            }
            #expect(recorded > 0 && unfinished > 0, "\(recorded) recorded, \(unfinished) unfinished")
            let last = try syslat(options + ["-d", "200ms"])
            #expect(last.status == 0, "\(last.error)")
            #expect(Self.files(folder, "").allSatisfy { $0.hasSuffix(".syslat") })
        }

        private static func isWithoutInterval(_ path: String) -> Bool {
            guard let run = try? shell("zcat '\(path)' 2>/dev/null | grep -c end_interval") else { return false }
            return run.output == "0\n"
        }

        @Test(.enabled(if: geteuid() == 0, "needs root to mount")) func `a full disk doesn't end the recording`() throws {
            let (scratch, loop) = (try Scratch(), try RunningProgram(Self.busy))
            let (disk, folder) = (scratch.path("disk"), scratch.path("disk/r"))
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
            try #require(try shell("mount -t tmpfs -o size=512k syslat-test '\(disk)'").status == 0)
            defer { _ = try? shell("umount '\(disk)'") }
            func fill() throws { _ = try shell("dd if=/dev/zero of='\(disk)/filler' bs=4k 2>/dev/null; true") }
            let run = try syslat(Self.options(folder, keep: "60s") + ["-p", "\(loop.pid)", "--before", "1s"]) { pid in
                #expect(eventually { Self.files(folder, "segment").count == 1 })
                try? fill()
                // A page that was begun may have room for some intervals.
                usleep(1_500_000)
                #expect(!hasEnded(pid))
                unlink("\(disk)/filler")
                usleep(1_500_000)
                kill(pid, SIGTERM)
            }
            #expect(run.status == 1, "\(run.error)")
            let count = { (words: String) in run.error.components(separatedBy: words).count - 1 }
            #expect(count("can't be written to: no space left on device. The capture goes on") == 1, "\(run.error)")
            #expect(count("can be written to again; ") == 1, "\(run.error)")
            #expect(count(" could not be written.") == 1, "\(run.error)")
            let text = try syslat(["report"] + Self.files(folder, "segment").map { "\(folder)/\($0)" })
            #expect(text.status == 0, "\(text.error)")
            #expect(text.output.contains("missing, because the folder of the recorder couldn't be written to"), "\(text.output)")
        }

        @Test func `a second recorder is refused, and says who has the folder`() throws {
            let (scratch, loop) = (try Scratch(), try RunningProgram(Self.busy))
            let folder = scratch.path("r")
            let run = try syslat(Self.options(folder) + ["-p", "\(loop.pid)"]) { pid in
                #expect(eventually { !Self.files(folder, "segment").isEmpty })
                let second = try? syslat(Self.options(folder) + ["-p", "\(loop.pid)", "-d", "1s"])
                #expect(second?.status == 1)
                #expect(
                    second?.error.contains(
                        "Another recorder (process \(pid)) records into \(folder). End it (kill \(pid)), or give -o another folder."
                    ) == true,
                    "\(second?.error ?? "")")
                kill(pid, SIGTERM)
            }
            #expect(run.status == 0, "\(run.error)")
        }

        @Test(.enabled(if: geteuid() == 0, "needs root for a time namespace"))
        func `another clock changes nothing`() throws {
            let scratch = try Scratch()
            let folder = scratch.path("r")
            let program = Self.program("for _ in range(400):\n    os.getppid(); time.sleep(0.002)")
            let run = try ProgramRun.run(
                ["unshare", "--time", "--monotonic", "-100", "--fork", ProgramRun.syslat] + Self.options(folder) + ["--"] + program)
            #expect(run.status == 0, "\(run.error)")
            let segments = Self.files(folder, "segment")
            // Of a third of a second each.
            #expect((2...12).contains(segments.count), "\(segments)")
            let parts = try report(folder, segments)
            #expect(parts.call("getppid")?.calls == 400)
        }

        @Test func `links in the folder are not followed, and other files stay`() throws {
            let (scratch, loop) = (try Scratch(), try RunningProgram(Self.busy))
            let folder = scratch.path("r")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try scratch.write("precious\n", to: "victim")
            for name in ["segment-00000001.syslat", "segment-00000001.syslat.partial", "incident-0001-x.syslat"] {
                #expect(symlink("../victim", "\(folder)/\(name)") == 0)
            }
            try scratch.write("mine\n", to: "r/notes.txt")
            let run = try syslat(Self.options(folder, keep: "200ms") + ["--incidents", "1", "-p", "\(loop.pid)", "-d", "1s"])
            #expect(try scratch.read("victim") == "precious\n")
            #expect(try scratch.read("r/notes.txt") == "mine\n")
            #expect(run.status == 0, "\(run.error)")
            // The two links, and what was recorded beside them.
            #expect(Self.files(folder, "segment-0000").count > 2)
        }
    }
}
