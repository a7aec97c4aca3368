package import CSyslatABI
package import SyscallTable

/// A call in flight, as its slot keeps it.
package struct InFlightSlot: Sendable, Hashable {
    package let tid: Int32
    package let id: SyscallID
    /// CLOCK_MONOTONIC, in nanoseconds. For an unmeasured call, it is when the consumer last looked at the ring before the entry.
    package let enteredAt: UInt64
    package let isUnmeasured: Bool
    /// Where the slot is; nil where that isn't of interest.
    package let place: Place?

    /// Where the programs keep a call in flight.
    package enum Place: Sendable, Hashable {
        /// In the slot of this number.
        case byID(Int)
        /// In the entry of this number.
        case known(Int)
        /// In the spill table, under the thread's id there.
        case spilled(UInt32)
    }

    /// nil if the slot holds no call.
    package init?(_ slot: syslat_slot, at place: Place? = nil) {
        let call = CallWord(bits: slot.call)
        // Two bits, for four codes.
        guard slot.isInCall, let abi = ABI(code: call.abi) else { return nil }
        tid = slot.tid
        id = SyscallID(abi: abi, number: call.number)
        enteredAt = slot.start_ns
        isUnmeasured = call.isUnmeasured
        self.place = place
    }

    /// How long the call had been in flight at a moment, in nanoseconds.
    package func age(at moment: UInt64) -> UInt64 { moment > enteredAt ? moment - enteredAt : 0 }
}

/// A call that has ended and left work whose end has not been seen, as its slot keeps it.
package struct PendingWorkSlot: Sendable, Hashable {
    let call: CallWord

    /// nil if the slot holds none, or one of before `recordingStart` (CLOCK_MONOTONIC).
    package init?(_ slot: syslat_slot, recordingStart: UInt64) {
        guard slot.thread & SYSLAT_LEFT_WORK != 0, slot.start_ns >= recordingStart else { return nil }
        call = CallWord(bits: slot.call)
    }
}

extension syslat_slot {
    /// The thread last seen here, or 0.
    package var tid: Int32 { Int32(bitPattern: thread & ~(SYSLAT_IN_CALL | SYSLAT_LEFT_WORK)) }
    package var isInCall: Bool { thread & SYSLAT_IN_CALL != 0 }
}
