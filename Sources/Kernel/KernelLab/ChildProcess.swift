import CLinux
import Glibc

/// A program that runs, and that ends with its owner at the latest: it is killed then, and also when the thread that started it
/// ends, so that not even the death of this process leaves it behind.
struct ChildProcess: ~Copyable {
    /// How a process ended: its exit status, or the signal that ended it.
    enum Ending: Hashable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    let pid: Int32
    private var ending: Ending?

    /// - Parameters:
    ///   - arguments: the program's own name first.
    ///   - environment: `NAME=value`; nil for that of this process.
    ///   - descriptors: what the child gets as 0, 1, 2 and so on. It gets no other.
    /// - Throws: the errno of fork(2) or execve(2).
    init(_ path: String, _ arguments: [String], environment: [String]? = nil, descriptors: [Int32]) throws(Errno) {
        // Both lists end with nil. The strings are freed here, in a memory that is another than the child's.
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var variables = unsafe (environment ?? []).map { unsafe strdup($0) } + [nil]
        defer {
            unsafe (words + variables).forEach { unsafe free($0) }
        }
        let child =
            if environment == nil {
                unsafe clinux_spawn(path, &words, environ, descriptors, Int32(descriptors.count))
            } else {
                unsafe clinux_spawn(path, &words, &variables, descriptors, Int32(descriptors.count))
            }
        // Before anything is owned: to kill(2), -1 means every process there is.
        guard child > 0 else { throw Errno(code: errno) }
        pid = child
    }

    /// The number of an error.
    struct Errno: Error {
        let code: Int32
    }

    deinit {
        guard ending == nil, pid > 0 else { return }
        kill(pid, SIGKILL)
        while waitpid(pid, nil, 0) < 0 && errno == EINTR {}
    }

    /// Ends it at once, if it has not ended.
    borrowing func terminate() {
        if ending == nil && pid > 0 { kill(pid, SIGKILL) }
    }

    /// Waits for its end.
    mutating func wait() -> Ending {
        if let ending { return ending }
        var state: Int32 = 0
        while unsafe waitpid(pid, &state, 0) < 0 && errno == EINTR {}
        let ending: Ending =
            clinux_wifsignaled(state) != 0 ? .killed(signal: clinux_wtermsig(state)) : .exited(clinux_wexitstatus(state))
        self.ending = ending
        return ending
    }

    /// Where in PATH a program is; nil if nowhere.
    static func find(_ name: String) -> String? {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/local/bin:/bin:/usr/bin"
        return path.split(separator: ":").map { "\($0)/\(name)" }.first { unsafe access($0, X_OK) == 0 }
    }
}
