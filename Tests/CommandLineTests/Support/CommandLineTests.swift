import CaptureSupport
import Foundation
import Testing
import TestPrograms

/// syslat from outside, as a process. All tests are in one suite, because they measure time, memory and what is in the kernel,
/// and two at a time would disturb each other.
@Suite(.serialized)
struct CommandLineTests {
    /// Runs syslat to its end.
    static func syslat(
        _ arguments: [String], input: String = "", environment: [String: String] = [:], timeout: Double = ProgramRun.patience,
        onStart: (Int32) -> Void = { _ in }
    ) throws -> ProgramRun {
        try ProgramRun.run(
            [ProgramRun.syslat] + arguments, input: input, environment: environment, timeout: timeout, onStart: onStart)
    }

    /// Runs a line of shell in which `$SYSLAT` is the program.
    static func shell(
        _ line: String, input: String = "", environment: [String: String] = [:], timeout: Double = ProgramRun.patience,
        onStart: (Int32) -> Void = { _ in }
    ) throws -> ProgramRun {
        try ProgramRun.run(
            ["sh", "-c", line], input: input, environment: environment.merging(["SYSLAT": ProgramRun.syslat]) { $1 },
            timeout: timeout, onStart: onStart)
    }

    /// Runs a line of shell on a terminal of its own. Output and standard error arrive mixed, as a person sees them, with the
    /// terminal's line ends.
    static func terminal(
        _ line: String, columns: Int = 120, environment: [String: String] = [:], timeout: Double = ProgramRun.patience
    ) throws -> ProgramRun {
        let settings = ["SYSLAT": ProgramRun.syslat, "TERM": "xterm", "NO_COLOR": "", "SHELL": "/bin/sh"]
        return try ProgramRun.run(
            ["script", "-qec", "stty cols \(columns); \(line)", "/dev/null"],
            environment: settings.merging(environment) { $1 }, timeout: timeout)
    }

    /// Tries again until a condition holds; false if it does not within `seconds`.
    static func eventually(within seconds: Double = ProgramRun.patience, _ condition: () throws -> Bool) rethrows -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            if try condition() { return true }
            guard Date() < deadline else { return false }
            usleep(20_000)
        }
    }
}

/// A folder of a test's own, removed with it.
final class Scratch {
    let folder: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "syslat-cli-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// Copies a program and gives the path of the copy, which everybody may run. install(1) does the writing: a child that another
    /// test is just starting would inherit a file that this process has open for writing, and the kernel runs no such file
    /// (ETXTBSY).
    func install(_ program: String, as name: String) throws -> String {
        let run = try ProgramRun.run(["install", "-m", "755", program, path(name)])
        guard run.status == 0 else { throw CocoaError(.fileWriteUnknown, userInfo: [NSDebugDescriptionErrorKey: run.error]) }
        return path(name)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }
}
