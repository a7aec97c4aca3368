import PlainText
import SaturatingMath
package import LatencyHistogram
package import Profile

/// The figures of a row: a call, a process, an interval, or a sum of several.
package struct TableRow {
    package var name: String
    /// What stays readable where the name is cut off: the process id.
    package var suffix = ""
    package var calls: UInt64
    package var errors: UInt64
    package var totalNanoseconds: UInt64
    /// How many of the calls slept.
    package var blocked: UInt64
    /// The total time by outcome.
    package var times: OutcomeTimes
    /// The time in which the calls were made, where it isn't the whole capture.
    package var durationNanoseconds: UInt64?
    /// What was in flight at the end of an interval: `read 12.3 s, 3 more`; nil where nothing was, or nobody looked.
    package var inFlight: String?
    /// How many calls the figures rest on.
    package var basis = Basis.every
    /// nil where no distribution is known.
    package var figures: LatencyFigures?

    package init(
        name: String, suffix: String = "", calls: UInt64, errors: UInt64, totalNanoseconds: UInt64, blocked: UInt64,
        times: OutcomeTimes = OutcomeTimes(), durationNanoseconds: UInt64? = nil, figures: LatencyFigures?
    ) {
        self.name = name
        self.suffix = suffix
        self.calls = calls
        self.errors = errors
        self.totalNanoseconds = totalNanoseconds
        self.blocked = blocked
        self.times = times
        self.durationNanoseconds = durationNanoseconds
        self.figures = figures
    }

    /// The mean, in nanoseconds; nil where no call was measured.
    package var meanNanoseconds: Double? {
        calls > 0 && (totalNanoseconds > 0 || figures != nil) ? Double(totalNanoseconds) / Double(calls) : nil
    }

}

extension TableRow {
    /// How many of a row's calls were measured.
    package enum Basis: Sendable, Hashable {
        case every
        case measured(UInt64)
        /// Calls were sampled, and it isn't known how many of these were measured.
        case some

        /// That of both together; `calls` are those of this one and of the other.
        fileprivate func added(to other: Basis, calls: (UInt64, UInt64)) -> Basis {
            switch (self, other) {
            case (.every, .every): .every
            case (.some, _), (_, .some): .some
            case (.measured(let mine), .measured(let theirs)): .measured(mine.addingSaturating(theirs))
            case (.measured(let mine), .every): .measured(mine.addingSaturating(calls.1))
            case (.every, .measured(let theirs)): .measured(theirs.addingSaturating(calls.0))
            }
        }

        /// Whether a figure rests on too few measured calls to be taken at face value. `share` is the part of the calls that it rests
        /// on: 1 for a mean, 0.01 for the 99th percentile, and 0 for a maximum, which is that of the measured calls.
        package func isWeak(_ share: Double) -> Bool {
            switch self {
            case .every: false
            case .measured(let calls): Double(calls) * share < Double(Threshold.fewestCalls)
            case .some: share < 0.05
            }
        }
    }

    /// Whether a figure rests on too few measured calls to be taken at face value: see ``Basis/isWeak(_:)``.
    package func isWeak(_ share: Double) -> Bool { basis.isWeak(share) }
}

extension TableRow {
    package init(call: CallProfile, host: Host) {
        name = PlainText.line(call.id.label(on: host))
        calls = call.calls
        errors = call.errors
        totalNanoseconds = call.distribution.sum
        blocked = call.blocked
        times = OutcomeTimes(call)
        if call.measured < call.calls { basis = .measured(call.measured) }
        figures = LatencyFigures(call.distribution)
    }

    package init(process: ProcessProfile) {
        let comm = PlainText.line(process.comm)
        if let pid = process.pid {
            name = process.label
            suffix = " (\(pid))"
        } else {
            name = comm.isEmpty ? "other processes" : comm
        }
        calls = process.calls
        errors = process.errors
        totalNanoseconds = process.totalNanoseconds
        blocked = process.blocked
        times = OutcomeTimes(process.series)
        figures = process.distribution.flatMap(LatencyFigures.init)
    }

    /// All calls of one interval of a time series, named by its beginning, as time of day (UTC) and from the start, and its end.
    package init(interval: Interval, host: Host) {
        let distribution = interval.calls.reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
        (name, suffix) = interval.timeOfDay.map { ($0, "  \(interval.span)") } ?? (interval.span, "")
        inFlight = interval.inFlight?.summary(on: host)
        durationNanoseconds = interval.durationNanoseconds
        calls = interval.calls.reduce(0) { $0.addingSaturating($1.calls) }
        errors = interval.calls.reduce(0) { $0.addingSaturating($1.errors) }
        totalNanoseconds = distribution.sum
        blocked = interval.calls.reduce(0) { $0.addingSaturating($1.blocked) }
        times = interval.calls.reduce(into: OutcomeTimes()) { $0.add(OutcomeTimes($1)) }
        let measured = interval.calls.reduce(UInt64(0)) { $0.addingSaturating($1.measured) }
        if measured < calls { basis = .measured(measured) }
        figures = LatencyFigures(distribution)
    }

    /// The sum of some rows. Percentiles do not add up: `distribution`, where there is one, says what they are.
    package init(sumOf rows: some Sequence<TableRow>, name: String, distribution: LatencyHistogram? = nil) {
        self.init(name: name, calls: 0, errors: 0, totalNanoseconds: 0, blocked: 0, figures: nil)
        for row in rows {
            calls = calls.addingSaturating(row.calls)
            errors = errors.addingSaturating(row.errors)
            totalNanoseconds = totalNanoseconds.addingSaturating(row.totalNanoseconds)
            blocked = blocked.addingSaturating(row.blocked)
            times.add(row.times)
            basis = basis.added(to: row.basis, calls: (calls - min(row.calls, calls), row.calls))
        }
        figures = distribution.flatMap(LatencyFigures.init)
    }
}

extension Profile {
    /// A row for each call, in the order of ``Profile/calls``.
    package var tableRowsOfCalls: [TableRow] {
        var rows = calls.map { TableRow(call: $0, host: host) }
        // Files of older versions don't say which calls were measured.
        let isUnknown = capture.sampling != nil && !calls.contains { $0.series.contains { $0.inferred > 0 } }
        if isUnknown, balance.unmeasured > 0 {
            for index in rows.indices { rows[index].basis = .some }
        }
        return rows
    }
}
