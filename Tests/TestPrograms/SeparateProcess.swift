import Foundation

/// Parts of tests that need a process of their own: those that end it, and those that count what a process holds.
///
/// Swift Testing has exit tests for that. They never end beside a zombie that isn't theirs: the thread that waits for them asks for any child
/// that has ended, leaves it as it is if it isn't one of them, and gets it again.
package enum SeparateProcess {
    private static let setting = "SYSLAT_PART"

    /// Starts the test runner again for one part of one test.
    /// - Parameters:
    ///   - test: a part of the name of the test that calls this, which no other test has.
    ///   - part: tells it from the other parts of that test.
    /// - Returns: how the process ended, or nil in that process itself.
    package static func run(_ test: String, part: String, _ body: () throws -> Void) throws -> ProgramRun? {
        if let wanted = ProcessInfo.processInfo.environment[setting] {
            guard wanted == part else { return nil }
            try? FileHandle.standardError.write(contentsOf: Data(beginning(part).utf8))
            try body()
            return nil
        }
        let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let run = try ProgramRun.run(
            [runner, "--testing-library", "swift-testing", "--filter", test],
            environment: [setting: part, "SWIFT_BACKTRACE": "enable=no"])
        // A name that no test has would be a success.
        guard run.error.contains(beginning(part)) else {
            throw RunningProgram.Failure(description: "no test of the name \(test) ran: \(run.output)\(run.error)")
        }
        return run
    }

    private static func beginning(_ part: String) -> String { "part '\(part)' begins\n" }
}

extension ProgramRun {
    /// Whether Swift has stopped it: a precondition did not hold, or arithmetic overflowed.
    package var hasTrapped: Bool { [SIGILL, SIGTRAP].contains(status - 128) }
}
