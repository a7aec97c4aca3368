package import Profile

/// One process: its totals in each series, and its distribution if it has one.
package struct ProcessPart: Codable {
    private var pid: OwnerID
    private var comm: String
    /// Not in files of older versions, and only where it is known.
    private var title: String?
    private var beforeEntry: BeforeEntryPart?
    private var series: [SeriesTotalsPart]
    private var distribution: DistributionPart?

    private enum CodingKeys: String, CodingKey {
        case beforeEntry = "before_entry"
        case pid, comm, title, series, distribution
    }

    package init(_ process: ProcessProfile) {
        (pid, comm, title) = (OwnerID(process.pid), process.comm, process.title)
        beforeEntry = BeforeEntryPart(process.beforeEntry)
        series = process.series.map(SeriesTotalsPart.init)
        distribution = process.distribution.map(DistributionPart.init)
    }

    package func decoded() throws(ProfileDefect) -> ProcessProfile {
        ProcessProfile(
            pid: pid.pid, comm: comm, title: title, beforeEntry: beforeEntry?.value ?? [],
            series: try series.map { part throws(ProfileDefect) in try part.decoded() }, distribution: try distribution?.decoded())
    }
}

/// The calls and the time of one series, without latencies.
struct SeriesTotalsPart: Codable {
    private let call: CallPart
    private let end: EndPart
    private let calls, totalNanoseconds: UInt64

    init(_ series: ProcessSeries) {
        (call, end) = (CallPart(series.id), EndPart(series.outcome, failed: series.failed))
        (calls, totalNanoseconds) = (series.calls, series.totalNanoseconds)
    }

    init(from decoder: any Decoder) throws {
        (call, end) = (try CallPart(from: decoder), try EndPart(from: decoder))
        let container = try decoder.container(keyedBy: FigureKey.self)
        calls = try container.decode(UInt64.self, forKey: .calls)
        totalNanoseconds = try container.decode(UInt64.self, forKey: .total)
    }

    func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        try end.encode(to: encoder)
        var container = encoder.container(keyedBy: FigureKey.self)
        try container.encode(calls, forKey: .calls)
        try container.encode(totalNanoseconds, forKey: .total)
    }

    func decoded() throws(ProfileDefect) -> ProcessSeries {
        let (id, (outcome, failed)) = (try call.decoded(), try end.decoded())
        return ProcessSeries(id: id, outcome: outcome, failed: failed, calls: calls, totalNanoseconds: totalNanoseconds)
    }
}

/// One process in a report: its totals.
package struct ProcessTotalsPart: Encodable {
    private let pid: OwnerID
    private let comm: String
    private let title: String?
    private let beforeEntry: BeforeEntryPart?
    private let calls, errors, totalNanoseconds: UInt64

    private enum CodingKeys: String, CodingKey {
        case pid, comm, title, calls, errors
        case beforeEntry = "before_entry"
        case totalNanoseconds = "total_ns"
    }

    package init(_ process: ProcessProfile) {
        (pid, comm, title) = (OwnerID(process.pid), process.comm, process.title)
        beforeEntry = BeforeEntryPart(process.beforeEntry)
        (calls, errors, totalNanoseconds) = (process.calls, process.errors, process.totalNanoseconds)
    }
}

/// What stands before a process's calls, as a list of names; only where something does.
private struct BeforeEntryPart: Codable {
    let value: BeforeEntry

    init?(_ value: BeforeEntry) {
        guard !value.isEmpty else { return nil }
        self.value = value
    }

    init(from decoder: any Decoder) throws {
        let names = try decoder.singleValueContainer().decode([String].self)
        // What only a later version knows is left out.
        value = BeforeEntry(BeforeEntry.named.filter { names.contains($0.name) }.map(\.value))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value.names)
    }
}
