import LatencyHistogram
import Profile
import SyscallTable
import Testing

@testable import Presentation

@Suite struct AdviceTests {
    private static let reasons: [EntryReason] = [
        .noVDSO, .bypass, .clockNotServed(.threadCPUTime), .clocksource("hpet"), .clocksource("xen"),
        .clocksource("kvm-clock"), .counterInvalid, .reseed, .rngFallback, .compat, .unexplained,
    ]

    @Test(arguments: reasons, ["clock_gettime", "gettimeofday", "time", "getcpu", "clock_getres", "getrandom"])
    func everyReasonIsASentence(reason: EntryReason, function: String) {
        let advice = reason.advice(functions: [function])
        #expect(advice.last == "." && !advice.contains("  ") && !advice.lowercased().contains("namespace"))
    }

    @Test func curesNameWhatToType() {
        let hpet = EntryReason.clocksource("hpet").advice(functions: ["clock_gettime"])
        #expect(hpet.contains("`dmesg | grep -i clocksource`") && hpet.contains("tsc=reliable at boot"))
        #expect(hpet.contains("`echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource`"))
        #expect(EntryReason.bypass.advice(functions: ["getrandom"]).contains("glibc from 2.41 on"))
        #expect(EntryReason.bypass.advice(functions: ["clock_gettime"]).contains("Use clock_gettime(3) of a libc"))
        #expect(vdso([]).advice(on: []) == nil)
    }

    @Test func `where the vDSO would not serve the call either, nothing is advised`() {
        let clock = VDSOFunction(name: "clock_gettime", clock: .threadCPUTime, isServed: false)
        let entry = VDSOEntry(
            id: SyscallID(abi: .x86_64, number: 228), clock: .threadCPUTime, reason: .bypass, distribution: LatencyHistogram(),
            processes: [])
        #expect(
            vdso([clock]).advice(on: [entry])
                == "the program calls the kernel directly, but this host's vDSO does not answer clock_gettime for THREAD_CPUTIME either."
        )
    }

    @Test(arguments: BoundaryEffect.allCases) func `every effect of a mitigation is a phrase of its own`(effect: BoundaryEffect) {
        #expect(effect.phrase.count > 10 && effect.phrase.last != ".")
        #expect(BoundaryEffect.allCases.count { $0.phrase == effect.phrase } == 1)
    }

    private func vdso(_ functions: [VDSOFunction]) -> VDSOProfile {
        VDSOProfile(functions: functions, entered: [], served: [], vsyscalls: [], sampling: .off)
    }
}
