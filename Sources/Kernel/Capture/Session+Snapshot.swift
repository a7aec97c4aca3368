import Aggregation
import BPFRuntime
import CallSelection
import Linux
import Probes
package import Profile
import SyscallTable
import VDSO

extension Session {
    /// The profile as of now, while recording goes on. Counters are exact. Completed calls that are still in the CPUs' batches are in no
    /// distribution; the balance has them as `inBatches`.
    ///
    /// Sends no batches and stops nothing, so the watched calls cost the same as without it.
    package mutating func snapshot() throws(CaptureError) -> Profile {
        guard phase == .recording || phase == .paused else { return try profile(at: times.end) }
        intake.takeRing(probes)
        try takeCounted()
        return try profile(at: Clock.monotonic)
    }

    /// What is known of the profile before anything is recorded: the tool, the host and the target.
    package var outline: Profile {
        Profile(
            tool: syslatVersion, host: .current(),
            capture: CaptureSummary(
                startedAtNanoseconds: Clock.wall, durationNanoseconds: 0, scope: targetName,
                selection: options.selectionText, probeFloorNanoseconds: probeFloor, hooks: probes.captureHooks,
                sampling: sampling.summary),
            balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [], processes: [],
            inFlight: [])
    }

    /// What has been taken in, and the counters of the kernel side, at one moment.
    mutating func profile(at moment: UInt64) throws(CaptureError) -> Profile {
        let readings = try explained { () throws(BPFError) in try Readings(probes) }
        // What is said last is said of now; a snapshot has thousands of processes twice a second.
        let isLast = phase == .drained
        let names = livingNames(areRecent: !isLast)
        if !options.isWindowed { intake.aggregator.lookUpTitles(ofAll: isLast, { ProcFS.title(of: $0) }, names: names) }
        if isLast || host == nil { host = .current() }
        let (processes, origins) = intake.aggregator.processes(beforeEntryOfLiving: readings.beforeEntry, names)
        let requests = readings.requests.inFlight(unseen: unseenCompletions(readings.requestMisses, readings.counters))
        let vdso = vdso.profile(origins, processes: processes, readings, ticks: ticker.state, meter: meter.cost)
        let calls = intake.calls
        let seen = callsInFlight(at: moment, readings.inFlight, isLast: isLast)
        slowCalls?.finishNames(within: isLast ? Session.namesAtEnd : Session.namesOfSnapshot)
        let kept = slowCalls?.calls(readings.counters)
        return Profile(
            tool: syslatVersion, host: host ?? .current(),
            capture: summary(at: moment, readings, calls, boundaryMatters: !vdso.entered.isEmpty || !vdso.served.isEmpty),
            balance: balance(readings), calls: calls, processes: processes,
            inFlight: seen.map { named($0) } + requestsInFlight(at: moment, requests),
            vdso: vdso, refused: readings.refused,
            requests: probes.watchesRequests ? requestBalance(readings, inFlight: UInt64(requests.count)) : nil,
            slowCalls: kept, groups: try groups(names))
    }

    /// How many milliseconds names of functions are waited for: at the end, and while calls come.
    private static let (namesAtEnd, namesOfSnapshot) = (10_000, 100)

    /// - Parameter areRecent: whether the names will do that were found when processes were last looked at.
    func livingNames(areRecent: Bool) -> LivingNames {
        let hierarchy = options.grouping == .cgroup ? CgroupHierarchy.current : nil
        return LivingNames(
            name: { ProcFS.comm(of: $0) ?? "?" }, process: { ProcFS.threadGroup(of: $0) }, cgroup: { hierarchy?.path(of: $0) },
            areRecent: areRecent)
    }

    private mutating func groups(_ names: LivingNames) throws(CaptureError) -> CallGroups? {
        guard options.grouping == .file else { return intake.aggregator.groups(names) }
        do throws(BPFError) { return try files.groups(probes) } catch { throw CaptureError(error) }
    }

