/// A POSIX clock, as clock_gettime(2) takes it.
///
/// Source: include/uapi/linux/time.h (v6.18); negative ids: include/linux/posix-timers.h.
public struct ClockID: RawRepresentable, Sendable, Hashable, Comparable {
    public let rawValue: Int32

    /// Every negative id is one of ``cpuClock`` and ``dynamic``: which process or device it names is left out.
    public init(rawValue: Int32) {
        guard rawValue < 0 else {
            self.rawValue = rawValue
            return
        }
        // CLOCKFD in the low three bits: the rest is a file descriptor, else a process or thread id.
        self.rawValue = rawValue & 7 == 3 ? -5 : -6
    }

    public static let realtime = ClockID(rawValue: 0)
    public static let monotonic = ClockID(rawValue: 1)
    public static let processCPUTime = ClockID(rawValue: 2)
    public static let threadCPUTime = ClockID(rawValue: 3)
    public static let monotonicRaw = ClockID(rawValue: 4)
    public static let realtimeCoarse = ClockID(rawValue: 5)
    public static let monotonicCoarse = ClockID(rawValue: 6)
    public static let boottime = ClockID(rawValue: 7)
    public static let realtimeAlarm = ClockID(rawValue: 8)
    public static let boottimeAlarm = ClockID(rawValue: 9)
    public static let tai = ClockID(rawValue: 11)
    /// The CPU time of another process or thread (clock_getcpuclockid(3)).
    public static let cpuClock = ClockID(rawValue: -6)
    /// A clock device that is open as a file, such as a PTP clock.
    public static let dynamic = ClockID(rawValue: -5)

    private static let names: [(ClockID, String)] =
        [
            (realtime, "REALTIME"), (monotonic, "MONOTONIC"), (processCPUTime, "PROCESS_CPUTIME"),
            (threadCPUTime, "THREAD_CPUTIME"), (monotonicRaw, "MONOTONIC_RAW"), (realtimeCoarse, "REALTIME_COARSE"),
            (monotonicCoarse, "MONOTONIC_COARSE"), (boottime, "BOOTTIME"), (realtimeAlarm, "REALTIME_ALARM"),
            (boottimeAlarm, "BOOTTIME_ALARM"), (tai, "TAI"), (cpuClock, "CPUCLOCK"), (dynamic, "DYNAMIC"),
        ] + (0..<8).map { (ClockID(rawValue: 16 + $0), "AUX\($0)") }

    /// Every clock that has a name, by id.
    public static var named: [ClockID] { names.map(\.0).sorted() }

    /// The name without `CLOCK_`, and without the `_ID` of the CPU clocks; `CLOCK_10` for an id without a name.
    public var name: String { ClockID.names.first { $0.0 == self }?.1 ?? "CLOCK_\(rawValue)" }

    /// Takes names as ``name`` gives them and as C spells them (`CLOCK_MONOTONIC`, `CLOCK_THREAD_CPUTIME_ID`), in any case.
    public init?(name: String) {
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

    public static func < (first: ClockID, second: ClockID) -> Bool { first.rawValue < second.rawValue }
}
