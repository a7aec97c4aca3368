/// What a process calls itself, looked up while it lives.
///
/// Servers set their titles soon after they fork, so a process is looked at again after 1, 2, 4, … times, and then every 64th time.
struct ProcessTitle {
    private(set) var text: String?
    /// Times that are left out before the next look, and the next time after that.
    private var pause: UInt8 = 0
    private var nextPause: UInt8 = 0

    private static let longestPause: UInt8 = 63

    mutating func look(isDue: Bool, _ find: () -> String?) {
        guard isDue || pause == 0 else { return pause -= 1 }
        // A process that has just ended keeps what it was called.
        text = find() ?? text
        pause = nextPause
        nextPause = min(ProcessTitle.longestPause, nextPause * 2 + 1)
    }
}