    private func requestBalance(_ readings: Readings, inFlight: UInt64) -> Balance {
        let (counters, misses) = (readings.counters, readings.requestMisses)
        let (completed, overflowed) = (intake.aggregator.requests, intake.aggregator.overflowedRequests)
        var lost = counters.lostRequestsByCause
        lost[.recursion] = misses.submitted
        lost[.missedExit, default: 0] += removedRequests + UInt64(readings.requests.count) - inFlight
        let entered = counters.requests + misses.submitted
        let explained = completed + inFlight + counters.silentRequests + lost.values.reduce(0, +)
        let inBatches = phase == .drained || explained > entered ? 0 : entered - explained
        return Balance(
            entered: entered, completed: completed, inFlight: inFlight, neverReturned: counters.silentRequests, lostByCause: lost,
            inBatches: inBatches, overflowed: overflowed)
    }

    private func balance(_ readings: Readings) -> Balance {
        let (counters, aggregator) = (readings.counters, CompletedCalls(intake.aggregator))
        var lost = counters.lostByCause
        // Of most calls whose entry was skipped the exit is seen.
        let skipped = max(readings.skippedEntries - min(readings.skippedEntries, times.skippedAtStart), counters.unseenEntries)
        (lost[.recursion], lost[.malformed]) = (skipped - counters.unseenEntries, aggregator.malformed)
        let entered = counters.entered + skipped
        let inFlight = UInt64(readings.inFlight.count)
        // Counted last, so all that is found elsewhere has been counted as entered.
        let explained = aggregator.completed + inFlight + counters.neverReturned + lost.values.reduce(0, +)
        let inBatches = phase == .drained || explained > entered ? 0 : entered - explained
        return Balance(
            entered: entered, completed: aggregator.completed, inFlight: inFlight, neverReturned: counters.neverReturned,
            lostByCause: lost, inBatches: inBatches, beganBefore: counters.beganBefore,
            newTaskReturns: counters.newTaskReturns, refused: counters.refused, overflowed: aggregator.overflowed,
            unmeasured: aggregator.unmeasured)
    }

    private func summary(
        at moment: UInt64, _ readings: Readings, _ calls: [CallProfile], boundaryMatters: Bool
    ) -> CaptureSummary {
        let boundaryNote = boundaryMatters ? calibration.noteOnBoundary : nil
        // The windows of a bench must not change the floor that boots are compared by.
        let floor = options.isWindowed ? calibration.floor : calibration.floor?.lowered(by: calls)
        let cpu = phase == .drained ? times.cpuAtEnd : Clock.ownCPU
        return CaptureSummary(
            startedAtNanoseconds: times.startedAt,
            durationNanoseconds: moment - times.start,
            scope: targetName,
            selection: options.selectionText,
            probeFloorNanoseconds: floor?.nanoseconds, probeFloorSpread: floor?.spread, hooks: probes.captureHooks,
            consumerCPUNanoseconds: cpu - times.cpuAtStart,
            programs: programCost(readings), sampling: sampling.summary,
            warnings: warnings(readings), notes: notes + vdso.notes(readings.counters) + (boundaryNote.map { [$0] } ?? []))
    }

    /// The kernel's statistics for this recording; nil while they are off.
    private func programCost(_ readings: Readings) -> ProgramCost? {
        let before = times.programsAtStart
        guard readings.programs.runs > before.runs else { return nil }
        return ProgramCost(
            runs: readings.programs.runs - before.runs, nanoseconds: readings.programs.nanoseconds - before.nanoseconds)
    }

    /// Names the processes that the target started and that outlive it; nil if there are none, or if the capture did not end with the
    /// target.
    var survivorsNote: String? {
        guard watch.hasEnded, !options.isWindowed, let survivors = try? probes.watchedProcesses(), !survivors.isEmpty else {
            return nil
        }
        let shown = survivors.prefix(5).map { pid in ProcFS.comm(of: pid).map { "\($0) (\(pid))" } ?? "\(pid)" }
        let rest = survivors.count > shown.count ? " and \(survivors.count - shown.count) more" : ""
        let (subject, theirs) = survivors.count == 1 ? ("1 process", "Its") : ("\(survivors.count) processes", "Their")
        return
            "\(subject) that the target started still \(survivors.count == 1 ? "runs" : "run"): \(shown.joined(separator: ", "))\(rest). "
            + "\(theirs) calls after the target's end are not in this profile."
    }

    private var slowCallWarnings: [String] {
        switch slowCalls {
        case .some(let intake): intake.warnings
        case nil: []
        }
    }

