import CVDSO
import Profile
package import SyscallTable

/// One kind of call that a self-test makes: a function, with a clock if it takes one.
package struct VDSOCall: Sendable, Hashable, CustomStringConvertible {
    /// The functions that syslat knows how to call.
    package enum Function: String, Sendable, Hashable, CaseIterable {
        case clockGettime = "clock_gettime"
        case gettimeofday
        case time
        case getcpu
        case clockGetres = "clock_getres"
        case getrandom
        /// The null call, to compare with. No vDSO has it.
        case getppid

        /// Whether it takes a clock.
        package var takesClock: Bool { ServableFunction(rawValue: rawValue)?.takesClock ?? false }

        var kind: cvdso_kind {
            switch self {
            case .clockGettime: CVDSO_CLOCK_GETTIME
            case .gettimeofday: CVDSO_GETTIMEOFDAY
            case .time: CVDSO_TIME
            case .getcpu: CVDSO_GETCPU
            case .clockGetres: CVDSO_CLOCK_GETRES
            case .getrandom: CVDSO_GETRANDOM
            case .getppid: CVDSO_GETPPID
            }
        }
    }

    package var function: Function
    package var clock: ClockID?

    package init(_ function: Function, _ clock: ClockID? = nil) {
        self.function = function
        self.clock = clock
    }

    /// The null call.
    package static let null = VDSOCall(.getppid)

    /// `clock_gettime(MONOTONIC)`
    package var description: String { clock.map { "\(function.rawValue)(\($0.name))" } ?? function.rawValue }
}

/// A function of the vDSO that syslat doesn't call, and why.
package struct UncallableFunction: Sendable, Hashable {
    /// As it stands in the image.
    package var name: String
    /// A phrase: `enters a secure enclave, and there is none`.
    package var reason: String
}

/// What there is to test in an image. The image says which functions it has; this says how to call them.
package struct VDSOFunctionCatalog: Sendable, Hashable {
    /// Every function of the image with every clock that it can be asked for.
    package let calls: [VDSOCall]
    /// The functions of the image that are not in ``calls``.
    package let uncallable: [UncallableFunction]

    /// The clocks to ask for: all built-in clocks of kernels since 5.10.
    package static let clocks: [ClockID] = [
        .realtime, .monotonic, .boottime, .tai, .monotonicRaw, .realtimeCoarse, .monotonicCoarse, .processCPUTime, .threadCPUTime,
        .realtimeAlarm, .boottimeAlarm, .cpuClock,
    ]

    package init(_ image: VDSOImage) {
        var calls: [VDSOCall] = []
        var uncallable: [UncallableFunction] = []
        for symbol in image.exportedFunctions {
            guard let function = VDSOCall.Function(rawValue: symbol.stem), function != .getppid,
                cvdso_has_syscall(function.kind) != 0
            else {
                uncallable.append(UncallableFunction(name: symbol.name, reason: VDSOFunctionCatalog.reason(symbol.stem)))
                continue
            }
            if function.takesClock {
                calls += VDSOFunctionCatalog.clocks.map { VDSOCall(function, $0) }
            } else {
                calls.append(VDSOCall(function))
            }
        }
        self.calls = calls
        self.uncallable = uncallable
    }

    /// Why a function isn't called, by its name without a prefix. Source: the vdso*.lds.S of each architecture, v6.1 to v7.3.
    private static func reason(_ stem: String) -> String {
        switch stem {
        case "sgx_enter_enclave": "enters an SGX enclave, and there is none here"
        case "rt_sigreturn", "sigreturn": "ends a signal handler, and none is running"
        case "vsyscall": "is how 32-bit programs enter the kernel for any call"
        case "flush_icache", "riscv_hwprobe": "isn't a clock: it answers about the processor"
        case "clock_gettime64", "clock_getres_time64": "is for 32-bit programs"
        case let name where name.hasPrefix("futex_robust_list"): "unlocks a robust futex, and none is held"
        default: "has arguments that syslat doesn't know"
        }
    }

    /// What is timed before each capture: the main calls whose functions the image has, and the null call.
    package var main: [VDSOCall] {
        let wanted = [
            VDSOCall(.clockGettime, .monotonic), VDSOCall(.clockGettime, .monotonicCoarse), VDSOCall(.gettimeofday),
            VDSOCall(.time), VDSOCall(.getcpu), VDSOCall(.clockGetres, .monotonic), VDSOCall(.getrandom),
        ]
        return wanted.filter(calls.contains) + [.null]
    }
}
