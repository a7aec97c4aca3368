import Glibc
import Profile
import SyscallTable

/// Work of a case that moved across the boundary of its calls: what they take between their tracepoints changed by more than what an
/// operation takes untraced, or by less. In nanoseconds of one operation.
package struct BoundaryMove: Sendable, Hashable {
    /// What the calls of an operation take between their tracepoints: medians over the boots.
    package var insideBase, insideNew: Double
    /// What an operation takes untraced: medians over the boots.
    package var untracedBase, untracedNew: Double
    /// How much more of an operation lies between the tracepoints on NEW: the Hodges–Lehmann shift of inside less untraced.
    package var shift: Double
    /// Against no move beyond the margin.
    package var p: Double
    /// What is known of the kernels that explains it.
    package var known: String?

    /// Whether the work moved into the calls.
    package var isInward: Bool { shift > 0 }
}

/// Finds moves of whole cases.
struct BoundaryMoves {
    let cells: Cells
    private let known: [KnownMove]

    init(_ cells: Cells) {
        self.cells = cells
        known = KnownMove.between(cells.base, cells.new)
    }

    /// How much of a change is a move across the boundary of the calls; nil unless that is shown, at the level of the tests, of most of it.
    ///
    /// The values that are tested are one for each boot: nanoseconds of an operation inside its calls, less nanoseconds untraced. They stay
    /// the same if a call and its operation change alike.
    ///
    /// - Parameters:
    ///   - change: by how many nanoseconds an operation takes longer inside the calls that changed, or less long outside them.
    ///   - isOfCalls: whether it is the calls that changed. An operation that is mostly something else, such as page faults, says nothing
    ///     about what its calls gave or took.
    func move(of caseName: String, change: Double, isOfCalls: Bool = true) -> BoundaryMove? {
        let operation = Subject(.workloadCase(caseName), .operation)
        guard let base = Sample(cells.base, operation), let new = Sample(cells.new, operation),
            min(base.differences.count, new.differences.count) > 1, !isOfCalls || (base.isOfCalls && new.isOfCalls)
        else { return nil }
        let margin = max(abs(change) / 2, doubt(base, new))
        let shift = ShiftEstimate.effect(base: base.differences, new: new.differences)
        let p =
            change > 0
            ? cells.distribution.test(base: base.differences, new: new.differences.map { $0 - margin }).greater
            : cells.distribution.test(base: base.differences, new: new.differences.map { $0 + margin }).less
        guard p <= cells.options.level else { return nil }
        return BoundaryMove(
            insideBase: base.inside, insideNew: new.inside, untracedBase: base.untraced, untracedNew: new.untraced, shift: shift,
            p: p,
            known: known.first { $0.has(cells.new) == (shift > 0) && makes($0.call, caseName) }?.sentence)
    }

    /// Whether the time of a case moved at all.
    func hasMoved(_ caseName: String) -> Bool {
        [1, -1].contains { move(of: caseName, change: $0) != nil }
    }

    /// By how many nanoseconds an operation takes longer for the reason of a cell: inside the calls, or less long outside them. A tail moves
    /// with its median, if that goes the same way.
    func change(of cell: Cell) -> Double? {
        guard let base = cell.base, let new = cell.new else { return nil }
        guard cell.measure != .untraced else { return base - new }
        let sides = [cells.base, cells.new].map { side in side.boots.compactMap { $0.subjects[cell.subject] } }
        let medians = sides.compactMap { subjects in subjects.compactMap { $0[.p50] }.median.map { exp($0) } }
        let ofMedian = medians.count == 2 ? medians[1] - medians[0] : 0
        let ofCall = ofMedian * (new - base) > 0 ? ofMedian : new - base
        return sides.compactMap { $0.map(\.callsPerOperation).median }.max().map { $0 * ofCall }
    }

    /// Whether the operation as a whole became slower beyond its margin, or faster: then its calls are what they seem.
    func hasOperationMoved(_ caseName: String, isSlower: Bool) -> Bool {
        let cell = cells.cell(Subject(.workloadCase(caseName), .operation), .untraced)
        guard let p = cell.p else { return true }
        return (isSlower ? p.regressed : p.improved) <= cells.options.level
    }

    /// The absolute margin of each call of an operation, and the doubt about the cost of tracing.
    private func doubt(_ base: Sample, _ new: Sample) -> Double {
        let floors = [cells.base.probeFloor, cells.new.probeFloor].compactMap { $0 }
        let floor = floors.count == 2 ? 2 * abs(floors[0] - floors[1]) : 0
        return max(1, base.calls, new.calls) * max(cells.options.minimumNanoseconds, floor)
    }

    private func makes(_ call: String, _ caseName: String) -> Bool {
        cells.base.boots.contains { boot in
            boot.subjects.keys.contains { $0.name.caseName == caseName && $0.name.callID?.name == call }
        }
    }

    /// The operations of one side.
    private struct Sample {
        let differences: [Double]
        let inside, untraced, calls: Double

        var isOfCalls: Bool { inside >= untraced / 2 }

        /// nil unless every boot has them.
        init?(_ side: Side, _ operation: Subject) {
            guard let insides = side.values(operation, \.inside), let untraced = side.values(operation, \.untraced),
                let middle = insides.median, let typical = untraced.median
            else { return nil }
            differences = zip(insides, untraced).map { $0 - exp($1) }
            (inside, self.untraced) = (middle, exp(typical))
            calls = side.values(operation, \.callsPerOperation)?.median ?? 0
        }
    }
}

/// A change of the kernel that moved work across the tracepoints of a call.
struct KnownMove: Sendable {
    let call: String
    /// The first kernel with it.
    let major, minor: Int
    let sentence: String

    /// Kernel: fs/open.c; close(2) calls `__fput_sync` since Linux 6.6, and left the last reference to task work before.
    private static let all = [
        KnownMove(
            call: "close", major: 6, minor: 6, sentence: "Linux 6.6 and newer free a file inside close, older kernels after it.")
    ]

    /// Those that came between the kernels of two sides.
    static func between(_ base: Side, _ new: Side) -> [KnownMove] { all.filter { $0.has(base) != $0.has(new) } }

    /// Whether all kernels of a side have it.
    func has(_ side: Side) -> Bool {
        side.values(\.host.kernelRelease).allSatisfy { release in
            let numbers = release.split(whereSeparator: { !$0.isNumber }).prefix(2).compactMap { Int($0) }
            return numbers.count == 2 && (numbers[0], numbers[1]) >= (major, minor)
        }
    }

    /// What to know about a comparison of services, which have no untraced time.
    static func cautions(_ base: Side, _ new: Side) -> [String] {
        guard base.profiles.allSatisfy({ $0.workload == nil }) else { return [] }
        return between(base, new).compactMap { move in
            let old = move.has(base) ? new : base
            let calls = [base, new].map { side in side.profiles.compactMap { $0.calls.first { $0.id.name == move.call } } }
            guard calls.allSatisfy({ !$0.isEmpty }) else { return nil }
            let oldCalls = old.profiles.compactMap { $0.calls.first { $0.id.name == move.call } }
            let isRecorded = oldCalls.allSatisfy { $0.afterExit != nil }
            return move.sentence
                + (isRecorded
                    ? " The work after the exit that \(old.name) recorded is added to its times."
                    : " \(old.name) did not record that work: its times of \(move.call) are too short to be compared.")
        }
    }
}
