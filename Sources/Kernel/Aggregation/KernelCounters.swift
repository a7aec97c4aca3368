package import CSyslatABI
package import Profile

/// What the kernel side has counted: the sum of all CPU shares and slots.
package struct KernelCounters: Sendable {
    private var counters: syslat_counters

    package init(_ counters: syslat_counters = syslat_counters()) { self.counters = counters }

    /// Adds a CPU share's counters.
    package mutating func add(_ share: syslat_counters) {
        // Both are as long as the type, which has nothing but 64-bit counters.
        unsafe withUnsafeMutableBytes(of: &counters) { mine in
            unsafe withUnsafeBytes(of: share) { theirs in
                for offset in stride(from: 0, to: mine.count, by: MemoryLayout<UInt64>.size) {
                    let sum =
                        unsafe mine.load(fromByteOffset: offset, as: UInt64.self)
                        &+ theirs.load(fromByteOffset: offset, as: UInt64.self)
                    unsafe mine.storeBytes(of: sum, toByteOffset: offset, as: UInt64.self)
                }
            }
        }
    }

    /// Adds the calls that slots have counted.
    package mutating func addEntered(_ calls: UInt64) { counters.entered &+= calls }

    /// Adds an event that has been handled, and that no classic program has come to, by its kind (enum syslat_event_kind).
    package mutating func addRescued(_ event: UInt32) {
        if event == SYSLAT_ENTRY_EVENT.rawValue { counters.rescued_entries &+= 1 }
        if event >= SYSLAT_FORK_EVENT.rawValue { counters.rescued_tasks &+= 1 }
    }

    /// Calls whose entry was seen.
    package var entered: UInt64 { counters.entered }
    /// Calls inside which their thread ended.
    package var neverReturned: UInt64 { counters.never_returned }

    // Exits without an entry.

    package var beganBefore: UInt64 { counters.began_before }
    package var newTaskReturns: UInt64 { counters.new_task_returns }
    package var refused: UInt64 { counters.refused }
    /// Refused calls of a kind for which the map of them had no room.
    package var refusedUnnoted: UInt64 { counters.refused_unnoted }

    /// How often the map of what stands before the entry had no room for a process.
    package var beforeEntryUnnoted: UInt64 { counters.before_entry_unnoted }
    /// Calls that left work of which nothing else is known, because the ring and the overflow histograms were full.
    package var workUnnoted: UInt64 { counters.work_unnoted }

    /// Slow calls for whose details there was no room.
    package var detailsUnkept: UInt64 { counters.details_unkept }

    // Calls that completed, but of which the kernel skipped one end.

    package var unseenEntries: UInt64 { counters.unseen_entries }
    package var unseenExits: UInt64 { counters.unseen_exits }

    /// Entries at which a classic program was skipped after another one had handled them: nothing is missing.
    package var rescuedEntries: UInt64 { counters.rescued_entries }
    /// The same of starts, ends and execves.
    package var rescuedTasks: UInt64 { counters.rescued_tasks }

    // Lost calls.

    package var noSlot: UInt64 { counters.no_slot }
    package var missedExit: UInt64 { counters.missed_exit }
    package var overflowFull: UInt64 { counters.overflow_full }
    /// All lost calls.
    package var lost: UInt64 { noSlot &+ missedExit &+ overflowFull }
    package var lostByCause: [Balance.LossCause: UInt64] {
        [.noSlot: noSlot, .missedExit: missedExit, .overflowFull: overflowFull]
    }

    // Requests to io_uring.

    package var requests: UInt64 { counters.requests }
    /// Requests that post no completion if they succeed.
    package var silentRequests: UInt64 { counters.requests_silent }
    /// Completions that did not name their request, because the program's completion queue was full.
    package var hiddenCompletions: UInt64 { counters.requests_hidden }
    package var lostRequestsByCause: [Balance.LossCause: UInt64] {
        [
            .noSlot: counters.requests_no_place, .missedExit: counters.requests_missed,
            .overflowFull: counters.requests_overflow_full,
        ]
    }

    // On the way to the consumer.

    package var spilled: UInt64 { counters.spilled }
    /// Batches, and calls outside them, that went through the ring.
    package var batches: UInt64 { counters.batches }
    package var unbatched: UInt64 { counters.unbatched }
    /// Calls counted in overflow histograms.
    package var overflowed: UInt64 { counters.overflowed }
    /// Calls inside which the clock ran backwards.
    package var clockBackwards: UInt64 { counters.clock_backwards }
    /// Ends of processes for which the ring had no room.
    package var exitsUnsent: UInt64 { counters.exits_unsent }

    // What the maps about the vDSO had no room for.

    package var callersUnnoted: UInt64 { counters.callers_unnoted }
    package var vsyscallsUnnoted: UInt64 { counters.vsyscalls_unnoted }
    package var ticksUnnoted: UInt64 { counters.ticks_unnoted }
}
