package import Profile
import SyscallTable

/// A workload with cases of every state.
extension Fixtures {
    package static let workload = WorkloadResult(
        id: "standard", version: 1, isQuick: true, runs: 3, machine: .countedEmulation,
        cases: [
            WorkloadCase(
                name: "read-4k-zero", state: .measured, syscalls: ["read"], operations: 20_000,
                untraced: CallCost(median: 412.4, lowerQuartile: 410, upperQuartile: 420.5),
                calls: [CaseCall(SyscallID(abi: .x86_64, number: 0), [series(.ran, 20_000, from: 310, seed: 1)])]),
            WorkloadCase(
                name: "futex-ping-pong", state: .measured, syscalls: ["futex"], operations: 5_000, waitsForOtherCPU: true,
                untraced: CallCost(median: 8_120, lowerQuartile: 8_000, upperQuartile: 9_000),
                calls: [
                    CaseCall(
                        SyscallID(abi: .x86_64, number: 202),
                        [series(.ran, 3_000, from: 260, seed: 2), series(.blocked, 7_000, from: 3_100, seed: 3)])
                ]),
            WorkloadCase(
                name: "open-close", state: .measured, syscalls: ["openat", "close"], operations: 10_000,
                untraced: CallCost(median: 1_912, lowerQuartile: 1_900, upperQuartile: 1_950),
                calls: [
                    CaseCall(SyscallID(abi: .x86_64, number: 257), [series(.ran, 10_000, from: 1_450, seed: 5)]),
                    CaseCall(SyscallID(abi: .x86_64, number: 3), [series(.ran, 10_000, from: 240, seed: 6)]),
                ]),
            WorkloadCase(
                name: "openat-missing", state: .measured, syscalls: ["openat"], operations: 10_000,
                calls: [CaseCall(nil, [series(.ran, failed: true, 10_000, from: 700, seed: 4)])]),
            WorkloadCase(
                name: "clock-gettime-vdso", state: .measured, syscalls: [], operations: 50_000,
                untraced: CallCost(median: 24.25, lowerQuartile: 24, upperQuartile: 25)),
            WorkloadCase(
                name: "io-uring-nop", state: .absent("io_uring_setup: ENOSYS\u{1b}[31m"), syscalls: ["io_uring_enter"],
                operations: 0),
            WorkloadCase(
                name: "rename", state: .failed("the file was not there afterwards"), syscalls: ["rename"], operations: 7),
        ])

    package static let workloadProfile: Profile = {
        var profile = typical
        profile.workload = workload
        return profile
    }()
}
