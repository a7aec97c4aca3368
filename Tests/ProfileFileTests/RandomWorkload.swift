import LatencyHistogram
import Profile
import SyscallTable

/// Workloads of every shape, from a seed. No two cases have the same name.
extension WorkloadResult {
    static func random(
        id: String = "standard", machine: Machine = .host, using random: inout some RandomNumberGenerator
    ) -> WorkloadResult {
        WorkloadResult(
            id: id, version: 3, isQuick: false, runs: .random(in: 1...50, using: &random), machine: machine,
            slices: Bool.random(using: &random) ? Slices(made: 250, counted: .random(in: 1...250, using: &random)) : nil,
            cases: (0..<Int.random(in: 0...5, using: &random)).map { number in
                .random(name: "case-\(number)-\(Profile.text(using: &random))", using: &random)
            })
    }
}

extension WorkloadCase {
    static func random(name: String, using random: inout some RandomNumberGenerator) -> WorkloadCase {
        let states: [State] = [.measured, .measured, .absent("no \"io_uring\""), .absent(""), .failed("3 of 4 calls\n")]
        var calls: [CaseCall] = []
        for number in Int32(0)..<3 where Bool.random(using: &random) {
            var series: [Series] = []
            for outcome in Outcome.allCases {
                for failed in [false, true] where Bool.random(using: &random) {
                    series.append(Series(outcome: outcome, failed: failed, distribution: .random(using: &random)))
                }
            }
            // The last stands for a file of syslat 0.1.0.
            let id = number < 2 ? SyscallID(abi: .x86_64, number: number) : nil
            if !series.isEmpty { calls.append(CaseCall(id, series)) }
        }
        return WorkloadCase(
            name: name, state: states.randomElement(using: &random)!, syscalls: ["read", Profile.text(using: &random)],
            operations: .random(in: 0...1 << 50, using: &random), waitsForOtherCPU: .random(using: &random),
            untraced: Bool.random(using: &random) ? .random(using: &random) : nil, calls: calls)
    }
}
