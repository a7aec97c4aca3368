import LatencyHistogram
import Profile
import SyscallTable

/// Profiles of every shape, from a seed.
extension Profile {
    static func random(intervals: Int = 0, using random: inout some RandomNumberGenerator) -> Profile {
        let series = (0..<intervals).map { number in
            Interval(
                startNanoseconds: UInt64(number) * 1_000_000_000, durationNanoseconds: 1_000_000_000,
                startedAtNanoseconds: .random(in: 0 ... .max, using: &random), calls: randomCalls(using: &random),
                inFlight: Bool.random(using: &random)
                    ? CallsInFlight(
                        calls: randomInFlight(using: &random),
                        omitted: Bool.random(using: &random) ? 0 : .random(in: 1...99, using: &random))
                    : nil)
        }
        let calls = intervals > 0 ? series.merged() : randomCalls(using: &random)
        return Profile(
            tool: "syslat 9.9.9", host: .random(using: &random), capture: .random(using: &random),
            balance: .random(using: &random), calls: calls,
            processes: (0..<Int.random(in: 0...5, using: &random)).map { .random(pid: Int32($0), using: &random) },
            inFlight: randomInFlight(using: &random),
            intervals: series, vdso: Bool.random(using: &random) ? .random(using: &random) : nil,
            workload: Bool.random(using: &random) ? .random(using: &random) : nil,
            refused: (0..<Int.random(in: 0...4, using: &random)).map { _ in .random(using: &random) },
            requests: Bool.random(using: &random) ? .randomOfRequests(using: &random) : nil,
            slowCalls: Bool.random(using: &random) ? .random(using: &random) : nil,
            groups: Bool.random(using: &random) ? .random(using: &random) : nil)
    }

    private static func randomInFlight(using random: inout some RandomNumberGenerator) -> [InFlightCall] {
        (0..<Int.random(in: 0...3, using: &random)).map { number in
            InFlightCall(
                pid: Int32(number), tid: Int32(number) + 7, comm: text(using: &random), thread: text(using: &random),
                id: .random(using: &random),
                ageNanoseconds: .random(in: 0 ... .max, using: &random), beganBefore: .random(using: &random),
                details: Bool.random(using: &random) ? .random(using: &random) : nil)
        }
    }

    private static func randomCalls(using random: inout some RandomNumberGenerator) -> [CallProfile] {
        var ids: Set<SyscallID> = []
        for _ in 0..<Int.random(in: 0...6, using: &random) { ids.insert(.random(using: &random)) }
        return ids.map { id in
            var series: [Series] = []
            for outcome in Outcome.allCases {
                for failed in [false, true] where series.isEmpty || Bool.random(using: &random) {
                    let isUnmeasured = Int.random(in: 0...9, using: &random) == 0
                    let distribution = isUnmeasured ? LatencyHistogram() : .random(using: &random)
                    series.append(
                        Series(
                            outcome: outcome, failed: failed, distribution: distribution,
                            inferred: Bool.random(using: &random) ? 0 : .random(in: 0..<max(1, distribution.count), using: &random),
                            unrepresented: isUnmeasured || Bool.random(using: &random)
                                ? .random(in: 1...1 << 50, using: &random) : 0))
                }
            }
            var errnos: [Int32: UInt64] = [:]
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                errnos[.random(in: 1...4095, using: &random)] = .random(in: 1 ... .max, using: &random)
            }
            return CallProfile(
                id: id, series: series, errnos: errnos.map { ErrnoCount(errno: $0.key, count: $0.value) },
                afterExit: .random(using: &random))
        }
    }

    /// Names with everything that a name can contain.
    static func text(using random: inout some RandomNumberGenerator) -> String {
        let parts = ["nginx", "\u{1}", "\"", "\\", "é", "🙂", " ", "\n", "\t", "/", "\u{7f}", "\u{2028}", "\u{10ffff}"]
        return (0..<Int.random(in: 0...6, using: &random)).map { _ in parts.randomElement(using: &random)! }.joined()
    }
}

extension SyscallID {
    static func random(using random: inout some RandomNumberGenerator) -> SyscallID {
        let numbers: [Int32] = [0, 1, 59, 472, 1023, 9999, -1, .min, .max, .random(in: 0...500, using: &random)]
        return SyscallID(abi: ABI.allCases.randomElement(using: &random)!, number: numbers.randomElement(using: &random)!)
    }
}

extension LatencyHistogram {
    static func random(using random: inout some RandomNumberGenerator) -> LatencyHistogram {
        var recorder = HistogramRecorder()
        for _ in 0..<Int.random(in: 1...20, using: &random) {
            // Values of every magnitude, above the range too.
            recorder.record(.random(in: 0 ... .max, using: &random) >> UInt64.random(in: 0...63, using: &random))
        }
        return recorder.snapshot()
    }
}

extension Host {
    static func random(using random: inout some RandomNumberGenerator) -> Host {
        Host(
            kernelRelease: "6.\(Int.random(in: 0...99, using: &random))", kernelVersion: Profile.text(using: &random),
            arch: "x86_64", bootID: Profile.text(using: &random), cpuModel: Profile.text(using: &random), microcode: "0x1",
            onlineCPUs: .random(in: 1...512, using: &random), clocksource: "tsc",
            mitigations: ["meltdown": Profile.text(using: &random), "srso": "Mitigation: Safe RET"],
            vdsoSymbols: Bool.random(using: &random) ? ["clock_gettime", Profile.text(using: &random)] : [])
    }
}

