package import Profile
import LatencyHistogram
import SyscallTable
import TestSupport

extension Fixtures {
    /// A service with many different calls over many intervals. Some of its calls block, some fail; there is a stretch in which everything is
    /// slow, and one in which nothing was recorded.
    package static func service(calls: Int, intervals: Int, seconds: UInt64, callsPerInterval: UInt64 = 200) -> Profile {
        let series = (0..<intervals).map { index -> Interval in
            let isGap = index * 10 / max(1, intervals) == 6 && index % max(1, intervals / 10) < intervals / 20
            let isSlow = index * 10 / max(1, intervals) == 3
            return Interval(
                startNanoseconds: UInt64(index) * seconds * 1_000_000_000, durationNanoseconds: seconds * 1_000_000_000,
                startedAtNanoseconds: start + UInt64(index) * seconds * 1_000_000_000,
                calls: isGap ? [] : (0..<calls).compactMap { call($0, at: index, isSlow: isSlow, most: callsPerInterval) })
        }
        var profile = profile(series.merged(), intervals: series)
        profile.capture = capture(seconds: UInt64(intervals) * seconds, scope: "pid 812 (redis-server) and its children")
        profile.balance = balance(of: profile.calls)
        profile.processes = processes(of: profile.calls)
        profile.inFlight = inFlight
        return profile
    }

    /// One call of the service in one interval. Rare calls are in few intervals.
    private static func call(_ number: Int, at interval: Int, isSlow: Bool, most: UInt64) -> CallProfile? {
        var generator = SeededGenerator(seed: UInt64(number) << 32 | UInt64(interval))
        let count = most / UInt64(1 + number / 2)
        guard count > 0 || generator.next().isMultiple(of: 16) else { return nil }
        let base = 200 + UInt64(number) * 173
        var series = [Series(outcome: .ran, failed: false, distribution: spread(max(1, count), from: base, &generator))]
        if number % 3 != 1 {
            let wait = base * (isSlow ? 1500 : 120)
            series.append(Series(outcome: .blocked, failed: false, distribution: spread(max(1, count / 5), from: wait, &generator)))
        }
        guard number % 4 == 0, count >= 8 else { return CallProfile(id: .native(Int32(number)), series: series, errnos: []) }
        series.append(Series(outcome: .ran, failed: true, distribution: spread(count / 8, from: base / 2, &generator)))
        return CallProfile(id: .native(Int32(number)), series: series, errnos: [ErrnoCount(errno: 11, count: count / 8)])
    }

    private static func spread(_ count: UInt64, from base: UInt64, _ generator: inout SeededGenerator) -> LatencyHistogram {
        var counts: [Int: UInt64] = [:]
        var (sum, low, high): (UInt64, UInt64, UInt64) = (0, .max, 0)
        for _ in 0..<count {
            let word = generator.next()
            let doublings = UInt64(min((word >> 40).trailingZeroBitCount / 2, 6))
            let value = (base << doublings) + (base << doublings) * ((word & 0xff) + (word >> 8 & 0xff)) / 1024
            counts[BucketScheme.index(of: value), default: 0] += 1
            (sum, low, high) = (sum + value, min(low, value), max(high, value))
        }
        let buckets = counts.sorted { $0.key < $1.key }.map { LatencyHistogram.Bucket(index: $0.key, count: $0.value) }
        return LatencyHistogram(buckets: buckets, aboveRange: 0, sum: sum, min: low, max: high)
    }
}
