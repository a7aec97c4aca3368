/// What a process calls itself, looked up while it lives.
///
/// Servers set their titles soon after they fork, so a process is looked at again after 1, 2, 4, … times, and then every 33rd to 64th time: not
/// all processes at the same.
struct ProcessTitle {
    private(set) var text: String?
    /// Times that are left out before the next look, and the next time after that.
    private var pause: UInt8 = 0
    private var nextPause: UInt8 = 0

    private static let longestPause: UInt8 = 63

    /// Whether nobody has looked yet.
    var isNew: Bool { nextPause == 0 }

    /// Returns whether it was time to look.
    mutating func look(isDue: Bool, of id: Int32, _ find: () -> String?) -> Bool {
        guard isDue || pause == 0 else {
            pause -= 1
            return false
        }
        // A process that has just ended keeps what it was called.
        text = find() ?? text
        pause = nextPause < ProcessTitle.longestPause ? nextPause : nextPause - UInt8(truncatingIfNeeded: id & 31)
        nextPause = min(ProcessTitle.longestPause, nextPause * 2 + 1)
        return true
    }
}
