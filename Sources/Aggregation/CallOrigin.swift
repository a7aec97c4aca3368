public import CSyslatABI
public import LatencyHistogram
public import Profile
public import SyscallTable

/// Where a call that the vDSO could have served came from.
public struct CallOrigin: Sendable, Hashable {
    public let evidence: EntryEvidence
    /// The clock that was asked for; nil for calls that take none.
    public let clock: ClockID?
    /// Which clock source was in force, as ``Aggregator/clocksource`` numbered it when the event was decoded.
    public let clocksource: UInt8

    /// nil for a call that no vDSO serves. `kind` must have passed ``syslat_call_kind/isValid``.
    public init?(_ kind: syslat_call_kind, of id: SyscallID, clocksource: UInt8 = 0) {
        guard let evidence = EntryEvidence(rawValue: kind.evidence) else { return nil }
        self.evidence = evidence
        self.clocksource = clocksource
        clock = CallOrigin.takesClock(id) ? ClockID(code: kind.clock) : nil
    }

    private static func takesClock(_ id: SyscallID) -> Bool {
        ["clock_gettime", "clock_getres", "clock_gettime64", "clock_getres_time64"].contains(id.name)
    }
}

/// The completed calls of one kind that came the same way, and whose they were.
public struct OriginProfile: Sendable {
    public let id: SyscallID
    public let origin: CallOrigin
    public let distribution: LatencyHistogram
    /// Who made them; calls whose process is not known are in ``distribution`` only.
    public internal(set) var processes: [ProcessShare] = []

    /// One process's part of them.
    public struct ProcessShare: Sendable {
        public let pid: Int32?
        public let comm: String
        public var calls: UInt64
        public var totalNanoseconds: UInt64
    }
}

extension ClockID {
    /// A clock as the kernel side writes it.
    init(code: UInt8) {
        switch UInt32(code) {
        case UInt32(SYSLAT_CLOCK_CPU): self = .cpuClock
        case UInt32(SYSLAT_CLOCK_DYNAMIC): self = .dynamic
        default: self.init(rawValue: Int32(code))
        }
    }
}

extension syslat_event {
    /// Where the last eight bytes begin: error, outcome, reserved, and the kind of the call.
    static let endOffset = 16
    /// The bits of those bytes, the lowest first, that no event has that is not about the vDSO and not sampled: 4 of the error's, 6 of the
    /// outcome's, all that are reserved, 6 of the ABI's, and all behind it.
    private static let uncommonBits: UInt64 = 0xffff_fffc_fffc_f000

    /// Whether this is an event as nearly all are, which is valid: told by two comparisons. `end`: the last eight bytes.
    @inline(__always)
    func isPlain(end: UInt64) -> Bool {
        end & syslat_event.uncommonBits == 0 && outcome <= UInt8(SYSLAT_PREEMPTED.rawValue) && tgid &- 1 < UInt32(ProcessTable.idLimit - 1)
    }

    /// Whether a kernel side of this version can have written it.
    @inline(__always)
    var isValid: Bool {
        kind.isValid && outcome <= UInt8(SYSLAT_PREEMPTED.rawValue) && error <= UInt16(SYSLAT_MAX_ERRNO) && reserved == 0 && tgid > 0
            && Int(tgid) < ProcessTable.idLimit
    }
}

extension syslat_call_kind {
    /// Whether a kernel side of this version can have written it.
    @inline(__always)
    var isValid: Bool {
        Int(abi) < Int(SYSLAT_ABI_COUNT) && evidence <= UInt8(SYSLAT_COMPAT.rawValue) && UInt32(sampling) <= UInt32(SYSLAT_MAX_SAMPLING_SHIFT)
            && (evidence != 0 || clock == 0)
    }
}
