import Linux
import LiveView

/// Where `--batch` writes.
struct LiveStream: ~Copyable {
    private let output: Output
    private var batch: LiveBatch
    private var backlog = Backlog()

    /// Shows a refresh. An error of the reader doesn't end the capture; ``finish()`` throws it.
    mutating func show(_ snapshot: LiveSnapshot) throws {
        let text: String
        do { text = try batch.take(snapshot) } catch { throw CommandError("Can't encode a refresh: \(error).") }
        backlog.add(Array(text.utf8), to: output)
    }

    /// Whether somebody may read it.
    var hasReader: Bool { backlog.failure == nil }

    /// Writes the rest.
    mutating func finish() throws(CommandError) {
        if let failure = backlog.failure { throw failure }
        try output.finish(backlog.bytes)
        if backlog.omitted > 0 {
            Terminal.say("\(Syslat._errorPrefix)\(backlog.omitted) refreshes are not in the output: its reader took nothing.\n")
        }
    }
}

extension LiveStream {
    init(_ makeBatch: (borrowing Output) -> LiveBatch) throws(CommandError) {
        let output = try Output(path: nil)
        let batch = makeBatch(output)
        self.init(output: output, batch: batch)
    }
}
