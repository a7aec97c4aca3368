package import BPFRuntime
package import CSyslatABI

/// What the programs have left in the kernel, beside what they deliver through the ring. The structures are those of syslat_abi.h.
extension Probes {
    /// The counters of each CPU share.
    package var counters: [syslat_counters] { shares.counters }

    /// Calls that slots counted as entered, beside the counter of that name.
    package var enteredInSlots: UInt64 { slots.entered }

    /// The events in the batches, each batch as a record of the ring. Only while nothing is recorded: batches are read, not emptied.
    package var batches: [[UInt8]] { shares.batches }

    /// The threads that have made or ended a call since recording began, but for some that shared their slot with others.
    package var threadsSeen: Set<Int32> { slots.seen }

    /// Ticks that were found inside the vDSO until now; it may begin again at 0.
    var vdsoTickCount: UInt32 { control.vdsoTickCount }

    /// How many calls completed unmeasured: by call index, the words of `syslat_unmeasured` of all CPUs together. Only indices at which
    /// there may be some.
    package func unmeasured() throws(BPFError) -> [Int: [UInt64]] {
        let map = try object.map("unmeasured")
        var totals: [Int: [UInt64]] = [:]
        for index in control.metCalls where index < map.entries {
            for bytes in try map.values(of: UInt32(index), perCPU: true) ?? [] {
                // Whole words: the value is one struct syslat_unmeasured.
                let words = unsafe bytes.withUnsafeBytes { unsafe Array($0.bindMemory(to: UInt64.self)) }
                totals[index] = totals[index].map { zip($0, words).map(&+) } ?? words
            }
        }
        return totals
    }

    /// The calls that have not returned.
    package func inFlight() throws(BPFError) -> [syslat_slot] {
        slots.inFlight + (try object.map("spill").entries(UInt32.self, syslat_slot.self).map(\.1))
    }

    /// The overflow histograms: key, series and each CPU's extremes, as bytes.
    package func overflow() throws(BPFError) -> [(key: [UInt8], series: [UInt8], extremes: [[UInt8]])] {
        let overflow = try object.map("overflow")
        let extremes = try object.map("extremes")
        var found: [(key: [UInt8], series: [UInt8], extremes: [[UInt8]])] = []
        for key in overflow.keys(as: syslat_overflow_key.self) {
            guard let series = try overflow.values(of: key, perCPU: false)?.first else { continue }
            let bytes = unsafe withUnsafeBytes(of: key) { unsafe Array($0) }
            found.append((bytes, series, try extremes.values(of: key, perCPU: true) ?? []))
        }
        return found
    }

    /// Who bypassed the vDSO or used the vsyscall page.
    package func callers() throws(BPFError) -> [(key: syslat_caller_key, caller: syslat_caller)] {
        try object.map("callers").entries(syslat_caller_key.self, syslat_caller.self)
    }

    /// Ticks inside the vDSO.
    package func ticks() throws(BPFError) -> [(key: syslat_sample_key, ticks: syslat_samples)] {
        try object.map("samples").entries(syslat_sample_key.self, syslat_samples.self)
    }

    /// What the kernel says of the programs at entry and at exit.
    package func statistics() -> (entry: BPFObject.ProgramStatistics, exit: BPFObject.ProgramStatistics) {
        (object.statistics(of: programs.sysEnter), object.statistics(of: programs.sysExit))
    }
}
