import SaturatingMath
import LatencyHistogram
package import Profile
import SyscallTable

/// Profiles for the export formats, beside those of `Fixtures`.
extension Fixtures {
    /// A profile of calls alone.
    package static func profile(_ calls: [CallProfile], intervals: [Interval] = []) -> Profile {
        Profile(
            tool: "0.1.0", host: host, capture: capture(),
            balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: calls,
            processes: [], inFlight: [], intervals: intervals)
    }

    /// Values and counts at which integers of 32 and 64 bits, doubles and the range of the buckets end.
    package static var extreme: Profile {
        func series(_ outcome: Outcome, failed: Bool = false, _ values: [(UInt64, UInt64)]) -> Series {
            let inRange = values.filter { $0.0 < BucketScheme.rangeEnd }
            let sum = values.reduce(UInt64(0)) { sum, entry in
                let (product, overflow) = entry.0.multipliedReportingOverflow(by: entry.1)
                return sum.addingSaturating(overflow ? .max : product)
            }
            return Series(
                outcome: outcome, failed: failed,
                distribution: LatencyHistogram(
                    buckets: inRange.map { .init(index: BucketScheme.index(of: $0.0), count: $0.1) },
                    aboveRange: values.reduce(0) { $0 + ($1.0 < BucketScheme.rangeEnd ? 0 : $1.1) }, sum: sum,
                    min: values[0].0, max: values[values.count - 1].0))
        }
        return profile([
            CallProfile(
                id: .native(0),
                series: [
                    series(.ran, [(0, 1), (1, 3), (255, 1), (256, 1), (1 << 31, 1 << 32 + 1), (1 << 32, 3)]),
                    series(.blocked, failed: true, [(1 << 41, 2), (1 << 42 - 1, 1), (1 << 42, 7), (.max - 1, 1)]),
                ], errnos: [ErrnoCount(errno: 4, count: 11)]),
            CallProfile(id: .native(1), series: [series(.ran, [(1 << 41, 1 << 53 + 1)])], errnos: []),
            CallProfile(id: .native(2), series: [series(.preempted, [(93, UInt64(Int64.max))])], errnos: []),
            CallProfile(
                id: SyscallID(abi: .ia32, number: 3),
                series: [series(.ran, [(93, .max)]), series(.blocked, [(1 << 42, 1)])], errnos: []),
        ])
    }

    /// A program that works through io_uring: most of its requests completed, some asked for no completion, and one was lost.
    package static var uring: Profile {
        func request(_ number: Int32, _ series: [Series], _ errnos: [ErrnoCount] = []) -> CallProfile {
            CallProfile(id: SyscallID(abi: .ioUring, number: number), series: series, errnos: errnos)
        }
        let requests = [
            request(23, [series(.ran, 1_800, from: 1_900, seed: 41), series(.blocked, 400, from: 61_000, tail: 9, seed: 42)]),
            request(3, [series(.blocked, 120, from: 1_400_000, tail: 4, seed: 43)]),
            request(250, [series(.ran, failed: true, 3, from: 820, tail: 0, seed: 44)], [ErrnoCount(errno: 22, count: 3)]),
        ]
        let enter = CallProfile(id: .native(426), series: [series(.blocked, 700, from: 70_000, tail: 5, seed: 45)], errnos: [])
        let completed = requests.reduce(0) { $0 + $1.calls }
        var profile = Profile(
            tool: "syslat 0.1.0", host: host, capture: capture(), balance: balance(of: [enter], inFlight: 0),
            calls: [enter] + requests,
            processes: processes(of: [enter] + requests),
            inFlight: [
                InFlightCall(
                    pid: 1234, tid: 1235, comm: "fio", thread: "iou-sqp-1234", id: SyscallID(abi: .ioUring, number: 22),
                    ageNanoseconds: 3_200_000_000)
            ])
        profile.requests = Balance(
            entered: completed + 46, completed: completed, inFlight: 5, neverReturned: 40, lostByCause: [.missedExit: 1],
            overflowed: 7)
        return profile
    }