    private func warnings(_ readings: Readings) -> [String] {
        let counters = readings.counters
        var warnings: [String] = []
        if readings.skippedTasks > times.skippedTasksAtStart {
            warnings.append(
                "The kernel skipped \(readings.skippedTasks - times.skippedTasksAtStart) programs at the start or end of processes and threads: "
                    + "some children may be missing, and calls in flight may be of threads that have ended.")
        }
        if let warning = sampling.warning { warnings.append(warning) }
        if let obstacle = probes.hooks.obstacle {
            warnings.append(
                "This kernel may preempt the programs that see calls, and skips them for other threads meanwhile: calls can be lost, and "
                    + "processes that start or end can be missed. Perf events, which would prevent that, can't be used: \(obstacle)."
            )
        }
        if counters.exitsUnsent > 0 {
            warnings.append(
                "The ring was full \(counters.exitsUnsent) times when a process or a thread ended: some names are missing. "
                    + "A larger ring helps.")
        }
        if intake.aggregator.malformedRecords > 0 {
            warnings.append(
                "\(intake.aggregator.malformedRecords) records could not be decoded; their calls count as lost. "
                    + "This is a bug in syslat: please report it.")
        }
        if counters.refusedUnnoted > 0 {
            warnings.append(
                "\(counters.refusedUnnoted) refused calls have no row: there were too many kinds of them. The balance has them all."
            )
        }
        if counters.beforeEntryUnnoted > 0 {
            warnings.append(
                "What stands before the entry (seccomp filters, supervisors, tracers) isn't known of all processes: there were too many."
            )
        }
        if counters.workUnnoted > 0 {
            warnings.append(
                "\(counters.workUnnoted) calls left work of which nothing is known, because the ring was full. A larger ring helps."
            )
        }
        if counters.clockBackwards > 0 {
            warnings.append("The clock ran backwards inside \(counters.clockBackwards) calls; they count as 0 ns.")
        }
        return warnings + slowCallWarnings + vdso.warnings(counters)
    }
}

/// The completed calls that the aggregator has taken in, and the records that it could not read.
private struct CompletedCalls {
    let completed, overflowed, unmeasured, malformed: UInt64

    init(_ aggregator: borrowing Aggregator) {
        completed = aggregator.completed
        overflowed = aggregator.overflowed
        unmeasured = aggregator.unmeasured
        malformed = aggregator.malformedEvents
    }
}

/// What the programs have left in the kernel, read at once.
struct Readings {
    let inFlight: [InFlightSlot]
    let requests: [RequestInFlight]
    let requestMisses: (submitted: UInt64, completed: UInt64)
    let refused: [RefusedCalls]
    let beforeEntry: [Int32: BeforeEntry]
    let callers: [CallerEntry]
    let ticks: [VDSOTickCount]
    let entry: BPFObject.ProgramStatistics
    let programs: ProgramCost
    let skippedTasks: UInt64
    let counters: KernelCounters

    /// The entries at which no program ran, and none stepped in.
    var skippedEntries: UInt64 { entry.recursionMisses - min(entry.recursionMisses, counters.rescuedEntries) }

    /// The counters come last: whatever is found before has been counted then.
    init(_ probes: borrowing Probes) throws(BPFError) {
        inFlight = try probes.inFlight()
        requests = try probes.requestsInFlight()
        requestMisses = probes.requestMisses
        refused = try probes.refused()
        beforeEntry = try probes.beforeEntry()
        callers = try probes.callers()
        ticks = try probes.ticks()
        entry = probes.statistics().entry
        programs = ProgramCost(of: probes)
        skippedTasks = probes.skippedTasks
        counters = probes.counters
    }
}

extension ProgramCost {
    /// What the programs at entry, at exit and at task switches took until now, if the kernel keeps statistics.
    init(of probes: borrowing Probes) {
        let (entry, exit) = probes.statistics()
        let taskSwitch = probes.taskSwitchStatistics
        self.init(
            runs: entry.runs + exit.runs + (taskSwitch?.runs ?? 0),
            nanoseconds: entry.nanoseconds + exit.nanoseconds + (taskSwitch?.nanoseconds ?? 0))
    }
}
