package import Aggregation
package import BPFRuntime
import CSyslatABI
package import Profile

/// What the programs have left in the kernel, besides what they deliver through the ring.
extension Probes {
    /// The counters of all CPU shares and slots together.
    package var counters: KernelCounters {
        var total = KernelCounters()
        unsafe shares.forEach {
            unsafe total.add($0.pointee.counters)
            unsafe total.addRescued($0.pointee.handled)
        }
        total.addEntered(slots.entered)
        return total
    }

    /// Takes in the events in the batches. Only after recording has stopped: batches are read, not emptied.
    package func takeBatches(into aggregator: inout Aggregator) {
        unsafe shares.forEach { unsafe aggregator.consumeRest(of: $0) }
    }

    /// Which of some threads have made or ended a call since recording began, except some that shared their slot with others.
    package func threadsSeen(among threads: Set<Int32>) -> Set<Int32> { slots.seen(among: threads) }

    /// The unmeasured calls that have completed, of each call index at which there may be some.
    package func unmeasured() throws(BPFError) -> [UnmeasuredCalls] {
        let map = try object.map("unmeasured")
        var found: [UnmeasuredCalls] = []
        for index in control.metCalls where index < map.entries {
            found.append(UnmeasuredCalls(index: index, shares: try map.perCPU(UInt32(index), syslat_unmeasured.self)))
        }
        return found
    }

    /// The calls that have not returned.
    package func inFlight() throws(BPFError) -> [InFlightSlot] {
        slots.inFlight
            + (try object.map("spill").entries(UInt32.self, syslat_slot.self).compactMap { InFlightSlot($1, at: .spilled($0)) })
    }

    /// Whether a call has still not returned. Only while recording: the programs see no exit afterwards.
    package func isInFlight(_ call: InFlightSlot) throws(BPFError) -> Bool {
        guard let place = call.place else { return true }
        guard case .spilled(let key) = place else { return slots.inFlight(at: place) == call }
        let slot = try object.map("spill").value(of: key, syslat_slot.self)
        return slot.flatMap { InFlightSlot($0, at: place) } == call
    }

    /// The requests to io_uring that have not completed.
    package func requestsInFlight() throws(BPFError) -> [RequestInFlight] {
        guard control.requests > 0 else { return [] }
        return try object.map("requests").entries(UInt64.self, syslat_request.self).map { RequestInFlight($0.1) }
    }

    /// How often the kernel skipped the programs that see requests to io_uring.
    package var requestMisses: (submitted: UInt64, completed: UInt64) {
        guard watchesRequests, let requests = programs.requests else { return (0, 0) }
        let submitted = (requests.submissions + [requests.failure]).reduce(0) { $0 + object.statistics(of: $1).recursionMisses }
        return (submitted, object.statistics(of: requests.completion).recursionMisses)
    }

    /// Calls of this recording that have left work whose end has not been seen.
    package var pendingWork: [PendingWorkSlot] { slots.pendingWork(since: control.recordingStart) }

    /// The overflow histograms.
    package func overflow() throws(BPFError) -> [OverflowSeries] {
        let extremes = try object.map("extremes")
        var found: [OverflowSeries] = []
        for (key, series) in try object.map("overflow").entries(syslat_overflow_key.self, syslat_overflow.self) {
            let noted = try extremes.perCPU(key, syslat_overflow_extremes.self)
            found.append(OverflowSeries(key: key, series: series, extremes: noted))
        }
        return found
    }

    /// The refused calls, by kind.
    package func refused() throws(BPFError) -> [RefusedCalls] {
        try object.map("refused").entries(syslat_refused_key.self, UInt64.self).compactMap { RefusedCalls($0.0, calls: $0.1) }
    }

    /// What stands before the calls of living processes, where something does.
    package func beforeEntry() throws(BPFError) -> [Int32: BeforeEntry] {
        var found: [Int32: BeforeEntry] = [:]
        for (pid, flags) in try object.map("before_entry").entries(UInt32.self, UInt32.self) {
            found[Int32(bitPattern: pid)] = BeforeEntry(kernelFlags: flags)
        }
        return found
    }

    /// Who bypassed the vDSO or used the vsyscall page.
    package func callers() throws(BPFError) -> [CallerEntry] {
        try object.map("callers").entries(syslat_caller_key.self, syslat_caller.self).compactMap {
            CallerEntry(key: $0.0, caller: $0.1)
        }
    }

    /// The vDSO ticks, by process and function.
    package func ticks() throws(BPFError) -> [VDSOTickCount] {
        try object.map("ticks").entries(syslat_tick_key.self, syslat_ticks.self).map { VDSOTickCount(key: $0.0, ticks: $0.1) }
    }

    /// The entries at which no program ran, and none stepped in.
    package var skippedEntries: UInt64 {
        let (misses, rescued) = (statistics().entry.recursionMisses, counters.rescuedEntries)
        return misses - min(misses, rescued)
    }

    /// How often the kernel skipped a program at the start or end of a task, or at an execve, and none stepped in.
    package var skippedTasks: UInt64 {
        let misses = taskMisses
        return misses - min(misses, counters.rescuedTasks)
    }

    var taskMisses: UInt64 {
        [programs.fork, programs.exec, programs.exit].reduce(0) { $0 + object.statistics(of: $1).recursionMisses }
    }

    /// The kernel's statistics of the programs at entry and at exit.
    package func statistics() -> (entry: BPFObject.ProgramStatistics, exit: BPFObject.ProgramStatistics) {
        (object.statistics(of: programs.sysEnter), object.statistics(of: programs.sysExit))
    }

    /// Those of the program at task switches; nil where there is none.
    package var taskSwitchStatistics: BPFObject.ProgramStatistics? {
        switch programs.taskSwitch {
        case let name?: object.statistics(of: name)
        case nil: nil
        }
    }

    /// What calls the programs, as a profile has it.
    package var captureHooks: CaptureHooks {
        let direct: CaptureHooks.Hook = programSet == .raw ? .raw : .typed
        return CaptureHooks(
            calls: hooks.calls == .classic ? .perfEvent : direct, others: hooks.others == .classic ? .perfEvent : direct)
    }
}
