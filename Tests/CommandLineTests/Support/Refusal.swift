import CaptureSupport
import Foundation
import Testing

/// A command line that can't be carried out.
struct Refusal: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let status: Int32
    /// What the message must say: the thing, the reason, the remedy.
    let words: [String]

    init(_ arguments: [String], _ status: Int32, _ words: String...) {
        self.arguments = arguments
        self.status = status
        self.words = words
    }

    var testDescription: String { arguments.joined(separator: " ") }

    /// Runs it twice, with a report to a file that exists and to one that doesn't, and checks what holds for all refusals.
    func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let scratch = try Scratch()
        let old = try scratch.write("the report of yesterday\n", to: "old")
        try check(report: old, sourceLocation)
        #expect(try scratch.read("old") == "the report of yesterday\n", sourceLocation: sourceLocation)
        try check(report: scratch.path("new"), sourceLocation)
        #expect(scratch.names == ["old"], "nothing else may be left", sourceLocation: sourceLocation)
    }

    private func check(report: String, _ sourceLocation: SourceLocation) throws {
        let run = try CommandLineTests.syslat([arguments[0], "--report", report] + arguments.dropFirst())
        #expect(run.status == status, "\(run.error)", sourceLocation: sourceLocation)
        #expect(run.output == "", sourceLocation: sourceLocation)
        #expect(run.error.contains("syslat: "), "\(run.error)", sourceLocation: sourceLocation)
        for word in words {
            #expect(run.error.contains(word), "'\(word)' is missing: \(run.error)", sourceLocation: sourceLocation)
        }
    }
}
