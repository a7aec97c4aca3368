package import Comparison
import Glibc
package import LatencyHistogram
package import Profile
package import SyscallTable
package import TestSupport

/// Profiles of boots of one kernel, made up from a seed. Every boot has a speed of its own, as real boots do.
package struct SyntheticBoots: Sendable {
    /// One call: how long it takes, and how often each boot makes it.
    package struct Call: Sendable {
        package var number: Int32
        package var nanoseconds: Double
        package var count: UInt64
        package var failed: Bool

        package init(_ number: Int32, _ nanoseconds: Double, count: UInt64 = 10_000, failed: Bool = false) {
            (self.number, self.nanoseconds, self.count, self.failed) = (number, nanoseconds, count, failed)
        }

        package var id: SyscallID { SyscallID(abi: .x86_64, number: number) }
    }

    package static let calls: [Call] = [
        Call(232, 40_000), Call(202, 5_200), Call(9, 3_100), Call(257, 2_000), Call(1, 900), Call(0, 400), Call(3, 300),
        Call(39, 180), Call(257, 1_100, count: 2_000, failed: true),
    ]

    package var kernel = "6.8.0-56-cloud-amd64"
    package var count = 7
    package var seed: UInt64
    /// The standard deviation of ln of a call's speed from boot to boot.
    package var deviation = 0.01
    package var calls = SyntheticBoots.calls
    /// How much longer calls take than in ``calls``, by number.
    package var factors: [Int32: Double] = [:]
    /// When the first boot began, in seconds, and how far apart they are.
    package var start: UInt64 = 0
    package var step: UInt64 = 200

    package init(seed: UInt64) { self.seed = seed }

    /// A file for each boot, with names that begin with `name`.
    package func files(_ name: String) -> [ComparedFile] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { boot in
            ComparedFile(path: "\(name)-\(boot).syslat", profile: profile(boot, using: &random))
        }
    }

    private func profile(_ boot: Int, using random: inout SeededGenerator) -> Profile {
        var made: [SyscallID: [Series]] = [:]
        var completed: UInt64 = 0
        for call in calls {
            let factor = (factors[call.number] ?? 1) * exp(deviation * random.normal())
            let series = Series(
                outcome: .ran, failed: call.failed,
                distribution: SyntheticBoots.distribution(around: call.nanoseconds * factor, count: call.count))
            made[call.id, default: []].append(series)
            completed += call.count
        }
        return Profile(
            tool: "syslat 1", host: host(boot), capture: capture(boot),
            balance: Balance(entered: completed, completed: completed, inFlight: 0, neverReturned: 0, lostByCause: [:]),
            calls: made.map { CallProfile(id: $0.key, series: $0.value.inOrder, errnos: []) }, processes: [], inFlight: [])
    }

    private func host(_ boot: Int) -> Host {
        Host(
            kernelRelease: kernel, kernelVersion: "#1 SMP PREEMPT_DYNAMIC", arch: "x86_64", bootID: "\(kernel)-\(seed)-\(boot)",
            cpuModel: "AMD EPYC 7763", microcode: "0xa0011d5", onlineCPUs: 2, clocksource: "tsc",
            mitigations: ["meltdown": "Not affected"], vdsoSymbols: ["__vdso_clock_gettime", "__vdso_getcpu"])
    }

    private func capture(_ boot: Int) -> CaptureSummary {
        CaptureSummary(
            startedAtNanoseconds: (1_772_368_496 + start + UInt64(boot) * step) * 1_000_000_000,
            durationNanoseconds: 10_000_000_000,
            scope: "all processes", probeFloorNanoseconds: 170)
    }

    /// A distribution with a tail to the right, the same for every boot except for its location.
    package static func distribution(around nanoseconds: Double, count: UInt64) -> LatencyHistogram {
        let parts: UInt64 = 50
        var counts: [Int: UInt64] = [:]
        var (sum, least, most): (UInt64, UInt64, UInt64) = (0, .max, 0)
        for part in 0..<parts {
            let share = count / parts + (part < count % parts ? 1 : 0)
            guard share > 0 else { continue }
            let quantile = (Double(part) + 0.5) / Double(parts)
            let value = UInt64(max(1, nanoseconds * (1 + 0.3 * (quantile - 0.5) + 0.8 * pow(quantile, 20))))
            counts[BucketScheme.index(of: value), default: 0] += share
            sum += value * share
            (least, most) = (min(least, value), max(most, value))
        }
        return LatencyHistogram(
            buckets: counts.keys.sorted().map { .init(index: $0, count: counts[$0] ?? 0) }, aboveRange: 0, sum: sum, min: least,
            max: most)
    }
}

extension SyntheticBoots {
    /// The same boots as profiles of a workload: a case for each call, named by its number and result.
    package func workloadFiles(_ name: String, machine: WorkloadResult.Machine = .host) -> [ComparedFile] {
        files(name).map { file in
            var file = file
            let cases = file.profile.calls.flatMap { call in
                call.series.map { series in
                    WorkloadCase(
                        name: "case-\(call.id.number)\(series.failed ? "-missing" : "")", state: .measured,
                        syscalls: [call.id.name],
                        operations: series.distribution.count,
                        untraced: (series.distribution.value(at: .p50)).map {
                            CallCost(median: Double($0) - 100, lowerQuartile: Double($0) - 110, upperQuartile: Double($0) - 90)
                        }, calls: [CaseCall(call.id, [series])])
                }
            }
            file.profile.workload = WorkloadResult(
                id: "standard", version: 1, isQuick: false, runs: 1, machine: machine, cases: cases.sorted { $0.name < $1.name })
            return file
        }
    }
}

extension SeededGenerator {
    /// A random number of the standard normal distribution: Box and Muller (1958).
    package mutating func normal() -> Double {
        let first = Double.random(in: Double.leastNonzeroMagnitude...1, using: &self)
        return (-2 * log(first)).squareRoot() * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
    }
}
