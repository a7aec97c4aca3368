import Capture
import Linux
import Presentation
import Profile

/// Where `--slow-log` writes slow calls as they come, a line each: standard output, or a file that is FILE.partial until the capture ends.
struct SlowLog: ~Copyable {
    let output: Output
    private let host: Host
    private var file: GrowingFile?
    /// What the reader of a stream has not taken yet.
    private var waiting: [UInt8] = []
    /// Calls that are not in the log, because its reader takes nothing.
    private var omitted = 0
    private var failure: CommandError?
    private let path: String

    /// How much a reader may be behind.
    private static let mostWaiting = 64 << 20

    /// - Parameter path: `-` for standard output.
    init(path: String) throws(CommandError) {
        let output = try Output(path: path, option: "--slow-log", readers: .owner)
        file = try output.growing()
        host = .current()
        self.path = path
        self.output = output
    }

    /// Adds calls. An error doesn't end the capture; ``finish()`` throws it.
    mutating func add(_ calls: [SlowCall]) {
        guard failure == nil else { return }
        guard waiting.count < SlowLog.mostWaiting else { return omitted += calls.count }
        let bytes = calls.reduce(into: [UInt8]()) { $0 += Array(($1.logLine(on: host) + "\n").utf8) }
        do throws(Errno) {
            guard try file?.append(bytes) == nil else { return }
        } catch {
            failure = CommandError(.system(error), GrowingFile.partialName(path), "--slow-log")
            return
        }
        waiting += bytes
        do throws(CommandError) { try output.offer(&waiting) } catch { failure = error }
    }

    /// Writes the rest, and gives a file its name.
    mutating func finish() throws {
        if let failure { throw failure }
        if omitted > 0 {
            waiting += Array("\(omitted) more slow calls are not in this log: its reader took nothing.\n".utf8)
        }
        if output.isStream { try output.finish(waiting) }
        do throws(OutputError) { try file?.finish() } catch { throw CommandError(error, path, "--slow-log") }
    }
}
