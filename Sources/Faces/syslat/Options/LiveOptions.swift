import ArgumentParser
import LiveView

/// What a live view shows first, and how often it is refreshed.
struct LiveOptions: ParsableArguments {
    @Flag(help: "Write each refresh to standard output, instead of showing a full screen.")
    var batch = false

    @Option(
        name: [.customShort("n"), .long], parsing: .unconditional,
        help: ArgumentHelp("End after n refreshes; --batch only.", valueName: "n"))
    var count: Int?

    @Option(help: "Format of --batch: a table, or a line of JSON for each refresh.")
    var format: LiveBatch.Format?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Time between refreshes (default: 500ms; with --batch: 1s).", valueName: "time"),
        transform: Units.duration)
    var refresh: UInt64?

    @Option(
        help: ArgumentHelp("The time that the figures are of, up to now (default: 10s; with --batch: 1s).", valueName: "window"))
    var window: LiveWindow?

    @Option(
        name: .customLong("by"),
        help: "Give each of these a row. Threads, names, cgroups and files have rows only if you ask for them here.")
    var grouping = LiveGrouping.call

    @Option(help: "Sort by this column (default: total, with idle waits last).")
    var sort: LiveColumn?

    @Option(help: ArgumentHelp("Show only rows with this in their name, or whose name matches this glob.", valueName: "text"))
    var filter = ""

    @Option(parsing: .unconditional, help: ArgumentHelp("Show only the first n rows; --batch in text only.", valueName: "n"))
    var top: Int?

    /// Refreshes that come faster measure syslat itself; slower ones let the ring of a busy machine fill up.
    private static let refreshes: ClosedRange<UInt64> = 100_000_000...3_600_000_000_000

    func validate() throws {
        if !batch, let option = [(count != nil, "-n"), (format != nil, "--format"), (top != nil, "--top")].first(where: \.0)?.1 {
            throw ValidationError("\(option) goes with --batch: add it, or drop \(option).")
        }
        if top != nil, format == .jsonl {
            throw ValidationError("--top shapes the text; jsonl always has everything. Drop one.")
        }
        if let count, count < 1 { throw ValidationError("-n \(count) shows nothing: give 1 or more.") }
        if let top, top < 1 { throw ValidationError("--top \(top) shows nothing: give 1 or more.") }
        if let refresh, !LiveOptions.refreshes.contains(refresh) {
            throw ValidationError("--refresh is out of range: give a time from 100ms to 1h.")
        }
        if !LiveFilter(filter).isComplete { throw ValidationError("--filter '\(filter)' has a [ without a ].") }
    }

    var refreshNanoseconds: UInt64 { refresh ?? (batch ? 1_000_000_000 : 500_000_000) }

    var view: LiveModel.View {
        LiveModel.View(
            grouping: grouping, window: window ?? (batch ? .second : .tenSeconds), sort: sort ?? .total, filter: filter,
            idleLast: sort == nil)
    }
}

extension LiveBatch.Format: ExpressibleByArgument {}
extension LiveGrouping: ExpressibleByArgument {}
extension LiveColumn: ExpressibleByArgument {}

extension LiveWindow: ExpressibleByArgument {
    /// As it is typed.
    private var word: String {
        switch self {
        case .second: "1s"
        case .tenSeconds: "10s"
        case .minute: "60s"
        case .sinceStart: "start"
        }
    }

    public init?(argument: String) {
        guard let window = LiveWindow.allCases.first(where: { $0.word == argument }) else { return nil }
        self = window
    }

    public static var allValueStrings: [String] { allCases.map(\.word) }
}
