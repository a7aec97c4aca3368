import SaturatingMath

/// Where every call went. `entered` is what the kernel side counted at entry; the other counts must add up to it.
package struct Balance: Sendable, Hashable {
    /// Why a call that entered is in no histogram and not in flight either.
    package enum LossCause: String, Sendable, Hashable, CaseIterable {
        /// No slot was free to remember the call while it ran.
        case noSlot = "no_slot"
        /// Its return was not seen: the same thread entered another call first.
        case missedExit = "missed_exit"
        /// The kernel skipped the program because it was already running on that CPU.
        case recursion = "recursion"
        /// The ring and the overflow histograms were both full.
        case overflowFull = "overflow_full"
        /// The event could not be decoded.
        case malformed = "malformed"
        /// The balance doesn't close, and nothing says why.
        case unaccounted = "unaccounted"
    }

    package var entered: UInt64
    package var completed: UInt64
    package var inFlight: UInt64
    /// Calls that ended with their thread: exit, exit_group, or killed inside the call.
    package var neverReturned: UInt64
    package private(set) var lostByCause: [LossCause: UInt64]
    /// Of a snapshot: calls that have completed, but wait in the batches of their CPUs and are in no distribution yet. 0 of a capture that
    /// has ended.
    package var inBatches: UInt64

    // Outside the sum.

    /// Returns of calls that had been entered before recording began.
    package var beganBefore: UInt64
    /// First returns of new tasks from a call that their parent made.
    package var newTaskReturns: UInt64
    /// Returns without an entry: seccomp or a tracer refused the call before it was made.
    package var refused: UInt64
    /// Completed calls that went through the kernel's overflow histograms: coarser, and without their process.
    package var overflowed: UInt64
    /// Completed calls that sampling only counted.
    package var unmeasured: UInt64

    /// Closes the balance: what nothing explains becomes `lost` with the cause `unaccounted`.
    package init(
        entered: UInt64, completed: UInt64, inFlight: UInt64, neverReturned: UInt64,
        lostByCause: [LossCause: UInt64], inBatches: UInt64 = 0, beganBefore: UInt64 = 0, newTaskReturns: UInt64 = 0,
        refused: UInt64 = 0,
        overflowed: UInt64 = 0, unmeasured: UInt64 = 0
    ) {
        var lost = lostByCause.filter { $0.value > 0 }
        let explained = ([completed, inFlight, neverReturned, inBatches] + lost.values).saturatingSum
        // More explained than entered would be a call counted twice: nothing hides it, `closes` is false and the report says so.
        // The difference fits: `explained` has what is already lost without a cause in it.
        if entered > explained { lost[.unaccounted, default: 0] += entered - explained }
        self.entered = entered
        self.completed = completed
        self.inFlight = inFlight
        self.neverReturned = neverReturned
        self.lostByCause = lost
        self.inBatches = inBatches
        self.beganBefore = beganBefore
        self.newTaskReturns = newTaskReturns
        self.refused = refused
        self.overflowed = overflowed
        self.unmeasured = unmeasured
    }

    /// Completed calls that came to the consumer as single events.
    package var events: UInt64 {
        let others = unmeasured.addingSaturating(overflowed)
        return completed > others ? completed - others : 0
    }

    /// All lost calls; it stops at `UInt64.max`.
    package var lost: UInt64 { Array(lostByCause.values).saturatingSum }

    /// Whether every call that entered is accounted for. A sum that stopped at `UInt64.max` doesn't close.
    package var closes: Bool { entered == explained && !isBeyondCounting }

    /// Whether both sides stopped at `UInt64.max`, so nobody can say if they are the same.
    package var isBeyondCounting: Bool { entered == .max && explained == .max }

    private var explained: UInt64 { [completed, inFlight, neverReturned, inBatches, lost].saturatingSum }
}

extension [UInt64] {
    fileprivate var saturatingSum: UInt64 { reduce(0) { $0.addingSaturating($1) } }
}
