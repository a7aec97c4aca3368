import ComparisonSupport
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

@testable import Comparison

/// Files that can't be compared are refused with a sentence, and doubts become warnings.
@Suite struct CompatibilityTests {
    private static let base = SyntheticBoots(seed: 1).files("a")
    private static let new: [ComparedFile] = {
        var boots = SyntheticBoots(seed: 2)
        (boots.kernel, boots.start) = ("6.12", 100)
        return boots.files("b")
    }()

    private func refusal(_ base: [ComparedFile], _ new: [ComparedFile], _ options: ComparisonOptions = ComparisonOptions())
        -> String
    {
        do {
            _ = try Comparer.compare(base: base, new: new, options: options)
            return ""
        } catch {
            return error.description
        }
    }

    private func edited(_ files: [ComparedFile], _ edit: (inout Profile) -> Void) -> [ComparedFile] {
        files.map { file in
            var file = file
            edit(&file.profile)
            return file
        }
    }

    private func warnings(_ base: [ComparedFile], _ new: [ComparedFile]) throws -> [String] {
        try Comparer.compare(base: base, new: new).warnings
    }

    /// The same kernel by a hook that takes 41 ns more of every call.
    private func byOtherHook(knowsFloor: Bool = true) -> [ComparedFile] {
        var boots = SyntheticBoots(seed: 2)
        (boots.kernel, boots.start) = ("6.12", 100)
        for place in boots.calls.indices { boots.calls[place].nanoseconds += 41 }
        return edited(boots.files("b")) {
            $0.capture.hooks = CaptureHooks(calls: .perfEvent, others: .perfEvent)
            $0.capture.probeFloorNanoseconds = knowsFloor ? 211 : nil
        }
    }

