import FlightRecorder
import Linux
import Presentation
import ProfileFile

/// What a recorder says on standard error: that something changed, never that it goes on.
struct RecorderVoice {
    private let path: String
    /// Something can't be written now.
    private(set) var isInTrouble = false
    /// Intervals that are in no file.
    private(set) var unwritten: UInt64 = 0
    private var unwrittenAtStart: UInt64 = 0
    /// A warning for the next segment about those that are missing before it or in it.
    private(set) var warning: String?
    private var reason = ""

    init(path: String) { self.path = path }

    static func say(_ sentence: String) {
        // The line of progress comes again.
        Terminal.showLine("")
        Terminal.say("\(Syslat._errorPrefix)\(sentence)\n")
    }

    /// An interval, or the end of a segment, could not be written.
    mutating func noteFailure(_ error: any Error, isInterval: Bool) {
        reason = RecorderVoice.reason(error)
        if !isInTrouble {
            RecorderVoice.say(
                "\(path) can't be written to: \(reason). The capture goes on without a record until it can.")
            unwrittenAtStart = unwritten
        }
        isInTrouble = true
        guard isInterval else { return }
        unwritten += 1
        let missing = unwritten - unwrittenAtStart
        let count = HumanFormat.count(missing, "interval is", "intervals are")
        warning = "\(count) missing, because the folder of the recorder couldn't be written to: \(reason)."
    }

    /// An interval was written.
    mutating func noteSuccess() {
        guard isInTrouble else { return }
        isInTrouble = false
        let missing = HumanFormat.count(unwritten - unwrittenAtStart, "interval is", "intervals are")
        RecorderVoice.say("\(path) can be written to again; \(missing) missing.")
    }

    /// For a segment that is finished now.
    mutating func takeWarning() -> String? {
        defer { warning = nil }
        return warning
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
