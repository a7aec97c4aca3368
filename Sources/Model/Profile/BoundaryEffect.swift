/// What a mitigation does at each entry into the kernel or exit from it, or at branches on the way between them.
package enum BoundaryEffect: Sendable, Hashable, CaseIterable {
    /// Page tables are switched at each entry and exit (PTI).
    case pageTablesSwitched
    /// Speculation is stopped after swapgs at each entry.
    case speculationStoppedAfterSwapgs
    /// Indirect branch speculation is restricted at each entry (IBRS).
    case branchSpeculationRestricted
    case retpolines
    case branchHistoryCleared
    /// Returns in the kernel go through a safe return (SRSO).
    case safeReturn
    /// Branch predictors are flushed at each entry (IBPB).
    case predictorsFlushed
    /// Branch predictors are flushed at an exit after a guest has run (VMSCAPE).
    case predictorsFlushedAfterGuest
    /// Branches and returns go through thunks (ITS).
    case thunks
    /// CPU buffers are cleared at each exit (VERW).
    case buffersCleared
    /// The return predictor is cleaned at each entry, and returns go through a thunk (retbleed).
    case returnsUntrained
    /// Calls are counted, and the return predictor is refilled (retbleed).
    case returnPredictorStuffed
}
