package import Foundation

/// Compares whole outputs with files that a person has reviewed.
///
/// With SYSLAT_UPDATE_SNAPSHOTS=1 in the environment, the files are written instead. Review the difference before you commit it.
package struct Snapshot {
    /// How an output differs from the expected one.
    package struct Mismatch: Error, CustomStringConvertible {
        package let description: String
    }

    private static let updateVariable = "SYSLAT_UPDATE_SNAPSHOTS"

    /// The folder `Snapshots` beside the test file.
    package let directory: URL

    package init(besides testFile: String = #filePath) {
        directory = URL(fileURLWithPath: testFile).deletingLastPathComponent().appendingPathComponent("Snapshots")
    }

    /// Throws unless the file `name` holds exactly `output`. A missing file is a failure.
    package func verify(_ output: String, is name: String) throws {
        let file = directory.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment[Self.updateVariable] == "1" {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try Data(output.utf8).write(to: file)
            return
        }
        guard let data = try? Data(contentsOf: file) else {
            throw Mismatch(description: "No snapshot \(file.path). Write it with \(Self.updateVariable)=1 and look at it.")
        }
        if data != Data(output.utf8) {
            let expected = String(decoding: data, as: UTF8.self)
            throw Mismatch(description: "\(name): \(Self.firstDifference(expected, output))")
        }
    }

    private static func firstDifference(_ expected: String, _ actual: String) -> String {
        let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let new = actual.split(separator: "\n", omittingEmptySubsequences: false)
        // Compared by bytes: two strings may be equal as text and still differ in a file.
        let line = zip(old, new).enumerated().first { !$1.0.utf8.elementsEqual($1.1.utf8) }?.offset ?? min(old.count, new.count)
        func shown(_ lines: [Substring]) -> String { line < lines.count ? String(lines[line]) : "(no such line)" }
        return "line \(line + 1) differs.\n  snapshot: \(shown(old))\n  now:      \(shown(new))"
    }
}
