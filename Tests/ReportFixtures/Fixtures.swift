package import LatencyHistogram
package import Profile
package import SyscallTable
import TestSupport

/// Profiles made up for the tests. Everything in them follows from constants, so outputs can be compared byte for byte.
package enum Fixtures {
    package static let host = Host(
        kernelRelease: "6.18.5-cloud-amd64", kernelVersion: "#1 SMP PREEMPT_DYNAMIC", arch: "x86_64",
        bootID: "0f4d4a0e-6a52-4f1e-9d6c-2f8a3c1b7e55", cpuModel: "AMD EPYC 7763 64-Core Processor", microcode: "0xa0011d5",
        onlineCPUs: 2, clocksource: "tsc",
        mitigations: ["meltdown": "Not affected", "spectre_v2": "Mitigation: Retpolines; IBPB: conditional"])

    /// 2026-03-01 12:34:56.789 UTC.
    package static let start: UInt64 = 1_772_368_496_789_000_000

    package static func capture(
        seconds: UInt64 = 10, scope: String = "pid 1234 and its children", selection: String? = nil,
        command: [String]? = nil, exitStatus: Int32? = nil, warnings: [String] = []
    ) -> CaptureSummary {
        CaptureSummary(
            startedAtNanoseconds: start, durationNanoseconds: seconds * 1_000_000_000 + 3_141_592, scope: scope,
            selection: selection, command: command, exitStatus: exitStatus, probeFloorNanoseconds: 170,
            probeFloorSpread: ProbeFloorSpread(low: 166, high: 201), consumerCPUNanoseconds: 12_345_678, warnings: warnings)
    }

    /// `count` durations from `base` nanoseconds upwards: dense near the base, thinning out by half with every doubling.
    package static func latencies(_ count: Int, from base: UInt64, tail: UInt64 = 6, seed: UInt64) -> LatencyHistogram {
        var generator = SeededGenerator(seed: seed)
        var recorder = HistogramRecorder()
        for _ in 0..<count {
            let word = generator.next()
            let doublings = min(UInt64((word >> 40).trailingZeroBitCount) / 2, tail)
            let jitter = (word & 0xff) + (word >> 8 & 0xff)
            recorder.record((base << doublings) + (base << doublings) * jitter / 1024)
        }
        return recorder.snapshot()
    }

    package static func series(
        _ outcome: Outcome, failed: Bool = false, _ count: Int, from base: UInt64, tail: UInt64 = 6, seed: UInt64
    ) -> Series {
        Series(outcome: outcome, failed: failed, distribution: latencies(count, from: base, tail: tail, seed: seed))
    }

    /// Two modes and errors: data that was there, data that was waited for, and no data.
    package static var read: CallProfile {
        CallProfile(
            id: .native(0),
            series: [
                series(.ran, 80_000, from: 310, seed: 1), series(.blocked, 9_000, from: 48_000, tail: 9, seed: 2),
                series(.preempted, 40, from: 1_900_000, seed: 3),
                series(.ran, failed: true, 5_012, from: 205, tail: 2, seed: 4),
                series(.blocked, failed: true, 3, from: 900_000_000, tail: 1, seed: 5),
            ],
            errnos: [ErrnoCount(errno: 11, count: 5_012), ErrnoCount(errno: 4, count: 3)])
    }

    package static var calls: [CallProfile] {
        [
            read,
            CallProfile(id: .native(1), series: [series(.ran, 61_204, from: 820, seed: 6)], errnos: []),
            CallProfile(
                id: .native(202),
                series: [
                    series(.blocked, 4_210, from: 210_000, tail: 12, seed: 7),
                    series(.ran, failed: true, 1_204, from: 260, tail: 2, seed: 8),
                    series(.blocked, failed: true, 33, from: 50_000_000, tail: 0, seed: 9),
                ],
                errnos: [ErrnoCount(errno: 11, count: 1_204), ErrnoCount(errno: 110, count: 33)]),
            CallProfile(id: .native(232), series: [series(.blocked, 2_015, from: 3_400_000, tail: 3, seed: 10)], errnos: []),
            CallProfile(
                id: .native(257),
                series: [
                    series(.ran, 900, from: 2_600, seed: 11), series(.ran, failed: true, 217, from: 1_450, tail: 3, seed: 12),
                ],
                errnos: [
                    ErrnoCount(errno: 2, count: 190), ErrnoCount(errno: 13, count: 12), ErrnoCount(errno: 20, count: 8),
                    ErrnoCount(errno: 40, count: 4), ErrnoCount(errno: 24, count: 1), ErrnoCount(errno: 4, count: 1),
                    ErrnoCount(errno: 14, count: 1),
                ]),
            CallProfile(
                id: .native(3), series: [series(.ran, 1_117, from: 240, seed: 13)], errnos: [],
                afterExit: AfterExit(distribution: series(.ran, 41, from: 9_800, tail: 11, seed: 19).distribution, unmeasured: 2)),
            CallProfile(id: .native(9), series: [series(.ran, 312, from: 2_100, seed: 14)], errnos: []),
            CallProfile(id: .native(230), series: [series(.blocked, 95, from: 100_000_000, tail: 0, seed: 15)], errnos: []),
            CallProfile(id: SyscallID(abi: .ia32, number: 4), series: [series(.ran, 58, from: 1_020, seed: 16)], errnos: []),
            CallProfile(
                id: SyscallID(abi: .x32, number: 0), series: [series(.ran, 2, from: 380, tail: 0, seed: 17)], errnos: []),
            CallProfile(
                id: .native(9999), series: [series(.ran, failed: true, 1, from: 93, tail: 0, seed: 18)],
                errnos: [ErrnoCount(errno: 38, count: 1)]),
        ]
    }

    package static func balance(of calls: [CallProfile], inFlight: UInt64 = 3, overflowed: UInt64 = 0) -> Balance {
        let completed = calls.reduce(0) { $0 + $1.calls }
        return Balance(
            entered: completed + inFlight + 1, completed: completed, inFlight: inFlight, neverReturned: 1, lostByCause: [:],
            beganBefore: 1, newTaskReturns: 4, refused: 2, overflowed: overflowed)
    }

    package static let inFlight = [
        InFlightCall(pid: 1234, tid: 1234, comm: "nginx", id: .native(232), ageNanoseconds: 9_870_123_456),
        InFlightCall(
            pid: 1300, tid: 1302, comm: "postgres", thread: "checkpointer", id: .native(202), ageNanoseconds: 3_020_000_000),
        InFlightCall(pid: 1300, tid: 1301, comm: "postgres", id: .native(230), ageNanoseconds: 81_000_000),
    ]

    package static let refused = [
        RefusedCalls(id: .native(435), by: .filter, errno: 38, calls: 1),
        RefusedCalls(id: .native(102), by: .supervisor, errno: nil, calls: 1),
    ]

    /// Processes that share out the calls of every series, all but `missing` of them, as a capture does. A few calls of the first large
    /// series are in no row of their own.
    package static func processes(of calls: [CallProfile], missing: UInt64 = 0) -> [ProcessProfile] {
        var (nginx, postgres, others): ([ProcessSeries], [ProcessSeries], [ProcessSeries]) = ([], [], [])
        func part(_ id: SyscallID, _ series: Series, calls: UInt64, nanoseconds: UInt64) -> [ProcessSeries] {
            calls == 0
                ? []
                : [
                    ProcessSeries(
                        id: id, outcome: series.outcome, failed: series.failed, calls: calls, totalNanoseconds: nanoseconds)
                ]
        }
        for call in calls {
            for series in call.series where series.calls > 0 {
                let isLarge = others.isEmpty && series.calls > 2 * (25 + missing)
                let (other, lost): (UInt64, UInt64) = isLarge ? (25, missing) : (0, 0)
                let (half, mean) = (series.calls / 2, series.distribution.mean ?? 0)
                nginx += part(call.id, series, calls: half, nanoseconds: half * mean)
                others += part(call.id, series, calls: other, nanoseconds: other * mean)
                let taken = half + other + lost
                let sum = series.distribution.sum
                postgres += part(
                    call.id, series, calls: series.calls - taken, nanoseconds: sum - min(sum, taken * mean))
            }
        }
        let whole = calls.reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
        return [
            ProcessProfile(pid: 1234, comm: "nginx", series: nginx, distribution: LatencyFixture.firstHalf(of: whole)),
            ProcessProfile(
                pid: 1300, comm: "postgres", title: "postgres: walwriter", beforeEntry: [.filter, .supervisor], series: postgres),
            ProcessProfile(pid: nil, comm: "other processes", series: others),
        ]
    }

    package static var typical: Profile {
        Profile(
            tool: "syslat 0.1.0", host: host, capture: capture(), balance: balance(of: calls), calls: calls,
            processes: processes(of: calls), inFlight: inFlight, refused: refused)
    }

    /// Calls lost for two causes, calls that overflowed, and warnings.
    package static var troubled: Profile {
        var profile = typical
        let completed = profile.balance.completed
        profile.balance = Balance(
            entered: completed + 1_208, completed: completed, inFlight: 3, neverReturned: 1,
            lostByCause: [.noSlot: 1_200, .missedExit: 4], overflowed: 12_345)
        profile.processes = processes(of: profile.calls, missing: 12_345)
        profile.capture.warnings = [
            "the clock source is 'hpet': reading the clock takes 1.2 µs here, and every latency includes it twice over. "
                + "Boot with clocksource=tsc if the machine's counter can be trusted.",
            "CPU 1 went offline during the capture.",
        ]
        return profile
    }

    package static var empty: Profile {
        Profile(
            tool: "syslat 0.1.0", host: host, capture: capture(seconds: 2),
            balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [],
            processes: [], inFlight: [])
    }

    /// Names and figures as large and as nasty as they come.
    package static var wide: Profile {
        let hour: UInt64 = 3_600_000_000_000
        let enormous = LatencyHistogram(
            buckets: [], aboveRange: .max, sum: .max, min: BucketScheme.rangeEnd, max: .max - 1)
        let long = LatencyHistogram(
            buckets: [
                .init(index: 0, count: 123_456_789_012), .init(index: BucketScheme.index(of: 59 * hour / 60), count: 1),
            ], aboveRange: 12, sum: 40 * hour, min: 0, max: 23 * hour)
        var capture = capture(
            seconds: 360_000, scope: String(repeating: "control group /kubepods/", count: 8),
            selection: "read,write,\u{1b}[31mfutex",
            command: ["/usr/bin/env", "FOO=b ar", "sh", "-c", String(repeating: "echo 'it''s' | cat; ", count: 9)],
            exitStatus: 137,
            warnings: [String(repeating: "x", count: 230) + " is one word; \u{202e}reversed\nand a second line"])
        capture.consumerCPUNanoseconds = 7 * hour
        var host = host
        host.cpuModel = "中央処理装置 " + String(repeating: "プロセッサ", count: 12)
        let comms = [
            "a process name of more than forty characters, 中文字", "e\u{301}mo\u{308}ji 👩‍👧 ❤️ 🇸🇪 kworker",
            "tab\there\u{1b}[2J\r\n\u{7f}\u{9b}x",
            String(repeating: "界", count: 60), "",
        ]
        return Profile(
            tool: "0.1.0-dev+very.long.build.identifier", host: host, capture: capture,
            balance: Balance(
                entered: .max, completed: .max, inFlight: 0, neverReturned: 0, lostByCause: [:], beganBefore: .max),
            calls: [
                CallProfile(
                    id: .native(1), series: [Series(outcome: .blocked, failed: true, distribution: enormous)],
                    errnos: [
                        ErrnoCount(errno: 11, count: .max), ErrnoCount(errno: 4000, count: .max),
                        ErrnoCount(errno: 4095, count: .max),
                        ErrnoCount(errno: 110, count: .max),
                    ]),
                CallProfile(
                    id: SyscallID(abi: .aarch64, number: .min),
                    series: [Series(outcome: .ran, failed: false, distribution: long)],
                    errnos: []),
            ],
            processes: comms.enumerated().map { index, comm in
                ProcessProfile(
                    pid: 4_194_304 - Int32(index), comm: comm, calls: 1_000_000_007, errors: 999_999_999,
                    totalNanoseconds: 59 * hour,
                    blocked: 1_000_000_006, distribution: index == 0 ? long : nil)
            },
            inFlight: (0..<14).map {
                InFlightCall(
                    pid: 4_194_304, tid: 4_194_290 - $0, comm: comms[Int($0) % comms.count],
                    thread: comms[Int($0 + 1) % comms.count],
                    id: SyscallID(abi: .ia32, number: 407),
                    ageNanoseconds: UInt64($0 + 1) * 7 * hour / 3)
            },
            refused: (0..<15).map {
                RefusedCalls(
                    id: SyscallID(abi: $0 % 2 == 0 ? .ia32 : .x86_64, number: $0 == 3 ? .max : 400 + $0),
                    by: RefusedCalls.Refuser.allCases[Int($0) % 4], errno: $0 == 0 ? nil : 4095 - $0, calls: .max - UInt64($0))
            })
    }
}

