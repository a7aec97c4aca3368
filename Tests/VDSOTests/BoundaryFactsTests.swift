import Linux
import Profile
import Testing

@testable import VDSO

@Suite struct BoundaryFactsTests {
    /// States as kernels print them, and what each does to an entry or exit.
    @Test(
        arguments: [
            ("meltdown", "Mitigation: PTI", .pageTablesSwitched),
            ("meltdown", "Not affected", nil),
            ("meltdown", "Vulnerable", nil),
            ("l1tf", "Mitigation: PTE Inversion; VMX: conditional cache flushes, SMT vulnerable", nil),
            ("spectre_v1", "Mitigation: usercopy/swapgs barriers and __user pointer sanitization", .speculationStoppedAfterSwapgs),
            ("spectre_v1", "Mitigation: __user pointer sanitization", nil),
            (
                "spectre_v2", "Mitigation: Retpolines; STIBP: disabled; RSB filling; PBRSB-eIBRS: Not affected; BHI: Not affected",
                .retpolines
            ),
            ("spectre_v2", "Mitigation: IBRS; IBPB: conditional; STIBP: conditional; RSB filling", .branchSpeculationRestricted),
            ("spectre_v2", "Mitigation: Enhanced / Automatic IBRS; IBPB: conditional; RSB filling; BHI: BHI_DIS_S", nil),
            (
                "spectre_v2", "Mitigation: Enhanced / Automatic IBRS; IBPB: conditional; BHI: SW loop, KVM: SW loop",
                .branchHistoryCleared
            ),
            ("spectre_v2", "Mitigation: CSV2, BHB", .branchHistoryCleared),
            ("spectre_v2", "Mitigation: CSV2, but not BHB", nil),
            ("retbleed", "Mitigation: untrained return thunk; SMT enabled with STIBP protection", .returnsUntrained),
            ("retbleed", "Mitigation: Enhanced IBRS", nil),
            ("retbleed", "Mitigation: Stuffing", .returnPredictorStuffed),
            ("retbleed", "Mitigation: IBPB", .predictorsFlushed),
            ("spec_rstack_overflow", "Mitigation: Safe RET", .safeReturn),
            ("spec_rstack_overflow", "Vulnerable: Safe RET, no microcode", .safeReturn),
            ("spec_rstack_overflow", "Mitigation: IBPB", .predictorsFlushed),
            ("spec_rstack_overflow", "Mitigation: IBPB on VMEXIT only", nil),
            ("spec_rstack_overflow", "Mitigation: SMT disabled", nil),
            ("mds", "Mitigation: Clear CPU buffers; SMT vulnerable", .buffersCleared),
            ("mds", "Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable", .buffersCleared),
            ("mds", "Vulnerable; SMT vulnerable", nil),
            ("tsx_async_abort", "Mitigation: TSX disabled", nil),
            ("tsx_async_abort", "Mitigation: Clear CPU buffers; SMT vulnerable", .buffersCleared),
            ("mmio_stale_data", "Mitigation: Clear CPU buffers; SMT vulnerable", .buffersCleared),
            ("reg_file_data_sampling", "Mitigation: Clear Register File", .buffersCleared),
            ("tsa", "Mitigation: Clear CPU buffers", .buffersCleared),
            ("vmscape", "Mitigation: IBPB before exit to userspace", .predictorsFlushedAfterGuest),
            ("vmscape", "Mitigation: IBPB on VMEXIT", nil),
            ("indirect_target_selection", "Mitigation: Aligned branch/return thunks", .thunks),
            ("spec_store_bypass", "Mitigation: Speculative Store Bypass disabled via prctl", nil),
            ("itlb_multihit", "KVM: Mitigation: VMX disabled", nil),
            ("srbds", "Mitigation: Microcode", nil),
            ("some_new_one", "Mitigation: something", nil),
        ] as [(String, String, BoundaryEffect?)])
    func `a mitigation's state gives its effect on the boundary`(row: (name: String, state: String, effect: BoundaryEffect?)) {
        let mitigation = BoundaryMitigation(name: row.name, state: row.state)
        guard let effect = row.effect else {
            #expect(mitigation == nil)
            return
        }
        #expect(mitigation?.effects == [effect])
    }

    @Test func `mitigations are in order and can have several effects`() {
        let facts = BoundaryFacts(
            vulnerabilities: [
                "spectre_v2": "Mitigation: Retpolines; BHI: SW loop, KVM: SW loop", "meltdown": "Mitigation: PTI",
                "l1tf": "Not affected",
            ], maps: "")
        #expect(facts.mitigations.map(\.name) == ["meltdown", "spectre_v2"])
        #expect(facts.mitigations[1].effects == [.retpolines, .branchHistoryCleared])
    }

    @Test func `the memory map gives the mode of the vsyscall page`() {
        let lines = [
            "7f6cd5ebd000-7f6cd5ebf000 r-xp 00000000 00:00 0                          [vdso]",
            "7f6cd5eb7000-7f6cd5ebb000 r--p 00000000 00:00 0",
        ].joined(separator: "\n")
        let page = "\nffffffffff600000-ffffffffff601000 %xp 00000000 00:00 0                  [vsyscall]\n"
        #expect(VsyscallMode(maps: lines + page.replacing("%", with: "r-")) == .emulate)
        #expect(VsyscallMode(maps: lines + page.replacing("%", with: "--")) == .xonly)
        #expect(VsyscallMode(maps: lines) == .none)
        #expect(VsyscallMode(maps: "") == .none)
    }

    @Test func `lines of a memory map are read or refused`() {
        let line = "00400000-0040b000 r-xp 00002000 08:01 1234   /opt/a b/c  d (deleted)"
        let mapping = MemoryMapping(line: line)
        #expect(mapping?.start == 0x40_0000 && mapping?.end == 0x40_b000 && mapping?.permissions == "r-xp")
        #expect(mapping?.name == "/opt/a b/c  d (deleted)")
        for bad in ["", "x", "1-2", "2-1 r-xp 0 0 0", "g-h r-xp 0 0 0 x", "1-ffffffffffffffffff r-xp 0 0 0 x"] {
            #expect(MemoryMapping(line: bad) == nil, "\(bad)")
        }
    }

    @Test func `the running kernel's vsyscall mode fits its memory map`() {
        let facts = BoundaryFacts.current(vulnerabilities: [:])
        #expect(facts.mitigations.isEmpty)
        let isMapped = (ProcFS.text("/proc/self/maps") ?? "").contains("[vsyscall]")
        #expect((facts.vsyscall == .none) != isMapped)
    }
}
