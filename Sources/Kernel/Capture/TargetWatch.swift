import BPFRuntime
import Glibc
import Linux
import Probes

/// The processes that a capture watches by id, and whether they are still alive.
struct TargetWatch: ~Copyable {
    /// Watched processes that have not ended.
    private var alive: Set<Int32> = []
    /// The command that the capture launches; nil for other targets.
    private var command: LaunchedCommand?
    /// The target has ended: no process is left.
    private(set) var hasEnded = false
    private let target: Target

    /// - Parameter count: how many descriptors are needed for processes.
    private static func failure(_ pid: Int32, _ error: Errno, of count: Int = 0) -> CaptureError {
        CaptureError("Process \(pid) can't be watched: \(error).", ifTooMany: error, sufficient: 1024 + count)
    }

    /// Marks the target's processes in the watch list. Starts a command, which waits. Returns notes.
    mutating func begin(_ probes: borrowing Probes, _ loop: inout EventLoop) throws(CaptureError) -> [String] {
        switch target {
        case .all, .cgroup: return []
        case .command(let command, _):
            let launched = try LaunchedCommand(command)
            let pid = launched.pid
            self.command = consume launched
            guard try watch(pid, probes, &loop) else { throw CaptureError("The command ended before it began.") }
            return []
        case .processes:
            var notes: [String] = []
            for pid in alive.sorted() where try !mark(pid, probes, &loop) {
                notes.append("Process \(pid) ended before the capture began.")
            }
            hasEnded = alive.isEmpty
            return notes
        }
    }

    /// Lets a launched command run.
    func release() throws(CaptureError) { try command?.release() }

    /// Watches a process that this one has started. False if it has ended.
    private mutating func watch(_ pid: Int32, _ probes: borrowing Probes, _ loop: inout EventLoop) throws(CaptureError) -> Bool {
        guard pid > 0, pid <= Probes.largestPID else {
            throw CaptureError("Process \(pid) can't be watched: process ids are numbers from 1 to \(Probes.largestPID).")
        }
        do throws(Errno) { try loop.watch(process: pid) } catch {
            guard error.code == ESRCH else { throw TargetWatch.failure(pid, error) }
            return false
        }
        alive.insert(pid)
        return try mark(pid, probes, &loop)
    }

    /// Puts a process into the watch list. False if it has ended: its id may be another process's by now.
    private mutating func mark(_ pid: Int32, _ probes: borrowing Probes, _ loop: inout EventLoop) throws(CaptureError) -> Bool {
        try explained { () throws(BPFError) in try probes.watch(pid: pid) }
        guard loop.hasEnded(process: pid) else { return true }
        try explained { () throws(BPFError) in try probes.watch(pid: pid, false) }
        loop.unwatch(process: pid)
        alive.remove(pid)
        return false
    }

    /// Makes another process the target, instead of the previous ones.
    mutating func retarget(to pid: Int32, _ probes: borrowing Probes, _ loop: inout EventLoop) throws(CaptureError) {
        for old in alive { loop.unwatch(process: old) }
        alive = []
        guard try watch(pid, probes, &loop) else { throw CaptureError("Process \(pid) can't be watched: it has ended.") }
        hasEnded = false
    }

    /// Notes that a process has ended.
    mutating func noteEnd(of pid: Int32) {
        alive.remove(pid)
        hasEnded = alive.isEmpty
    }

    // MARK: A command that goes on after the capture

    /// The command of the target is under way, as far as is known.
    var commandRuns: Bool {
        switch command {
        case nil: false
        case .some: !hasEnded
        }
    }

    /// How long a command may take to end after the signal that ended the capture, before the profile is written without its status.
    private static let patienceNanoseconds: UInt64 = 300_000_000

    /// Passes on the signal that ended the capture, and gives the command a moment to end.
    mutating func endCommand(by signal: Int32, _ loop: inout EventLoop) {
        pass(signal)
        let deadline = Clock.monotonic + TargetWatch.patienceNanoseconds
        while commandRuns, Clock.monotonic < deadline {
            switch loop.wait(until: deadline) {
            case .processEnded(let pid): noteEnd(of: pid)
            // Who is in a hurry gets the profile now.
            case .signal(let number): return pass(number)
            default: continue
            }
        }
    }

    /// Waits for the command's end. The first signal that comes is passed on to it, and the next one ends this process; if the command
    /// has had one, the next one that comes.
    /// - Returns: its exit status; nil if the target isn't a command.
    mutating func waitForCommand(hasHadSignal: Bool, _ loop: inout EventLoop) -> Int32? {
        guard command != nil else { return nil }
        var hasHadSignal = hasHadSignal
        while !hasEnded, !hasHadSignal {
            switch loop.wait(until: Clock.monotonic + 1_000_000_000) {
            case .signal(let number):
                pass(number)
                hasHadSignal = true
            case .processEnded(let pid): noteEnd(of: pid)
            default: continue
            }
        }
        if !hasEnded { loop.letSignalsThrough() }
        return command?.wait()
    }

    /// A signal from the terminal has reached the command already; a second one does no harm.
    private func pass(_ signal: Int32) {
        if commandRuns { command?.send(signal) }
    }
}

extension TargetWatch {
    /// Opens a descriptor of each process of the target that runs already, first of all: from then on its id can't mean another process
    /// unnoticed.
    init(_ target: Target, _ loop: inout EventLoop) throws(CaptureError) {
        var alive: Set<Int32> = []
        if case .processes(let pids, _) = target {
            for pid in pids where !alive.contains(pid) {
                do throws(Errno) { try loop.watch(process: pid) } catch {
                    try Target.validate(pid: pid)
                    throw TargetWatch.failure(pid, error, of: pids.count)
                }
                alive.insert(pid)
            }
        }
        self.init(alive: alive, target: target)
    }
}
