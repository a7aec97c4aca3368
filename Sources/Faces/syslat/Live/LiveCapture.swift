import Capture
import Glibc
import Linux
import LiveView
import PlainText
import Profile

/// A capture that is watched: its snapshots go to a view again and again.
struct LiveCapture: ~Copyable {
    private var session: Session
    private let refreshNanoseconds: UInt64
    /// The words of the command that is watched; empty for other targets.
    private let command: [String]
    private var nextRefresh: UInt64
    private var nextTrim: UInt64

    /// How often empty pages of the heap are given back: each snapshot leaves gaps between what is kept.
    private static let trimNanoseconds: UInt64 = 60_000_000_000

    /// Loads the programs and begins to record.
    /// - Parameter hidesTerminal: a command gets no terminal.
    init(_ options: CaptureOptions, refreshNanoseconds: UInt64, command: [String], hidesTerminal: Bool) throws {
        session = try LiveCapture.start(options, hidesTerminal: hidesTerminal && !command.isEmpty)
        self.refreshNanoseconds = refreshNanoseconds
        self.command = command.map(ExactText.shown)
        nextRefresh = Clock.monotonic + refreshNanoseconds
        nextTrim = Clock.monotonic + LiveCapture.trimNanoseconds
    }

    private static func start(_ options: CaptureOptions, hidesTerminal: Bool) throws -> Session {
        var session = try Session(options)
        guard hidesTerminal else {
            try session.start()
            return session
        }
        let hidden: HiddenTerminal
        do throws(Errno) { hidden = try HiddenTerminal() } catch {
            throw CommandError("The command can't be kept off the terminal: \(error).")
        }
        try session.start()
        // By now the command has its streams.
        _ = consume hidden
        return session
    }

    private mutating func snapshot() throws -> LiveSnapshot {
        try session.takeBatches()
        return named(try session.snapshot())
    }

    private func named(_ profile: Profile) -> LiveSnapshot {
        var profile = profile
        if !command.isEmpty { profile.capture.command = command }
        return LiveSnapshot(profile, wallNanoseconds: Clock.wall)
    }

    /// A refresh that comes late puts none of the next ones off, and is not made up for.
    private mutating func scheduleNext() {
        let now = Clock.monotonic
        nextRefresh += refreshNanoseconds
        if nextRefresh <= now { nextRefresh = now + refreshNanoseconds }
        guard now >= nextTrim else { return }
        OwnProcess.giveBackMemory()
        nextTrim = now + LiveCapture.trimNanoseconds
    }

    /// Closes the books.
    private mutating func finish() throws -> LiveSnapshot { named(try session.finish()) }

    // MARK: Full screen

    /// Shows it until the user has seen enough. When the target has ended, what it did stays to be looked at.
    /// - Returns: the exit status of a command; nil if it was ended, or is none.
    consuming func show(on view: inout LiveTerminal) throws -> Int32? {
        try session.loop.handleMore(LiveTerminal.signals)
        do { try watch(&view) } catch {
            view.close(&session.loop)
            throw error
        }
        let hasEnded = view.end == nil
        if hasEnded {
            view.model.take(try finish())
            view.model.say("The target has ended. Look around; q quits.")
            view.draw()
            LiveCapture.wait(&session.loop, &view)
        } else {
            session.stop()
        }
        view.close(&session.loop)
        let endsCommand = hasEnded ? nil : SIGTERM
        var target = session.detach(ending: endsCommand)
        let status = target.waitForCommand()
        return hasEnded ? status : nil
    }

    private mutating func watch(_ view: inout LiveTerminal) throws {
        view.look(&session.loop)
        view.draw()
        while view.end == nil {
            switch try session.advance(until: min(nextRefresh, view.deadline)) {
            case .targetEnded: return
            case .signal(let number): view.take(signal: number, &session.loop)
            case .source: view.takeInput(&session.loop)
            case .deadline: break
            }
            view.look(&session.loop)
            if Clock.monotonic >= nextRefresh {
                view.model.take(try snapshot())
                scheduleNext()
            }
            view.draw()
        }
    }

    /// Shows what doesn't change any more.
    static func wait(_ loop: inout EventLoop, _ view: inout LiveTerminal) {
        view.look(&loop)
        view.draw()
        while view.end == nil {
            switch loop.wait(until: min(view.deadline, Clock.monotonic + 1_000_000_000)) {
            case .signal(let number): view.take(signal: number, &loop)
            case .readable: view.takeInput(&loop)
            default: break
            }
            view.look(&loop)
            view.draw()
        }
    }

    // MARK: Batch

    /// Writes a document at each refresh.
    /// - Parameters:
    ///   - count: after how many documents it ends; nil for the end of the target, or a signal.
    ///   - isWanted: false once nobody reads them any more.
    consuming func write(_ count: Int?, _ show: (LiveSnapshot) throws -> Void, while isWanted: () -> Bool) throws -> DetachedTarget
    {
        var written = 0
        recording: while written < count ?? .max, isWanted() {
            switch try session.advance(until: nextRefresh) {
            case .targetEnded, .signal: break recording
            case .source: continue
            case .deadline: break
            }
            try show(try snapshot())
            written += 1
            scheduleNext()
        }
        // What came since the last one.
        let last = try finish()
        if written < count ?? .max, isWanted() { try show(last) }
        return session.detach()
    }
}

extension EventLoop {
    /// Errors: a sentence.
    mutating func handleMore(_ signals: [Int32]) throws(CommandError) {
        do throws(Errno) { try handle(signals) } catch { throw CommandError("Can't handle signals: \(error).") }
    }
}
