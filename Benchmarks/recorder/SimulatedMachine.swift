import Glibc
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport

/// A busy machine of 2 CPUs as the intervals of a recorder have it: 60 calls, of which some fail or sleep, 25,000 of them a second. Each call has
/// its own latency, spread as measured ones are: logarithmically normal, with a tail.
struct SimulatedMachine {
    private var random: SeededGenerator
    private let kinds: [Kind]

    /// The calls of one series.
    private struct Kind {
        let id: SyscallID
        let outcome: Outcome
        let failed: Bool
        let perSecond: Double
        let middle, spread: Double
    }

    static let calls = 60
    private static let perSecond = 25_000.0

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let weights = (0..<SimulatedMachine.calls).map { 1 / Double($0 + 2) }
        let sum = weights.reduce(0, +)
        kinds = weights.enumerated().flatMap { place, weight in
            let id = SyscallID(abi: .x86_64, number: Int32(place))
            let rate = SimulatedMachine.perSecond * weight / sum
            let (middle, spread) = (Double.random(in: 5.5...8.5, using: &random), Double.random(in: 0.25...0.6, using: &random))
            var kinds = [Kind(id: id, outcome: .ran, failed: false, perSecond: rate * 0.8, middle: middle, spread: spread)]
            if place % 3 == 0 {
                kinds.append(
                    Kind(id: id, outcome: .blocked, failed: false, perSecond: rate * 0.15, middle: middle + 4, spread: 1.5))
            }
            if place % 4 == 1 {
                kinds.append(
                    Kind(id: id, outcome: .ran, failed: true, perSecond: rate * 0.05, middle: middle - 0.5, spread: spread))
            }
            return kinds
        }
        self.random = random
    }

    /// The next second.
    mutating func interval(_ number: Int) -> Interval {
        var series: [SyscallID: [Series]] = [:]
        var errnos: [SyscallID: [ErrnoCount]] = [:]
        for kind in kinds {
            let count = Int(max(0, kind.perSecond + kind.perSecond.squareRoot() * normal()).rounded())
            guard count > 0 else { continue }
            var recorder = HistogramRecorder()
            for _ in 0..<count { recorder.record(latency(kind)) }
            series[kind.id, default: []].append(
                Series(outcome: kind.outcome, failed: kind.failed, distribution: recorder.snapshot()))
            if kind.failed { errnos[kind.id] = [ErrnoCount(errno: 11, count: UInt64(count))] }
        }
        let calls = series.map { CallProfile(id: $0, series: $1.inOrder, errnos: errnos[$0] ?? []) }
        let start = UInt64(number) * 1_000_000_000
        return Interval(
            startNanoseconds: start, durationNanoseconds: 1_000_000_000 + UInt64.random(in: 0...90_000, using: &random),
            startedAtNanoseconds: 1_772_368_496_789_000_000 + start, calls: calls,
            inFlight: CallsInFlight(calls: inFlight(), omitted: UInt64.random(in: 60...70, using: &random)))
    }

    private mutating func latency(_ kind: Kind) -> UInt64 {
        let tail = Int.random(in: 0..<50, using: &random) == 0 ? abs(normal()) * 2 : 0
        return UInt64(exp(kind.middle + kind.spread * normal() + tail).rounded())
    }

    private mutating func inFlight() -> [InFlightCall] {
        (0..<4).map { number in
            InFlightCall(
                pid: 1000 + Int32(number), tid: 1000 + Int32(number), comm: "worker-\(number)",
                id: SyscallID(abi: .x86_64, number: 61), ageNanoseconds: .random(in: 1_000_000...5_000_000_000, using: &random))
        }
    }

    /// By Box and Muller.
    private mutating func normal() -> Double {
        let (first, second) = (
            Double.random(in: .leastNormalMagnitude...1, using: &random), Double.random(in: 0...1, using: &random)
        )
        return (-2 * log(first)).squareRoot() * cos(2 * .pi * second)
    }
}
