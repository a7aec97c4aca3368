import Foundation

/// A program that a test runs to its end.
package struct ProgramRun: Sendable {
    /// As a shell has it: 128 and the signal, if one ended it.
    package let status: Int32
    package let outputBytes: Data
    package let errorBytes: Data

    package var output: String { String(decoding: outputBytes, as: UTF8.self) }
    package var error: String { String(decoding: errorBytes, as: UTF8.self) }

    package static let patience = RunningProgram.patience

    package struct TimedOut: Error, CustomStringConvertible {
        package let description: String
    }

    /// Runs a command and waits for it, `timeout` seconds at most; past that it is killed with all it has started, and the test fails.
    /// - Parameters:
    ///   - command: as `env` takes it: a name that PATH leads to, and settings in front if need be.
    ///   - isMixed: standard error goes where standard output does.
    ///   - onStart: called with the process id once it runs.
    package static func run(
        _ command: [String], input: Data = Data(), isMixed: Bool = false, folder: String? = nil,
        environment: [String: String] = [:],
        timeout: Double = patience, onStart: (Int32) -> Void = { _ in }
    ) throws -> ProgramRun {
        let program = try RunningProgram(
            ["/usr/bin/env"] + command, folder: folder, environment: environment, input: .fromTest,
            output: isMixed ? .collectedTogether : .collected)
        if input.isEmpty {
            program.closeInput()
        } else {
            // A program that reads nothing holds up this thread, not the test.
            Thread.detachNewThread {
                program.write(Array(input))
                program.closeInput()
            }
        }
        onStart(program.pid)
        guard let status = program.wait(within: timeout) else {
            program.end()
            throw complaint(command, "did not end within \(timeout) s", program)
        }
        guard let output = program.output.whole(), let error = program.error.whole() else {
            program.end()
            throw complaint(command, "has ended with status \(status), but what it has started still holds its output", program)
        }
        return ProgramRun(status: status, outputBytes: output, errorBytes: error)
    }

    package static func run(
        _ command: [String], input: String, environment: [String: String] = [:], timeout: Double = patience,
        onStart: (Int32) -> Void = { _ in }
    ) throws -> ProgramRun {
        try run(command, input: Data(input.utf8), environment: environment, timeout: timeout, onStart: onStart)
    }

    /// Runs a command that must succeed.
    /// - Returns: its output.
    @discardableResult
    package static func succeeding(
        _ command: [String], input: Data = Data(), isMixed: Bool = false, folder: String? = nil,
        environment: [String: String] = [:],
        timeout: Double = patience
    ) throws -> Data {
        let run = try run(
            command, input: input, isMixed: isMixed, folder: folder, environment: environment, timeout: timeout)
        guard run.status == 0 else {
            let words = run.error + (isMixed ? run.output : "")
            throw RunningProgram.Failure(description: "\(command.joined(separator: " ")): status \(run.status)\n\(words)")
        }
        return run.outputBytes
    }

    private static func complaint(_ command: [String], _ what: String, _ program: RunningProgram) -> TimedOut {
        let words = [program.output, program.error].map { String(decoding: $0.soFar.suffix(4000), as: UTF8.self) }
        return TimedOut(description: "\(command.joined(separator: " ")) \(what):\n\(words[0])\n\(words[1])")
    }
}
