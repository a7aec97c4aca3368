import FlightRecorder
import Glibc
import Linux
import Presentation
import ProfileFile

/// What a recorder says on standard error: that something changed, never that it goes on.
struct RecorderVoice {
    private let path: String
    private var trouble = WritingTrouble()
    /// A warning for the next segment about those that are missing before it or in it.
    private(set) var warning: String?
    private var reason = ""

    init(path: String) { self.path = path }

    /// Something can't be written now.
    var isInTrouble: Bool { trouble.isUnderWay }
    /// Intervals that are in no file.
    var unwritten: UInt64 { trouble.unwritten }

    static func say(_ sentence: String) {
        // The line of progress comes again.
        Terminal.showLine("")
        Terminal.say("\(Syslat._errorPrefix)\(sentence)\n")
    }

    /// An interval, or the end of a segment, could not be written.
    mutating func noteFailure(_ error: any Error, isInterval: Bool) {
        reason = RecorderVoice.reason(error)
        if trouble.fail(isFull: RecorderVoice.code(error) == ENOSPC, isInterval: isInterval) {
            RecorderVoice.say(
                "\(path) can't be written to: \(reason). The capture goes on without a record until it can.")
        }
        guard isInterval else { return }
        let count = HumanFormat.count(trouble.missing, "interval is", "intervals are")
        warning = "\(count) missing, because the folder of the recorder couldn't be written to: \(reason)."
    }

    /// An interval was written.
    /// - Parameter room: how much more may be written, in bytes; nil where that isn't known.
    mutating func noteSuccess(room: UInt64?) {
        guard trouble.succeed(room: room) else { return }
        let missing = HumanFormat.count(trouble.missing, "interval is", "intervals are")
        RecorderVoice.say("\(path) can be written to again; \(missing) missing.")
    }

    /// For a segment that is finished now.
    mutating func takeWarning() -> String? {
        defer { warning = nil }
        return warning
    }

    /// The error number; nil of an error without one.
    private static func code(_ error: any Error) -> Int32? {
        switch error {
        case let error as Errno: error.code
        case let error as SeriesFile.Torn: error.reason.code
        case OutputError.system(let error): error.code
        default: nil
        }
    }

    /// What stands behind a colon.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as Errno: error.description
        case let error as SeriesFile.Torn: error.reason.description
        case OutputError.system(let error): error.description
        default: CommandError(error)?.description ?? "\(error)"
        }
    }
}

extension Trigger {
    /// `p99(fsync) > 50ms for 10s: it was 83.1 ms`
    func sentence(_ amount: Amount) -> String { "\(text): it was \(Trigger.words(amount))" }

    private static func words(_ amount: Amount) -> String {
        switch amount {
        case .nanoseconds(let value): HumanFormat.duration(nanoseconds: value)
        case .perSecond(let value): "\(HumanFormat.rate(perSecond: value))/s"
        case .share(let value): HumanFormat.percentage(UInt64((value.clamped * 1e6).rounded()), of: 1_000_000)
        case .count(let value): HumanFormat.count(value)
        }
    }
}

extension Double {
    fileprivate var clamped: Double { isNaN ? 0 : Swift.min(1, Swift.max(0, self)) }
}
