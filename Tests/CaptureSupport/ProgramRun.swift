import Foundation

/// A program that a test runs to its end.
package struct ProgramRun: Sendable {
    package let status: Int32
    package let output: String
    package let error: String

    /// How many seconds anything may take before it counts as hung: far more than it takes on a busy machine.
    package static let patience: Double = 180

    package struct TimedOut: Error, CustomStringConvertible {
        package let description: String
    }

    /// The syslat that this build of the package made.
    package static let syslat: String = {
        // The test runner lies beside it.
        let folder = Bundle.main.executableURL?.deletingLastPathComponent()
        let build = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let fallback = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: ".build/debug")
        let candidates = [build, folder, fallback].compactMap { $0?.appending(path: "syslat").path }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "syslat"
    }()

    /// Runs a command and waits for it, `timeout` seconds at most; past that it is killed and the test fails.
    /// - Parameter onStart: called with the process id once it runs.
    package static func run(
        _ command: [String], input: String = "", environment: [String: String] = [:], timeout: Double = patience,
        onStart: (Int32) -> Void = { _ in }
    ) throws -> ProgramRun {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (standardInput, standardOutput, standardError) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        process.standardError = standardError
        let (output, error) = (Collector(standardOutput), Collector(standardError))
        try process.runWithoutBlockedSignals()
        try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? standardInput.fileHandleForWriting.close()
        onStart(process.processIdentifier)
        let deadline = Date(timeIntervalSinceNow: timeout)
        while process.isRunning, Date() < deadline { usleep(2000) }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            throw TimedOut(description: "\(command.joined(separator: " ")) did not end within \(timeout) s:\n\(error.text())")
        }
        let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return ProgramRun(status: status, output: output.text(), error: error.text())
    }

    /// Reads a pipe to its end on a thread of its own, so neither side waits for the other.
    private final class Collector: @unchecked Sendable {
        private var data = Data()
        private let done = DispatchSemaphore(value: 0)

        init(_ pipe: Pipe) {
            let handle = pipe.fileHandleForReading
            Thread.detachNewThread {
                self.data = (try? handle.readToEnd()) ?? Data()
                self.done.signal()
            }
        }

        func text() -> String {
            done.wait()
            done.signal()
            return String(decoding: data, as: UTF8.self)
        }
    }
}

extension Process {
    /// Starts the program with no signal blocked. Threads of the test runner block most signals, and programs inherit that.
    func runWithoutBlockedSignals() throws {
        var (none, previous) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        try run()
    }
}
