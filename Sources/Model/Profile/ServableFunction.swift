import CSyslatABI
package import SyscallTable

/// A function of the vDSO that stands for a system call. Its raw value is the name.
///
/// Which calls there are is said in syslat/vdso_calls.h alone, for the kernel side as for Swift.
package enum ServableFunction: String, Sendable, Hashable, CaseIterable {
    case clockGettime = "clock_gettime"
    case clockGetres = "clock_getres"
    case gettimeofday
    case time
    case getcpu
    case getrandom

    /// The function that could have served a call; nil for a call that no vDSO serves.
    package init?(_ id: SyscallID) {
        let code = syslat_vdso_function(UInt32(id.abi.rawValue), id.number)
        guard let function = ServableFunction.allCases.first(where: { $0.code == code }) else { return nil }
        self = function
    }

    /// Whether it takes a clock.
    package var takesClock: Bool { syslat_vdso_takes_clock(code.rawValue) }

    private var code: syslat_vdso_function {
        switch self {
        case .clockGettime: SYSLAT_VDSO_CLOCK_GETTIME
        case .clockGetres: SYSLAT_VDSO_CLOCK_GETRES
        case .gettimeofday: SYSLAT_VDSO_GETTIMEOFDAY
        case .time: SYSLAT_VDSO_TIME
        case .getcpu: SYSLAT_VDSO_GETCPU
        case .getrandom: SYSLAT_VDSO_GETRANDOM
        }
    }
}
