import CLinux
import Glibc
import PlainText

/// How a process ended.
package enum ProcessEnding: Sendable, Hashable {
    case exited(status: Int32)
    case killed(signal: Int32)

    /// What a shell has in `$?`: the exit status, or 128 and the number of the signal.
    package var shellStatus: Int32 {
        switch self {
        case .exited(let status): status
        case .killed(let signal): 128 + signal
        }
    }
}

/// A program that runs, and that ends with its owner at the latest: it is killed then, and also when the thread that started it
/// ends, so not even the death of this process leaves it behind.
package struct ChildProcess: ~Copyable {
    package let pid: Int32
    private var ending: ProcessEnding?

    /// Starts a program.
    /// - Parameters:
    ///   - arguments: the program's own name first.
    ///   - environment: `NAME=value`; nil for that of this process.
    ///   - descriptors: what the program gets as 0, 1, 2 and so on. It gets no other.
    ///   - confinement: nil for a program that may do what this process may.
    /// - Throws: the errno of fork(2) or execve(2).
    package init(
        _ path: String, _ arguments: [String], environment: [String]? = nil, descriptors: [Int32], confinement: Confinement? = nil
    ) throws(Errno) {
        let status = try PipeEnds()
        let child = try Spawner.spawn(
            path, arguments, environment, descriptors, confinement: confinement, status: status.writing.number)
        let answer = status.closingWritingEnd()
        if let error = Spawner.failure(answer) {
            Spawner.reap(child)
            throw error
        }
        pid = child
    }

    deinit {
        guard ending == nil else { return }
        kill(pid, SIGKILL)
        Spawner.reap(pid)
    }

    /// Ends it at once, if it has not ended.
    package borrowing func terminate() {
        if ending == nil { kill(pid, SIGKILL) }
    }

    /// Waits for its end.
    package mutating func wait() -> ProcessEnding {
        if let ending { return ending }
        let ending = Spawner.reap(pid)
        self.ending = ending
        return ending
    }
}

/// What a program that reads other people's files may not do. It has no capabilities and can't get any, not even by a program that is
/// set-user-ID; and if this process is root's, it is nobody's.
package struct Confinement: Sendable, Hashable {
    /// Groups that it needs.
    package var groups: [UInt32] = []
    /// It stays root's, without capabilities: for a device that only root may open.
    package var staysRoot = false
    /// The most that it may write to a file, in bytes.
    package var largestFile: UInt64?

    package init() {}

    /// No groups.
    package static let anyUser = Confinement()
}

/// As whom a program runs.
package struct ProcessUser: Sendable, Hashable {
    package let uid: UInt32
    package let gid: UInt32
    /// Supplementary groups.
    package let groups: [UInt32]

    package init(uid: UInt32, gid: UInt32, groups: [UInt32]) { (self.uid, self.gid, self.groups) = (uid, gid, groups) }
}

/// A child that has been started but waits for ``release()`` before it becomes its program. It inherits the descriptors and the session of
/// this process, and what this process was started with: blocked and ignored signals, and limits.
///
/// Ownership: a child that was never released ends by itself when this goes away; one that was released runs on.
package struct GatedChild: ~Copyable {
    package let pid: Int32
    private let gate: Descriptor
    private let status: Descriptor

    /// How long the child may take to come to its gate, and how long it may be stopped.
    private static let patienceNanoseconds: UInt64 = 2_000_000_000

    /// Forks the child. Errors: fork(2) or pipe2(2) failed.
    /// - Parameters:
    ///   - environment: `NAME=value`; nil for that of this process.
    ///   - user: nil for that of this process.
    package init(
        _ path: String, _ arguments: [String], environment: [String]? = nil, user: ProcessUser? = nil
    ) throws(Errno) {
        let gate = try PipeEnds()
        let status = try PipeEnds()
        pid = try Spawner.spawn(
            path, arguments, environment, nil, user: user, status: status.writing.number,
            gate: (gate.reading.number, gate.writing.number))
        self.gate = gate.closingReadingEnd()
        self.status = status.closingWritingEnd()
    }

    /// Waits until the child sleeps at its gate: whatever it does before is not the program's. False if it does not come to that: it has
    /// ended, somebody has stopped it, or a signal has come that ends a capture.
    /// Errors: why it can't become the user.
    package borrowing func waitUntilAsleep() throws(Errno) -> Bool {
        var byte: UInt8 = 0
        guard answers(), unsafe read(status.number, &byte, 1) == 1 else { return false }
        if Int(byte) == CLINUX_NO_SUCH_USER {
            let error = Spawner.failure(status) ?? Errno(EPERM)
            Spawner.reap(pid)
            throw error
        }
        // After its byte has come there is nothing else it could sleep in.
        let deadline = Clock.monotonic + GatedChild.patienceNanoseconds
        while Clock.monotonic < deadline, !Signals.isEndPending {
            switch state {
            case "S": return true
            case "Z", "X", nil: return false
            default: usleep(100)
            }
        }
        return false
    }

    /// Lets the child become its program. Errors: why execve(2) refused it; EPIPE if the child has ended meanwhile; ETIMEDOUT if somebody has
    /// stopped it; EINTR if a signal has come that ends a capture. The child has ended then.
    package borrowing func release() throws(Errno) {
        try gate.write([1])
        guard answers() else {
            let error = Errno(Signals.isEndPending ? EINTR : ETIMEDOUT)
            abandon()
            throw error
        }
        guard let error = Spawner.failure(status) else { return }
        Spawner.reap(pid)
        throw error
    }

    /// Ends a child that has not become its program.
    package borrowing func abandon() {
        kill(pid, SIGKILL)
        Spawner.reap(pid)
    }

    /// `S`, `T` and so on (proc_pid_stat(5)); nil if there is no such process.
    private var state: Character? { ProcFS.field("State", in: "/proc/\(pid)/status")?.first }

    /// Waits until the child says something, becomes its program or ends. False if it does none of these: it has been stopped, by
    /// whoever may send it signals, or a signal has come that ends a capture.
    private borrowing func answers() -> Bool {
        var limit: UInt64?
        while true {
            var look = pollfd(fd: status.number, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&look, 1, 50) > 0 { return true }
            if Signals.isEndPending { return false }
            guard state == "T" else {
                limit = nil
                continue
            }
            let deadline = limit ?? Clock.monotonic + GatedChild.patienceNanoseconds
            if Clock.monotonic >= deadline { return false }
            limit = deadline
        }
    }

    /// Waits for the program's end.
    package borrowing func wait() -> ProcessEnding { Spawner.reap(pid) }
}

