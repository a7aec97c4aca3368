import Linux
import LiveView

/// Where `--batch` writes. A reader that is slow or stopped delays nothing but what it reads.
struct LiveStream: ~Copyable {
    private let output: Output
    private var batch: LiveBatch
    /// What the reader has not taken yet.
    private var waiting: [UInt8] = []
    private var omitted = 0
    private var failure: CommandError?

    /// How much a reader may be behind.
    private static let mostWaiting = 64 << 20

    init(_ makeBatch: (borrowing Output) -> LiveBatch) throws(CommandError) {
        output = try Output(path: nil)
        batch = makeBatch(output)
    }

    /// Shows a refresh. An error of the reader doesn't end the capture; ``finish()`` throws it.
    mutating func show(_ snapshot: LiveSnapshot) throws {
        let text: String
        do { text = try batch.take(snapshot) } catch { throw CommandError("Can't encode a refresh: \(error).") }
        guard failure == nil else { return }
        guard waiting.count < LiveStream.mostWaiting else { return omitted += 1 }
        waiting += Array(text.utf8)
        do throws(CommandError) { try output.offer(&waiting) } catch { failure = error }
    }

    /// Whether somebody may read it.
    var hasReader: Bool { failure == nil }

    /// Writes the rest.
    mutating func finish() throws(CommandError) {
        if let failure { throw failure }
        try output.finish(waiting)
        if omitted > 0 {
            Terminal.say("\(Syslat._errorPrefix)\(omitted) refreshes are not in the output: its reader took nothing.\n")
        }
    }
}
