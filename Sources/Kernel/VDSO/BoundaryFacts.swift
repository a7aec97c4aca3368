import Linux
package import Profile

/// What this host adds to each entry into the kernel and each return from it.
package struct BoundaryFacts: Sendable, Hashable {
    /// The mitigations in force that act at each entry or exit, or at each branch in between.
    package var mitigations: [BoundaryMitigation]
    package var vsyscall: VsyscallMode

    /// - Parameters:
    ///   - vulnerabilities: /sys/devices/system/cpu/vulnerabilities, name to state: `Host.mitigations`.
    ///   - maps: /proc/PID/maps of a 64-bit process.
    package init(vulnerabilities: [String: String], maps: String) {
        mitigations = vulnerabilities.compactMap { BoundaryMitigation(name: $0.key, state: $0.value) }
            .sorted { $0.name < $1.name }
        vsyscall = VsyscallMode(maps: maps)
    }

    /// The facts of the running kernel.
    package static func current(vulnerabilities: [String: String]) -> BoundaryFacts {
        BoundaryFacts(vulnerabilities: vulnerabilities, maps: ProcFS.text("/proc/self/maps") ?? "")
    }
}

/// A mitigation that every system call pays for.
///
/// Source: arch/x86/kernel/cpu/bugs.c and arch/arm64/kernel/proton-pack.c (v6.18), Documentation/admin-guide/hw-vuln.
package struct BoundaryMitigation: Sendable, Hashable {
    /// The file's name: `spectre_v2`.
    package let name: String
    /// The kernel's own words: `Mitigation: PTI`.
    package let state: String
    /// What it does; never empty.
    package let effects: [BoundaryEffect]

    /// nil for a state that costs a system call nothing.
    ///
    /// `Safe RET` and `Clear CPU buffers` also count if the kernel reports `Vulnerable`: it runs the code anyway, and only lacks
    /// the microcode that would make it effective.
    package init?(name: String, state: String) {
        let isInForce =
            state.hasPrefix("Mitigation:") || state.hasPrefix("Vulnerable: Safe RET")
            || state.hasPrefix("Vulnerable: Clear CPU buffers attempted")
        guard isInForce else { return nil }
        let effects = BoundaryMitigation.effects(name, state)
        if effects.isEmpty { return nil }
        self.name = name
        self.state = state
        self.effects = effects
    }

    private static func effects(_ name: String, _ state: String) -> [BoundaryEffect] {
        switch name {
        case "meltdown" where state.contains("PTI"): [.pageTablesSwitched]
        case "spectre_v1" where state.contains("swapgs barriers"): [.speculationStoppedAfterSwapgs]
        case "spectre_v2": spectreV2(state)
        case "retbleed": retbleed(state)
        case "spec_rstack_overflow" where state.contains("Safe RET"): [.safeReturn]
        // `IBPB on VMEXIT only` is for guests.
        case "spec_rstack_overflow" where state.contains("IBPB") && !state.contains("VMEXIT"): [.predictorsFlushed]
        case "indirect_target_selection" where state.contains("thunks"): [.thunks]
        // If TSX is off, the state says so, and nothing is cleared.
        case "mds", "tsx_async_abort", "mmio_stale_data", "tsa":
            state.contains("Clear CPU buffers") ? [.buffersCleared] : []
        case "reg_file_data_sampling" where state.contains("Clear Register File"): [.buffersCleared]
        case "vmscape" where state.contains("IBPB before exit to userspace"): [.predictorsFlushedAfterGuest]
        default: []
        }
    }

    private static func spectreV2(_ state: String) -> [BoundaryEffect] {
        // After `Mitigation: `, parts are separated by `;` or `,`: `Retpolines; IBPB: conditional; BHI: SW loop, KVM: SW loop`.
        let parts = state.dropFirst("Mitigation:".count).split { ";,".contains($0) }.map { part in
            String(part.drop { $0 == " " })
        }
        var effects: [BoundaryEffect] = []
        // `Enhanced / Automatic IBRS` is switched on once and stays on.
        if parts.contains("IBRS") { effects.append(.branchSpeculationRestricted) }
        if parts.contains(where: { $0.contains("Retpolines") || $0.contains("LFENCE") }) {
            effects.append(.retpolines)
        }
        if parts.contains(where: { $0 == "BHI: SW loop" || $0 == "BHB" }) { effects.append(.branchHistoryCleared) }
        return effects
    }

    private static func retbleed(_ state: String) -> [BoundaryEffect] {
        if state.contains("untrained return thunk") { return [.returnsUntrained] }
        if state.contains("IBPB") { return [.predictorsFlushed] }
        if state.contains("Stuffing") { return [.returnPredictorStuffed] }
        // Otherwise the mitigation of spectre_v2 covers it.
        return []
    }
}

/// What the kernel does with the legacy vsyscall page, whose calls no system call tracepoint sees.
package enum VsyscallMode: String, Sendable, Hashable {
    /// Calls are carried out, and the page can be read.
    case emulate
    /// Calls are carried out.
    case xonly
    /// There is no page. A call kills the program.
    case none

    /// From the page's line in the maps of any 64-bit process. Source: gate_vma in arch/x86/entry/vsyscall/vsyscall_64.c, v6.18.
    package init(maps: String) {
        guard let page = MemoryMapping.all(maps: maps).first(where: { $0.name == "[vsyscall]" }) else {
            self = .none
            return
        }
        self = page.permissions.hasPrefix("r") ? .emulate : .xonly
    }
}
