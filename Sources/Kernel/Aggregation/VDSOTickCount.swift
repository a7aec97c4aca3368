package import CSyslatABI

/// The vDSO ticks in one function, of one process.
package struct VDSOTickCount: Sendable, Hashable {
    package let pid: Int32
    /// The process's name at the first tick.
    package let comm: String
    /// The function's number in the configuration.
    package let function: Int
    package let ticks: UInt64
    /// The time that all the ticks stand for, in nanoseconds.
    package let nanoseconds: UInt64

    package init(key: syslat_tick_key, ticks found: syslat_ticks) {
        pid = Int32(bitPattern: key.tgid)
        comm = String(kernelText: found.comm)
        function = Int(key.function)
        ticks = found.count
        nanoseconds = found.period_ns
    }

    /// The time that one tick stands for, on average.
    package var meanPeriodNanoseconds: UInt64 { nanoseconds / max(1, ticks) }
}