extension SyscallID {
    /// A call of the host's own ABI.
    package static func native(_ number: Int32) -> SyscallID { SyscallID(abi: .x86_64, number: number) }
}

/// Parts of a distribution.
package enum LatencyFixture {
    /// The lower buckets, up to half of the calls.
    package static func firstHalf(of whole: LatencyHistogram) -> LatencyHistogram {
        var buckets: [LatencyHistogram.Bucket] = []
        var (count, sum): (UInt64, UInt64) = (0, 0)
        for bucket in whole.buckets where count + bucket.count <= whole.count / 2 {
            buckets.append(bucket)
            count += bucket.count
            sum += bucket.count * BucketScheme.lowerBound(of: bucket.index)
        }
        let last = buckets.last.map { BucketScheme.lowerBound(of: $0.index) } ?? 0
        return LatencyHistogram(buckets: buckets, aboveRange: 0, sum: sum, min: whole.min, max: last)
    }
}

extension ProcessProfile {
    /// A process of which only the totals matter, in as few series as possible.
    package init(
        pid: Int32?, comm: String, title: String? = nil, beforeEntry: BeforeEntry = [], calls: UInt64, errors: UInt64,
        totalNanoseconds: UInt64, blocked: UInt64, distribution: LatencyHistogram?
    ) {
        let both = errors + blocked > calls ? errors + blocked - calls : 0
        let parts: [(Outcome, Bool, UInt64)] = [
            (.ran, false, calls + both - errors - blocked), (.ran, true, errors - both), (.blocked, false, blocked - both),
            (.blocked, true, both),
        ]
        let read = SyscallID(abi: .x86_64, number: 0)
        var series = parts.filter { $0.2 > 0 }.map {
            ProcessSeries(id: read, outcome: $0.0, failed: $0.1, calls: $0.2, totalNanoseconds: 0)
        }
        series[0].totalNanoseconds = totalNanoseconds
        self.init(pid: pid, comm: comm, title: title, beforeEntry: beforeEntry, series: series, distribution: distribution)
    }
}
