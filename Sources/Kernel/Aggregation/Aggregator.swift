package import CSyslatABI
import LatencyHistogram
import PlainText
package import Profile
import SaturatingMath
import SyscallTable

/// A process that has ended, and its total CPU time.
package struct EndedProcess: Sendable {
    package let pid: Int32
    package let cpuNanoseconds: UInt64
}

/// Turns the bytes of ring records into series and process totals.
///
/// Whatever doesn't decode is counted and left out; it never traps. Threading: one thread at a time.
package struct Aggregator: ~Copyable {
    /// Completed calls, including those in overflow histograms and the unmeasured ones.
    package private(set) var completed: UInt64 = 0
    /// The completed calls that came through the kernel's overflow histograms.
    package private(set) var overflowed: UInt64 = 0
    /// The completed calls that were unmeasured: they are counted and have no latency.
    package private(set) var unmeasured: UInt64 = 0
    /// Completed requests to io_uring, and those of them that came through the overflow histograms.
    package private(set) var requests: UInt64 = 0
    package private(set) var overflowedRequests: UInt64 = 0
    /// Events with an impossible field.
    package private(set) var malformedEvents: UInt64 = 0
    /// Records with a wrong header: how many calls they held isn't known.
    package private(set) var malformedRecords: UInt64 = 0

    /// Whether to keep the processes that end, for ``takeEndedProcesses()``.
    package var notesEnds = false
    private var endedProcesses: [EndedProcess] = []

    private var series = SeriesTable()
    private var afterExit = AfterExitTable()
    private var processes: ProcessTable
    /// The overflow histograms as they were last taken in, by call word.
    private var countedOverflow: [CallWord: OverflowSeries.Totals] = [:]
    /// The unmeasured calls as they were last taken in, by call index.
    private var countedUnmeasured: [Int: [UInt64]] = [:]

    /// - Parameters:
    ///   - keepsProcessDistributions: whether each process gets a histogram too: 16 bytes a bucket, and 36 KiB while it lives and has many.
    ///   - endedProcessLimit: how many rows of ended processes are kept; nil for as many as there is room for.
    ///   - grouping: what else calls are grouped by; each group gets a histogram too.
    ///   - newestGroups: how many groups of ended processes are kept, where all others may be forgotten.
    package init(
        keepsProcessDistributions: Bool = false, processRowLimit: Int? = nil, endedProcessLimit: Int? = nil,
        grouping: CallGroups.Kind? = nil, newestGroups: Int? = nil
    ) {
        processes = ProcessTable(
            rowLimit: processRowLimit ?? ProcessTable.defaultRowLimit, endedLimit: endedProcessLimit,
            keepsDistributions: keepsProcessDistributions, grouping: grouping, newestGroups: newestGroups)
    }

    /// Takes in one record of the ring.
    ///
    /// Source of the layout: syslat_abi.h. A record is malformed if its version or kind is unknown, if its length isn't what its
    /// header says, or if it is longer than a full batch.
    @inline(__always)
    package mutating func consume(_ record: UnsafeRawBufferPointer) {
        let headerSize = MemoryLayout<syslat_record_header>.size
        guard record.count >= headerSize else { return malformedRecords += 1 }
        // The loads below stay inside `record`, whose size was checked; they need no alignment.
        let header = unsafe record.loadUnaligned(as: syslat_record_header.self)
        guard header.version == SYSLAT_ABI_VERSION else { return malformedRecords += 1 }
        switch UInt32(header.kind) {
        case SYSLAT_RECORD_BATCH.rawValue:
            let count = Int(header.count)
            guard count > 0, count <= Int(SYSLAT_BATCH_EVENTS),
                record.count == headerSize + count * MemoryLayout<syslat_event>.stride
            else { return malformedRecords += 1 }
            for number in 0..<count {
                let offset = headerSize &+ number &* MemoryLayout<syslat_event>.stride
                consume(unsafe record.loadUnaligned(fromByteOffset: offset, as: syslat_event.self))
            }
        case SYSLAT_RECORD_CALL.rawValue:
            guard record.count == MemoryLayout<syslat_single_call>.size, header.count == 1 else { return malformedRecords += 1 }
            let single = unsafe record.loadUnaligned(as: syslat_single_call.self)
            guard single.tgid < ProcessTable.idLimit, single.reserved == 0 else { return malformedEvents += 1 }
            let call = CallWord(bits: single.call)
            if call.isAfterExit, single.tgid == 0 { return recordAfterExit(call, duration: single.duration_ns) }
            if call.isUnseen, single.tgid > 0, single.duration_ns == 0 { return recordUnseen(call) }
            consume(call, of: single.tgid, duration: single.duration_ns)
        case SYSLAT_RECORD_PROCESS_EXIT.rawValue:
            unsafe consumeProcessExit(record)
        case SYSLAT_RECORD_THREAD_EXIT.rawValue:
            unsafe consumeThreadExit(record)
        case SYSLAT_RECORD_CGROUP.rawValue:
            unsafe consumeCgroup(record)
        default:
            malformedRecords += 1
        }
    }

    /// Takes in the events that are left in a CPU share's batch. Only while nothing is recorded.
    package mutating func consumeRest(of share: UnsafePointer<syslat_cpu>) {
        let count = unsafe min(Int(share.pointee.batch.header.count), Int(SYSLAT_BATCH_EVENTS))
        // The events are in the share, which the caller keeps; `count` is at most the size of the array.
        let offset = MemoryLayout<syslat_cpu>.offset(of: \.batch.events)!
        let events = unsafe UnsafeRawPointer(share).advanced(by: offset).assumingMemoryBound(to: syslat_event.self)
        for number in 0..<count { consume(unsafe events[number]) }
    }

    private static let ownerMask = UInt64(ProcessTable.idLimit - 1)

    @inline(__always)
    private mutating func consume(_ event: syslat_event) {
        let owner = UInt32(truncatingIfNeeded: event.time & Aggregator.ownerMask)
        consume(CallWord(bits: event.call), of: owner, duration: event.time &>> UInt64(SYSLAT_TGID_BITS))
    }

    /// `owner` must be below ``ProcessTable/idLimit``.
    @inline(__always)
    private mutating func consume(_ call: CallWord, of owner: UInt32, duration: UInt64) {
        guard call.isCommon, owner > 0 else { return consumeUncommon(call, of: owner, duration: duration) }
        completed &+= 1
        let cell = series.recordCommon(call, duration: duration)
        processes.record(id: owner, cell: cell, duration: duration)
    }

    /// Takes in a call that the vDSO could have served or that stands for others, a request, or an invalid one. Out of line, because most
    /// calls are common.
    @inline(never)
    private mutating func consumeUncommon(_ call: CallWord, of owner: UInt32, duration: UInt64) {
        guard owner > 0, call.isValid || call.isValidRequest else { return malformedEvents += 1 }
        if call.isRequest {
            requests &+= 1
            return processes.record(id: owner, cell: series.record(call, duration: duration), duration: duration)
        }
        completed &+= 1
        let cell = series.record(call, duration: duration)
        processes.record(id: owner, cell: cell, duration: duration)
        guard call.sampling > 0 else { return }
        let others = 1 &<< UInt64(call.sampling) - 1
        series.recordSurplus(in: cell, errno: call.error, duration: duration, times: others)
        processes.record(id: owner, cell: cell, duration: duration, times: others)
    }

    /// `call` must be valid.
    private mutating func recordAfterExit(_ call: CallWord, duration: UInt64) {
        afterExit.record(call, in: series.rowID(of: call.id), duration: duration)
    }

    /// A call of which only one end was seen. `call` must be one.
    private mutating func recordUnseen(_ call: CallWord) {
        completed &+= 1
        unmeasured &+= 1
        series.addUnseen(call)
    }

    /// Takes in the unmeasured calls of one call index, or those added since the last time.
    package mutating func consumeUnmeasured(_ calls: UnmeasuredCalls) {
        consumeUnmeasured(index: calls.index, totals: calls.byCompletion)
    }

    /// - Parameter totals: by completion, over all CPUs; they only grow.
    package mutating func consumeUnmeasured(index: Int, totals: [UInt64]) {
        let counted = countedUnmeasured[index] ?? totals.map { _ in 0 }
        countedUnmeasured[index] = totals
        for (completion, total) in totals.enumerated() where total > counted[completion] {
            let calls = total - counted[completion]
            unmeasured = unmeasured.addingSaturating(calls)
            completed = completed.addingSaturating(calls)
            series.addUnmeasured(calls, index: index, completion: completion)
        }
    }

    private mutating func consumeProcessExit(_ record: UnsafeRawBufferPointer) {
        guard record.count == MemoryLayout<syslat_process_exit>.size else { return malformedRecords += 1 }
        let exit = unsafe record.loadUnaligned(as: syslat_process_exit.self)
        guard exit.header.count == 1, exit.tgid > 0, Int(exit.tgid) < ProcessTable.idLimit else {
            return malformedRecords += 1
        }
        processes.processEnded(
            pid: exit.tgid, name: ProcessName(bytes: unsafe unsafeBitCast(exit.comm, to: (UInt64, UInt64).self)),
            beforeEntry: BeforeEntry(kernelFlags: exit.before_entry))
        if notesEnds { endedProcesses.append(EndedProcess(pid: Int32(exit.tgid), cpuNanoseconds: exit.cpu_ns)) }
    }

    private mutating func consumeThreadExit(_ record: UnsafeRawBufferPointer) {
        guard record.count == MemoryLayout<syslat_thread_exit>.size else { return malformedRecords += 1 }
        let exit = unsafe record.loadUnaligned(as: syslat_thread_exit.self)
        guard exit.header.count == 1, exit.tid > 0, Int(exit.tid) < ProcessTable.idLimit, exit.tgid > 0,
            Int(exit.tgid) < ProcessTable.idLimit
        else { return malformedRecords += 1 }
        processes.threadEnded(
            tid: exit.tid, of: exit.tgid, name: ProcessName(bytes: unsafe unsafeBitCast(exit.thread, to: (UInt64, UInt64).self)),
            processName: ProcessName(bytes: unsafe unsafeBitCast(exit.comm, to: (UInt64, UInt64).self)))
    }

    private mutating func consumeCgroup(_ record: UnsafeRawBufferPointer) {
        let size = MemoryLayout<syslat_process_cgroup>.size
        guard record.count >= size else { return malformedRecords += 1 }
        let cgroup = unsafe record.loadUnaligned(as: syslat_process_cgroup.self)
        guard cgroup.tgid > 0, Int(cgroup.tgid) < ProcessTable.idLimit, record.count == size + Int(cgroup.header.count) else {
            return malformedRecords += 1
        }
        // From the cgroup to the root, whose name is empty.
        let names = unsafe record.dropFirst(size).split(separator: 0).reversed().map { unsafe ExactText.string($0) }
        processes.noteCgroup((cgroup.is_cut != 0 ? "…/" : "/") + names.joined(separator: "/"), of: cgroup.tgid)
    }

    /// The processes that have ended since this was last called, if ``notesEnds`` is set.
    package mutating func takeEndedProcesses() -> [EndedProcess] {
        defer { endedProcesses = [] }
        return endedProcesses
    }

    /// The processes that have made a call and not ended.
    package var livingProcesses: [Int32] { processes.living }

    /// Looks up what living processes call themselves: those that are due for it, or all. Call this about once a second.
    /// With `names`, it looks up the names of the same processes too, for ``LivingNames/areRecent``.
    package mutating func lookUpTitles(ofAll: Bool = false, _ title: (Int32) -> String?, names: LivingNames? = nil) {
        processes.lookUpTitles(ofAll: ofAll, title, names)
    }

    /// What a process that lives was called when it was last looked at; nil where that isn't known.
    package func nameOfLiving(_ pid: Int32) -> String? { processes.nameOfLiving(pid) }

    /// By thread, looks up the processes of threads that are not known yet. Call this about once a second.
    package mutating func lookUpProcesses(_ process: (Int32) -> Int32?) { processes.lookUpProcesses(process) }

    /// Takes in one overflow histogram, or what was added to it since the last time. Counts it as malformed if no kernel side
    /// writes its call word.
    package mutating func consumeOverflow(_ overflow: OverflowSeries) {
        let isAfterExit = overflow.call.isAfterExit
        let isRequest = overflow.call.isValidRequest
        guard overflow.call.isValid || isAfterExit || isRequest else { return malformedRecords += 1 }
        let counted = countedOverflow.updateValue(overflow.totals, forKey: overflow.call)
        if isAfterExit {
            return afterExit.add(overflow.afterExit(since: counted), of: overflow.call, in: series.rowID(of: overflow.call.id))
        }
        let distribution = overflow.distribution(since: counted)
        guard !distribution.isEmpty else { return }
        if isRequest {
            requests = requests.addingSaturating(distribution.count)
            overflowedRequests = overflowedRequests.addingSaturating(distribution.count)
        } else {
            completed = completed.addingSaturating(distribution.count)
            overflowed = overflowed.addingSaturating(distribution.count)
        }
        series.add(distribution, of: overflow.call)
    }

    /// Call this after all CPUs' batches have been flushed and drained; see ``ProcessTable/retireEnded()``.
    package mutating func retireEndedProcesses() { processes.retireEnded() }

    /// The calls seen since the last ``startInterval()``, or since the beginning.
    package func calls() -> [CallProfile] { series.snapshot(afterExit: afterExit.snapshot()) }

    /// Forgets the distributions of calls; counts, processes and balance go on.
    package mutating func startInterval() {
        series.reset()
        afterExit.reset()
    }

    /// Takes in the slots of calls that have left work whose end has not been seen. Once, after recording has stopped.
    package mutating func consumePendingWork(_ slots: [PendingWorkSlot]) {
        for slot in slots where slot.call.isValid { recordAfterExit(slot.call, duration: 0) }
    }

    /// The number of the current clock source. It tells apart the calls that are decoded from now on.
    package var clocksource: UInt8 {
        get { series.clocksource }
        set { series.clocksource = newValue }
    }

    /// The processes seen so far, and the calls that the vDSO could have served, since the beginning. `beforeEntryOfLiving` has what stands
    /// before the calls of processes that haven't ended.
    package func processes(
        beforeEntryOfLiving: [Int32: BeforeEntry] = [:], _ names: LivingNames
    ) -> (profiles: [ProcessProfile], origins: [OriginProfile]) {
        let snapshots = processes.snapshot(cellMeanings, beforeEntryOfLiving: beforeEntryOfLiving, names)
        let origins = series.origins().map { key, distribution in
            var profile = OriginProfile(id: key.id, origin: key.origin, distribution: distribution)
            profile.processes = snapshots.compactMap { snapshot in
                guard let share = snapshot.origins[key] else { return nil }
                return OriginProfile.ProcessShare(
                    pid: snapshot.profile.pid, comm: snapshot.profile.comm, calls: share.calls, totalNanoseconds: share.nanoseconds)
            }
            return profile
        }
        return (snapshots.map(\.profile), origins)
    }

    /// The calls by thread, name or cgroup, since the beginning; nil unless they are grouped so.
    package func groups(_ names: LivingNames) -> CallGroups? { processes.groups(cellMeanings, names) }

    private var cellMeanings: CellMeanings { CellMeanings(series: series.kinds, shares: series.exactShares()) }
}

extension BeforeEntry {
    /// The flags that the kernel side writes, as enum syslat_before_entry has them.
    package init(kernelFlags: UInt32) { self.init(rawValue: UInt8(truncatingIfNeeded: kernelFlags & 7)) }
}
