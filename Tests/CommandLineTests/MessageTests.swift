import CaptureSupport
import Foundation
import ProfileFile
import Testing

extension CommandLineTests {
    /// No message lets anybody's text control the terminal. Needs no root.
    @Suite struct Messages {
        /// A title for the terminal, colours, a C1 control character, a reversal of direction.
        private static let hostile = "x\u{1b}]0;PWNED\u{7}\u{1b}[31m\u{9b}2J\u{202e}"

        private func expectHarmless(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
            let controls = text.unicodeScalars.filter {
                $0.properties.generalCategory == .control && $0 != "\n" || $0 == "\u{202e}"
            }
            #expect(controls.isEmpty, "\(text.debugDescription)", sourceLocation: sourceLocation)
            #expect(text.contains("PWNED"), "\(text)", sourceLocation: sourceLocation)
        }

        @Test(arguments: [
            ["report", hostile], ["report", "--format", hostile, "x"], ["report", "--\(hostile)", "x"],
            ["report", "-e", hostile, "x"],
            ["report", "-o", "/no/\(hostile)", "x"], ["compare", hostile, "--", "x"], [hostile],
            ["profile", "--cgroup", "/\(hostile)"],
            ["profile", "--", "/\(hostile)"], ["profile", "-p", hostile], ["profile", "-u", hostile, "--", "x"],
            ["profile", "--btf", hostile, "-a"], ["bench", "--cases", hostile],
            ["bench", "--kernel", hostile, "-o", "/dev/null/x"],
            ["vdso", "--clock", hostile], ["doctor", "--\(hostile)"],
        ])
        func `what a command line quotes is harmless`(_ arguments: [String]) throws {
            let run = try syslat(arguments)
            #expect(run.status != 0)
            expectHarmless(run.error)
        }

        @Test func `what the doctor quotes is harmless`() throws {
            expectHarmless(try syslat(["doctor", "--btf", Self.hostile]).output)
        }

        @Test(arguments: ["abi", "outcome", "clock"]) func `what a refused profile holds is harmless`(_ field: String) throws {
            let scratch = try Scratch()
            let text = Self.hostile.unicodeScalars.map { String(format: "\\u%04x", $0.value) }.joined()
            let line =
                field == "clock"
                ? "{\"vdso_entered\":{\"abi\":\"x86_64\",\"number\":228,\"clock\":\"\(text)\"}}"
                : "{\"series\":{\"abi\":\"\(field == "abi" ? text : "x86_64")\",\"number\":1,\"outcome\":\"\(text)\"}}"
            let file = try scratch.write("{\"syslat-profile\":2}\n\(line)\n", to: "p")
            let run = try syslat(["report", file])
            #expect(run.status == 2 && run.output == "")
            let controls = run.error.unicodeScalars.filter { $0.properties.generalCategory == .control && $0 != "\n" }
            #expect(controls.isEmpty, "\(run.error.debugDescription)")
        }

        @Test func `bytes that are no UTF-8 are shown as numbers`() throws {
            let run = try shell("\"$SYSLAT\" report \"$(printf 'caf\\351')\"")
            #expect(run.status == 2 && run.error.hasPrefix("syslat: Can't read caf\\xe9: no such file"), "\(run.error)")
        }
    }
}
