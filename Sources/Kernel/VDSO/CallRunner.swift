import CVDSO
import Glibc
import SyscallTable

/// Makes calls through the vDSO and past it.
///
/// Ownership: owns the memory in which the vDSO's getrandom keeps its generator. Threading: one thread at a time, because that
/// memory serves only one.
@safe
package struct CallRunner: ~Copyable {
    /// How a call is made.
    package enum Path: Sendable, Hashable, CaseIterable {
        /// The function of the vDSO, which may enter the kernel.
        case vdso
        /// The kernel, by an instruction of our own.
        case kernel
        /// No call: the loop alone.
        case loop
    }

    /// How the last of several calls ended.
    package enum Outcome: Sendable, Hashable {
        case succeeded
        /// With this errno.
        case failed(Int32)
        /// There is no such function in the vDSO, or no such system call on this architecture.
        case missing
    }

    /// The address of each function. Looked up once, so timed calls don't include the search.
    private let addresses: [VDSOCall.Function: UInt]
    /// Why the vDSO's getrandom can't be called: the errno from it or from mmap(2).
    private let randomError: Int32?
    private let state: UnsafeMutableRawPointer?
    private let stateSize: Int
    private let stateMapped: Int

    /// - Parameter vdso: nil for a kernel without a vDSO. Every call through it is then ``Outcome/missing``.
    package init(_ vdso: RunningVDSO?) {
        addresses = VDSOCall.Function.allCases.reduce(into: [:]) { $0[$1] = vdso?.address(of: $1.rawValue) }
        var memory: UnsafeMutableRawPointer?
        var size = 0
        var mapped = 0
        var result = 0
        if let address = vdso?.address(of: "getrandom"), let function = unsafe UnsafeRawPointer(bitPattern: address) {
            // `function` is that function of the image that the kernel mapped.
            result = unsafe cvdso_getrandom_state(function, &memory, &size, &mapped)
        }
        randomError = result < 0 ? Int32(-result) : nil
        unsafe state = memory
        stateSize = size
        stateMapped = mapped
    }

    deinit {
        if let state = unsafe state { unsafe _ = munmap(state, stateMapped) }
    }

    /// Makes a call `times` times in one loop, and returns how the last one ended.
    @discardableResult
    package func make(_ call: VDSOCall, through path: Path, times: Int) -> Outcome {
        precondition(times > 0, "a call is made at least once")
        let clock = call.clock?.rawValue ?? 0
        let kind = call.function.kind
        let count = UInt(times)
        switch path {
        case .loop:
            cvdso_loop(count)
            return .succeeded
        case .kernel:
            guard cvdso_has_syscall(kind) != 0 else { return .missing }
            return outcome(cvdso_syscall(kind, clock, count))
        case .vdso:
            guard call.function != .getppid, let address = addresses[call.function],
                let function = unsafe UnsafeRawPointer(bitPattern: address)
            else { return .missing }
            if call.function == .getrandom, let randomError { return .failed(randomError) }
            // The name decides the arguments, `function` is that function of the image that the kernel mapped, and `state` has
            // `stateSize` bytes.
            return outcome(unsafe cvdso_call(kind, clock, function, state, stateSize, count))
        }
    }

    private func outcome(_ result: Int) -> Outcome {
        // Down to -MAX_ERRNO: no other result is in this range.
        (-4095)...(-1) ~= result ? .failed(Int32(-result)) : .succeeded
    }
}