    @Test(arguments: [true, false])
    func `what another hook costs is no regression, and a warning names the hooks`(knowsFloor: Bool) throws {
        let base = edited(Self.base) { $0.capture.hooks = CaptureHooks(calls: .typed, others: .typed) }
        let comparison = try Comparer.compare(base: base, new: byOtherHook(knowsFloor: knowsFloor))
        #expect(comparison.gated.allSatisfy { $0.verdict != .regressed }, "\(comparison.gated.map(\.verdict))")
        #expect(
            comparison.warnings.contains { $0.hasPrefix("The programs were called by different hooks (tp_btf and perf_event)") })
        #expect(
            comparison.differences.contains(
                IdentityDifference(name: "hook at system calls", base: ["tp_btf"], new: ["perf_event"])))
        // In boots by one hook the same times would be one.
        let alike = try Comparer.compare(
            base: edited(base) { $0.capture.hooks = nil },
            new: edited(byOtherHook()) {
                ($0.capture.hooks, $0.capture.probeFloorNanoseconds) = (nil, 170)
            })
        #expect(alike.gated.contains { $0.verdict == .regressed })
        #expect(!alike.warnings.contains { $0.contains("different hooks") })
    }

    @Test func `a side without files is refused`() {
        let sentence = "has no files. Name profiles of both kernels."
        #expect(refusal([], Self.new) == "BASE \(sentence)")
        #expect(refusal(Self.base, []) == "NEW \(sentence)")
    }

    @Test func `more than 100 boots on a side are refused`() {
        var boots = SyntheticBoots(seed: 3)
        (boots.count, boots.calls) = (101, [.init(0, 400)])
        #expect(refusal(boots.files("a"), Self.new) == "BASE has 101 boots: more than 100 add nothing. Leave some out.")
    }

    @Test func `profiles of different workloads are refused`() {
        let base = SyntheticBoots(seed: 1).workloadFiles("a")
        for edit: (inout Profile) -> Void in [
            { $0.workload?.id = "other" }, { $0.workload?.version = 2 }, { $0.workload?.isQuick = true }, { $0.workload = nil },
        ] {
            let sentence = refusal(base, edited(base, edit))
            #expect(sentence.contains("different work can't be compared"), "\(sentence)")
            #expect(sentence.hasPrefix("a-0.syslat is of workload standard 1 and a-0.syslat of"))
        }
    }

    @Test func `profiles from emulation can't be compared with ones from hardware`() {
        let base = SyntheticBoots(seed: 1).workloadFiles("a")
        for machine in [WorkloadResult.Machine.host, .kvm] {
            let sentence = refusal(
                SyntheticBoots(seed: 1).workloadFiles("a", machine: machine), edited(base) { $0.workload?.machine = .emulation })
            #expect(sentence.contains("was made under emulation"), "\(sentence)")
        }
        // Within one side too.
        var mixed = base
        mixed[3].profile.workload?.machine = .emulation
        #expect(refusal(mixed, base).contains("a-3.syslat was made under emulation and a-0.syslat on real hardware"))
    }

    /// An emulation that takes its time from the host's clock doesn't count instructions.
    @Test func `counted instructions can't be compared with other nanoseconds`() {
        let counted = SyntheticBoots(seed: 1).workloadFiles("a", machine: .countedEmulation)
        for (machine, phrase) in [
            (WorkloadResult.Machine.host, "on real hardware"), (.kvm, "on real hardware"), (.emulation, "under emulation"),
        ] {
            let other = SyntheticBoots(seed: 2).workloadFiles("b", machine: machine)
            let sentence = refusal(counted, other)
            #expect(
                sentence.hasPrefix("a-0.syslat was made under emulation that counts instructions and b-0.syslat \(phrase): "),
                "\(sentence)")
            #expect(refusal(other, counted).contains("their nanoseconds have nothing in common"))
        }
    }

    @Test func `two sides under emulation get a warning about their nanoseconds`() throws {
        for (machine, sentence) in [
            (WorkloadResult.Machine.emulation, "nanoseconds say nothing about any hardware"),
            (.countedEmulation, "under emulation that counts instructions, one nanosecond each"),
        ] {
            let files = SyntheticBoots(seed: 1).workloadFiles("a", machine: machine)
            #expect(try warnings(files, files).first?.contains(sentence) == true)
        }
    }

    @Test func `different machines are listed as a difference`() throws {
        let comparison = try Comparer.compare(
            base: SyntheticBoots(seed: 1).workloadFiles("a"), new: SyntheticBoots(seed: 2).workloadFiles("b", machine: .kvm))
        #expect(comparison.differences.contains(IdentityDifference(name: "machine", base: ["host"], new: ["kvm"])))
    }

    @Test func `a file that lost too many calls is refused unless losses are accepted`() throws {
        func lossy(_ lost: UInt64) -> [ComparedFile] {
            edited(Self.new) {
                $0.balance = Balance(
                    entered: 100_000, completed: 100_000 - lost, inFlight: 0, neverReturned: 0, lostByCause: [.noSlot: lost])
            }
        }
        #expect(refusal(Self.base, lossy(100)) == "")
        let sentence = refusal(Self.base, lossy(101))
        #expect(sentence.hasPrefix("b-0.syslat lost 101 of 100000 calls, more than 0.1 %. Calls are lost in the busiest moments"))
        let forced = try Comparer.compare(base: Self.base, new: lossy(101), options: ComparisonOptions(acceptsLosses: true))
        #expect(
            forced.warnings.first == "7 files lost more than 0.1 % of the calls: what is left looks faster than it was.")
    }

    // MARK: Doubts

    @Test func `a side that mixes kernels or clock sources gets a warning`() throws {
        var mixed = Self.base
        mixed[2].profile.host.kernelRelease = "6.8.99"
        mixed[4].profile.host.clocksource = "hpet"
        let found = try warnings(mixed, Self.new)
        #expect(found.count == 2)
        #expect(
            found[0]
                == "BASE mixes 2 values of kernel: 6.8.0-56-cloud-amd64, 6.8.99. Its boots differ by more than chance.")
        #expect(found[1].hasPrefix("BASE mixes 2 values of clocksource: hpet, tsc."))
    }

    @Test func `sides whose boots didn't take turns get a warning`() throws {
        let later = edited(Self.new) { $0.capture.startedAtNanoseconds += 100_000_000_000_000 }
        #expect(try warnings(Self.base, later).contains { $0.hasPrefix("All boots of one side came before") })
        #expect(try warnings(later, Self.base).contains { $0.hasPrefix("All boots of one side came before") })
        #expect(try warnings(Self.base, Self.new) == [])
    }

    @Test func `captures of different selections or targets get a warning`() throws {
        #expect(
            try warnings(Self.base, edited(Self.new) { $0.capture.selection = "read" }).contains {
                $0.contains("selection of calls")
            })
        #expect(try warnings(Self.base, edited(Self.new) { $0.capture.scope = "pid 12" }).contains { $0.contains("scope") })
        let pids = (edited(Self.base) { $0.capture.scope = "pid 12" }, edited(Self.new) { $0.capture.scope = "pid 3456" })
        #expect(try warnings(pids.0, pids.1) == [])
        #expect(try warnings(Self.base, edited(Self.new) { $0.host.bootID = "" }).contains { $0.contains("no boot id") })
    }

    // MARK: Identity

    @Test func `every difference between the hosts is listed`() throws {
        let new = edited(Self.new) {
            $0.host.clocksource = "hpet"
            $0.host.microcode = "0x2"
            $0.host.mitigations = ["meltdown": "Mitigation: PTI", "srso": "Vulnerable"]
            $0.host.vdsoSymbols = ["__vdso_clock_gettime", "__vdso_getcpu", "__vdso_getrandom"]
            $0.host.kernelVersion = "#2"
        }
        let found = try Comparer.compare(base: Self.base, new: new).differences
        #expect(
            found == [
                IdentityDifference(name: "kernel", base: ["6.8.0-56-cloud-amd64"], new: ["6.12"]),
                IdentityDifference(name: "microcode", base: ["0xa0011d5"], new: ["0x2"]),
                IdentityDifference(name: "clocksource", base: ["tsc"], new: ["hpet"]),
                IdentityDifference(name: "kernel build", base: ["#1 SMP PREEMPT_DYNAMIC"], new: ["#2"]),
                IdentityDifference(name: "mitigation meltdown", base: ["Not affected"], new: ["Mitigation: PTI"]),
                IdentityDifference(name: "mitigation srso", base: ["not known to the kernel"], new: ["Vulnerable"]),
                IdentityDifference(name: "vDSO functions", base: [], new: ["__vdso_getrandom"]),
            ])
        #expect(try Comparer.compare(base: Self.base, new: Self.base).differences == [])
    }

    // MARK: vDSO

    private func vdso(_ isServed: Bool?, syscall: Double, reason: EntryReason?) -> VDSOProfile {
        let cost = CallCost(median: syscall, lowerQuartile: syscall, upperQuartile: syscall)
        let entry = reason.map {
            VDSOEntry(
                id: SyscallID(abi: .x86_64, number: 318), clock: nil, reason: $0,
                distribution: SyntheticBoots.distribution(around: 300, count: 10), processes: [])
        }
        return VDSOProfile(
            functions: [VDSOFunction(name: "getrandom", isServed: isServed, syscall: cost, kernelP50Nanoseconds: 200)],
            entered: entry.map { [$0] } ?? [], served: [], vsyscalls: [], ticks: .on(hertz: 97))
    }

    @Test func `a function that only the vDSO of NEW serves is reported`() throws {
        let base = edited(Self.base) { $0.vdso = vdso(false, syscall: 300, reason: .bypass) }
        let new = edited(Self.new) { $0.vdso = vdso(true, syscall: 330, reason: .reseed) }
        let found = try Comparer.compare(base: base, new: new).vdso
        let change = try #require(found.served.first)
        #expect(found.served.count == 1 && change.function == "getrandom" && change.isNowServed && !change.isNoLongerServed)
        #expect(found.entered.map { "\($0.reason) \($0.appeared)" } == ["bypass false", "reseed true"])
        #expect(abs((found.baseBoundary ?? 0) - 270) < 1e-9 && abs((found.newBoundary ?? 0) - 300) < 1e-9)
        let back = try Comparer.compare(base: new, new: base).vdso
        #expect(back.served.first?.isNoLongerServed == true)
    }

    @Test func `a vDSO without a function counts as not serving it`() throws {
        let base = edited(Self.base) { $0.vdso = vdso(nil, syscall: 300, reason: nil) }
        let new = edited(Self.new) {
            $0.vdso = vdso(true, syscall: 300, reason: nil)
            $0.host.vdsoSymbols += ["__vdso_getrandom"]
        }
        #expect(try Comparer.compare(base: base, new: new).vdso.served.first?.isNowServed == true)
    }

    /// The image of BASE has the function but nobody called it, so nothing is known.
    @Test func `a vDSO function that was not tried is no change`() throws {
        let base = edited(Self.base) {
            $0.vdso = vdso(nil, syscall: 300, reason: nil)
            $0.host.vdsoSymbols += ["__vdso_getrandom"]
        }
        let new = edited(Self.new) {
            $0.vdso = vdso(true, syscall: 300, reason: nil)
            $0.host.vdsoSymbols += ["__vdso_getrandom"]
        }
        #expect(try Comparer.compare(base: base, new: new).vdso.served.isEmpty)
    }

    /// A workload bypasses the vDSO on purpose. Other reasons are still reported.
    @Test func `a bypass by the workload itself is not a change`() throws {
        func workload(_ profile: inout Profile) {
            profile.workload = WorkloadResult(id: "test", version: 1, isQuick: false, runs: 1, machine: .host, cases: [])
        }
        let base = edited(Self.base) {
            workload(&$0)
            $0.vdso = vdso(nil, syscall: 300, reason: .clocksource("hpet"))
        }
        let new = edited(Self.new) {
            workload(&$0)
            $0.vdso = vdso(nil, syscall: 300, reason: .bypass)
        }
        #expect(try Comparer.compare(base: base, new: new).vdso.entered.map(\.reason) == ["clocksource:hpet"])
    }

    @Test func `vDSO calls estimated on one side only are not compared`() throws {
        let new = edited(Self.new) { $0.vdso = vdso(true, syscall: 330, reason: .reseed) }
        let found = try Comparer.compare(base: Self.base, new: new)
        #expect(found.vdso.isEmpty)
        #expect(found.warnings == ["Only one side estimated the calls that the vDSO served: they are not compared."])
    }
}