    /// A time series of three intervals, the second of them empty.
    package static var byInterval: Profile {
        func call(_ id: SyscallID, _ count: Int, from base: UInt64, seed: UInt64) -> CallProfile {
            CallProfile(
                id: id,
                series: [
                    series(.ran, count, from: base, tail: 3, seed: seed),
                    series(.ran, failed: true, count / 10, from: base / 2, tail: 1, seed: seed + 1),
                    series(.blocked, count / 4, from: base * 100, tail: 3, seed: seed + 2),
                ], errnos: [ErrnoCount(errno: 11, count: UInt64(count / 10))])
        }
        let intervals = [
            Interval(
                startNanoseconds: 0, durationNanoseconds: 1_000_000_000, startedAtNanoseconds: 1_772_368_496_789_000_000,
                calls: [
                    call(.native(0), 400, from: 300, seed: 1), call(SyscallID(abi: .ia32, number: 4), 40, from: 900, seed: 4),
                ], inFlight: CallsInFlight(calls: [waiting(0, seconds: 1)])),
            // Somebody set the clock.
            Interval(
                startNanoseconds: 1_000_000_000, durationNanoseconds: 1_000_400_000,
                startedAtNanoseconds: 1_772_371_097_790_000_000, calls: [],
                inFlight: CallsInFlight(
                    calls: [waiting(0, seconds: 2), waiting(1, seconds: 1), hung(age: 970_000_000)]
                        + (2..<9).map { waiting($0, seconds: 1) }, omitted: 1)),
            Interval(
                startNanoseconds: 2_000_400_000, durationNanoseconds: 999_600_000,
                startedAtNanoseconds: 1_772_371_098_790_400_000, calls: [call(.native(0), 300, from: 310, seed: 7)],
                inFlight: CallsInFlight(calls: [])),
        ]
        return profile(intervals.merged(), intervals: intervals)
    }

    private static func waiting(_ number: Int32, seconds: UInt64) -> InFlightCall {
        InFlightCall(
            pid: 700 + number, tid: 700 + number, comm: "daemon\(number)", id: .native(232),
            ageNanoseconds: seconds * 1_000_000_000, beganBefore: number == 0)
    }

    private static func hung(age: UInt64) -> InFlightCall {
        InFlightCall(pid: 1234, tid: 1240, comm: "backup\u{1b}", thread: "writer", id: .native(74), ageNanoseconds: age)
    }

    /// The profiles on which every export format is tried, by name.
    package static let exports = [
        "typical": released(typical), "wide": wide, "extreme": extreme, "by-interval": byInterval, "empty": released(empty),
        "vdso": timeCalls, "sampled": released(sampled), "uring": released(uring), "slow": released(slowProfile),
    ]

    /// Sampled calls with a budget. Two series have no measured call.
    package static var sampled: Profile {
        var profile = typical
        var part = read
        for index in part.series.indices { part.series[index].inferred = part.series[index].distribution.count / 10 * 9 }
        part.series.append(Series(outcome: .preempted, failed: true, distribution: LatencyHistogram(), unrepresented: 7))
        let open = CallProfile(
            id: .native(257), series: [Series(outcome: .ran, failed: false, distribution: LatencyHistogram(), unrepresented: 12)],
            errnos: [])
        var rare = series(.ran, 150, from: 400, tail: 1, seed: 31)
        rare.inferred = 135
        let close = CallProfile(id: .native(3), series: [rare], errnos: [])
        profile.calls = [part, close, open]
        profile.balance = balance(of: profile.calls)
        profile.balance.unmeasured = profile.balance.completed - 9_876
        profile.capture.programs = ProgramCost(runs: 312_000, nanoseconds: 8_100_000)
        profile.capture.sampling = CallSampling(
            lowestShift: 2, highestShift: 6,
            budget: OverheadBudget(limit: 0.01, spentNanoseconds: 63_000_000, watchedNanoseconds: 9_120_000_000))
        return profile
    }

    /// No call but those that the vDSO could have served, or did.
    private static var timeCalls: Profile {
        var profile = profile([])
        profile.vdso = vdso
        return profile
    }

    /// The same profile with the version of a release.
    private static func released(_ profile: Profile) -> Profile {
        var profile = profile
        profile.tool = "0.1.0"
        return profile
    }
}
