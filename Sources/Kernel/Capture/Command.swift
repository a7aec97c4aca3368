import Glibc
package import Linux
import PlainText

/// A command whose program has been found, so the traced child makes a single execve, which succeeds.
package struct ResolvedCommand: Sendable, Hashable {
    /// The program to execute.
    package let path: String
    /// The arguments, beginning with the command's name as typed.
    package let arguments: [String]
    /// As whom it runs; nil for the user of this process.
    package let user: UserAccount?

    /// Finds a command as execvp(3) does. Errors: there is none, or it may not be executed, or not by us as that user.
    /// - Parameter user: a name or a user id.
    package init(_ arguments: [String], user: String? = nil) throws(CaptureError) {
        guard let name = arguments.first, !name.isEmpty else {
            throw CaptureError("The command is empty. Name a program and its arguments.", kind: .wrongRequest)
        }
        self.arguments = arguments
        self.user = try user.map { name throws(CaptureError) in try ResolvedCommand.account(name) }
        switch ExecutableSearch.find(name) {
        case .found(let path): self.path = path
        case .notExecutable(let path): throw ResolvedCommand.notExecutable(path)
        case .missing(let error): throw ResolvedCommand.notFound(name, error)
        }
    }

    private static func account(_ name: String) throws(CaptureError) -> UserAccount {
        guard let account = UserAccount(name) else {
            throw CaptureError(
                "There is no user \(name) in /etc/passwd. Give the name or the id of one that is there.", kind: .wrongRequest)
        }
        guard Capabilities.mayChangeUser else {
            throw CaptureError("Only root can run a command as \(name): run syslat with sudo, or leave the user out.")
        }
        return account
    }

    /// For the report.
    var phrase: String { "command \(ExactText.shown(arguments[0]))" + (user.map { " as \($0.name)" } ?? "") }

    private static func notFound(_ name: String, _ error: Errno) -> CaptureError {
        guard !name.contains("/") else {
            return CaptureError("The command \(name) was not found: \(error). Check its path.", kind: .notFound)
        }
        let remedy =
            name.contains(where: \.isWhitespace)
            ? "It is a single word: leave out the quotes around the whole command, or run sh -c '\(name)'."
            : "Check its spelling, or give its path."
        return CaptureError("The command \(name) was not found in PATH. \(remedy)", kind: .notFound)
    }

    private static func notExecutable(_ path: String) -> CaptureError {
        let reason =
            switch FileKind(of: path) {
            case .folder: "it is a folder. Name a program in it."
            case .regular, nil: "it isn't marked as executable. If it is a program, run chmod +x \(path)."
            case .other: "it is not a regular file. Name a program."
            }
        return CaptureError("\(path) can't be executed: \(reason)", kind: .notExecutable)
    }

    /// Why execve(2) refuses a file with execute permission.
    static func refusal(of path: String, _ error: Errno) -> CaptureError {
        let reason =
            switch error.code {
            case ENOEXEC: "this machine can't run it. If it is a script, its first line must be like #!/bin/sh."
            case ENOENT: "its interpreter or loader is missing. See its first line, or `readelf -l`."
            default: "\(error)."
            }
        return CaptureError("\(path) can't be executed: \(reason)", kind: .notExecutable)
    }
}

/// A command that has been started and waits to be recorded.
struct LaunchedCommand: ~Copyable {
    private let child: GatedChild
    private let command: ResolvedCommand

    /// Starts the child, which waits before its execve.
    init(_ command: ResolvedCommand) throws(CaptureError) {
        let child = try LaunchedCommand.start(command)
        let isAsleep: Bool
        do throws(Errno) { isAsleep = try child.waitUntilAsleep() } catch {
            throw CaptureError("The command can't run as \(command.user?.name ?? "another user"): \(error).")
        }
        guard isAsleep else {
            child.abandon()
            throw CaptureError("The command could not be started: \(LaunchedCommand.reason(command)).")
        }
        self.command = command
        self.child = child
    }

    /// Why a process has not come to its execve.
    private static func reason(_ command: ResolvedCommand) -> String {
        if Signals.isEndPending { return "a signal came first" }
        return "its process ended or was stopped before its execve"
            + (command.user.map { ", by somebody who may send signals to those of \($0.name)" } ?? "")
    }

    private static func start(_ command: ResolvedCommand) throws(CaptureError) -> GatedChild {
        do throws(Errno) {
            return try GatedChild(
                command.path, command.arguments, environment: command.user?.environment, user: command.user?.ids)
        } catch {
            throw CaptureError("The command could not be started: fork: \(error).", ifTooMany: error)
        }
    }

    var pid: Int32 { child.pid }

    /// Lets the child become the command.
    borrowing func release() throws(CaptureError) {
        do throws(Errno) { try child.release() } catch {
            if error.code == EPIPE { throw CaptureError("The command ended before it began: \(error).") }
            if [EINTR, ETIMEDOUT].contains(error.code) {
                throw CaptureError("The command could not be started: \(LaunchedCommand.reason(command)).")
            }
            throw ResolvedCommand.refusal(of: command.path, error)
        }
    }

    /// Sends the command a signal; one that has a session of its own gets it with all of its process group, as from a terminal.
    borrowing func send(_ signal: Int32) { kill(command.user == nil ? pid : -pid, signal) }

    /// Waits for the command's end. Returns its exit status, or 128 + signal number if a signal ended it.
    borrowing func wait() -> Int32 { child.wait().shellStatus }
}
