import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// `report --debug-dir`: a program without symbols is profiled, and named later from what was put aside.
    @Suite(.requiresBPF) struct DebugDirs {
        /// The profile of a program that was stripped, and what was stripped from it.
        private struct Stripped {
            let scratch: Scratch
            /// Where the program ran.
            let program: String
            /// The program with its symbols, and the symbols alone.
            let whole: String
            let debug: String
            let profile: String
            let buildID: String
            /// The functions that made the slow reads, in order of their ends, by the program's own account.
            let functions: [String]

            init() throws {
                scratch = try Scratch()
                whole = try scratch.install(Fixture("slow_reads").path, as: "whole")
                (program, debug, profile) = (scratch.path("slow_reads"), scratch.path("symbols"), scratch.path("slow.syslat"))
                let files = scratch.path("files")
                try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
                let run = try shell(
                    "objcopy --only-keep-debug '\(whole)' '\(debug)' && objcopy --strip-all '\(whole)' '\(program)'"
                        + " && \"$SYSLAT\" profile -e read --slowest 10 -o '\(profile)' -- '\(program)' '\(files)'"
                        + " && readelf -n '\(program)' | sed -n 's/.*Build ID: //p'")
                try #require(run.status == 0, "\(run.error)")
                buildID = try #require(run.output.split(separator: "\n").last.map(String.init))
                try #require(buildID.count == 40, "\(run.output)")
                functions = try scratch.read("files/account").split(separator: "\n").map { String($0.prefix { $0 != " " }) }
                try #require(functions.count == 5)
                // From here on only what is below a given folder can name anything.
                try FileManager.default.removeItem(atPath: program)
            }

            /// Puts a file below the folder `debug`.
            func place(_ file: String, at path: String) throws -> String {
                let url = URL(fileURLWithPath: scratch.path("debug") + "/" + path)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: file, toPath: url.path)
                return scratch.path("debug")
            }

            var nameByBuildID: String { "\(buildID.prefix(2))/\(buildID.dropFirst(2)).debug" }

            func report(_ format: String, _ arguments: [String]) throws -> ProgramRun {
                try syslat(["report", "--format", format] + arguments + [profile])
            }

            /// The stacks of the five slow reads, in order of their ends.
            func stacks(_ folder: String) throws -> [[[String: Any]]] {
                let run = try report("json", ["--debug-dir", folder])
                try #require(run.status == 0, "\(run.error)")
                let document = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
                let calls = try #require((document["slow_calls"] as? [String: Any])?["calls"] as? [[String: Any]])
                func end(_ call: [String: Any]) -> Int { (call["started_at_ns"] as? Int ?? 0) + (call["duration_ns"] as? Int ?? 0) }
                return calls.filter { ($0["text"] as? String ?? "").contains("/files/") }.sorted { end($0) < end($1) }
                    .compactMap { $0["user_stack"] as? [[String: Any]] }
            }
        }

        private static func number(_ value: Any?) throws -> UInt64 {
            try #require(UInt64((value as? String ?? "").dropFirst(2), radix: 16))
        }

        @Test func `a profile without names gets them from the separate debug file, in every format that has stacks`() throws {
            let stripped = try Stripped()
            let before = try stripped.report("text", [])
            #expect(before.output.contains("from slow_reads+0x"), "\(before.output)")
            #expect(!before.output.contains("read_alpha"))

            let folder = try stripped.place(stripped.debug, at: ".build-id/" + stripped.nameByBuildID)
            let stacks = try stripped.stacks(folder)
            #expect(stacks.map { $0.first?["function"] as? String } == stripped.functions)
            for stack in stacks {
                for (level, frame) in stack.enumerated() where (frame["file"] as? String)?.hasSuffix("/slow_reads") == true {
                    // What stands before a return address is the call.
                    let address = try Self.number(frame["address"]) - (level > 0 ? 1 : 0)
                    let theirs = try ProgramRun.run(["addr2line", "-f", "-e", stripped.debug, String(address, radix: 16)]).output
                    #expect(theirs.split(separator: "\n").first.map(String.init) == frame["function"] as? String, "\(frame)")
                }
            }
            for format in ["text", "folded", "html"] {
                let run = try stripped.report(format, ["--debug-dir", folder])
                for function in Set(stripped.functions) {
                    #expect(run.output.contains(function), "\(format): \(run.output.prefix(4000))")
                }
            }
            let samples = try shell(
                "\"$SYSLAT\" report --format pprof --debug-dir '\(folder)' '\(stripped.profile)' | gzip -dc | grep -ao read_alpha | sort -u"
            )
            #expect(samples.output == "read_alpha\n")
            let text = try stripped.report("text", ["--debug-dir", folder]).output
            #expect(text.contains("Note: --debug-dir named "), "\(text)")
        }

        @Test(arguments: [
            "PATH.debug", "NAME.debug", "BUILD_ID", "whole:PATH", "whole:NAME", "whole:.build-id/BUILD_NAME",
        ]) func `it may lie by its path or name, and may be the program itself`(place: String) throws {
            let stripped = try Stripped()
            let file = place.hasPrefix("whole:") ? stripped.whole : stripped.debug
            let path = place.replacingOccurrences(of: "whole:", with: "").replacingOccurrences(of: "PATH", with: stripped.program)
                .replacingOccurrences(of: "BUILD_ID", with: stripped.nameByBuildID)
                .replacingOccurrences(of: "BUILD_NAME", with: String(stripped.nameByBuildID.dropLast(6)))
                .replacingOccurrences(of: "NAME", with: "slow_reads")
            let folder = try stripped.place(file, at: path)
            #expect(try stripped.stacks(folder).map { $0.first?["function"] as? String } == stripped.functions)
        }

        @Test func `a file of another build names nothing, and neither does a damaged one`() throws {
            let stripped = try Stripped()
            let other = stripped.scratch.path("other")
            let run = try shell(
                "clang -O2 -DX=1 -fno-omit-frame-pointer -pthread -Wl,--build-id -D_GNU_SOURCE "
                    + "'\(Fixture.sources.path)/slow_reads.c' -o '\(other)' && head -c 700 '\(stripped.debug)' >'\(other).cut'")
            try #require(run.status == 0, "\(run.error)")
            let folder = try stripped.place(other, at: ".build-id/" + stripped.nameByBuildID)
            let report = try stripped.report("text", ["--debug-dir", folder])
            #expect(report.status == 0 && !report.output.contains("read_alpha"))
            let note = report.output.split(separator: "\n").joined(separator: " ").replacingOccurrences(of: "  ", with: " ")
            #expect(note.contains(".debug is of another build"), "\(report.output)")
            try FileManager.default.removeItem(atPath: folder)
            _ = try stripped.place("\(other).cut", at: ".build-id/" + stripped.nameByBuildID)
            let cut = try stripped.report("text", ["--debug-dir", folder])
            #expect(cut.status == 0 && cut.output.contains("slow_reads+0x") && !cut.output.contains("read_alpha"), "\(cut.output)")
        }

        @Test func `a folder that isn't there is refused, and so is a format without stacks`() throws {
            let scratch = try Scratch()
            let file = scratch.path("run.syslat")
            #expect(try syslat(["profile", "-o", file, "--report", "/dev/null", "--", "true"]).status == 0)
            for (folder, why) in [("/no/such/folder", "no such file or directory"), (file, "not a directory")] {
                let run = try syslat(["report", "--debug-dir", folder, file])
                #expect(run.status == 2 && run.output == "")
                #expect(run.error.contains("Can't search \(folder) for debug files: \(why)"), "\(run.error)")
            }
            let run = try syslat(["report", "--debug-dir", "/usr", "--format", "csv", file])
            #expect(run.status == 64 && run.error.contains("csv shows none. These do: --format text, json, folded, pprof or html."))
            let plain = try syslat(["report", "--debug-dir", "/usr/lib", file])
            #expect(plain.status == 0, "\(plain.error)")
        }
    }
}
