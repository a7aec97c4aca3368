/// What the reader of a stream has not taken yet, or what a file gets at the end. A reader that is slow or stopped delays nothing but what
/// it reads.
struct Backlog {
    private(set) var bytes: [UInt8] = []
    /// Items that are not among them, because the reader is too far behind.
    private(set) var omitted = 0
    /// Why no more can be written. It doesn't end a capture.
    var failure: CommandError?

    /// How many bytes a reader may be behind.
    private static let most = 64 << 20

    /// Adds text of so many items, and offers the reader what waits.
    mutating func add(_ text: [UInt8], items: Int = 1, to output: borrowing Output) {
        guard failure == nil else { return }
        guard !output.isStream || bytes.count < Backlog.most else { return omitted += items }
        bytes += text
        do throws(CommandError) { try output.offer(&bytes) } catch { failure = error }
    }
}
