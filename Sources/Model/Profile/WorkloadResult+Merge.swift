import SaturatingMath
import LatencyHistogram

extension Profile {
    /// The cases of both. Cases of different workloads or machines can't be added up: they are left out,
    /// with a warning.
    func workload(with other: Profile, warnings: inout [String]) -> WorkloadResult? {
        func warn(_ sentence: String) {
            if !warnings.contains(sentence) { warnings.append(sentence) }
        }
        guard let mine = workload, let theirs = other.workload else {
            if workload != nil || other.workload != nil {
                warn("Only some of the profiles are of a workload: its cases are from those alone.")
            }
            return workload ?? other.workload
        }
        guard let merged = mine.merged(with: theirs) else {
            warn("The profiles are of different workloads, versions or machines: their cases are not added up.")
            return nil
        }
        return merged
    }
}

extension WorkloadResult {
    /// Adds the same workload of another run or boot; nil where it is another workload.
    func merged(with other: WorkloadResult) -> WorkloadResult? {
        guard id == other.id, version == other.version, isQuick == other.isQuick, machine == other.machine else { return nil }
        var merged = self
        let (runs, isTooMany) = runs.addingReportingOverflow(other.runs)
        merged.runs = isTooMany ? .max : runs
        merged.slices = Slices.merged(slices, other.slices)
        for item in other.cases {
            if let place = merged.cases.firstIndex(where: { $0.name == item.name }) {
                merged.cases[place] = merged.cases[place].merged(with: item)
            } else {
                merged.cases.append(item)
            }
        }
        return merged
    }

    /// Whether one of the figures stands at the largest number.
    var isSaturated: Bool {
        runs == .max
            || cases.contains { item in
                item.operations == .max || item.series.contains { $0.distribution.count == .max || $0.distribution.sum == .max }
            }
    }
}

extension WorkloadCase {
    /// Calls and operations add up. Of two untraced costs the smaller median stands, since that one was disturbed less, and a
    /// mean of means would depend on the order of three. A failure anywhere is a failure; what was measured once is measured.
    func merged(with other: WorkloadCase) -> WorkloadCase {
        WorkloadCase(
            name: name, state: [state, other.state].min { $0.rank < $1.rank } ?? state,
            syscalls: syscalls + other.syscalls.filter { !syscalls.contains($0) },
            operations: operations.addingSaturating(other.operations), waitsForOtherCPU: waitsForOtherCPU || other.waitsForOtherCPU,
            untraced: [untraced, other.untraced].compactMap { $0 }.min { $0.figures.lexicographicallyPrecedes($1.figures) },
            calls: calls.merged(with: other.calls))
    }
}

extension WorkloadCase.State {
    /// Which of two states stands: the lower, whatever their order.
    fileprivate var rank: (Int, String) {
        switch self {
        case .failed(let reason): (0, reason)
        case .measured: (1, "")
        case .absent(let reason): (2, reason)
        }
    }
}

extension CallCost {
    fileprivate var figures: [Double] { [median, lowerQuartile, upperQuartile] }
}

extension WorkloadResult.Slices {
    /// The slices of both; nil unless both had some.
    fileprivate static func merged(_ first: Self?, _ second: Self?) -> Self? {
        guard let first, let second else { return nil }
        func sum(_ left: Int, _ right: Int) -> Int {
            let (sum, isTooMany) = left.addingReportingOverflow(right)
            return isTooMany ? .max : sum
        }
        return Self(made: sum(first.made, second.made), counted: sum(first.counted, second.counted))
    }
}
