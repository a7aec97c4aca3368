import LatencyHistogram
import Presentation
import Profile
import SyscallTable

/// What a profile has, as metrics. The names are the same in every format and for every way to get them.
enum ProfileMetrics {
    /// - Parameter byProcess: calls and times by the name of a process too. There is no bound to how many there are.
    static func families(_ profile: Profile, byProcess: Bool = false) -> [MetricFamily] {
        var families = [build(profile.tool), host(profile.host)]
        families += capture(profile.capture)
        families += BalanceMetrics.families(profile)
        families += CallMetrics.families(profile)
        families += RequestMetrics.families(profile)
        if byProcess { families += ProcessMetrics.families(profile.allProcesses) }
        if let vdso = profile.vdso { families += VDSOMetrics.families(vdso) }
        return families
    }

    private static func build(_ tool: String) -> MetricFamily {
        var family = MetricFamily("syslat_build", .info, help: "The version of syslat that made the profile.")
        family.add([MetricLabel("version", tool)], 1)
        return family
    }

    private static func host(_ host: Host) -> MetricFamily {
        var family = MetricFamily("syslat_host", .info, help: "The machine and boot that the profile was made on.")
        family.add(
            [
                MetricLabel("kernel_release", host.kernelRelease), MetricLabel("arch", host.arch),
                MetricLabel("boot_id", host.bootID), MetricLabel("cpu_model", host.cpuModel),
                MetricLabel("clocksource", host.clocksource),
            ], 1)
        return family
    }

    private static func capture(_ capture: CaptureSummary) -> [MetricFamily] {
        let gauges: [(String, String, UInt64?)] = [
            ("capture_start_time", "When the capture began, since 1970-01-01 00:00 UTC.", capture.startedAtNanoseconds),
            ("capture_duration", "How long the capture took.", capture.durationNanoseconds),
            ("probe_floor", "The median of a call that does nothing, under the same probes.", capture.probeFloorNanoseconds),
        ]
        return gauges.map { name, help, nanoseconds in
            var family = MetricFamily("syslat_\(name)_seconds", .gauge, unit: "seconds", help: help)
            if let nanoseconds { family.add([], .nanoseconds(nanoseconds)) }
            return family
        } + cost(capture) + sampling(capture.sampling)
    }

    /// What the capture cost, as far as it is known.
    private static func cost(_ capture: CaptureSummary) -> [MetricFamily] {
        func time(_ name: String, _ help: String, _ nanoseconds: UInt64?) -> MetricFamily {
            var family = MetricFamily("syslat_\(name)_seconds", .counter, unit: "seconds", help: help)
            if let nanoseconds { family.add([], .nanoseconds(nanoseconds)) }
            return family
        }
        var runs = MetricFamily(
            "syslat_program_runs", .counter, help: "Runs of the programs in the kernel, where it keeps statistics of them.")
        if let programs = capture.programs { runs.add([], programs.runs) }
        let budget = capture.sampling?.budget
        return [
            time("consumer_cpu", "CPU time of syslat itself.", capture.consumerCPUNanoseconds),
            time(
                "program_run", "Time in the programs in the kernel, where it keeps statistics of them.",
                capture.programs?.nanoseconds),
            runs,
            time(
                "overhead", "What the capture cost its target, as an overhead budget counts it, in CPU time.",
                budget?.spentNanoseconds),
            time("watched_cpu", "CPU time of the watched processes, under an overhead budget.", budget?.watchedNanoseconds),
        ]
    }

    /// Nothing where every call was measured.
    private static func sampling(_ sampling: CallSampling?) -> [MetricFamily] {
        guard let sampling else { return [] }
        var rate = MetricFamily(
            "syslat_sampling_calls", .gauge,
            help: "One call in so many was measured, the others only counted: the smallest and the largest rate.")
        rate.add([MetricLabel("bound", "min")], sampling.leastCalls)
        rate.add([MetricLabel("bound", "max")], sampling.mostCalls)
        return [rate]
    }
}
