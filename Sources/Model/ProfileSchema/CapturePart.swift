package import Profile

/// How and when a profile was made.
package struct CapturePart: Codable {
    private var startedAtNanoseconds, durationNanoseconds: UInt64
    private var scope: String
    private var selection: String?
    private var command: [String]?
    private var exitStatus: Int32?
    private var probeFloorNanoseconds: UInt64?
    /// Files of older versions lack them.
    private var probeFloorLow, probeFloorHigh: UInt64?
    private var hooks: HooksPart?
    private var consumerCPUNanoseconds: UInt64
    package var programs: ProgramsPart?
    /// Only where not every call was measured.
    package var sampling: SamplingPart?
    /// Always there, but under its old name in files of version 1.
    private var warnings: [String]?
    private var notes: [String]

    // Derived; in reports only.

    /// The start as RFC 3339.
    package var startedAt: String?
    /// ``Balance/events``.
    package var events: UInt64?

    /// What files of version 1 call the warnings.
    private var remarks: [String]?

    enum CodingKeys: String, CodingKey {
        case startedAtNanoseconds = "started_at_ns"
        case durationNanoseconds = "duration_ns"
        case exitStatus = "exit_status"
        case probeFloorNanoseconds = "probe_floor_p50_ns"
        case probeFloorLow = "probe_floor_p10_ns"
        case probeFloorHigh = "probe_floor_p90_ns"
        case consumerCPUNanoseconds = "consumer_cpu_ns"
        case programs = "bpf"
        case startedAt = "started_at"
        case scope, selection, command, hooks, sampling, warnings, notes, events, remarks
    }

    package init(_ capture: CaptureSummary) {
        (startedAtNanoseconds, durationNanoseconds) = (capture.startedAtNanoseconds, capture.durationNanoseconds)
        (scope, selection) = (capture.scope, capture.selection)
        (command, exitStatus) = (capture.command, capture.exitStatus)
        (probeFloorNanoseconds, consumerCPUNanoseconds) = (capture.probeFloorNanoseconds, capture.consumerCPUNanoseconds)
        (probeFloorLow, probeFloorHigh) = (capture.probeFloorSpread?.low, capture.probeFloorSpread?.high)
        hooks = capture.hooks.map(HooksPart.init)
        (programs, sampling) = (capture.programs.map(ProgramsPart.init), capture.sampling.map(SamplingPart.init))
        (warnings, notes) = (capture.warnings, capture.notes)
    }

    package func decoded() throws(ProfileDefect) -> CaptureSummary {
        guard let warnings = warnings ?? remarks else { throw ProfileDefect("'warnings' is missing at .capture") }
        var spread: ProbeFloorSpread?
        if let low = probeFloorLow, let high = probeFloorHigh { spread = ProbeFloorSpread(low: low, high: high) }
        return CaptureSummary(
            startedAtNanoseconds: startedAtNanoseconds, durationNanoseconds: durationNanoseconds, scope: scope,
            selection: selection, command: command, exitStatus: exitStatus, probeFloorNanoseconds: probeFloorNanoseconds,
            probeFloorSpread: spread, hooks: try hooks?.decoded(),
            consumerCPUNanoseconds: consumerCPUNanoseconds, programs: programs?.cost, sampling: try sampling?.decoded(),
            warnings: warnings, notes: notes)
    }
}

/// What called the programs: `{"calls":"tp_btf","others":"perf_event"}`.
package struct HooksPart: Codable {
    private var calls, others: String

    init(_ hooks: CaptureHooks) { (calls, others) = (hooks.calls.rawValue, hooks.others.rawValue) }

    func decoded() throws(ProfileDefect) -> CaptureHooks { CaptureHooks(calls: try hook(calls), others: try hook(others)) }

    private func hook(_ name: String) throws(ProfileDefect) -> CaptureHooks.Hook {
        guard let hook = CaptureHooks.Hook(rawValue: name) else { throw ProfileDefect("there is no hook '\(name)'") }
        return hook
    }
}

/// What the kernel's statistics say of the programs.
package struct ProgramsPart: Codable {
    private var runs, nanoseconds: UInt64
    /// Derived; in reports only.
    package var nanosecondsPerCall: Double?

    enum CodingKeys: String, CodingKey {
        case nanoseconds = "run_time_ns"
        case nanosecondsPerCall = "ns_per_call"
        case runs
    }

    init(_ cost: ProgramCost) { (runs, nanoseconds) = (cost.runs, cost.nanoseconds) }

    var cost: ProgramCost { ProgramCost(runs: runs, nanoseconds: nanoseconds) }
}

/// How calls were sampled: `{"one_in_min":4,"one_in_max":64,"budget":{…}}`.
package struct SamplingPart: Codable {
    private var oneInMin, oneInMax: UInt64
    package var budget: Budget?

    enum CodingKeys: String, CodingKey {
        case oneInMin = "one_in_min"
        case oneInMax = "one_in_max"
        case budget
    }

    package struct Budget: Codable {
        fileprivate var limit: Double
        fileprivate var spentNanoseconds, watchedNanoseconds: UInt64
        /// Derived; in reports only.
        package var spent: Double?

        enum CodingKeys: String, CodingKey {
            case limit = "max_overhead"
            case spentNanoseconds = "spent_ns"
            case watchedNanoseconds = "watched_cpu_ns"
            case spent = "overhead"
        }
    }

    init(_ sampling: CallSampling) {
        (oneInMin, oneInMax) = (sampling.leastCalls, sampling.mostCalls)
        budget = sampling.budget.map {
            Budget(limit: $0.limit, spentNanoseconds: $0.spentNanoseconds, watchedNanoseconds: $0.watchedNanoseconds)
        }
    }

    func decoded() throws(ProfileDefect) -> CallSampling {
        var sampling = CallSampling(lowestShift: try shift(oneInMin), highestShift: try shift(oneInMax))
        guard oneInMin <= oneInMax else { throw ProfileDefect("one_in_min \(oneInMin) is more than one_in_max \(oneInMax)") }
        if let budget {
            guard budget.limit > 0, budget.limit <= 1 else { throw ProfileDefect("max_overhead is a share above 0 and up to 1") }
            sampling.budget = OverheadBudget(
                limit: budget.limit, spentNanoseconds: budget.spentNanoseconds, watchedNanoseconds: budget.watchedNanoseconds)
        }
        return sampling
    }

    private func shift(_ calls: UInt64) throws(ProfileDefect) -> UInt8 {
        guard calls.nonzeroBitCount == 1, calls <= 1 << UInt64(CallSampling.largestShift) else {
            throw ProfileDefect(
                "calls are sampled by powers of two up to \(UInt64(1) << UInt64(CallSampling.largestShift)), not by \(calls)")
        }
        return UInt8(calls.trailingZeroBitCount)
    }
}
