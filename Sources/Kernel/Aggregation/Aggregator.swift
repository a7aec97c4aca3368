import SaturatingMath
import CSyslatABI
import LatencyHistogram
package import Profile
import SyscallTable

/// A process that has ended, and the CPU time of all its life.
package struct EndedProcess: Sendable {
    package let pid: Int32
    package let cpuNanoseconds: UInt64
}

/// Turns the bytes of ring records into series and process totals.
///
/// Whatever does not decode is counted and left out, never trapped on. Threading: one thread at a time.
package struct Aggregator: ~Copyable {
    /// Completed calls, those from overflow histograms and those that were not measured included.
    package private(set) var completed: UInt64 = 0
    /// Of those, the calls that came through the kernel's overflow histograms.
    package private(set) var overflowed: UInt64 = 0
    /// Of those, the calls that sampling passed over: they are counted and have no latency.
    package private(set) var unmeasured: UInt64 = 0
    /// Events with an impossible field.
    package private(set) var malformedEvents: UInt64 = 0
    /// Records whose header is wrong: how many calls they held is not known.
    package private(set) var malformedRecords: UInt64 = 0

    /// Whether to keep what is known of the processes that end, for ``takeEndedProcesses()``.
    package var notesEnds = false
    private var endedProcesses: [EndedProcess] = []

    private var series = SeriesTable()
    private var processes: ProcessTable
    /// What was in the overflow histograms when they were last read.
    private var countedOverflow: [[UInt8]: [UInt64]] = [:]
    /// What was counted of the calls that were not measured when that was last read, by place.
    private var countedUnmeasured: [Int: [UInt64]] = [:]

    /// - Parameter keepsProcessDistributions: whether each process gets a histogram too (36 KiB each).
    package init(keepsProcessDistributions: Bool = false, processRowLimit: Int? = nil) {
        processes = ProcessTable(
            rowLimit: processRowLimit ?? ProcessTable.defaultRowLimit, keepsDistributions: keepsProcessDistributions)
    }

    /// Takes in one record of the ring.
    ///
    /// Source of the layout: syslat_abi.h. A record is malformed if it is shorter than it says, of another version, of an
    /// unknown kind, or longer than a full batch.
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
                let event = unsafe record.loadUnaligned(fromByteOffset: offset, as: syslat_event.self)
                let tgid = UInt32(truncatingIfNeeded: event.time & Aggregator.tgidMask)
                consume(CallWord(bits: event.call), of: tgid, duration: event.time &>> UInt64(SYSLAT_TGID_BITS))
            }
        case SYSLAT_RECORD_CALL.rawValue:
            guard record.count == MemoryLayout<syslat_single_call>.size, header.count == 1 else { return malformedRecords += 1 }
            let single = unsafe record.loadUnaligned(as: syslat_single_call.self)
            guard single.tgid < ProcessTable.idLimit, single.reserved == 0 else { return malformedEvents += 1 }
            consume(CallWord(bits: single.call), of: single.tgid, duration: single.duration_ns)
        case SYSLAT_RECORD_PROCESS_EXIT.rawValue:
            unsafe consumeProcessExit(record)
        default:
            malformedRecords += 1
        }
    }

    private static let tgidMask = UInt64(ProcessTable.idLimit - 1)

    /// `tgid` must be below ``ProcessTable/idLimit``.
    @inline(__always)
    private mutating func consume(_ call: CallWord, of tgid: UInt32, duration: UInt64) {
        guard call.isPlain, tgid > 0 else { return consumeUncommon(call, of: tgid, duration: duration) }
        completed &+= 1
        let cell = series.recordPlain(call, duration: duration)
        processes.record(pid: tgid, cell: cell, duration: duration)
    }

    /// Takes in a call that is about the vDSO or stands for others, or is none at all. A function of its own: most are not.
    @inline(never)
    private mutating func consumeUncommon(_ call: CallWord, of tgid: UInt32, duration: UInt64) {
        guard tgid > 0, call.isValid else { return malformedEvents += 1 }
        completed &+= 1
        let cell = series.record(call, duration: duration)
        processes.record(pid: tgid, cell: cell, duration: duration)
        guard call.sampling > 0 else { return }
        let others = 1 &<< UInt64(call.sampling) - 1
        series.recordSurplus(in: cell, errno: call.error, duration: duration, times: others)
        processes.record(pid: tgid, cell: cell, duration: duration, times: others)
    }

    /// Takes in how many calls of one number have completed without having been measured, or what has come to that since the last
    /// time.
    /// - Parameters:
    ///   - place: as in the kernel's map: the ABI times 1024, plus the number.
    ///   - totals: the words of `syslat_unmeasured`, of all CPUs together; they grow only.
    package mutating func consumeUnmeasured(place: Int, totals: [UInt64]) {
        let counted = countedUnmeasured[place] ?? totals.map { _ in 0 }
        countedUnmeasured[place] = totals
        for (completion, total) in totals.enumerated() where total > counted[completion] {
            let calls = total - counted[completion]
            unmeasured = unmeasured.addingSaturating(calls)
            completed = completed.addingSaturating(calls)
            series.addUnmeasured(calls, place: place, completion: completion)
        }
    }

    private mutating func consumeProcessExit(_ record: UnsafeRawBufferPointer) {
        guard record.count == MemoryLayout<syslat_process_exit>.size else { return malformedRecords += 1 }
        let exit = unsafe record.loadUnaligned(as: syslat_process_exit.self)
        guard exit.header.count == 1, exit.tgid > 0, Int(exit.tgid) < ProcessTable.idLimit else {
            return malformedRecords += 1
        }
        processes.processEnded(pid: exit.tgid, name: ProcessName(bytes: unsafe unsafeBitCast(exit.comm, to: (UInt64, UInt64).self)))
        if notesEnds { endedProcesses.append(EndedProcess(pid: Int32(exit.tgid), cpuNanoseconds: exit.cpu_ns)) }
    }

    /// The processes that have ended since this was last called, where ``notesEnds`` is set.
    package mutating func takeEndedProcesses() -> [EndedProcess] {
        defer { endedProcesses = [] }
        return endedProcesses
    }

    /// The processes that have made a call and not ended.
    package var livingProcesses: [Int32] { processes.living }

    /// Takes in one series of the kernel's overflow histograms, or what has come to it since the last time.
    ///
    /// Their buckets are each a union of 16 of ours; a count is spread evenly over those that the exact extremes allow.
    /// - Parameters:
    ///   - key, series: the bytes of `syslat_overflow_key` and `syslat_overflow`.
    ///   - extremes: the bytes of each CPU's `syslat_overflow_extremes`.
    package mutating func consumeOverflow(key: [UInt8], series bytes: [UInt8], extremes: [[UInt8]]) {
        let taken = OverflowSeries(
            key: key, series: bytes, extremes: extremes, since: &countedOverflow[key, default: []])
        guard let overflow = taken else { return malformedRecords += 1 }
        guard !overflow.distribution.isEmpty else { return }
        completed = completed.addingSaturating(overflow.distribution.count)
        overflowed = overflowed.addingSaturating(overflow.distribution.count)
        series.add(overflow.distribution, of: overflow.call)
    }

    /// To be called after all CPUs' batches have been flushed and drained; see ``ProcessTable/retireEnded()``.
    package mutating func retireEndedProcesses() { processes.retireEnded() }

    /// The calls seen since the last ``startInterval()``, or since the beginning.
    package func calls() -> [CallProfile] { series.snapshot() }

    /// Forgets the distributions of calls; counts, processes and balance go on.
    package mutating func startInterval() { series.reset() }

    /// The number of the clock source in force, by which the calls that are decoded from now on are told apart.
    package var clocksource: UInt8 {
        get { series.clocksource }
        set { series.clocksource = newValue }
    }

    /// The processes seen so far, and the calls that the vDSO could have served, since the beginning.
    /// `nameOfLiving` is asked for the names of those processes that have not ended.
    package func processes(
        nameOfLiving: (Int32) -> String?
    ) -> (profiles: [ProcessProfile], origins: [OriginProfile]) {
        let snapshots = processes.snapshot(series: series.kinds, shares: series.exactShares(), nameOfLiving: nameOfLiving)
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
}
