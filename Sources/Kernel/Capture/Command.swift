import CLinux
import Glibc
import Linux

/// A command whose program has been found: the first execve of the traced child is the only one, and it succeeds.
package struct ResolvedCommand: Sendable, Hashable {
    /// What to execute.
    package let path: String
    /// The arguments, the command's name as it was typed first.
    package let arguments: [String]

    /// Finds a command as execvp(3) does. Errors: 127 where there is none, 126 where it may not be executed.
    package init(_ arguments: [String]) throws(CaptureError) {
        guard let name = arguments.first, !name.isEmpty else {
            throw CaptureError("The command after -- is empty. Write it as: syslat profile -- COMMAND ARGUMENT…", status: .usage)
        }
        self.arguments = arguments
        path = try ResolvedCommand.find(name)
    }

    private static func find(_ name: String) throws(CaptureError) -> String {
        if name.contains("/") {
            guard ProcFS.mayAccess(name, F_OK) else {
                throw CaptureError(
                    "The command \(name) was not found: \(ProcFS.errorText(errno)). Check its path.", status: .notFound)
            }
            guard isProgram(name) else { throw notExecutable(name) }
            return name
        }
        // confstr(_CS_PATH) is the default where PATH is not set.
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/bin:/usr/bin"
        var refused: String?
        for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
            let candidate = folder.isEmpty ? name : "\(folder)/\(name)"
            if isProgram(candidate) { return candidate }
            if ProcFS.mayAccess(candidate, F_OK) { refused = refused ?? candidate }
        }
        if let refused { throw notExecutable(refused) }
        let remedy =
            name.contains(where: \.isWhitespace)
            ? "It is one word here: write the arguments without quotes around all of them, or -- sh -c '\(name)'."
            : "Check its spelling, or give its path."
        throw CaptureError("The command \(name) was not found in PATH. \(remedy)", status: .notFound)
    }

    private static func notExecutable(_ path: String) -> CaptureError {
        var info = stat()
        let kind = unsafe stat(path, &info) == 0 ? info.st_mode & S_IFMT : S_IFREG
        let reason =
            switch kind {
            case S_IFDIR: "it is a folder. Name a program in it."
            case S_IFREG: "it lacks the right to be. Type chmod +x \(path) if it is a program."
            default: "it is no regular file. Name a program."
            }
        return CaptureError("\(path) can't be executed: \(reason)", status: .notExecutable)
    }

    /// What execve(2) means by refusing a file that may be executed.
    static func refusal(of path: String, _ code: Int32) -> CaptureError {
        let reason =
            switch code {
            case ENOEXEC: "it is no program of this machine. If it is a script, its first line must be like #!/bin/sh."
            case ENOENT: "the interpreter or loader that it asks for is missing. See its first line, or `readelf -l`."
            default: "\(ProcFS.errorText(code))."
            }
        return CaptureError("\(path) can't be executed: \(reason)", status: .notExecutable)
    }

    private static func isProgram(_ path: String) -> Bool {
        var info = stat()
        guard ProcFS.mayAccess(path, X_OK), unsafe stat(path, &info) == 0 else { return false }
        return info.st_mode & S_IFMT == S_IFREG
    }
}

/// A child that has been started but waits for ``release()`` before it becomes the command.
///
/// Ownership: closes its descriptors; a child that was never released ends by itself when the gate closes.
struct LaunchedCommand: ~Copyable {
    let pid: Int32
    /// Readable when the command has ended.
    let descriptor: Int32
    private let gate: Int32
    private let status: Int32
    private let command: ResolvedCommand

    init(_ command: ResolvedCommand) throws(CaptureError) {
        var gate: [Int32] = [-1, -1]
        var status: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&gate) == 0, unsafe clinux_pipe(&status) == 0 else {
            throw CaptureError("No pipe to the command could be made: \(ProcFS.errorText(errno)).")
        }
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        // argv ends with nil; the strings are freed by the parent, whose copy of the memory is another than the child's.
        var arguments = unsafe command.arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        let child = unsafe clinux_spawn_gated(command.path, &arguments, environ, gate[0], gate[1], status[1], &mask)
        close(gate[0])
        close(status[1])
        guard child > 0 else { throw CaptureError("The command could not be started: fork: \(ProcFS.errorText(errno)).") }
        self.pid = child
        self.gate = gate[1]
        self.status = status[0]
        self.command = command
        descriptor = clinux_pidfd_open(child)
    }

    /// Until the child sleeps in its one read: whatever it does before must not be recorded. After its byte has come there is
    /// nothing else it could sleep in.
    borrowing func waitUntilAsleep() throws(CaptureError) {
        var byte: UInt8 = 0
        if unsafe read(status, &byte, 1) == 1 {
            let deadline = ProcFS.monotonicNanoseconds() + 5_000_000_000
            while ProcFS.monotonicNanoseconds() < deadline {
                if ProcFS.field("State", in: "/proc/\(pid)/status")?.hasPrefix("S") == true { return }
                usleep(100)
            }
        }
        throw CaptureError("The command could not be started: its process did not come to wait for its turn.")
    }

    deinit {
        close(gate)
        close(status)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Lets the child become the command.
    borrowing func release() throws(CaptureError) {
        var byte: UInt8 = 1
        guard unsafe write(gate, &byte, 1) == 1 else {
            throw CaptureError("The command ended before it began: \(ProcFS.errorText(errno)).")
        }
        var error: Int32 = 0
        // End of file means that execve closed the other end: it succeeded.
        guard unsafe read(status, &error, MemoryLayout<Int32>.size) > 0 else { return }
        waitpid(pid, nil, 0)
        throw ResolvedCommand.refusal(of: command.path, error)
    }

    /// Waits for the command's end. Returns its exit status, 128 + signal number where a signal ended it.
    borrowing func wait() -> Int32 {
        var state: Int32 = 0
        while unsafe waitpid(pid, &state, 0) < 0 {
            guard errno == EINTR else { return 1 }
        }
        return clinux_wifsignaled(state) != 0 ? 128 + clinux_wtermsig(state) : clinux_wexitstatus(state)
    }
}
