import Foundation

/// Other people's programs that check what we export and compute: installed by Tests/Oracles/install, in .build/oracles.
package enum Oracles {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package static let missing =
        "the oracles are not installed: Tests/Oracles/install does that; SYSLAT_REQUIRE_ORACLES=1 makes it a failure"

    /// Whether the tests that need them run. Where they are required and missing, the tests run and fail.
    package static var areWanted: Bool {
        ProcessInfo.processInfo.environment["SYSLAT_REQUIRE_ORACLES"] == "1" || areInstalled
    }

    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let directory = package.appendingPathComponent(".build/oracles")

    private static var areInstalled: Bool {
        FileManager.default.fileExists(atPath: directory.appendingPathComponent("installed").path)
    }

    /// Hands a text to one of the scripts in Tests/Oracles, and takes its answer apart.
    package static func ask<Answer: Decodable>(_ script: String, about text: String, for type: Answer.Type) throws -> Answer {
        try withFile(text) { file in
            let python = directory.appendingPathComponent("venv/bin/python").path
            let path = package.appendingPathComponent("Tests/Oracles/\(script)").path
            // Nothing is left in the source tree, and nothing but the answer is said.
            let output = try run([python, "-B", "-W", "ignore", path, file.path], input: file)
            return try JSONDecoder().decode(type, from: Data(output.utf8))
        }
    }

    /// Throws what promtool says unless it accepts a text in the format of Prometheus.
    package static func promtoolAccepts(_ text: String) throws {
        let command = [directory.appendingPathComponent("promtool").path, "check", "metrics"]
        let output = try withFile(text) { try run(command, input: $0) }
        if !output.isEmpty { throw Failure(description: output) }
    }

    private static func withFile<Result>(_ text: String, _ body: (URL) throws -> Result) throws -> Result {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("syslat-oracle-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file)
    }

    /// The output of a program that must end well, and within a minute.
    private static func run(_ command: [String], input: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["timeout", "60"] + command
        let output = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(command.joined(separator: " ")): status \(process.terminationStatus)\n\(text)")
        }
        return text
    }
}
