import Foundation
import SyscallTable
import TestPrograms

/// Waits until a condition holds, `seconds` at most. Returns whether it does.
@discardableResult
package func eventually(within seconds: Double = ProgramRun.patience, _ condition: () -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while !condition() {
        guard Date() < deadline else { return false }
        usleep(1000)
    }
    return true
}

/// Whether a process has ended, even if nobody has waited for it yet.
package func hasEnded(_ pid: Int32) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return true }
    return text.contains("\nState:\tZ")
}

/// A thread that sleeps in a system call, as /proc/PID/task/TID/syscall shows it.
package struct SleepingThread: Sendable {
    package let tid: Int32
    private let number: Int32
    private let firstArgument: UInt64

    /// nil for a thread that runs or has ended.
    package init?(pid: Int32, tid: Int32) {
        // "running", or the number, six arguments, stack and instruction pointer.
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(tid)/syscall", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 2, let number = Int32(fields[0]), let first = UInt64(fields[1].dropFirst(2), radix: 16) else {
            return nil
        }
        (self.tid, self.number, firstArgument) = (tid, number, first)
    }

    /// Whether it sleeps in this (64-bit) call.
    package func isIn(_ name: String, firstArgument: UInt64? = nil) -> Bool {
        SyscallID(abi: .x86_64, number: number).name == name && (firstArgument == nil || firstArgument == self.firstArgument)
    }

    /// The sleeping threads of a process.
    package static func all(of pid: Int32) -> [SleepingThread] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return threads.compactMap { Int32($0) }.compactMap { SleepingThread(pid: pid, tid: $0) }
    }

    /// Waits until `count` threads of a process, the main thread not counted, sleep in a call.
    @discardableResult
    package static func wait(for count: Int, of pid: Int32, in name: String) -> Bool {
        eventually { all(of: pid).filter { $0.tid != pid && $0.isIn(name) }.count == count }
    }
}
