package import Comparison
import Glibc
import LatencyHistogram
package import Profile
import SyscallTable
import TestSupport

/// Profiles of boots that ran a workload, made up from a seed. A case may make several calls, which end in several ways.
package struct SyntheticCases: Sendable {
    /// What an operation makes once.
    package struct Call: Sendable {
        package var number: Int32
        package var nanoseconds: Double
        package var outcome: Outcome
        package var failed: Bool

        package init(_ number: Int32, _ nanoseconds: Double, _ outcome: Outcome = .ran, failed: Bool = false) {
            (self.number, self.nanoseconds, self.outcome, self.failed) = (number, nanoseconds, outcome, failed)
        }
    }

    package struct Case: Sendable {
        package var name: String
        package var untraced: Double
        package var calls: [Call]
        package var waitsForOtherCPU: Bool

        package init(_ name: String, untraced: Double, _ calls: [Call], waitsForOtherCPU: Bool = false) {
            (self.name, self.untraced, self.calls) = (name, untraced, calls)
            self.waitsForOtherCPU = waitsForOtherCPU
        }
    }

    package var cases: [Case]
    package var seed: UInt64
    package var kernel: String
    package var count = 7
    package var operations: UInt64 = 6_000
    /// The standard deviations, from boot to boot, of ln of each call's time and of each untraced time.
    package var deviation = 0.005
    package var untracedDeviation = 0.005
    /// The same of the speed of a boot as a whole, which all of its times share.
    package var bootDeviation = 0.0
    /// Whether cases pool their calls, as those of syslat 0.1.0 do.
    package var poolsCalls = false

    package init(_ cases: [Case], seed: UInt64, kernel: String) { (self.cases, self.seed, self.kernel) = (cases, seed, kernel) }

    /// A file for each boot, with names that begin with `name`. Boots of two seeds take turns.
    package func files(_ name: String) -> [ComparedFile] {
        var random = SeededGenerator(seed: seed)
        var boots = SyntheticBoots(seed: seed)
        (boots.kernel, boots.count, boots.calls, boots.start) = (kernel, count, [], seed.isMultiple(of: 2) ? 100 : 0)
        return boots.files(name).map { file in
            var file = file
            file.profile.workload = WorkloadResult(
                id: "standard", version: poolsCalls ? 1 : 2, isQuick: false, runs: 1, machine: .host,
                cases: cases(at: exp(bootDeviation * random.normal()), using: &random))
            return file
        }
    }

    private func cases(at speed: Double, using random: inout SeededGenerator) -> [WorkloadCase] {
        cases.map { item in
            var item = item
            item.untraced *= speed
            for place in item.calls.indices { item.calls[place].nanoseconds *= speed }
            return made(item, using: &random)
        }
    }

    private func made(_ item: Case, using random: inout SeededGenerator) -> WorkloadCase {
        var calls: [CaseCall] = []
        for call in item.calls {
            let time = call.nanoseconds * exp(deviation * random.normal())
            let series = Series(
                outcome: call.outcome, failed: call.failed,
                distribution: SyntheticBoots.distribution(around: time, count: operations))
            let id = poolsCalls ? nil : SyscallID(abi: .x86_64, number: call.number)
            calls = calls.merged(with: [CaseCall(id, [series])])
        }
        let untraced = item.untraced * exp(untracedDeviation * random.normal())
        return WorkloadCase(
            name: item.name, state: .measured, syscalls: item.calls.map { SyscallID(abi: .x86_64, number: $0.number).name },
            operations: operations, waitsForOtherCPU: item.waitsForOtherCPU,
            untraced: CallCost(median: untraced, lowerQuartile: untraced, upperQuartile: untraced), calls: calls)
    }
}
