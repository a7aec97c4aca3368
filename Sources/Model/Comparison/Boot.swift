import SaturatingMath
import Glibc
import LatencyHistogram
import Profile
import SyscallTable

/// One boot of one side: the unit that is counted. Several files of one boot are averaged, since runs within a boot say nothing
/// about how boots differ.
struct Boot {
    let id: String
    /// When its first capture began, in nanoseconds since 1970.
    let start: UInt64
    let subjects: [Subject: BootSubject]
    /// Its capture's probe floor, in nanoseconds.
    let floor: Double?
    /// ln of what entering and leaving the kernel costs, in nanoseconds.
    let boundary: Double?
    /// Why cases were not measured.
    let states: [Subject.Name: WorkloadCase.State]

    init(id: String, files: [Profile]) {
        self.id = id
        start = files.map(\.capture.startedAtNanoseconds).min() ?? 0
        let runs = files.map(RunSubjects.init)
        let names = Set(runs.flatMap(\.subjects.keys))
        subjects = Dictionary(
            uniqueKeysWithValues: names.map { name in (name, BootSubject(runs.compactMap { $0.subjects[name] })) })
        floor = files.compactMap { $0.capture.probeFloorNanoseconds.map { Double($0) } }.mean
        boundary = files.compactMap(Boot.boundary).mean
        states = runs.reduce(into: [:]) { $0.merge($1.states) { first, _ in first } }
    }

    /// ln of the median over the functions that were measured on both paths.
    private static func boundary(_ profile: Profile) -> Double? {
        let costs = profile.vdso?.functions.compactMap {
            $0.boundaryNanoseconds(probeFloor: profile.capture.probeFloorNanoseconds)
        }
        return costs?.median.flatMap { $0 > 0 ? log($0) : nil }
    }
}

/// One subject in one boot. Logarithms are natural, of nanoseconds.
struct BootSubject {
    /// ln of the quantiles of ``ShiftPoint/all``; nil where there were too few calls.
    let points: [Double?]
    /// The share of the calls in each bucket; empty where there were too few.
    let shares: [BucketShare]
    /// ln of what one operation takes untraced.
    let untraced: Double?
    let calls: UInt64
    /// Nanoseconds of all calls.
    let total: Double
    /// ln of calls per second of the capture, and of their nanoseconds per second; for a case, of nanoseconds per operation.
    let rate, time: Double?

    /// Averages the runs of a boot.
    init(_ runs: [BootSubject]) {
        points = ShiftPoint.all.indices.map { place in runs.compactMap { $0.points[place] }.mean }
        shares = BucketShare.mean(runs.map(\.shares).filter { !$0.isEmpty })
        untraced = runs.compactMap(\.untraced).mean
        calls = runs.reduce(0) { $0.addingSaturating($1.calls) }
        total = runs.map(\.total).reduce(0, +)
        rate = runs.compactMap(\.rate).mean
        time = runs.compactMap(\.time).mean
    }

    /// - Parameter seconds: what the calls are counted per: the capture's, or nil of a case.
    init(_ distribution: LatencyHistogram, seconds: Double?, operations: UInt64 = 0) {
        let values = distribution.values(at: ShiftPoint.all.map(\.quantile)) ?? []
        points = zip(ShiftPoint.all, values).map { point, value in
            distribution.count >= point.leastCalls ? log(Double(max(value, 1))) : nil
        }
        shares = distribution.count >= Measure.p50.leastCalls ? BucketShare.of(distribution) : []
        untraced = nil
        calls = distribution.count
        total = Double(distribution.sum)
        let per = seconds ?? Double(operations)
        rate = seconds.flatMap { $0 > 0 ? log(Double(distribution.count) / $0) : nil }
        time = per > 0 && total > 0 ? log(total / per) : nil
    }

    /// An operation of a case: its calls are counted with their results.
    init(untraced: Double, total: Double) {
        points = [Double?](repeating: nil, count: ShiftPoint.all.count)
        shares = []
        self.untraced = untraced > 0 ? log(untraced) : nil
        calls = 0
        self.total = total
        (rate, time) = (nil, nil)
    }

    subscript(measure: Measure) -> Double? {
        switch measure {
        case .untraced: untraced
        default: ShiftPoint.all.firstIndex { $0.quantile == measure.quantile }.flatMap { points[$0] }
        }
    }
}

/// The subjects of one file.
private struct RunSubjects {
    var subjects: [Subject: BootSubject] = [:]
    var states: [Subject.Name: WorkloadCase.State] = [:]

    init(_ profile: Profile) {
        if let workload = profile.workload {
            for item in workload.cases { add(item) }
        } else {
            let seconds = Double(profile.capture.durationNanoseconds) / 1e9
            for call in profile.calls { add(call.series, to: .call(call.id), seconds: seconds, operations: 0) }
        }
    }

    private mutating func add(_ item: WorkloadCase) {
        let name = Subject.Name.workloadCase(item.name)
        guard item.state == .measured else {
            states[name] = item.state
            return
        }
        add(item.series, to: name, seconds: nil, operations: item.operations)
        guard let untraced = item.untraced?.median else { return }
        let total = item.series.reduce(0.0) { $0 + Double($1.distribution.sum) }
        subjects[Subject(name, .operation)] = BootSubject(untraced: untraced, total: total)
    }

    private mutating func add(_ series: [Series], to name: Subject.Name, seconds: Double?, operations: UInt64) {
        for result in [Subject.Result.ok, .error] {
            let distribution = series.mergedDistribution { $0.failed == (result == .error) }
            guard !distribution.isEmpty else { continue }
            subjects[Subject(name, result)] = BootSubject(distribution, seconds: seconds, operations: operations)
        }
    }
}
