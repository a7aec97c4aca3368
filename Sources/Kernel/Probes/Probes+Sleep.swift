package import BPFRuntime
import CSyslatABI

/// The stacks of a thread that sleeps in a call, as numbers; nil where there was no room for one.
package struct SleepingCall: Sendable, Hashable {
    /// When the call was entered, CLOCK_MONOTONIC.
    package var enteredAt: UInt64
    package var kernelStack, userStack: UInt32?
}

/// Where calls sleep. For captures that note it.
extension Probes {
    /// The addresses of a stack, the innermost first, up to 48; nil if there is none with this number. One that is there never changes.
    package func sleepStack(_ number: UInt32) throws(BPFError) -> [UInt64]? {
        guard let bytes = try object.map("sleep_stacks").values(of: number, perCPU: false)?.first else { return nil }
        // Zeros follow a shorter stack.
        return unsafe Array(bytes.withUnsafeBytes { unsafe $0.bindMemory(to: UInt64.self).prefix { $0 != 0 } })
    }

    /// The call that a thread sleeps in, or slept in last; nil if it has slept in none, or another thread has taken its place since.
    package func sleepingCall(of tid: Int32) throws(BPFError) -> SleepingCall? {
        let map = try object.map("sleeps")
        let place = UInt32(bitPattern: tid) & UInt32(map.entries - 1)
        guard let bytes = try map.values(of: place, perCPU: false)?.first, bytes.count == MemoryLayout<syslat_sleep>.size else {
            return nil
        }
        // The length has just been looked at.
        let sleep = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: syslat_sleep.self) }
        guard sleep.tid == UInt32(bitPattern: tid) else { return nil }
        return SleepingCall(
            enteredAt: sleep.start_ns, kernelStack: UInt32(exactly: sleep.stack), userStack: UInt32(exactly: sleep.user_stack))
    }
}
