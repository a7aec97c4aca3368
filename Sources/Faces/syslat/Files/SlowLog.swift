import Capture
import Linux
import Presentation
import Profile

/// Where `--slow-log` writes slow calls as they come, a line each: standard output, or a file that is FILE.partial until the capture ends.
struct SlowLog: ~Copyable {
    let output: Output
    private let host: Host
    private var file: GrowingFile?
    private var backlog = Backlog()
    private let path: String

    /// Adds calls. An error doesn't end the capture; ``finish()`` throws it.
    mutating func add(_ calls: [SlowCall]) {
        guard backlog.failure == nil else { return }
        let bytes = calls.reduce(into: [UInt8]()) { $0 += Array(($1.logLine(on: host) + "\n").utf8) }
        do throws(Errno) {
            guard try file?.append(bytes) == nil else { return }
        } catch {
            backlog.failure = CommandError(.system(error), GrowingFile.partialName(path), "--slow-log")
            return
        }
        backlog.add(bytes, items: calls.count, to: output)
    }

    /// Writes the rest, and gives a file its name.
    mutating func finish() throws {
        if let failure = backlog.failure { throw failure }
        if output.isStream {
            let omitted =
                backlog.omitted == 0 ? "" : "\(backlog.omitted) more slow calls are not in this log: its reader took nothing.\n"
            try output.finish(backlog.bytes + omitted.utf8)
        }
        do throws(OutputError) { try file?.finish() } catch { throw CommandError(error, path, "--slow-log") }
    }
}

extension SlowLog {
    /// - Parameter path: `-` for standard output.
    init(path: String) throws(CommandError) {
        let output = try Output(path: path, option: "--slow-log", readers: .owner)
        let file = try output.growing()
        self.init(output: output, host: .current(), file: file, path: path)
    }
}
