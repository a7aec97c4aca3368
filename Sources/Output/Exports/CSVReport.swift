import PlainText
package import Presentation
import LatencyHistogram
import SaturatingMath
package import Profile
import ProfileSchema
import SyscallTable

/// The figures of a profile as comma-separated values (RFC 4180), for spreadsheets and data frames: one row for each series,
/// the calls of one kind that ended the same way. Refused calls have rows of their own, without latencies, and so has the work
/// that calls left, with the outcome `after_exit`: its calls have their latencies in other rows.
package enum CSVReport {
    /// The same profile always gives the same text. Lines end with CR LF, as the RFC wants it. Integers are written in full,
    /// durations are whole nanoseconds.
    ///
    /// By interval, each row belongs to one interval of the time series; a profile without one is a single interval. By process,
    /// each row belongs to one process: its latencies are known for all calls together only, so a row has no more than their mean.
    /// Other groups are like processes; calls that are in none have rows with `(no file)` or the like for a name. Refused calls belong to no
    /// interval, process or group, and have no rows then. Calls in flight at the end of an interval have a row for each call, with their ages
    /// in place of latencies.
    ///
    /// With buckets, the table is another: a row for each bucket of each call, with the calls in it. By process, the buckets are
    /// those of all calls of the process, where the profile has them.
    ///
    /// Complexity: O(all buckets).
    package static func render(_ profile: Profile, by grouping: Grouping = .call, withBuckets: Bool = false) -> String {
        let isSampled = profile.capture.sampling != nil
        func rows(_ calls: [CallProfile], after first: [String] = []) -> String {
            guard withBuckets else { return self.rows(calls, isSampled, after: first) }
            return BucketCSV.rows(calls, mark(isSampled), after: first).map(line).joined()
        }
        let columns = withBuckets ? BucketCSV.callColumns : columns
        switch grouping {
        case .call: return line(columns) + rows(profile.calls) + (withBuckets ? "" : self.rows(profile.refused))
        case .process: return processes(profile.allProcesses, isSampled, withBuckets: withBuckets)
        case .thread, .comm, .cgroup, .file:
            return grouping.groups.map { groups(profile.groups(by: $0), of: profile, withBuckets: withBuckets) } ?? ""
        case .interval:
            let whole = Interval(
                startNanoseconds: 0, durationNanoseconds: profile.capture.durationNanoseconds,
                startedAtNanoseconds: profile.capture.startedAtNanoseconds, calls: profile.calls)
            let intervals = profile.intervals.isEmpty ? [whole] : profile.intervals
            return line(intervalColumns + columns)
                + intervals.map { interval in
                    let first =
                        [interval.startNanoseconds, interval.durationNanoseconds].map { String($0) }
                        + [interval.startedAtNanoseconds.map { String($0) } ?? ""]
                    let inFlight = withBuckets ? "" : self.rows(interval.inFlight, isSampled, after: first)
                    return rows(interval.calls, after: first) + inFlight
                }.joined()
        }
    }

    private static func processes(_ processes: [ProcessProfile], _ isSampled: Bool, withBuckets: Bool) -> String {
        line(processColumns + (withBuckets ? BucketCSV.processColumns : columns))
            + processes.map { process in
                let first = [process.pid.map { String($0) } ?? "", process.comm, process.title ?? ""]
                return withBuckets
                    ? BucketCSV.rows(process.distribution, mark(isSampled), after: first).map(line).joined()
                    : rows(process.series, isSampled, after: first)
            }.joined()
    }

    private static func groups(_ groups: CallGroups, of profile: Profile, withBuckets: Bool) -> String {
        let isSampled = profile.capture.sampling != nil
        // Of the rest no distribution is known, so it has no buckets.
        let rest = withBuckets || profile.groups == nil ? [] : profile.restOfCalls(after: groups.groups.lazy.flatMap(\.series))
        return line(groupColumns(groups.kind) + (withBuckets ? BucketCSV.processColumns : columns))
            + groups.groups.map { group in
                let first = key(group.key, of: groups.kind)
                return withBuckets
                    ? BucketCSV.rows(group.distribution, mark(isSampled), after: first).map(line).joined()
                    : rows(group.series, isSampled, after: first)
            }.joined()
            + rows(rest, isSampled, after: keyOfRest(groups.kind))
    }

    /// The calls that are in no group: a name, and nothing else.
    private static func keyOfRest(_ kind: CallGroups.Kind) -> [String] {
        let columns = groupColumns(kind)
        let name = kind == .thread ? "thread" : columns[0]
        return columns.map { $0 == name ? kind.nameOfRest : "" }
    }

    private static func groupColumns(_ kind: CallGroups.Kind) -> [String] {
        switch kind {
        case .thread: ["tid", "thread", "pid", "comm"]
        case .comm: ["comm"]
        case .cgroup: ["cgroup", "unit", "container", "pod"]
        case .file: ["file", "device", "inode"]
        }
    }

    /// In the order of the columns; empty for those without a row of their own.
    private static func key(_ key: CallGroup.Key, of kind: CallGroups.Kind) -> [String] {
        switch key {
        case .thread(let tid, let name, let pid, let comm): return [String(tid), name, pid.map { String($0) } ?? "", comm]
        case .comm(let name): return [name]
        case .cgroup(let path):
            let name = CgroupName(path)
            return [path, name.unit ?? "", name.container?.id ?? "", name.pod ?? ""]
        case .file(let name, let device, let inode): return [name, DeviceText.text(device), String(inode)]
        case .others: return groupColumns(kind).map { _ in "" }
        }
    }

    static func mark(_ isSampled: Bool) -> String { isSampled ? "yes" : "no" }

    private static let processColumns = ["pid", "comm", "title"]
    private static let intervalColumns = ["interval_start_ns", "interval_duration_ns", "interval_started_at_ns"]
    private static let columns =
        ["abi", "number", "name", "outcome", "result"] + figureKeys.map(\.stringValue) + ["sampled", "refused_by", "error"]
    private static let figureKeys: [FigureKey] =
        [.calls, .total, .minimum, .mean] + Percentile.allCases.map { FigureKey($0) } + [.maximum]

    private static func rows(_ series: [ProcessSeries], _ isSampled: Bool, after first: [String]) -> String {
        series.filter { $0.calls > 0 }.map { series in
            // Nothing takes no time at all: nothing of these was measured.
            let isMeasured = series.totalNanoseconds > 0
            let isSampled = isSampled && series.id.abi != .ioUring
            let total = isMeasured ? String(series.totalNanoseconds) : ""
            let mean = isMeasured ? String(DecimalText.rounded(series.totalNanoseconds, per: series.calls)) : ""
            return line(
                first + name(series.id) + [series.outcome.name, series.result]
                    + [String(series.calls), total, "", mean] + Percentile.allCases.map { _ in "" }
                    + ["", mark(isSampled), "", ""])
        }.joined()
    }

    private static func rows(_ calls: [CallProfile], _ isSampled: Bool, after first: [String] = []) -> String {
        var text = ""
        for call in calls {
            let name = first + name(call.id)
            // Requests to io_uring never are.
            let isSampled = isSampled && call.id.abi != .ioUring
            for series in call.series.inOrder where series.calls > 0 {
                text += line(
                    name + [series.outcome.name, series.result] + figures(series.distribution, calls: series.calls)
                        + [mark(isSampled), "", ""])
            }
            guard let work = call.afterExit else { continue }
            for (result, calls, distribution) in [
                ("measured", work.distribution.count, work.distribution), ("unmeasured", work.unmeasured, LatencyHistogram()),
            ] where calls > 0 {
                text += line(
                    name + [FigureKey.afterExit.stringValue, result] + figures(distribution, calls: calls)
                        + [mark(isSampled), "", ""])
            }
        }
        return text
    }

    private static func name(_ id: SyscallID) -> [String] { [id.abi.name, String(id.number), id.name] }

    /// In the order of the columns.
    private static func figures(_ distribution: LatencyHistogram, calls: UInt64) -> [String] {
        let figures = LatencyFigures(distribution)
        let latencies =
            [figures.map { _ in distribution.sum }, figures?.minimum, figures?.mean] + Percentile.allCases.map { figures?[$0] }
            + [figures?.maximum]
        return [String(calls)] + latencies.map { $0.map { String($0) } ?? "" }
    }

    /// The oldest call first. What is known by number only is in a row without a name.
    private static func rows(_ inFlight: CallsInFlight?, _ isSampled: Bool, after first: [String]) -> String {
        guard let inFlight else { return "" }
        func row(_ call: [String], _ figures: [String]) -> String {
            line(first + call + ["in_flight", ""] + figures + [mark(isSampled), "", ""])
        }
        var text = ""
        let byCall = Dictionary(grouping: inFlight.calls, by: \.id).sorted(falling: { $0.value[0].ageNanoseconds }, then: \.key)
        for (id, calls) in byCall {
            let ages: [UInt64] = calls.map { $0.ageNanoseconds }
            let total = ages.reduce(UInt64(0)) { $0.addingSaturating($1) }
            let known = [total, ages[ages.count - 1], total / UInt64(ages.count)].map { String($0) }
            text += row(
                name(id),
                [String(calls.count)] + known + Percentile.allCases.map { _ in "" } + [String(ages[0])])
        }
        if inFlight.omitted > 0 { text += row(["", "", ""], [String(inFlight.omitted)] + figureKeys.dropFirst().map { _ in "" }) }
        return text
    }

    private static func rows(_ refused: [RefusedCalls]) -> String {
        refused.map { kind in
            line(
                name(kind.id) + ["refused", kind.errno == nil ? "ok" : "error"]
                    + figures(LatencyHistogram(), calls: kind.calls)
                    + ["no", kind.by.name, kind.errno.map(ErrnoTable.name) ?? ""])
        }.joined()
    }

    /// RFC 4180 has no place for control characters: names go through the same filter as in text.
    private static func line(_ fields: [String]) -> String {
        fields.map { quoted(PlainText.line($0)) }.joined(separator: ",") + "\r\n"
    }

    /// In quotes, doubled inside, where the field has a character that means something to a reader.
    static func quoted(_ field: String) -> String {
        // By scalar: CR LF is one character.
        guard field.unicodeScalars.contains(where: { [",", "\"", "\r", "\n"].contains($0) }) else { return field }
        var text = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { text += "\"" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }
}
