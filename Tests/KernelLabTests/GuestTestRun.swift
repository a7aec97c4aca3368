import CaptureSupport
import Foundation
import KernelLab
import KernelLabSupport
import Testing
import TestPrograms

/// This very test executable, run in a guest, with the programs and files that the capture tests need there.
struct GuestTestRun {
    /// What the tests printed: a line for each.
    let output: String
    let isSuccess: Bool
    /// How it ended, for a sentence.
    let ending: String
    /// How many tests ran, as the last line says; nil if there is no such line.
    let count: Int?

    private static let tests = "/tests/syslatPackageTests.xctest"
    private static let fixtures = "/tests/fixtures"
    /// The programs that the tests start. Debian has them all in /usr/bin.
    private static let programs = ["cat", "env", "ls", "perl", "python3", "sh", "sleep", "strace", "true", "unshare"]

    /// - Parameters:
    ///   - filter: which tests, as `swift test --filter` takes it.
    ///   - processors: with one, an emulation counts instructions, so the tests don't depend on this host's load.
    ///   - timeLimit: by this host's clock.
    init(filter: String, on kernel: DebianKernel, processors: Int, timeLimit: Duration, kernelArguments: [String] = []) throws {
        let job = GuestJob(
            [GuestTestRun.tests, "--testing-library", "swift-testing", "--filter", filter], name: "tests",
            // Nothing is skipped there for lack of a right to trace.
            environment: [
                "PATH": "/usr/bin", "HOME": "/", "SYSLAT_FIXTURES": GuestTestRun.fixtures, "SYSLAT_REQUIRE_BPF": "1",
                "SWIFT_BACKTRACE": "enable=no",
            ], timeLimit: timeLimit)
        var options = BootOptions()
        options.program = KernelRequirement.program
        (options.processors, options.timeLimit) = (processors, timeLimit)
        // For a moment the files are there twice: in the archive, and unpacked.
        options.memory = 2048
        if processors == 1, try KernelLab.acceleration(for: kernel.image(), options: options) == .tcg {
            options.acceleration = .countedTCG
        }
        let run = try kernel.boot(
            [job], files: try GuestTestRun.files(), kernelArguments: ["clocksource=tsc", "tsc=reliable"] + kernelArguments,
            options: options)
        let result = try #require(run["tests"])
        output = result.outputText + result.errorText
        (isSuccess, ending) = (result.isSuccess, result.endingText)
        count = output.firstMatch(of: /Test run with ([0-9]+) tests?/).flatMap { Int($0.1) }
    }

    // MARK: Its files

    private static func files() throws -> [GuestFile] {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "syslat-tests-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let executable = try #require(Bundle.main.executablePath)
        let stripped = try ProgramRun.run(["strip", "--strip-debug", "-o", scratch, executable])
        try #require(stripped.status == 0, "\(stripped.error)")
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: scratch)))
        var files = [
            GuestFile(tests, .bytes(bytes)), GuestFile("/tests/syslat", .link(to: "/syslat")),
            GuestFile("/bin", .link(to: "/usr/bin")),
        ]
        files += programs.map { GuestFile("/usr/bin/\($0)", .copy(of: "/usr/bin/\($0)")) }
        files += try libraries(of: [executable] + programs.map { "/usr/bin/\($0)" }).map { GuestFile($0, .copy(of: $0)) }
        files += try fixtureNames().map { GuestFile("\(fixtures)/\($0)", .copy(of: try Fixture($0).path)) }
        return files + (try python())
    }

    /// The libraries that the loader looks for, by the paths at which it finds them.
    private static func libraries(of executables: [String]) throws -> [String] {
        let list = try ProgramRun.run(["ldd"] + executables)
        try #require(list.status == 0 && !list.output.contains("not found"), "\(list.output)\(list.error)")
        let paths = list.output.split(separator: "\n").compactMap { line in
            line.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("/") && !$0.hasSuffix(":") }.map { String($0) }
        }
        return Set(paths).sorted()
    }

    private static func fixtureNames() throws -> [String] {
        let sources = try FileManager.default.contentsOfDirectory(atPath: Fixture.sources.path)
        return sources.filter { $0.hasSuffix(".c") }.map { String($0.dropLast(2)) } + ["vdso_calls.static"]
    }

    /// As much of Python's library as Python needs to start.
    private static func python() throws -> [GuestFile] {
        let found = try ProgramRun.run(["/usr/bin/python3", "-S", "-c", "import encodings; print(encodings.__path__[0])"])
        let encodings = found.output.trimmingCharacters(in: .newlines)
        try #require(found.status == 0 && encodings.hasPrefix("/"), "\(found.error)")
        return try [encodings, (encodings as NSString).deletingLastPathComponent].flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".py") }
                .map { GuestFile("\(folder)/\($0)", .copy(of: "\(folder)/\($0)")) }
        }
    }
}
