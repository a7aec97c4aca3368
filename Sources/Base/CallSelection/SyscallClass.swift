import SyscallTable

/// A class of system calls that belong together, written `%file` in a selection.
///
/// The classes and their meaning follow strace(1), for people who are used to it; the membership was checked against the
/// flags in strace's own tables (its commit 3e4d70a5e of August 2026). Calls newer than those, and these departures, are ours:
/// - `%desc` has close_range, statmount and listmount (they name a mount or mount namespace by descriptor), and fchroot.
/// - `%memory` has the calls on protection keys and the two that act on another process's memory through a pidfd.
/// - `%network` has socketcall, the old 32-bit way into every socket call.
/// - `%ipc` has POSIX message queues; strace counts System V IPC only. Futexes are in no class, as in strace: nearly every wait
///   of a threaded program is one, and they would drown what `%ipc` is asked for. `futex*` selects them.
/// - `%clock` has stime. Sleeping on a clock neither reads nor sets one, so clock_nanosleep is in no class, as in strace.
package enum SyscallClass: String, Sendable, Hashable, CaseIterable {
    /// Takes the name of a file.
    case file
    /// Takes or makes a file descriptor. The socket calls are in `network` instead, as in strace; sendfile and socketcall are in
    /// both.
    case desc
    /// Maps, protects or advises on memory.
    case memory
    /// Begins, ends or waits for a process, or sends it a signal.
    case process
    /// Sockets.
    case network
    /// Sends, handles or waits for signals.
    case signal
    /// System V IPC and POSIX message queues.
    case ipc
    /// Reads or sets a clock.
    case clock

    /// The class as it is written in a selection: "%file".
    package var notation: String { "%" + rawValue }

    /// The names of its calls, in alphabetical order. No ABI has all of them.
    package var names: [String] {
        members.split { $0 == " " || $0 == "\n" }.map(String.init).sorted()
    }

    /// The names as they are written in SyscallClassMembers.swift.
    private var members: String {
        switch self {
        case .file: Self.fileMembers
        case .desc: Self.descMembers
        case .memory: Self.memoryMembers
        case .process: Self.processMembers
        case .network: Self.networkMembers
        case .signal: Self.signalMembers
        case .ipc: Self.ipcMembers
        case .clock: Self.clockMembers
        }
    }
}
