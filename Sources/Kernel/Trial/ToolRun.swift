import Glibc
import Linux

/// A program of the system that has run to its end.
struct ToolRun {
    let ending: ProcessEnding?
    let output: String
    let messages: String

    /// Nil of a program that was ended because it took too long.
    var isSuccess: Bool { ending == .exited(status: 0) }

    /// The last lines of its messages, for a sentence.
    var complaint: String {
        let said = (messages.isEmpty ? output : messages).split(separator: "\n").suffix(3).joined(separator: " ")
        let end =
            switch ending {
            case .exited(let status)?: "exit status \(status)"
            case .killed(let signal)?: "killed by signal \(signal)"
            case nil: "it took too long"
            }
        return said.isEmpty ? end : "\(end): \(said.prefix(500))"
    }

    private static let mostOutput = 4 << 20

    /// Runs a program. Errors: it is missing or can't be started.
    /// - Parameter limit: in seconds; then it is killed.
    init(_ name: String, _ arguments: [String], limit: UInt64 = 60) throws(TrialError) {
        guard let path = ExecutableSearch.path(of: name) else { throw TrialError("\(name) is not in PATH.") }
        do throws(Errno) {
            let null = try Descriptor.devNull()
            // Files, not pipes: nothing has to be read while it runs.
            let said = try Descriptor(unnamedFile: "output")
            let complained = try Descriptor(unnamedFile: "messages")
            var process = try ChildProcess(
                path, [name] + arguments, descriptors: [null.number, said.number, complained.number])
            ending = try ToolRun.wait(for: &process, limit: limit)
            output = String(decoding: try said.reading(from: 0, limit: ToolRun.mostOutput), as: UTF8.self)
            messages = String(decoding: try complained.reading(from: 0, limit: ToolRun.mostOutput), as: UTF8.self)
        } catch {
            throw TrialError("\(name) can't be started: \(error).")
        }
    }

    private static func wait(for process: inout ChildProcess, limit: UInt64) throws(Errno) -> ProcessEnding? {
        let end = try Descriptor(process: process.pid)
        let deadline = Clock.monotonic + limit.multipliedReportingOverflow(by: 1_000_000_000).partialValue
        while Clock.monotonic < deadline {
            var look = pollfd(fd: end.number, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&look, 1, 500) > 0 { return process.wait() }
        }
        process.terminate()
        _ = process.wait()
        return nil
    }

    /// The same where only success will do.
    static func output(of name: String, _ arguments: [String]) throws(TrialError) -> String {
        let run = try ToolRun(name, arguments)
        guard run.isSuccess else {
            throw TrialError("`\(([name] + arguments).joined(separator: " "))` failed: \(run.complaint)")
        }
        return run.output
    }
}
