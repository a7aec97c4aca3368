import CaptureSupport
import ComparisonSupport
import Foundation
import ProfileFile
import Testing

extension CommandLineTests {
    /// Each exit status of the man page's table, in a real run.
    @Suite struct ExitStatuses {
        private static let table: [(status: Int32, line: String)] = [
            (0, "report good"),
            (0, "compare --inconclusive pass good -- other"),
            (1, "report good >/dev/full"),
            (1, "compare --inconclusive fail good -- other"),
            (1, "report -o no-such-folder/out good"),
            (2, "report no-such-file"),
            (2, "report damaged"),
            (2, "compare good -- no-such-file"),
            (2, "bench --kernel damaged -o kernels"),
            (3, "compare good -- other"),
            (64, "report"),
            (64, "report --bogus good"),
            (64, "report -o '' good"),
            (64, "compare good"),
            (64, "compare --min-abs 20 good -- other"),
            (64, "bench --cases no-such-case"),
            (64, "profile"),
            (64, "ls"),
        ]

        /// These need root, because the target is opened first.
        private static let ofCaptures: [(status: Int32, line: String)] = [
            (0, "profile -- true"), (0, "profile --report - -- true"), (0, "doctor"),
            (1, "profile -p 2147483647"),
            (2, "profile --btf no-such-file -- true"), (2, "profile --btf damaged -- true"), (2, "vdso --btf /bin/sh"),
            (7, "profile -- sh -c 'exit 7'"), (130, "profile -- sh -c 'kill -INT $$'"),
            (126, "profile -- ./damaged"), (127, "profile -- no-such-command"),
        ]

        private func check(_ line: String, _ status: Int32) throws {
            let scratch = try Scratch()
            for (name, seed) in [("good", 1), ("other", 2)] as [(String, UInt64)] {
                let profile = SyntheticBoots(seed: seed).files("x")[0].profile
                try Data(try ProfileFileWriter.text(of: profile)).write(to: URL(fileURLWithPath: scratch.path(name)))
            }
            try scratch.write("not a profile, a program, a kernel or BTF\n", to: "damaged")
            let run = try shell("cd '\(scratch.folder)' && \"$SYSLAT\" \(line)")
            #expect(run.status == status, "\(run.error)")
            let isExplained = run.error.contains("syslat: ")
            #expect(isExplained == ![0, 3, 7, 130].contains(status) || line.contains("--inconclusive fail"), "\(run.error)")
        }

        @Test(arguments: table)
        func `every exit status of the table occurs in a real run`(_ row: (status: Int32, line: String)) throws {
            try check(row.line, row.status)
        }

        @Test(.requiresBPF, arguments: ofCaptures)
        func `every exit status of a capture occurs in a real run`(_ row: (status: Int32, line: String)) throws {
            try check(row.line, row.status)
        }

        @Test func `the man page and the help list every exit status`() throws {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let page = try String(contentsOf: root.appending(path: "Documentation/syslat.1.in"), encoding: .utf8)
            let section = try #require(page.split(separator: ".SH EXIT STATUS\n").last?.split(separator: "\n.SH ").first)
            let statuses = section.split(separator: "\n").filter { $0.hasPrefix(".B ") }.compactMap { Int32($0.dropFirst(3)) }
            #expect(statuses == [0, 1, 2, 3, 64, 126, 127])
            let help = try syslat(["compare", "--help"], environment: ["COLUMNS": "1000"]).output
            let line = try #require(help.split(separator: "\n").first { $0.hasPrefix("Exit status: ") })
            let words = line.split(whereSeparator: { !$0.isNumber }).compactMap { Int32($0) }
            #expect(words == [0, 1, 2, 3, 64])
        }
    }
}
