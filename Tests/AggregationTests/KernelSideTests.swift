import CSyslatABI
import LatencyHistogram
import Profile
import SyscallTable
import Testing

@testable import Aggregation

/// What is read from the kernel side's memory and maps rather than from the ring.
@Suite struct KernelSideTests {
    /// Counters with the values `first`, `first + 1` and so on.
    private func counters(from first: UInt64) -> syslat_counters {
        var counters = syslat_counters()
        // The structure consists of 64-bit counters only.
        unsafe withUnsafeMutableBytes(of: &counters) { bytes in
            let words = unsafe bytes.bindMemory(to: UInt64.self)
            for position in words.indices { unsafe words[position] = first + UInt64(position) }
        }
        return counters
    }

    @Test func `the counters of all CPU shares add up`() {
        var total = KernelCounters(counters(from: 1))
        total.add(counters(from: 100))
        total.add(syslat_counters())
        total.addEntered(1000)
        let sums = [
            total.entered - 1000, total.neverReturned, total.beganBefore, total.newTaskReturns, total.refused, total.noSlot,
            total.missedExit, total.overflowed, total.overflowFull, total.spilled, total.batches, total.unbatched,
            total.clockBackwards, total.exitsUnsent, total.callersUnnoted, total.vsyscallsUnnoted, total.ticksUnnoted,
            total.refusedUnnoted, total.beforeEntryUnnoted, total.unseenEntries, total.unseenExits, total.rescuedEntries,
            total.rescuedTasks, total.workUnnoted, total.detailsUnkept, total.requests, total.silentRequests,
            total.lostRequestsByCause[.noSlot], total.lostRequestsByCause[.missedExit], total.hiddenCompletions,
            total.lostRequestsByCause[.overflowFull],
        ]
        #expect(sums == (0..<31).map { 101 + 2 * $0 })
        #expect(MemoryLayout<syslat_counters>.size == sums.count * 8)
        #expect(total.lost == total.noSlot + total.missedExit + total.overflowFull)
        #expect(total.lostByCause == [.noSlot: 111, .missedExit: 113, .overflowFull: 117])
    }

    /// Events that one program has handled, and that the kernel then skipped for the program they were for.
    @Test func `an event that was handled in time is no skipped one`() {
        var total = KernelCounters()
        for kind in [
            SYSLAT_NO_EVENT, SYSLAT_ENTRY_EVENT, SYSLAT_EXIT_EVENT, SYSLAT_FORK_EVENT, SYSLAT_EXEC_EVENT, SYSLAT_TASK_EXIT_EVENT,
        ] {
            total.addRescued(kind.rawValue)
        }
        #expect(total.rescuedEntries == 1 && total.rescuedTasks == 3)
    }

    private func slot(_ call: Event, thread: UInt32, start: UInt64 = 500) -> syslat_slot {
        var slot = syslat_slot()
        slot.call = call.word
        slot.thread = thread
        slot.start_ns = start
        return slot
    }

    @Test func `a slot whose thread is in a call is a call in flight`() throws {
        let call = try #require(InFlightSlot(slot(Event(number: -5, abi: 1), thread: 77 | SYSLAT_IN_CALL)))
        #expect(call.tid == 77 && call.id == SyscallID(abi: .ia32, number: -5) && !call.isUnmeasured)
        #expect(call.age(at: 1700) == 1200 && call.age(at: 499) == 0)
        let unmeasured = try #require(InFlightSlot(slot(Event(number: 1, sampling: 15), thread: 1 | SYSLAT_IN_CALL)))
        #expect(unmeasured.isUnmeasured)
        #expect(InFlightSlot(slot(Event(), thread: 77)) == nil)
        #expect(InFlightSlot(syslat_slot()) == nil)
    }

    private func caller(_ state: syslat_caller_state, name: String, calls: UInt64 = 3) -> syslat_caller {
        var caller = syslat_caller()
        caller.state = state.rawValue
        caller.calls = calls
        // Copies no more bytes than the field has.
        unsafe withUnsafeMutableBytes(of: &caller.name) { unsafe $0.copyBytes(from: name.utf8.prefix($0.count)) }
        return caller
    }

    private func key(abi: UInt8 = 0, number: Int32 = 228, evidence: EntryEvidence? = .outside, clock: UInt8 = 1)
        -> syslat_caller_key
    {
        var key = syslat_caller_key()
        (key.mm, key.ip, key.tgid) = (0xabc, 0x401000, 42)
        (key.abi, key.number, key.evidence, key.clock) = (abi, number, evidence?.rawValue ?? 0, clock)
        return key
    }

