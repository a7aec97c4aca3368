/// A POSIX clock, as clock_gettime(2) takes it.
///
/// Source: include/uapi/linux/time.h (v6.18); negative ids: include/linux/posix-timers.h.
package struct ClockID: RawRepresentable, Sendable, Hashable, Comparable {
    package let rawValue: Int32

    /// Every negative id is one of ``cpuClock`` and ``dynamic``: which process or device it names is left out.
    package init(rawValue: Int32) {
        guard rawValue < 0 else {
            self.rawValue = rawValue
            return
        }
        // CLOCKFD in the low three bits: the rest is a file descriptor, else a process or thread id.
        self.rawValue = rawValue & 7 == 3 ? -5 : -6
    }

    package static let realtime = ClockID(rawValue: 0)
    package static let monotonic = ClockID(rawValue: 1)
    package static let processCPUTime = ClockID(rawValue: 2)
    package static let threadCPUTime = ClockID(rawValue: 3)
    package static let monotonicRaw = ClockID(rawValue: 4)
    package static let realtimeCoarse = ClockID(rawValue: 5)
    package static let monotonicCoarse = ClockID(rawValue: 6)
    package static let boottime = ClockID(rawValue: 7)
    package static let realtimeAlarm = ClockID(rawValue: 8)
    package static let boottimeAlarm = ClockID(rawValue: 9)
    package static let tai = ClockID(rawValue: 11)
    /// The CPU time of another process or thread (clock_getcpuclockid(3)).
    package static let cpuClock = ClockID(rawValue: -6)
    /// A clock device that is open as a file, such as a PTP clock.
    package static let dynamic = ClockID(rawValue: -5)

    private static let names: [(ClockID, String)] =
        [
            (realtime, "REALTIME"), (monotonic, "MONOTONIC"), (processCPUTime, "PROCESS_CPUTIME"),
            (threadCPUTime, "THREAD_CPUTIME"), (monotonicRaw, "MONOTONIC_RAW"), (realtimeCoarse, "REALTIME_COARSE"),
            (monotonicCoarse, "MONOTONIC_COARSE"), (boottime, "BOOTTIME"), (realtimeAlarm, "REALTIME_ALARM"),
            (boottimeAlarm, "BOOTTIME_ALARM"), (tai, "TAI"), (cpuClock, "CPUCLOCK"), (dynamic, "DYNAMIC"),
        ] + (0..<8).map { (ClockID(rawValue: 16 + $0), "AUX\($0)") }

    /// Every clock that has a name, by id.
    package static var named: [ClockID] { names.map(\.0).sorted() }

    /// The name without `CLOCK_`, and without the `_ID` of the CPU clocks; `CLOCK_10` for an id without a name.
    package var name: String { ClockID.names.first { $0.0 == self }?.1 ?? "CLOCK_\(rawValue)" }

    /// Takes names as ``name`` gives them and as C spells them (`CLOCK_MONOTONIC`, `CLOCK_THREAD_CPUTIME_ID`), in any case.
    package init?(name: String) {
        var stem = name.uppercased()[...]
        if stem.hasPrefix("CLOCK_") { stem = stem.dropFirst(6) }
        if let number = Int32(stem), number >= 0 {
            self.init(rawValue: number)
            return
        }
        if stem.hasSuffix("_CPUTIME_ID") { stem = stem.dropLast(3) }
        guard let found = ClockID.names.first(where: { $0.1 == stem }) else { return nil }
        self = found.0
    }

    package static func < (first: ClockID, second: ClockID) -> Bool { first.rawValue < second.rawValue }
}