/// Where all children come from.
private enum Spawner {
    static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String]?, _ descriptors: [Int32]?, user: ProcessUser? = nil,
        confinement: Confinement? = nil, status: Int32, gate: (reading: Int32, writing: Int32) = (-1, -1)
    ) throws(Errno) -> Int32 {
        // Both lists end with nil. The strings are freed here, in a memory that is another than the child's.
        var words = unsafe arguments.map { $0.withExactBytes { unsafe strdup($0) } } + [nil]
        var variables = unsafe (environment ?? []).map { $0.withExactBytes { unsafe strdup($0) } } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        // A program that was started with SIGCHLD ignored has no children to wait for: the kernel throws their endings away.
        _ = signal(SIGCHLD, SIG_DFL)
        let isOurs = descriptors != nil
        // 65534 is nobody, whatever /etc/passwd says: no file belongs to it.
        let user = confinement.map { ProcessUser(uid: 65534, gid: 65534, groups: $0.groups) } ?? user
        let places = descriptors ?? []
        let child = path.withExactBytes { path in
            unsafe words.withUnsafeMutableBufferPointer { words in
                unsafe variables.withUnsafeMutableBufferPointer { variables in
                    unsafe places.withUnsafeBufferPointer { places in
                        unsafe withUser(user) { user in
                            // All of it lives until clinux_spawn returns; none of these buffers is empty where its address is used.
                            var program = unsafe clinux_program(
                                path: path, argv: words.baseAddress!,
                                envp: environment == nil ? environ : variables.baseAddress!,
                                descriptors: isOurs ? places.baseAddress : nil, descriptor_count: Int32(places.count),
                                dies_with_caller: isOurs ? 1 : 0, gate_read: gate.reading, gate_write: gate.writing,
                                status: status, user: user, is_confined: confinement == nil ? 0 : 1,
                                stays_root: confinement?.staysRoot == true ? 1 : 0,
                                largest_file: confinement?.largestFile ?? .max)
                            return unsafe clinux_spawn(&program)
                        }
                    }
                }
            }
        }
        // Before anything is owned: to kill(2), -1 means every process there is.
        guard child > 0 else { throw .last }
        return child
    }

    /// Lends a user as C has it.
    private static func withUser<Result>(_ user: ProcessUser?, _ body: (UnsafePointer<clinux_user>?) -> Result) -> Result {
        guard let user else { return body(nil) }
        return unsafe user.groups.withUnsafeBufferPointer { groups in
            var lent = unsafe clinux_user(
                uid: user.uid, gid: user.gid, groups: groups.baseAddress, group_count: Int32(groups.count))
            return unsafe body(&lent)
        }
    }

    /// What execve(2) reported; nil where it succeeded, which closed the other end of the pipe.
    static func failure(_ status: borrowing Descriptor) -> Errno? {
        var code: Int32 = 0
        while true {
            let size = unsafe read(status.number, &code, MemoryLayout<Int32>.size)
            if size < 0 && errno == EINTR { continue }
            return size > 0 ? Errno(code) : nil
        }
    }

    /// Waits for a child's end.
    @discardableResult
    static func reap(_ pid: Int32) -> ProcessEnding {
        var state: Int32 = 0
        while unsafe waitpid(pid, &state, 0) < 0 {
            guard errno == EINTR else { return .exited(status: 1) }
        }
        return clinux_wifsignaled(state) != 0
            ? .killed(signal: clinux_wtermsig(state)) : .exited(status: clinux_wexitstatus(state))
    }
}