    @Test func `a caller entry gives the code address, the file and the clock`() throws {
        let entry = try #require(CallerEntry(key: key(), caller: caller(SYSLAT_CALLER_NAMED, name: "libc.so.6")))
        let place = CallerEntry.CodePlace(pid: 42, program: 0xabc, address: 0x401000)
        #expect(entry.source == .code(place, .named("libc.so.6")))
        #expect(
            entry.id == SyscallID(abi: .x86_64, number: 228) && entry.clock == .monotonic && entry.calls == 3 && entry.pid == 42)
        let generated = try #require(CallerEntry(key: key(number: 96), caller: caller(SYSLAT_CALLER_NO_FILE, name: "")))
        #expect(generated.source == .code(place, .none) && generated.clock == nil)
        let unknown = try #require(CallerEntry(key: key(), caller: caller(SYSLAT_CALLER_UNKNOWN, name: "")))
        #expect(unknown.source == .code(place, .unknown))
    }

    @Test func `a file name that fills its field is read whole`() throws {
        let name = String(repeating: "n", count: Int(SYSLAT_CALLER_NAME))
        let entry = try #require(CallerEntry(key: key(), caller: caller(SYSLAT_CALLER_NAMED, name: name)))
        guard case .code(_, .named(let found)) = entry.source else { return #expect(Bool(false), "\(entry.source)") }
        #expect(found == name)
    }

    @Test func `a caller entry with the vsyscall ABI stands for the vsyscall page`() throws {
        let entry = try #require(
            CallerEntry(key: key(abi: 4, number: 201, evidence: nil, clock: 0), caller: caller(SYSLAT_CALLER_NAMED, name: "old")))
        #expect(entry.source == .vsyscallPage(comm: "old"))
        #expect(entry.id == SyscallID(abi: .x86_64, number: 201))
    }

    @Test func `caller entries with an unknown ABI or no evidence are rejected`() {
        #expect(CallerEntry(key: key(abi: 5), caller: caller(SYSLAT_CALLER_NAMED, name: "x")) == nil)
        #expect(CallerEntry(key: key(evidence: nil), caller: caller(SYSLAT_CALLER_NAMED, name: "x")) == nil)
    }

    @Test func `vDSO ticks give their process, function and mean period`() {
        var key = syslat_tick_key()
        (key.tgid, key.function) = (42, 3)
        var ticks = syslat_ticks()
        (ticks.count, ticks.period_ns) = (4, 4_000_100)
        let found = VDSOTickCount(key: key, ticks: ticks)
        #expect(found.pid == 42 && found.function == 3 && found.ticks == 4 && found.comm.isEmpty)
        #expect(found.nanoseconds == 4_000_100 && found.meanPeriodNanoseconds == 1_000_025)
        #expect(VDSOTickCount(key: key, ticks: syslat_ticks()).meanPeriodNanoseconds == 0)
    }

    @Test func `unmeasured calls of all CPUs add up`() {
        var (first, second) = (syslat_unmeasured(), syslat_unmeasured())
        (first.calls.0, first.calls.5, second.calls.5, second.calls.7) = (1, 10, 200, 4000)
        let calls = UnmeasuredCalls(index: 1024 + 7, shares: [first, syslat_unmeasured(), second])
        #expect(calls.index == 1031 && calls.byCompletion == [1, 0, 0, 0, 0, 210, 0, 4000])
        var aggregator = Aggregator()
        aggregator.consumeUnmeasured(UnmeasuredCalls(index: 1031, shares: [first]))
        aggregator.consumeUnmeasured(UnmeasuredCalls(index: 1031, shares: [first]))
        #expect(aggregator.unmeasured == 11 && aggregator.calls().map(\.id) == [SyscallID(abi: .ia32, number: 7)])
    }

    @Test func `events left in a batch are consumed, but no more than fit in it`() {
        var share = syslat_cpu()
        share.batch.header.count = 2
        share.batch.events.0 = syslat_event(time: 100 << 22 | 42, call: Event(number: 7).word)
        share.batch.events.1 = syslat_event(time: 200 << 22 | 42, call: Event(number: 7).word)
        share.batch.events.2 = syslat_event(time: 300 << 22 | 42, call: Event(number: 7).word)
        var aggregator = Aggregator()
        // The share outlives the call.
        unsafe withUnsafePointer(to: share) { unsafe aggregator.consumeRest(of: $0) }
        #expect(aggregator.completed == 2 && aggregator.calls().map(\.distribution.sum) == [300])
        share.batch.header.count = .max
        for number in 0..<Int(SYSLAT_BATCH_EVENTS) { setEvent(number, of: &share) }
        var full = Aggregator()
        unsafe withUnsafePointer(to: share) { unsafe full.consumeRest(of: $0) }
        #expect(full.completed == UInt64(SYSLAT_BATCH_EVENTS))
    }

    private func setEvent(_ number: Int, of share: inout syslat_cpu) {
        // Callers pass a number below the size of the array.
        unsafe withUnsafeMutableBytes(of: &share.batch.events) {
            unsafe $0.storeBytes(
                of: syslat_event(time: 100 << 22 | 42, call: Event(number: 7).word), toByteOffset: number * 16,
                as: syslat_event.self)
        }
    }
}

@Suite struct RefusedEntryTests {
    private func key(_ call: Event, by: UInt32) -> syslat_refused_key {
        syslat_refused_key(call: call.word, by: by, reserved: 0)
    }

    @Test func `a kind of refused calls is decoded with its error and refuser`() {
        #expect(
            RefusedCalls(key(Event(number: 435, error: 38), by: 1), calls: 7)
                == RefusedCalls(id: SyscallID(abi: .x86_64, number: 435), by: .filter, errno: 38, calls: 7))
        #expect(
            RefusedCalls(key(Event(number: 24, abi: 1), by: 2), calls: 1)
                == RefusedCalls(id: SyscallID(abi: .ia32, number: 24), by: .supervisor, errno: nil, calls: 1))
    }

    @Test func `what no kernel side writes is no kind of refused calls`() {
        #expect(RefusedCalls(key(Event(request: 1), by: 1), calls: 1) == nil)
        for by in [4, 256, UInt32.max] { #expect(RefusedCalls(key(Event(), by: by), calls: 1) == nil) }
    }
}
