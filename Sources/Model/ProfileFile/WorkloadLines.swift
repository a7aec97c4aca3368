import LatencyHistogram
import Profile

/// Which workload a profile is of; its cases follow, one line each.
struct WorkloadLine: Codable {
    var id: String
    var version: Int
    var quick: Bool
    var runs: Int
    var machine: String

    init(_ workload: WorkloadResult) {
        (id, version, quick, runs) = (workload.id, workload.version, workload.isQuick, workload.runs)
        machine = workload.machine.rawValue
    }

    /// The workload without its cases.
    func decoded() throws(LineDefect) -> WorkloadResult {
        guard let machine = WorkloadResult.Machine(rawValue: machine) else {
            throw LineDefect("'\(machine)' is nothing that a workload ran on")
        }
        guard !id.isEmpty, version > 0, runs > 0 else {
            throw LineDefect("a workload has a name, and its version and runs are 1 or more")
        }
        return WorkloadResult(id: id, version: version, isQuick: quick, runs: runs, machine: machine, cases: [])
    }
}

/// One case of a workload, with its series.
struct WorkloadCaseLine: Codable {
    var name, state: String
    /// Only of what was not measured.
    var reason: String?
    var syscalls: [String]
    var operations: UInt64
    var untraced: VDSOLine.Cost?
    var series: [SeriesPart]

    /// A series as elsewhere, without its call: a case may be about several.
    struct SeriesPart: Codable {
        var outcome: String
        var failed: Bool
        private var distribution: SeriesLine.Distribution

        enum CodingKeys: String, CodingKey { case outcome, failed }

        init(_ series: Series) {
            (outcome, failed) = (series.outcome.name, series.failed)
            distribution = SeriesLine.Distribution(series.distribution)
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            outcome = try container.decode(String.self, forKey: .outcome)
            failed = try container.decode(Bool.self, forKey: .failed)
            distribution = try SeriesLine.Distribution(from: decoder)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(outcome, forKey: .outcome)
            try container.encode(failed, forKey: .failed)
            try distribution.encode(to: encoder)
        }

        func decoded() throws(LineDefect) -> Series {
            Series(outcome: try Outcome(lineName: outcome), failed: failed, distribution: try distribution.decoded())
        }
    }

    init(_ item: WorkloadCase) {
        (name, syscalls, operations) = (item.name, item.syscalls, item.operations)
        untraced = item.untraced.map(VDSOLine.Cost.init)
        series = item.series.map(SeriesPart.init)
        switch item.state {
        case .measured: state = "measured"
        case .absent(let reason): (state, self.reason) = ("absent", reason)
        case .failed(let reason): (state, self.reason) = ("failed", reason)
        }
    }

    func decoded() throws(LineDefect) -> WorkloadCase {
        guard !name.isEmpty else { throw LineDefect("a case has a name") }
        var decoded: [Series] = []
        for part in series {
            let series = try part.decoded()
            guard !decoded.contains(where: { $0.outcome == series.outcome && $0.failed == series.failed }) else {
                throw LineDefect("a series of the case \(name) is there twice")
            }
            decoded.append(series)
        }
        return WorkloadCase(
            name: name, state: try decodedState(), syscalls: syscalls, operations: operations, untraced: try untraced?.decoded(),
            series: decoded)
    }

    private func decodedState() throws(LineDefect) -> WorkloadCase.State {
        switch state {
        case "measured": .measured
        case "absent": .absent(reason ?? "")
        case "failed": .failed(reason ?? "")
        default: throw LineDefect("'\(state)' is no state of a case")
        }
    }
}

/// The lines about a workload as they come, the head first.
struct WorkloadDraft {
    private(set) var workload: WorkloadResult?
    private var names: Set<String> = []

    mutating func take(_ line: FileLine) throws(LineDefect) {
        if let new = line.workload {
            guard workload == nil else { throw LineDefect("the workload is there twice") }
            workload = try new.decoded()
        }
        guard let new = line.workloadCase else { return }
        guard workload != nil else { throw LineDefect("a case comes before its workload") }
        let item = try new.decoded()
        guard names.insert(item.name).inserted else { throw LineDefect("the case \(item.name) is there twice") }
        workload?.cases.append(item)
    }
}
