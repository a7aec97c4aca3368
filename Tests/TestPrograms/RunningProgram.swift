import CTestPrograms
import Foundation

/// A program that a test has started. It leads a session of its own, so that all it starts can be ended with it; no signal is blocked or
/// ignored, as behind a shell; and it has no descriptor of the test runner, so nothing waits for it in vain.
///
/// Foundation's `Process` does none of this: its programs inherit what the threads of a test runner block, SIGTERM too, and it learns of an
/// end by a socket that whatever the program started holds open.
package final class RunningProgram: @unchecked Sendable {
    /// What the program reads.
    package enum Input: Sendable {
        case nothing
        /// The test writes it with ``RunningProgram/write(_:)``.
        case fromTest
    }

    /// Where its output goes.
    package enum Output: Sendable {
        case nowhere
        case collected
        /// Standard error goes where standard output does.
        case collectedTogether
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// How many seconds anything may take before it counts as hung: far more than it takes on a busy machine.
    package static let patience: Double = 180

    package let pid: pid_t
    private var input: Int32?
    package let output: StreamCollector
    package let error: StreamCollector
    private let lock = NSLock()
    private var status: Int32?

    /// - Parameters:
    ///   - command: the path of the program, then its arguments.
    ///   - folder: where it starts; nil for the folder of this process.
    ///   - environment: settings beside those of this process, or in place of them.
    package init(
        _ command: [String], folder: String? = nil, environment: [String: String] = [:], input: Input = .nothing,
        output: Output = .nowhere
    ) throws {
        let reading = try input == .fromTest ? Ends() : nil
        let (texts, errors) = (try output == .nowhere ? nil : Ends(), try output == .collected ? Ends() : nil)
        defer { [reading?.read, texts?.write, errors?.write].forEach { if let end = $0 { close(end) } } }
        let settings = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        let (arguments, variables) = (command.map { strdup($0) } + [nil], settings.map { strdup($0) } + [nil])
        let place = folder.map { strdup($0)! }
        defer { (arguments + variables + [place]).forEach { free($0) } }
        var start = program_start()
        start.path = UnsafePointer(arguments[0])
        start.folder = UnsafePointer(place)
        start.descriptors = (reading?.read ?? -1, texts?.write ?? -1, errors?.write ?? texts?.write ?? -1)
        var id: pid_t = 0
        let failure = arguments.withUnsafeBufferPointer { arguments in
            variables.withUnsafeBufferPointer { variables in
                start.arguments = arguments.baseAddress
                start.environment = variables.baseAddress
                return start_program(&start, &id)
            }
        }
        guard failure == 0 else {
            [reading?.write, texts?.read, errors?.read].forEach { if let end = $0 { close(end) } }
            throw Failure(description: "\(command[0]) can't be started: \(String(cString: strerror(failure)))")
        }
        pid = id
        self.input = reading?.write
        self.output = StreamCollector(texts?.read)
        self.error = StreamCollector(errors?.read)
    }

    deinit {
        // A test that fails half-way leaves no process behind, and no zombie.
        if endedStatus(waiting: WNOHANG) == nil {
            kill(-pid, SIGKILL)
            _ = endedStatus(waiting: 0)
        }
        closeInput()
    }

    // MARK: Input and signals

    /// Writes to its standard input, which must be `.fromTest`. Writes nothing if it has ended.
    package func write(_ bytes: [UInt8]) {
        guard let input = lock.withLock({ self.input }) else { return }
        // Nobody may read any more, which is no reason to end the test runner.
        var (pipes, previous) = (sigset_t(), sigset_t())
        sigemptyset(&pipes)
        sigaddset(&pipes, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipes, &previous)
        defer {
            var now = timespec()
            while sigtimedwait(&pipes, nil, &now) == SIGPIPE {}
            pthread_sigmask(SIG_SETMASK, &previous, nil)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            guard written > 0 || written < 0 && errno == EINTR else { return }
            rest = rest.dropFirst(max(0, written))
        }
    }

    /// Lets it find the end of its standard input.
    package func closeInput() {
        lock.withLock {
            if let input { close(input) }
            input = nil
        }
    }

    /// Sends a signal, unless it has ended: its id may be another's then.
    package func signal(_ number: Int32) {
        lock.withLock { if status == nil { _ = kill(pid, number) } }
    }

    // MARK: Its end

    /// Ends it and what it has started, at once.
    package func end() {
        kill(-pid, SIGKILL)
        _ = endedStatus(waiting: 0)
    }

    /// Waits for its end, `seconds` at most.
    /// - Returns: the status as a shell has it: 128 and the signal, if one ended it. Nil if it runs still.
    package func wait(within seconds: Double = patience) -> Int32? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            if let status = endedStatus(waiting: WNOHANG) { return status }
            if Date() >= deadline { return nil }
            usleep(2000)
        }
    }

    private func endedStatus(waiting options: Int32) -> Int32? {
        lock.withLock {
            if let status { return status }
            var found: Int32 = 0
            while waitpid(pid, &found, options) != pid { if errno != EINTR || options & WNOHANG != 0 { return nil } }
            let signal = found & 0x7f
            status = signal == 0 ? found >> 8 & 0xff : 128 + signal
            return status
        }
    }
}

/// The two ends of a pipe, which programs inherit only where they are meant to.
private struct Ends {
    let read: Int32
    let write: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard open_private_pipe(&ends) == 0 else { throw RunningProgram.Failure(description: "there is no pipe") }
        (read, write) = (ends[0], ends[1])
    }
}
