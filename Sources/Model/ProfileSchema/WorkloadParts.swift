package import Profile
import SyscallTable

/// Which workload a profile is of. Its cases follow: as lines in a file, as an array in a report.
package struct WorkloadPart: Codable {
    private var id: String
    private var version: Int
    private var quick: Bool
    private var runs: Int
    private var machine: String
    /// Since version 3 of the workload of `syslat bench`.
    private var slices: Int?
    private var slicesCounted: Int?

    private enum CodingKeys: String, CodingKey {
        case id, version, quick, runs, machine, slices
        case slicesCounted = "slices_counted"
    }

    package init(_ workload: WorkloadResult) {
        (id, version, quick, runs) = (workload.id, workload.version, workload.isQuick, workload.runs)
        machine = workload.machine.rawValue
        (slices, slicesCounted) = (workload.slices?.made, workload.slices?.counted)
    }

    /// The workload without its cases.
    package func decoded() throws(ProfileDefect) -> WorkloadResult {
        guard let machine = WorkloadResult.Machine(rawValue: machine) else {
            throw ProfileDefect("'\(machine)' is not a machine that a workload runs on")
        }
        guard !id.isEmpty, version > 0, runs > 0 else {
            throw ProfileDefect("a workload has a name, and its version and runs are 1 or more")
        }
        var parts: WorkloadResult.Slices?
        if slices != nil || slicesCounted != nil {
            guard let slices, let slicesCounted, slicesCounted > 0, slices >= slicesCounted else {
                throw ProfileDefect("of the slices of a workload, at least one counts, and no more than there are")
            }
            parts = WorkloadResult.Slices(made: slices, counted: slicesCounted)
        }
        return WorkloadResult(
            id: id, version: version, isQuick: quick, runs: runs, machine: machine, slices: parts, cases: [])
    }
}

/// The name under which a report has the cases of a workload.
package enum WorkloadKey: String, CodingKey { case cases }

/// One case of a workload.
package struct WorkloadCasePart: Codable {
    private var name, state: String
    /// Only of what was not measured.
    private var reason: String?
    private var syscalls: [String]
    private var operations: UInt64
    /// Left out where it doesn't.
    private var waitsForOtherCPU: Bool?
    private var untraced: CostPart?
    /// In files; reports have figures instead.
    private var series: [CaseSeries]?

    private enum CodingKeys: String, CodingKey {
        case name, state, reason, syscalls, operations, untraced, series
        case waitsForOtherCPU = "waits_for_other_cpu"
    }

    /// A series as elsewhere. Files of syslat 0.1.0 don't say of which call.
    private struct CaseSeries: Codable {
        let call: CallPart?
        let end: EndPart
        let distribution: DistributionPart

        private enum CodingKeys: String, CodingKey { case abi }

        init(_ series: Series, of id: SyscallID?) {
            call = id.map(CallPart.init)
            (end, distribution) = (EndPart(series.outcome, failed: series.failed), DistributionPart(series.distribution))
        }

        init(from decoder: any Decoder) throws {
            let isOfCall = try decoder.container(keyedBy: CodingKeys.self).contains(.abi)
            call = isOfCall ? try CallPart(from: decoder) : nil
            (end, distribution) = (try EndPart(from: decoder), try DistributionPart(from: decoder))
        }

        func encode(to encoder: any Encoder) throws {
            try call?.encode(to: encoder)
            try end.encode(to: encoder)
            try distribution.encode(to: encoder)
        }

        func decoded() throws(ProfileDefect) -> CaseCall {
            let (outcome, failed) = try end.decoded()
            let series = Series(outcome: outcome, failed: failed, distribution: try distribution.decoded())
            return CaseCall(try call?.decoded(), [series])
        }
    }

    package init(_ item: WorkloadCase, withSeries: Bool) {
        (name, syscalls, operations) = (item.name, item.syscalls, item.operations)
        waitsForOtherCPU = item.waitsForOtherCPU ? true : nil
        untraced = item.untraced.map(CostPart.init)
        if withSeries { series = item.calls.flatMap { call in call.series.map { CaseSeries($0, of: call.id) } } }
        switch item.state {
        case .measured: state = "measured"
        case .absent(let reason): (state, self.reason) = ("absent", reason)
        case .failed(let reason): (state, self.reason) = ("failed", reason)
        }
    }

    package func decoded() throws(ProfileDefect) -> WorkloadCase {
        guard !name.isEmpty else { throw ProfileDefect("a case has a name") }
        guard let series else { throw ProfileDefect("'series' is missing at .workload_case") }
        var seen: Set<SeriesPlace> = []
        var decoded: [CaseCall] = []
        for part in series {
            let call = try part.decoded()
            for series in call.series {
                guard seen.insert(SeriesPlace(id: call.id, outcome: series.outcome, failed: series.failed)).inserted else {
                    throw ProfileDefect("a series of the case \(name) is there twice")
                }
            }
            decoded = decoded.merged(with: [call])
        }
        return WorkloadCase(
            name: name, state: try decodedState(), syscalls: syscalls, operations: operations, waitsForOtherCPU: waitsForOtherCPU ?? false,
            untraced: try untraced?.decoded(), calls: decoded)
    }

    private struct SeriesPlace: Hashable {
        let id: SyscallID?
        let outcome: Outcome
        let failed: Bool
    }

    private func decodedState() throws(ProfileDefect) -> WorkloadCase.State {
        switch state {
        case "measured": .measured
        case "absent": .absent(reason ?? "")
        case "failed": .failed(reason ?? "")
        default: throw ProfileDefect("'\(state)' is not a state of a case")
        }
    }
}
