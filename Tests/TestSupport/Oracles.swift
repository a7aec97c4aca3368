import Foundation
import TestPrograms

/// Other people's programs that check what we export and compute. Tests/Oracles/install puts them in .build/oracles.
package enum Oracles {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package static let missing =
        "the oracles are not installed, or in other versions: run Tests/Oracles/install; SYSLAT_REQUIRE_ORACLES=1 makes this a failure"

    /// Whether the tests that need the oracles run. If oracles are required and missing, those tests run and fail.
    package static var areWanted: Bool {
        ProcessInfo.processInfo.environment["SYSLAT_REQUIRE_ORACLES"] == "1" || areInstalled
    }

    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let directory = package.appendingPathComponent(".build/oracles")

    /// Whether all of them are there, in the versions that the tests expect.
    private static let areInstalled: Bool = {
        (try? ProgramRun.succeeding([package.appendingPathComponent("Tests/Oracles/install").path, "--check"])) != nil
    }()

    package static let missingPprof =
        "go is not installed, whose pprof these tests ask: make setup-tests; SYSLAT_REQUIRE_ORACLES=1 makes this a failure"

    /// Whether the tests that need Go's pprof run.
    package static var pprofIsWanted: Bool {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        return environment["SYSLAT_REQUIRE_ORACLES"] == "1"
            || folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/go") }
    }

    package static let missingChromium =
        "chromium is not installed, or the oracles aren't, which drive it: make setup-tests; SYSLAT_REQUIRE_ORACLES=1 makes this a failure"

    /// Whether the tests that open a page in a browser run.
    package static var chromiumIsWanted: Bool {
        let environment = ProcessInfo.processInfo.environment
        if environment["SYSLAT_REQUIRE_ORACLES"] == "1" { return true }
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        return areInstalled && folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/chromium") }
    }

    package static func missingProgram(_ name: String) -> String {
        "\(name) is not installed, or the oracles aren't: make setup-tests; SYSLAT_REQUIRE_ORACLES=1 makes this a failure"
    }

    /// Whether the tests that need a program of this name run.
    package static func isWanted(_ name: String) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        return environment["SYSLAT_REQUIRE_ORACLES"] == "1"
            || folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    /// What tidy has to say about a page, a line each. Its version in Debian 12 doesn't know yet that a `div` may group parts of a `dl`, and that an
    /// attribute without a value is the same as one with an empty one.
    package static func tidy(_ page: [UInt8]) throws -> [String] {
        try withFile(Data(page)) { file in
            let output = try run(["sh", "-c", "tidy -errors -quiet -utf8 \"$0\" 2>&1; [ $? -le 2 ]", file.path], input: file)
            let unknown = ["missing </dl> before </div>", "missing </div> before <dt>", "inserting implicit <dl>", "missing <dd>"]
            return output.split(separator: "\n").map { String($0) }.filter { line in !unknown.contains { line.hasSuffix($0) } }
        }
    }

    /// Families of metrics, each behind its length, as protoc reads them: text with a field a line.
    package static func protoc(about families: [UInt8]) throws -> String {
        // The length of each is what stands behind the tag of a field, too.
        var (stream, rest): ([UInt8], ArraySlice<UInt8>) = ([], families[...])
        while !rest.isEmpty {
            guard let end = rest.firstIndex(where: { $0 < 0x80 }) else { throw Failure(description: "a length has no end") }
            let length = rest[...end].reversed().reduce(0) { $0 << 7 | Int($1 & 0x7f) }
            guard length < rest.endIndex - end else { throw Failure(description: "a message has no end") }
            stream += [0x0a] + rest[...(end + length)]
            rest = rest[(end + length + 1)...]
        }
        let folder = package.appendingPathComponent("Tests/Oracles").path
        return try withFile(Data(stream)) {
            try run(["protoc", "--decode=io.prometheus.client.Stream", "-I\(folder)", "\(folder)/metrics.proto"], input: $0)
        }
    }

    /// The server of Prometheus.
    package static var prometheus: String { directory.appendingPathComponent("prometheus").path }

    /// Where the programs of others are.
    package static var folder: String { directory.path }
    /// What an operator installs beside the program.
    package static var packaging: String { package.appendingPathComponent("packaging").path }

    /// What pprof says of a profile: `-raw`, `-top`. It looks for no symbols, which this host may have or not.
    package static func pprof(_ options: String..., about profile: [UInt8]) throws -> String {
        try withFile(Data(profile)) { file in
            try run(["go", "tool", "pprof", "-symbolize=none"] + options + [file.path], input: file)
        }
    }

    /// What gzip finds in a file.
    package static func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        try withFile(Data(bytes)) { file in
            let unpacked = file.path + ".unpacked"
            defer { try? FileManager.default.removeItem(atPath: unpacked) }
            _ = try run(["sh", "-c", "gzip -dc >\"$0\"", unpacked], input: file)
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: unpacked)))
        }
    }

    /// Hands a text to one of the scripts in Tests/Oracles, and decodes its answer.
    package static func ask<Answer: Decodable>(_ script: String, about text: String, for type: Answer.Type) throws -> Answer {
        try withFile(Data(text.utf8)) { file in
            let python = directory.appendingPathComponent("venv/bin/python").path
            let path = package.appendingPathComponent("Tests/Oracles/\(script)").path
            // Python leaves no bytecode in the source tree and prints no warnings.
            let output = try run([python, "-B", "-W", "ignore", path, file.path], input: file)
            return try JSONDecoder().decode(type, from: Data(output.utf8))
        }
    }

    /// Throws promtool's complaint unless it accepts a text in the format of Prometheus.
    package static func promtoolAccepts(_ text: String) throws {
        let command = [directory.appendingPathComponent("promtool").path, "check", "metrics"]
        let output = try withFile(Data(text.utf8)) { try run(command, input: $0) }
        if !output.isEmpty { throw Failure(description: output) }
    }

    /// What promtool says of the blocks that it makes of an OpenMetrics text with times. Throws its complaint unless it accepts the text.
    package static func promtoolBackfills(_ text: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("syslat-blocks-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let promtool = directory.appendingPathComponent("promtool").path
        return try withFile(Data(text.utf8)) {
            try run([promtool, "tsdb", "create-blocks-from", "openmetrics", $0.path, folder.path], input: $0)
        }
    }

    private static func withFile<Result>(_ content: Data, _ body: (URL) throws -> Result) throws -> Result {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("syslat-oracle-\(UUID().uuidString)")
        try content.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file)
    }

    /// The output of a program that must succeed within some minutes.
    private static func run(_ command: [String], input: URL) throws -> String {
        let output = try ProgramRun.succeeding(command, input: try Data(contentsOf: input), isMixed: true, timeout: 240)
        return String(decoding: output, as: UTF8.self)
    }
}