extension CaptureSummary {
    static func random(using random: inout some RandomNumberGenerator) -> CaptureSummary {
        CaptureSummary(
            startedAtNanoseconds: .random(in: 0 ... .max, using: &random),
            durationNanoseconds: .random(in: 0 ... .max, using: &random), scope: Profile.text(using: &random),
            selection: Bool.random(using: &random) ? "%file,!openat" : nil,
            command: Bool.random(using: &random) ? ["sh", "-c", Profile.text(using: &random)] : nil,
            exitStatus: Bool.random(using: &random) ? .random(in: 0...255, using: &random) : nil,
            probeFloorNanoseconds: Bool.random(using: &random) ? .random(in: 0...1000, using: &random) : nil,
            probeFloorSpread: Bool.random(using: &random)
                ? ProbeFloorSpread(low: .random(in: 0...500, using: &random), high: .random(in: 501...999, using: &random)) : nil,
            hooks: Bool.random(using: &random)
                ? CaptureHooks(
                    calls: CaptureHooks.Hook.allCases.randomElement(using: &random)!,
                    others: CaptureHooks.Hook.allCases.randomElement(using: &random)!) : nil,
            consumerCPUNanoseconds: .random(in: 0 ... .max, using: &random),
            programs: Bool.random(using: &random)
                ? ProgramCost(runs: .random(in: 0 ... .max, using: &random), nanoseconds: .random(in: 0 ... .max, using: &random))
                : nil,
            sampling: Bool.random(using: &random) ? .random(using: &random) : nil,
            warnings: (0..<Int.random(in: 0...2, using: &random)).map { _ in Profile.text(using: &random) },
            notes: (0..<Int.random(in: 0...2, using: &random)).map { _ in Profile.text(using: &random) })
    }
}

extension CallSampling {
    static func random(using random: inout some RandomNumberGenerator) -> CallSampling {
        let shifts = [UInt8.random(in: 0...12, using: &random), .random(in: 0...12, using: &random)].sorted()
        let budget = OverheadBudget(
            limit: .random(in: 1e-4...1, using: &random), spentNanoseconds: .random(in: 0 ... .max, using: &random),
            watchedNanoseconds: .random(in: 0 ... .max, using: &random))
        return CallSampling(
            lowestShift: shifts[0], highestShift: shifts[1], budget: Bool.random(using: &random) ? budget : nil)
    }
}

extension Balance {
    static func randomOfRequests(using random: inout some RandomNumberGenerator) -> Balance {
        func count() -> UInt64 { .random(in: 0...(1 << 40), using: &random) }
        let (completed, inFlight, silent, lost) = (count(), count(), count(), count())
        return Balance(
            entered: completed + inFlight + silent + lost, completed: completed, inFlight: inFlight, neverReturned: silent,
            lostByCause: [.missedExit: lost], overflowed: count())
    }

    static func random(using random: inout some RandomNumberGenerator) -> Balance {
        func count() -> UInt64 { .random(in: 0...(1 << 40), using: &random) }
        let (completed, inFlight, never, lost) = (count(), count(), count(), count())
        return Balance(
            entered: completed + inFlight + never + lost + (Bool.random(using: &random) ? count() : 0), completed: completed,
            inFlight: inFlight, neverReturned: never, lostByCause: [.noSlot: lost], beganBefore: count(),
            newTaskReturns: count(), refused: count(), overflowed: count(), unmeasured: count())
    }
}

extension ProcessProfile {
    static func random(pid: Int32, using random: inout some RandomNumberGenerator) -> ProcessProfile {
        ProcessProfile(
            pid: pid == 0 ? nil : pid, comm: Profile.text(using: &random),
            title: Bool.random(using: &random) ? Profile.text(using: &random) : nil,
            beforeEntry: BeforeEntry(rawValue: .random(in: 0...7, using: &random)),
            series: (0..<Int.random(in: 1...4, using: &random)).map { _ in
                ProcessSeries(
                    id: .random(using: &random), outcome: Outcome.allCases.randomElement(using: &random)!,
                    failed: .random(using: &random), calls: .random(in: 1...1 << 50, using: &random),
                    totalNanoseconds: .random(in: 0...1 << 60, using: &random))
            },
            distribution: Bool.random(using: &random) ? .random(using: &random) : nil)
    }
}

extension RefusedCalls {
    static func random(using random: inout some RandomNumberGenerator) -> RefusedCalls {
        RefusedCalls(
            id: .random(using: &random), by: Refuser.allCases.randomElement(using: &random)!,
            errno: Bool.random(using: &random) ? .random(in: 1...4095, using: &random) : nil,
            calls: .random(in: 1 ... .max, using: &random))
    }
}

extension Optional<AfterExit> {
    static func random(using random: inout some RandomNumberGenerator) -> AfterExit? {
        let distribution = LatencyHistogram.random(using: &random)
        // At least one call was measured.
        let inferred = UInt64.random(in: 0..<max(1, distribution.count), using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: return AfterExit(distribution: distribution)
        case 1: return AfterExit(unmeasured: .random(in: 1 ... .max, using: &random))
        case 2:
            return AfterExit(distribution: distribution, inferred: inferred, unmeasured: .random(in: 1 ... .max, using: &random))
        default: return nil
        }
    }
}
