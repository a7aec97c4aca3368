import CallSelection
import Aggregation
import BPFRuntime
import CSyslatABI
import Linux
package import Profile
import SyscallTable

/// The version that every profile names.
package let syslatVersion = "0.1.0"

extension CaptureSession {
    /// What is known of the profile before anything is recorded: the tool, the host and the scope.
    package var outline: Profile {
        Profile(
            tool: syslatVersion, host: .current(),
            capture: CaptureSummary(
                startedAtNanoseconds: ProcFS.wallNanoseconds(), durationNanoseconds: 0, scope: scope,
                selection: options.selectionText, probeFloorNanoseconds: floor, sampling: sampling.summary),
            balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [], processes: [],
            inFlight: [])
    }

    /// Reads what is left in the kernel after a stopped recording, and closes the books.
    mutating func profile(of stopped: Recording, _ observer: Observer) throws(CaptureError) -> Profile {
        var recording = stopped
        let total = try consumeRest(of: &recording, observer)
        let pending: [syslat_slot]
        do throws(BPFError) { pending = try probes.inFlight() } catch { throw CaptureError(error) }
        let programs = probes.statistics()
        let balance = Balance(
            entered: total.entered + programs.entry.recursionMisses,
            completed: aggregator.completed,
            inFlight: UInt64(pending.count),
            neverReturned: total.never_returned,
            lostByCause: [
                .noSlot: total.no_slot, .missedExit: total.missed_exit, .recursion: programs.entry.recursionMisses,
                .overflowFull: total.overflow_full, .malformed: aggregator.malformedEvents,
            ],
            beganBefore: total.began_before, newTaskReturns: total.new_task_returns, refused: total.refused,
            overflowed: aggregator.overflowed, unmeasured: aggregator.unmeasured)
        sampling.finish(at: total, &aggregator, cpu: recording.cpuAtEnd)
        addRemarks(total)
        let (processes, origins) = aggregator.processes { ProcFS.comm(of: $0) ?? "?" }
        let vdso = try vdsoProfile(origins, processes: processes, total: total)
        return Profile(
            tool: syslatVersion, host: .current(), capture: summary(of: recording), balance: balance,
            calls: completedIntervals.merged(with: aggregator.calls()),
            processes: processes,
            inFlight: pending.map { InFlightCall($0, at: recording.end) } + callsBegunBefore(recording, others: pending), vdso: vdso
        )
    }

    private func summary(of recording: Recording) -> CaptureSummary {
        CaptureSummary(
            startedAtNanoseconds: recording.startedAt,
            durationNanoseconds: recording.end - recording.start,
            scope: scope,
            selection: options.selectionText,
            probeFloorNanoseconds: floor,
            consumerCPUNanoseconds: recording.cpuAtEnd - recording.cpuAtStart,
            programs: programCost(since: recording), sampling: sampling.summary,
            warnings: remarks, notes: notes)
    }

    /// What the kernel's statistics say of this recording; nil while they are off.
    private func programCost(since recording: Recording) -> ProgramCost? {
        let (now, before) = (probes.programCost(), recording.programsAtStart)
        guard now.runs > before.runs else { return nil }
        return ProgramCost(runs: now.runs - before.runs, nanoseconds: now.nanoseconds - before.nanoseconds)
    }

    /// Calls of the target's processes that had been entered before the capture and have not returned: what a hung process
    /// hangs in. Only for processes that were named: a whole system is full of daemons that wait.
    private func callsBegunBefore(_ recording: Recording, others: [syslat_slot]) -> [InFlightCall] {
        guard case .processes(let pids, _) = options.target else { return [] }
        let seen = probes.slots.seen.union(others.map(\.tid))
        return pids.flatMap { pid in
            ProcFS.names(in: "/proc/\(pid)/task").compactMap { Int32($0) }.compactMap { tid in
                guard !seen.contains(tid), let id = ProcFS.currentCall(of: tid), options.selection?.contains(id) ?? true
                else { return nil }
                return InFlightCall(
                    pid: pid, tid: tid, comm: ProcFS.comm(of: tid) ?? "?", id: id,
                    ageNanoseconds: recording.end - recording.start, beganBefore: true)
            }
        }
    }

    private mutating func addRemarks(_ total: syslat_counters) {
        notes += options.selection?.notes ?? []
        if let remark = sampling.remark { remarks.append(remark) }
        if total.exits_unsent > 0 {
            remarks.append(
                "The ring was full when \(total.exits_unsent) processes ended: some of their names are missing. "
                    + "A larger ring (--ring-size) helps.")
        }
        if aggregator.malformedRecords > 0 {
            remarks.append(
                "\(aggregator.malformedRecords) records could not be decoded; their calls are among those lost. "
                    + "This is a bug in syslat: please report it.")
        }
        if total.clock_backwards > 0 {
            remarks.append("The clock ran backwards inside \(total.clock_backwards) calls; they are counted with 0 ns.")
        }
    }
}

extension InFlightCall {
    /// A slot as it was when recording stopped.
    init(_ slot: syslat_slot, at end: UInt64) {
        let tid = slot.tid
        self.init(
            pid: ProcFS.threadGroup(of: tid) ?? tid, tid: tid, comm: ProcFS.comm(of: tid) ?? "?",
            id: SyscallID(abi: ABI(rawValue: syslat_call_abi(slot.call))!, number: syslat_call_number(slot.call)),
            ageNanoseconds: end > slot.start_ns ? end - slot.start_ns : 0)
    }
}

extension syslat_counters {
    /// Adds another CPU's counters.
    mutating func add(_ other: syslat_counters) {
        entered += other.entered
        never_returned += other.never_returned
        began_before += other.began_before
        new_task_returns += other.new_task_returns
        refused += other.refused
        no_slot += other.no_slot
        missed_exit += other.missed_exit
        overflowed += other.overflowed
        overflow_full += other.overflow_full
        spilled += other.spilled
        batches += other.batches
        unbatched += other.unbatched
        clock_backwards += other.clock_backwards
        exits_unsent += other.exits_unsent
        callers_unnoted += other.callers_unnoted
        vsyscalls_unnoted += other.vsyscalls_unnoted
        ticks_unnoted += other.ticks_unnoted
    }
}
