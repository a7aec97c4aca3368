import Glibc
import LatencyHistogram
import Profile
package import SyscallTable

/// The calls of a recorded service, by the time that the kernel spends in them.
///
/// Only calls that ran count: the time of one that slept is a wait, which no bench reproduces.
package struct ServiceWeights: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var id: SyscallID
        package var failed: Bool
        /// Of the time of all calls that ran.
        package var share: Double
    }

    package let path: String
    /// By falling share.
    package let entries: [Entry]
    /// The architecture of its machine.
    package let arch: String
    /// The share of the time of all calls that is not that of calls that ran.
    package let waiting: Double

    /// - Throws: if the profile is not of a service, or has no calls that ran.
    package init(_ file: ComparedFile) throws(ComparisonError) {
        let profile = file.profile
        guard profile.workload == nil else {
            throw ComparisonError(
                "\(file.path) is of the workload \(profile.workload?.id ?? ""), not of a service. Record the service: "
                    + "syslat profile -p PID -d 60s -o service.syslat")
        }
        var times: [(id: SyscallID, failed: Bool, time: Double)] = []
        for call in profile.calls {
            for series in call.series where series.outcome == .ran && series.distribution.sum > 0 {
                times.append((call.id, series.failed, Double(series.distribution.sum)))
            }
        }
        let all = times.map(\.time).reduce(0, +)
        guard all > 0 else {
            throw ComparisonError(
                "\(file.path) has no calls that ran, so it weights none. Record the service while it works, and for longer.")
        }
        path = file.path
        arch = profile.host.arch
        entries = times.map { Entry(id: $0.id, failed: $0.failed, share: $0.time / all) }
            .sorted(falling: \.share, then: \.id, { $0.failed ? 1 : 0 })
        let total = profile.calls.reduce(0.0) { $0 + Double($1.distribution.sum) }
        waiting = total > 0 ? max(0, 1 - all / total) : 0
    }
}

/// What of a service is in a comparison.
package struct ServiceSummary: Sendable, Hashable {
    package var path: String
    /// The share of the time of its calls that ran for which the workload has cases.
    package var covered: Double
    /// The other calls, by falling share.
    package var missing: [ServiceWeights.Entry]
    /// The share of the time of all its calls that is not that of calls that ran.
    package var waiting: Double
}

/// What the calls of a service take on each boot of a comparison of benches, in one figure.
///
/// A call takes in a case what its median says, scaled so all calls of an operation add up to what the operation takes untraced: time
/// that moved from one call to another then changes nothing for a service that makes both. Where time moved across the boundary of the
/// calls, which of them it belongs to isn't known: then all calls of the case change as the operation does. Over several cases
/// of a call the mean of ln is taken. Changes are relative to the median of BASE, as in an index of Laspeyres: the weights are what the
/// service spends on the old kernel. The figure of each boot is then tested like any other.
struct ServiceIndex {
    let summary: ServiceSummary
    private var base: [Double] = []
    private var new: [Double] = []

    static let subject = Subject(.service, .ok)

    init(_ weights: ServiceWeights, _ moves: BoundaryMoves) throws(ComparisonError) {
        let (base, new) = (moves.cells.base, moves.cells.new)
        var times: (base: [Double], new: [Double]) = (
            [Double](repeating: 0, count: base.boots.count), [Double](repeating: 0, count: new.boots.count)
        )
        var covered = 0.0
        var missing: [ServiceWeights.Entry] = []
        for entry in weights.entries {
            let columns = ServiceIndex.columns(entry, moves)
            guard !columns.isEmpty else {
                missing.append(entry)
                continue
            }
            covered += entry.share
            for boot in base.boots.indices {
                times.base[boot] += entry.share * exp(columns.map { $0.base[boot] }.mean ?? 0)
            }
            for boot in new.boots.indices {
                times.new[boot] += entry.share * exp(columns.map { $0.new[boot] }.mean ?? 0)
            }
        }
        guard covered > 0 else {
            throw ComparisonError(
                "None of the calls of \(weights.path) has a case in this workload on every boot. Run the whole bench, without --cases."
            )
        }
        summary = ServiceSummary(path: weights.path, covered: covered, missing: missing, waiting: weights.waiting)
        self.base = times.base.map { log($0 / covered) }
        self.new = times.new.map { log($0 / covered) }
    }

    /// Puts the figure beside those of the calls.
    func put(into base: inout Side, _ new: inout Side) {
        for boot in base.boots.indices { base.boots[boot].subjects[Self.subject] = BootSubject(serviceTime: self.base[boot]) }
        for boot in new.boots.indices { new.boots[boot].subjects[Self.subject] = BootSubject(serviceTime: self.new[boot]) }
    }

    /// ln of the time of a call in one case, less the median of BASE, for each boot.
    private struct Column {
        var base, new: [Double]
    }

    /// One column for each case that makes the call on every boot of both sides.
    private static func columns(_ entry: ServiceWeights.Entry, _ moves: BoundaryMoves) -> [Column] {
        let boots = moves.cells.base.boots + moves.cells.new.boots
        let subjects = Set(boots.flatMap { $0.subjects.keys.filter { entry.isMeant(by: $0) } }).sorted()
        return subjects.compactMap { subject in
            let hasMoved = subject.name.caseName.map { moves.hasMoved($0) } ?? false
            guard let mine = values(subject, moves.cells.base, hasMoved: hasMoved),
                let theirs = values(subject, moves.cells.new, hasMoved: hasMoved), let middle = mine.median
            else { return nil }
            return Column(base: mine.map { $0 - middle }, new: theirs.map { $0 - middle })
        }
    }

    private static func values(_ subject: Subject, _ side: Side, hasMoved: Bool) -> [Double]? {
        guard let medians = side.values(subject, { $0[.p50] }) else { return nil }
        guard let caseName = subject.name.caseName else { return medians }
        let operation = Subject(.workloadCase(caseName), .operation)
        guard let untraced = side.values(operation, \.untraced), let inside = side.values(operation, \.inside) else {
            return medians
        }
        return hasMoved ? untraced : medians.indices.map { medians[$0] + untraced[$0] - log(max(inside[$0], 1)) }
    }
}

extension ServiceWeights.Entry {
    /// Whether these calls of a case are what the service makes.
    func isMeant(by subject: Subject) -> Bool {
        guard case .caseCall(let call) = subject.name else { return false }
        return call.id == id && call.outcome == .ran && (subject.result == .error) == failed
    }
}
