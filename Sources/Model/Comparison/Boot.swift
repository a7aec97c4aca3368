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
    var subjects: [Subject: BootSubject]
    /// Its capture's probe floor, in nanoseconds.
    let floor: Double?
    /// ln of what entering and leaving the kernel costs, in nanoseconds.
    let boundary: Double?
    /// Why cases were not measured, by name.
    let states: [String: WorkloadCase.State]

    /// - Parameter pooled: whether calls that failed and those that succeeded are one subject.
    init(id: String, files: [Profile], pooled: Bool = false) {
        self.id = id
        start = files.map(\.capture.startedAtNanoseconds).min() ?? 0
        let runs = files.map { RunSubjects($0, pooled: pooled) }
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
    /// What the calls of one operation take between their tracepoints, in nanoseconds: the sum of the medians of all series, each as often
    /// as an operation makes such calls. nil where calls sleep: their time overlaps with that of those whom they wait for.
    let inside: Double?
    /// How many calls an operation makes; of a call of a case, how many of this kind.
    let callsPerOperation: Double
    /// ln of the time of a service: see ``ServiceIndex``.
    var serviceTime: Double?
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
        inside = runs.compactMap(\.inside).mean
        callsPerOperation = runs.map(\.callsPerOperation).mean ?? 0
        calls = runs.reduce(0) { $0.addingSaturating($1.calls) }
        total = runs.map(\.total).reduce(0, +)
        rate = runs.compactMap(\.rate).mean
        time = runs.compactMap(\.time).mean
    }

    /// - Parameters:
    ///   - seconds: what the calls are counted per: the capture's, or nil of a case.
    ///   - work: what the calls left to their threads. The program waits for it too.
    init(_ distribution: LatencyHistogram, seconds: Double?, operations: UInt64 = 0, work: AfterExit? = nil) {
        let values = distribution.values(at: ShiftPoint.all.map(\.quantile)) ?? []
        points = zip(ShiftPoint.all, values).map { point, value in
            guard distribution.count >= point.leastCalls else { return nil }
            return log(max(Double(value), 1) + (work?.added(to: point.quantile, of: distribution.count) ?? 0))
        }
        shares = distribution.count >= Measure.p50.leastCalls ? BucketShare.of(distribution) : []
        calls = distribution.count
        total = Double(distribution.sum) + (work?.mean(of: distribution.count) ?? 0) * Double(distribution.count)
        let per = seconds ?? Double(operations)
        rate = seconds.flatMap { $0 > 0 ? log(Double(distribution.count) / $0) : nil }
        time = per > 0 && total > 0 ? log(total / per) : nil
        (untraced, inside) = (nil, nil)
        callsPerOperation = operations > 0 ? Double(distribution.count) / Double(operations) : 0
    }

    /// An operation of a case: its calls are counted with their results.
    init(operationOf item: WorkloadCase, untraced: Double) {
        points = [Double?](repeating: nil, count: ShiftPoint.all.count)
        shares = []
        self.untraced = untraced > 0 ? log(untraced) : nil
        let operations = Double(item.operations)
        let series = item.calls.flatMap(\.series).filter { !$0.distribution.isEmpty }
        let medians = series.reduce(0.0) { sum, series in
            sum + Double(series.distribution.value(at: .p50) ?? 0) * Double(series.distribution.count)
        }
        let calls = series.reduce(0.0) { $0 + Double($1.distribution.count) }
        let blocked = series.filter { $0.outcome == .blocked }.reduce(0.0) { $0 + Double($1.distribution.count) }
        // A call in a hundred may have met a lock.
        inside = operations > 0 && calls > 0 && blocked <= calls / 100 ? medians / operations : nil
        callsPerOperation = operations > 0 ? calls / operations : 0
        self.calls = 0
        total = untraced * operations
        (rate, time) = (nil, nil)
    }

    /// The time of a service.
    init(serviceTime: Double) {
        points = [Double?](repeating: nil, count: ShiftPoint.all.count)
        shares = []
        (untraced, inside, callsPerOperation, calls, total, rate, time) = (nil, nil, 0, 0, 0, nil, nil)
        self.serviceTime = serviceTime
    }

    subscript(measure: Measure) -> Double? {
        switch measure {
        case .untraced: untraced
        case .time: serviceTime
        default: BootSubject.places[measure].flatMap { points[$0] }
        }
    }

    /// Where ``ShiftPoint/all`` has the quantiles that can be gated. Asked for each boot in each cell.
    private static let places: [Measure: Int] = Measure.quantiles.reduce(into: [:]) { places, measure in
        places[measure] = ShiftPoint.all.firstIndex { $0.quantile == measure.quantile }
    }
}

/// The subjects of one file.
private struct RunSubjects {
    var subjects: [Subject: BootSubject] = [:]
    var states: [String: WorkloadCase.State] = [:]

    init(_ profile: Profile, pooled: Bool) {
        if let workload = profile.workload {
            for item in workload.cases { add(item) }
        } else {
            let seconds = Double(profile.capture.durationNanoseconds) / 1e9
            for call in profile.calls {
                if pooled { addPooled(call, seconds: seconds) } else { add(call, seconds: seconds) }
            }
        }
    }

    /// A subject for each call, outcome and result, and one for the operation.
    private mutating func add(_ item: WorkloadCase) {
        guard item.state == .measured else {
            states[item.name] = item.state
            return
        }
        for call in item.calls {
            for series in call.series where !series.distribution.isEmpty {
                let name = CaseCallName(caseName: item.name, id: call.id, outcome: series.outcome)
                subjects[Subject(.caseCall(name), series.failed ? .error : .ok)] = BootSubject(
                    series.distribution, seconds: nil, operations: item.operations)
            }
        }
        guard let untraced = item.untraced?.median else { return }
        subjects[Subject(.workloadCase(item.name), .operation)] = BootSubject(operationOf: item, untraced: untraced)
    }

    private mutating func addPooled(_ call: CallProfile, seconds: Double) {
        let distribution = call.series.mergedDistribution { _ in true }
        guard !distribution.isEmpty else { return }
        subjects[Subject(.call(call.id), .all)] = BootSubject(distribution, seconds: seconds)
    }

    private mutating func add(_ call: CallProfile, seconds: Double) {
        for result in [Subject.Result.ok, .error] {
            let distribution = call.series.mergedDistribution { $0.failed == (result == .error) }
            guard !distribution.isEmpty else { continue }
            // Which calls left the work isn't known; nearly all succeed.
            let work = result == .ok ? call.afterExit : nil
            subjects[Subject(.call(call.id), result)] = BootSubject(distribution, seconds: seconds, work: work)
        }
    }
}

extension AfterExit {
    /// What is added to a quantile of so many calls: where most of them left work, the same quantile of the work, as if slow calls left
    /// slow work; else the mean over all calls.
    fileprivate func added(to quantile: Quantile, of calls: UInt64) -> Double {
        guard self.calls >= calls / 2, let values = distribution.values(at: [quantile]) else { return mean(of: calls) }
        return values.first.map { Double($0) } ?? 0
    }

    /// The mean over so many calls, of which these left work.
    fileprivate func mean(of calls: UInt64) -> Double {
        guard calls > 0, distribution.count > 0 else { return 0 }
        return Double(distribution.sum) / Double(distribution.count) * Double(min(self.calls, calls)) / Double(calls)
    }
}
