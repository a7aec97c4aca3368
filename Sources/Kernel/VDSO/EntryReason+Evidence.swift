package import Profile
package import SyscallTable

extension EntryReason {
    /// Why a call that the vDSO can serve entered the kernel.
    ///
    /// - Parameters:
    ///   - function: the function that could have served it.
    ///   - clock: the clock that it was asked for; nil if it takes none, or if the clock isn't known.
    ///   - clocksource: the kernel's current clock source; empty if it isn't known.
    package init(evidence: EntryEvidence, function: ServableFunction?, clock: ClockID?, clocksource: String) {
        switch evidence {
        // No vDSO answers for these clocks: they need no other reason.
        case .compat:
            self = if let clock, clock.vdsoService == .never { .clockNotServed(clock) } else { .compat }
        case .noVDSO: self = .noVDSO
        case .outside: self = .bypass
        case .insideReseed where function == .getrandom: self = .reseed
        case .inside, .insideReseed: self = EntryReason.afterGivingUp(function, clock, clocksource)
        }
    }

    /// Why the vDSO's function gave up. time, getcpu, coarse clocks and resolutions need nothing that can be missing.
    private static func afterGivingUp(_ function: ServableFunction?, _ clock: ClockID?, _ clocksource: String) -> EntryReason {
        switch function {
        case .getrandom: return .rngFallback
        case .gettimeofday: return readingCounter(clocksource)
        case .clockGettime:
            guard let clock else { return .unexplained }
            switch clock.vdsoService {
            case .never: return .clockNotServed(clock)
            case .coarse: return .unexplained
            case .counter: return readingCounter(clocksource)
            }
        case .clockGetres:
            guard let clock, clock.vdsoService == .never else { return .unexplained }
            return .clockNotServed(clock)
        case .time, .getcpu, nil: return .unexplained
        }
    }

    private static func readingCounter(_ clocksource: String) -> EntryReason {
        if clocksource.isEmpty { return .unexplained }
        return Clocksource.readableInUserSpace.contains(clocksource) ? .counterInvalid : .clocksource(clocksource)
    }
}
