import Profile

extension Profile {
    /// Of a capture that saw nothing.
    static var empty: Profile {
        Profile(
            tool: "",
            host: Host(
                kernelRelease: "6.18", kernelVersion: "", arch: "x86_64", bootID: "", cpuModel: "", microcode: "", onlineCPUs: 1,
                clocksource: "tsc", mitigations: [:]),
            capture: CaptureSummary(startedAtNanoseconds: 0, durationNanoseconds: 1, scope: ""),
            balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [], processes: [],
            inFlight: [])
    }
}
