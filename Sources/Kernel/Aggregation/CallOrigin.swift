import CSyslatABI
package import LatencyHistogram
package import Profile
package import SyscallTable

/// Where a call that the vDSO could have served came from.
package struct CallOrigin: Sendable, Hashable {
    package let evidence: EntryEvidence
    /// The clock that was asked for; nil for calls that take none.
    package let clock: ClockID?
    /// Which clock source was in force, as ``Aggregator/clocksource`` numbered it when the event was decoded.
    package let clocksource: UInt8

    /// Evidence and clock as the kernel side writes them; nil for a call that no vDSO serves.
    package init?(evidence: UInt8, clock: UInt8, of id: SyscallID, clocksource: UInt8 = 0) {
        guard let evidence = EntryEvidence(rawValue: evidence) else { return nil }
        self.evidence = evidence
        self.clocksource = clocksource
        self.clock = ServableFunction(id)?.takesClock == true ? ClockID(code: clock) : nil
    }
}

/// The completed calls of one number with the same origin, and the processes that made them.
package struct OriginProfile: Sendable {
    package let id: SyscallID
    package let origin: CallOrigin
    package let distribution: LatencyHistogram
    /// The processes that made them. Calls whose process isn't known are in ``distribution`` only.
    package internal(set) var processes: [ProcessShare] = []

    /// The calls of one process.
    package struct ProcessShare: Sendable {
        package let pid: Int32?
        package let comm: String
        package var calls: UInt64
        package var totalNanoseconds: UInt64
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
