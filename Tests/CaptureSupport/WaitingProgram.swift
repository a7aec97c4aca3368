import Foundation
import TestPrograms

/// A program that runs already when it is profiled by pid. It waits in one read(2) of standard input until it is released.
package final class WaitingProgram: Sendable {
    private let program: RunningProgram

    package var pid: Int32 { program.pid }

    /// Starts the program, which must read one byte from standard input before it does anything else.
    package init(_ command: [String]) throws {
        program = try RunningProgram(command, input: .fromTest)
        eventually { SleepingThread(pid: pid, tid: pid)?.isIn("read", firstArgument: 0) == true }
    }

    /// Lets the program go on.
    package func release() { program.write([10]) }

    /// Waits for its end.
    @discardableResult
    package func wait() -> Int32? { program.wait() }

    package func signal(_ number: Int32) { program.signal(number) }
}
