package import Profile

extension BoundaryEffect {
    /// What is done, as a phrase: `page tables are switched at each entry and exit`.
    package var phrase: String {
        switch self {
        case .pageTablesSwitched: "page tables are switched at each entry and exit"
        case .speculationStoppedAfterSwapgs: "speculation is stopped after swapgs at each entry"
        case .branchSpeculationRestricted: "branch speculation is restricted (IBRS) at each entry and freed at each exit"
        case .retpolines: "indirect branches in the kernel go through retpolines"
        case .branchHistoryCleared: "the branch history is cleared at each entry"
        case .safeReturn: "returns in the kernel go through a safe return"
        case .predictorsFlushed: "branch predictors are flushed at each entry"
        case .predictorsFlushedAfterGuest: "branch predictors are flushed at an exit after a guest has run"
        case .thunks: "indirect branches and returns in the kernel go through thunks"
        case .buffersCleared: "CPU buffers are cleared (VERW) at each exit"
        case .returnsUntrained: "the return predictor is cleaned at each entry, and returns go through a thunk"
        case .returnPredictorStuffed: "calls in the kernel are counted, and the return predictor is refilled"
        }
    }
}
