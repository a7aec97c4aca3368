import Foundation

/// A program that runs already when it is profiled by pid. It waits in one read(2) of standard input until it is released.
package final class WaitingProgram: @unchecked Sendable {
    private let process = Process()
    private let gate = Pipe()

    package var pid: Int32 { process.processIdentifier }

    /// Starts the program, which must read one byte from standard input before it does anything else.
    package init(_ command: [String]) throws {
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = gate
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.runWithoutBlockedSignals()
        eventually { SleepingThread(pid: pid, tid: pid)?.isIn("read", firstArgument: 0) == true }
    }

    /// Lets the program go on.
    package func release() { try? gate.fileHandleForWriting.write(contentsOf: Data([10])) }

    /// Waits for its end.
    @discardableResult
    package func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    package func signal(_ number: Int32) { kill(pid, number) }

    deinit {
        // A test that fails half-way leaves no process behind, and none leaves a zombie: beside one, Swift Testing's exit tests never end.
        if process.isRunning { signal(SIGKILL) }
        process.waitUntilExit()
    }
}
