import CLinux
import Glibc
import Synchronization

/// The signals of this process as a whole.
package enum Signals {
    /// Those that end a capture, which is then saved. SIGHUP comes when the terminal goes away; nohup(1) has it ignored.
    package static var thatEnd: [Int32] { [SIGINT, SIGTERM] + (clinux_was_ignored(SIGHUP) != 0 ? [] : [SIGHUP]) }

    private static let wasTaken = Atomic(false)

    /// Whether one of them has been taken as an event.
    static var hasEnded: Bool { wasTaken.load(ordering: .relaxed) }

    /// Notes a signal that was taken as an event.
    static func note(_ signal: Int32) {
        if thatEnd.contains(signal) { wasTaken.store(true, ordering: .relaxed) }
    }

    /// Whether one of them is blocked and waits for its handling.
    package static var isEndPending: Bool {
        var pending = sigset_t()
        unsafe sigpending(&pending)
        return thatEnd.contains { unsafe sigismember(&pending, $0) == 1 }
    }

    /// Ends this process as a filter ends whose reader has left. Returns where SIGPIPE was ignored from the start.
    package static func endForBrokenPipe() {
        guard clinux_was_ignored(SIGPIPE) == 0 else { return }
        clinux_die_of(SIGPIPE)
    }
}
