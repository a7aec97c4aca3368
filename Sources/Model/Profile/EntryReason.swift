package import SyscallTable

/// What an entry tells about the way a call took that the vDSO could have served.
package enum EntryEvidence: UInt8, Sendable, Hashable, CaseIterable {
    /// The process has no vDSO.
    case noVDSO = 1
    /// The call was made by code outside the vDSO.
    case outside = 2
    /// The call was made by the vDSO itself, which had no answer.
    case inside = 3
    /// The same, with the arguments by which its getrandom fetches a new key.
    case insideReseed = 4
    /// A 32-bit call: those of x86 are all made from inside the vDSO, and that of a 32-bit program on arm64 isn't looked up.
    case compat = 5
}

/// Why a call that the vDSO can serve entered the kernel all the same.
package enum EntryReason: Sendable, Hashable {
    /// The process has no vDSO: it has unmapped it, or the kernel was booted with `vdso=0`.
    case noVDSO
    /// The program called the kernel directly and left the vDSO out.
    case bypass
    /// The vDSO has no answer for this clock, on any host.
    case clockNotServed(ClockID)
    /// User space can't read the kernel's current clock source.
    case clocksource(String)
    /// User space can read the clock source, but it was not valid at that moment.
    case counterInvalid
    /// getrandom of the vDSO fetched a new key for itself.
    case reseed
    /// getrandom of the vDSO could not answer: generator not ready, unknown flags, called from inside itself.
    case rngFallback
    /// A 32-bit call for a clock that the vDSO may serve: whether the vDSO made it can't be told.
    case compat
    /// The vDSO gave up where no known reason applies.
    case unexplained

    /// The name that every output uses: `bypass`, `clock-not-served:THREAD_CPUTIME`, `clocksource:hpet`.
    package var name: String {
        switch self {
        case .noVDSO: "no-vdso"
        case .bypass: "bypass"
        case .clockNotServed(let clock): "clock-not-served:\(clock.name)"
        case .clocksource(let name): "clocksource:\(name)"
        case .counterInvalid: "counter-invalid"
        case .reseed: "reseed"
        case .rngFallback: "rng-fallback"
        case .compat: "unknown(compat)"
        case .unexplained: "unknown"
        }
    }

    private static let withoutDetail: [EntryReason] = [
        .noVDSO, .bypass, .counterInvalid, .reseed, .rngFallback, .compat, .unexplained,
    ]

    /// The inverse of ``name``.
    package init?(name: String) {
        if let reason = EntryReason.withoutDetail.first(where: { $0.name == name }) {
            self = reason
            return
        }
        guard let colon = name.firstIndex(of: ":") else { return nil }
        let detail = String(name[name.index(after: colon)...])
        switch name[..<colon] {
        case "clock-not-served":
            guard let clock = ClockID(name: detail) else { return nil }
            self = .clockNotServed(clock)
        case "clocksource" where !detail.isEmpty: self = .clocksource(detail)
        default: return nil
        }
    }

    /// Whether a 64-bit call ran in the vDSO's function before it entered the kernel.
    package var isFallback: Bool {
        switch self {
        case .noVDSO, .bypass, .compat: false
        case .clockNotServed, .clocksource, .counterInvalid, .reseed, .rngFallback, .unexplained: true
        }
    }

    /// Whether something can be done to have the vDSO serve the call.
    package var isCurable: Bool {
        switch self {
        case .bypass, .clocksource: true
        default: false
        }
    }
}
