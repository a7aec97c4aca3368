import Comparison
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport

/// Comparisons of runs of one kernel with each other, drawn from all runs from a seed.
struct Trials {
    /// Of each side.
    static let boots = 7

    let count: Int
    /// How many cells a comparison gates.
    let cells: Int
    /// The median over the trials, and the lowest.
    let equivalent: String
    /// The share of the cells that REGRESSED, though nothing was slower.
    let falseFlags: Double
    /// For each gated cell, how far it differs between runs and in how many trials it was EQUIVALENT.
    let table: [String]
    private let sides: [(base: [ComparedFile], new: [ComparedFile])]
    /// The gated cases, in the order of their names.
    private let cases: [String]

    init(_ runs: [ComparedFile], count: Int, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        self.count = count
        sides = (0..<count).map { _ in
            let drawn = runs.shuffled(using: &random)
            return (Array(drawn.prefix(Self.boots)), Array(drawn.dropFirst(Self.boots).prefix(Self.boots)))
        }
        let gated = try sides.map { try Comparer.gatedCells(base: $0.base, new: $0.new) }
        let equal = gated.map { $0.count { $0.verdict == .equivalent } }.sorted()
        cells = gated.map(\.count).max() ?? 0
        equivalent = "\(equal[equal.count / 2]) (at least \(equal[0]))"
        let all = gated.reduce(0) { $0 + $1.count }
        falseFlags = Double(gated.reduce(0) { $0 + $1.count { $0.verdict == .regressed } }) / Double(all)
        table = Dictionary(grouping: gated.joined(), by: Self.name).map { name, cells in
            let deviations = cells.compactMap(\.deviation).sorted()
            let deviation = deviations.isEmpty ? "unknown" : percent(deviations[deviations.count / 2])
            let equal = cells.count { $0.verdict == .equivalent }
            return "\(name): differs by \(deviation), EQUIVALENT in \(equal) of \(cells.count)"
        }.sorted()
        cases = Set(gated.joined().compactMap(\.subject.name.caseName)).sorted()
    }

    private static func name(_ cell: Cell) -> String {
        let subject = cell.subject.name
        let outcome = if case .caseCall(let call) = subject { " \(call.outcome)" } else { "" }
        let call = subject.callID.flatMap { SyscallTable.name(of: $0) }.map { ": \($0)" } ?? ""
        return "\(subject.caseName ?? "")\(call)\(outcome) \(cell.measure.rawValue)"
    }

    /// In how many comparisons a case that is 10 % slower has a cell that REGRESSED; one case in each.
    func found() throws -> (share: Double, comparisons: Int) {
        var found = 0
        for (number, side) in sides.enumerated() {
            let name = cases[number % cases.count]
            let new = side.new.map { $0.slowed(name, by: 1.1) }
            let gated = try Comparer.gatedCells(base: side.base, new: new)
            if gated.contains(where: { $0.verdict == .regressed && $0.subject.name.caseName == name }) { found += 1 }
        }
        return (Double(found) / Double(sides.count), sides.count)
    }
}

extension ComparedFile {
    /// With one case slower: all of its calls, and its operation untraced.
    func slowed(_ name: String, by factor: Double) -> ComparedFile {
        var file = self
        guard var workload = file.profile.workload, let place = workload.cases.firstIndex(where: { $0.name == name }) else { return self }
        var item = workload.cases[place]
        for call in item.calls.indices {
            for series in item.calls[call].series.indices {
                let distribution = item.calls[call].series[series].distribution
                item.calls[call].series[series].distribution = distribution.scaled(by: factor)
            }
        }
        if let cost = item.untraced {
            item.untraced = CallCost(
                median: cost.median * factor, lowerQuartile: cost.lowerQuartile * factor, upperQuartile: cost.upperQuartile * factor)
        }
        workload.cases[place] = item
        file.profile.workload = workload
        return file
    }
}

extension LatencyHistogram {
    /// As if each value had been so many times as long; the values of a bucket stay together.
    fileprivate func scaled(by factor: Double) -> LatencyHistogram {
        func scaled(_ value: UInt64) -> UInt64 { UInt64(exactly: (Double(value) * factor).rounded()) ?? .max }
        var counts: [Int: UInt64] = [:]
        for bucket in buckets {
            let middle = BucketScheme.lowerBound(of: bucket.index) + BucketScheme.width(of: bucket.index) / 2
            counts[Swift.min(BucketScheme.index(of: scaled(middle)), BucketScheme.bucketCount - 1), default: 0] += bucket.count
        }
        return LatencyHistogram(
            buckets: counts.sorted { $0.key < $1.key }.map { Bucket(index: $0.key, count: $0.value) }, aboveRange: aboveRange,
            sum: scaled(sum), min: scaled(min), max: scaled(max))
    }
}
