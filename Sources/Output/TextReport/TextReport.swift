import PlainText
package import Presentation
package import Profile

/// A profile as people read it, in lines of limited width.
package enum TextReport {
    /// What to show, and how.
    package struct Options: Sendable, Hashable {
        /// The column by which the table is ordered.
        package var sort: SortKey
        /// How many rows to show; the rest is summed up in one. nil for all.
        package var top: Int?
        /// What a row of the table is.
        package var grouping: Grouping
        /// The calls whose distribution is drawn.
        package var histograms: HistogramSelection
        /// The most rows of a drawing, one of ``histogramRowLimits``. It shows half of them or more where the data allow it.
        package var histogramRows: Int
        /// Whether to use colours. The caller knows about terminals and NO_COLOR.
        package var color: Bool
        /// The most columns that a line may take. Less than 60 counts as 60.
        package var width: Int

        package init(
            sort: SortKey = .active, top: Int? = nil, grouping: Grouping = .call, histograms: HistogramSelection = .none,
            histogramRows: Int = 24, color: Bool = false, width: Int = 100
        ) {
            self.sort = sort
            self.top = top
            self.grouping = grouping
            self.histograms = histograms
            self.histogramRows = histogramRows
            self.color = color
            self.width = width
        }
    }

    /// How many rows a drawing may be allowed.
    package static let histogramRowLimits = DistributionRows.limits

    /// The calls whose distribution is drawn.
    package enum HistogramSelection: Sendable, Hashable {
        case none
        /// Those that have a row in the table (or would have, where the rows are processes).
        case all
        /// Those of these names. `write` stands for the calls of that name in every ABI, `ia32:write` for one.
        case named([String])
    }

    /// The calls of one interval while a capture goes on: a line with its time, the table, and the errors.
    package static func render(_ interval: Interval, on host: Host, isSampled: Bool = false, options: Options = Options()) -> String
    {
        let summary = CaptureSummary(startedAtNanoseconds: 0, durationNanoseconds: interval.durationNanoseconds, scope: "")
        let profile = Profile(
            tool: "", host: host, capture: summary,
            balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: interval.calls,
            processes: [], inFlight: [])
        var options = options
        options.grouping = .call
        let context = ReportContext(profile: profile, options: options)
        let name = context.style.bold(interval.title) + (isSampled ? " (sampled)" : "")
        let table = interval.calls.isEmpty ? ["  no call completed"] : TableSection.lines(context)
        let inFlight = InFlightSection.lines(interval.inFlight, context)
        return ([name] + table + ErrorsSection.lines(context) + inFlight).joined(separator: "\n") + "\n\n"
    }

    /// The drawing of one distribution without colours: a line for each of its parts, and the bars. What ran has the mark `█`, what
    /// blocked `▒`, what was preempted `░`, and what failed `×`.
    /// - Parameters:
    ///   - width: the most columns of a line. Less than 60 counts as 60.
    ///   - rows: how many lines of bars there may be, one of ``histogramRowLimits``.
    package static func drawing(of call: CallProfile, width: Int, rows: Int) -> (legend: [String], bars: [String]) {
        let drawing = DistributionDrawing(call, style: TextStyle(isEnabled: false), width: max(60, width), mostRows: rows)
        return (drawing.legend, drawing.rows)
    }

    /// The slowest of some calls, with their arguments and the places that made them, without a title or any style: the slowest first, those
    /// of one place together. Nothing in them can control a terminal.
    package static func lines(of calls: [SlowCall], on host: Host, width: Int) -> [String] {
        SlowCallsSection.lines(calls, on: host, width: max(60, width))
    }

    /// With which arguments a call in flight was made, from where, and where it is; empty where nobody looked. Nothing in them can control a
    /// terminal.
    package static func lines(of call: InFlightCall, on host: Host, width: Int) -> [String] {
        InFlightSection.details(of: call, on: host, width: max(60, width))
    }

    /// The report, ending with a newline.
    ///
    /// Complexity: O(all buckets).
    package static func render(_ profile: Profile, options: Options = Options()) -> String {
        let context = ReportContext(profile: profile, options: options)
        var titles = ""
        var sections = [HeaderSection.lines(context), WorkloadSection.lines(context)]
        if profile.calls.isEmpty && profile.processes.isEmpty {
            // The calls of a workload stand with its cases.
            if profile.workload == nil {
                let explanation = PlainText.line(EmptyCapture.explanation(of: profile))
                sections.append(DisplayText.wrapped(explanation, to: context.width))
            }
        } else {
            let table = TableSection.lines(context)
            titles = table[0]
            sections.append(table)
            sections.append(ErrorsSection.lines(context))
            sections.append(SlowCallsSection.lines(context))
            sections.append(AfterExitSection.lines(context))
            sections += DistributionSection.blocks(context)
        }
        sections.append(RefusedSection.lines(context))
        sections.append(InFlightSection.lines(context))
        sections += VDSOSection.blocks(context)
        sections.append(NotesSection.lines(context, titles: titles))
        sections.append(WarningsSection.lines(context))
        return sections.document
    }
}

/// What every section of the report needs to know.
struct ReportContext {
    let profile: Profile
    let options: TextReport.Options
    let style: TextStyle
    /// The most columns that a line may take.
    let width: Int
    /// The calls in the order of the table, and their rows.
    let calls: [CallProfile]
    let callRows: [TableRow]

    init(profile: Profile, options: TextReport.Options) {
        self.profile = profile
        self.options = options
        style = TextStyle(isEnabled: options.color)
        width = max(60, options.width)
        let rows = profile.tableRowsOfCalls
        let order = options.sort.order(of: rows)
        calls = order.map { profile.calls[$0] }
        callRows = order.map { rows[$0] }
    }

    /// How many rows to show of so many.
    func shown(of count: Int) -> Int {
        // Of thousands of files nobody reads the last ones, and what is slow in them comes below.
        let most = options.top ?? (options.grouping == .file ? ReportContext.usualFiles : count)
        return min(count, max(0, most))
    }

    private static let usualFiles = 100
}
