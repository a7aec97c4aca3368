package import Profile

/// What the owner of a live view is asked to do.
package enum LiveCommand: Sendable, Hashable {
    case quit
    /// Ctrl-Z: give the terminal back and stop until continued.
    case suspend
    /// Draw everything anew.
    case redraw
    /// Write what is seen to a file, and say where with ``LiveModel/say(_:)``.
    case write(Profile)
}
