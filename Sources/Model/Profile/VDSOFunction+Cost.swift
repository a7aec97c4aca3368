package import SyscallTable

extension VDSOFunction {
    /// What entering and leaving the kernel costs in one call, in nanoseconds: the entry and exit code and the mitigations in
    /// it, which no tracepoint sees.
    ///
    /// It is the whole call less what lies between the tracepoints. The probe floor is what the tracing itself adds between
    /// its two readings of the clock. nil where a part is missing, and where the parts contradict each other.
    ///
    /// - Parameter probeFloor: ``CaptureSummary/probeFloorNanoseconds``.
    package func boundaryNanoseconds(probeFloor: UInt64?) -> Double? {
        guard let syscall, let kernelP50Nanoseconds, let probeFloor else { return nil }
        let kernel = kernelP50Nanoseconds > probeFloor ? kernelP50Nanoseconds - probeFloor : 0
        let boundary = syscall.median - Double(kernel)
        return boundary >= 0 ? boundary : nil
    }

    /// How many times as long as the vDSO's function the system call takes; nil where one of them is not known.
    package var ratio: Double? {
        guard let syscall, let vdso, vdso.median > 0 else { return nil }
        let ratio = syscall.median / vdso.median
        return ratio.isFinite ? ratio : nil
    }
}

extension VDSOProfile {
    /// What the self-test found of one function, for one clock where it takes one.
    package func function(_ name: String, _ clock: ClockID?) -> VDSOFunction? {
        functions.first { $0.name == name && $0.clock == clock }
    }
}

extension VDSOEntry {
    /// The function of the vDSO that could have served these calls: `clock_gettime`, also for `clock_gettime64`.
    package var function: String { ServableFunction(id)?.rawValue ?? id.name }
}
