import CaptureSupport
import Foundation
import Testing

extension CommandLineTests {
    /// What a person sees on a terminal, and what must not get into a file.
    @Suite(.requiresBPF) struct OnATerminal {
        /// What wipes a line, and the beginning of the next.
        private static let clear = "\r"

        /// Whether a line of progress was shown: "0.2 s  1234 calls  0 lost".
        private static func showsProgress(_ text: String) -> Bool {
            text.contains(/\r\d+\.\d s  \d+ calls  \d+ lost/)
        }

        @Test func `progress is shown on a terminal and wiped at the end`() throws {
            let scratch = try Scratch()
            let run = try terminal("$SYSLAT profile -a -d 2s --report \(scratch.path("report"))")
            #expect(run.status == 0)
            #expect(Self.showsProgress(run.output), "\(run.output)")
            // Nothing but such lines. Each is wiped by the next, and the last by blanks; no terminal has to know escape sequences.
            #expect(run.output.hasSuffix(" \r"))
            #expect(!run.output.contains("\n") && !run.output.contains("\u{1B}"))
            #expect(run.output.components(separatedBy: Self.clear).count >= 4)
        }

        @Test func `no progress is shown if standard error is a file`() throws {
            let scratch = try Scratch()
            let run = try terminal("$SYSLAT profile -a -d 500ms >/dev/null 2>\(scratch.path("error"))")
            #expect(run.status == 0)
            #expect(run.output == "")
            #expect(try scratch.read("error") == "")
        }

        /// Two programs that write to one line would spoil it.
        @Test func `no progress is shown if a command has the terminal`() throws {
            let run = try terminal("$SYSLAT profile -- sh -c 'printf unfinished; sleep 0.5'")
            #expect(run.status == 0)
            #expect(!Self.showsProgress(run.output))
            #expect(run.output.hasPrefix("unfinished"))
            #expect(!run.output.unicodeScalars.split(separator: "\n").contains { $0.dropLast().contains("\r") })
        }

        @Test func `progress is shown if the command's output goes elsewhere`() throws {
            let run = try terminal("$SYSLAT profile -- sleep 0.5 >/dev/null")
            #expect(run.status == 0)
            #expect(Self.showsProgress(run.output))
        }

        @Test func `only a terminal gets colours`() throws {
            #expect(try terminal("$SYSLAT profile --histogram -- true").output.contains("\u{1B}["))
            #expect(try terminal("$SYSLAT profile --histogram -- true | cat").output.contains("\u{1B}[") == false)
            #expect(try syslat(["profile", "--histogram", "--", "true"]).output.contains("\u{1B}[") == false)
        }

        @Test(arguments: [["NO_COLOR": "1"], ["TERM": "dumb"]])
        func `NO_COLOR and a dumb terminal turn colours off`(_ environment: [String: String]) throws {
            let run = try terminal("$SYSLAT profile --histogram -- true", environment: environment)
            #expect(run.output.contains("Balance: "))
            #expect(!run.output.contains("\u{1B}["))
        }

        @Test func `a report in a file has no colours`() throws {
            let scratch = try Scratch()
            _ = try terminal("$SYSLAT profile --report \(scratch.path("report")) -- true")
            #expect(try scratch.read("report").contains("\u{1B}") == false)
        }

        @Test(arguments: [(200, 100), (80, 80)])
        func `lines fit a narrow terminal and never exceed 100 columns`(_ columns: Int, _ limit: Int) throws {
            let run = try terminal(
                "$SYSLAT profile --histogram -- ls -l /proc/self/", columns: columns, environment: ["NO_COLOR": "1"])
            #expect(run.status == 0)
            let report = run.output.drop { $0 != "B" }
            #expect(!report.isEmpty)
            let lines = run.output[(run.output.range(of: "syslat ")?.lowerBound ?? run.output.startIndex)...]
                .split(whereSeparator: \.isNewline)
            #expect(lines.count > 20)
            for line in lines { #expect(line.unicodeScalars.count <= limit, "\(line)") }
        }

        @Test(arguments: [[], ["--by", "process"], ["--histogram"], ["--top", "3"]])
        func `lines of a report without a terminal fit 100 columns`(_ options: [String])
            throws
        {
            let words = (1...40).map { "argument-\($0)" }
            let run = try syslat(["profile"] + options + ["-e", "!getppid,!getpid", "--", "true"] + words)
            #expect(run.status == 0)
            let lines = run.output.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("Balance: ") }, "\(run.output)")
            for line in lines { #expect(line.unicodeScalars.count <= 100, "\(line)") }
        }

        @Test func `JSON on a terminal is indented and has no colours`() throws {
            let run = try terminal("$SYSLAT profile --format json -- true")
            #expect(run.output.split(whereSeparator: \.isNewline).count > 50)
            #expect(!run.output.contains("\u{1B}"))
        }
    }
}
