import FlightRecorder
import LatencyHistogram
import Profile
import SyscallTable
import Testing

/// Segments of a recorder that are read together.
@Suite struct JoinedPartsTests {
    private static let second: UInt64 = 1_000_000_000
    private static let dayBreak: UInt64 = 1_772_368_496_000_000_000

    /// A segment of two seconds with one call a second, after which one call is in flight.
    private static func segment(at seconds: UInt64, late nanoseconds: UInt64 = 0, scope: String = "all", carried: UInt64 = 1)
        -> Profile
    {
        let read = SyscallID(abi: .x86_64, number: 0)
        var recorder = HistogramRecorder()
        recorder.record(500)
        let call = CallProfile(
            id: read, series: [Series(outcome: .ran, failed: false, distribution: recorder.snapshot())], errnos: [])
        let intervals = (0..<2).map {
            Interval(
                startNanoseconds: $0 * second, durationNanoseconds: second,
                startedAtNanoseconds: dayBreak + (seconds + $0) * second + nanoseconds, calls: [call])
        }
        return Profile(
            tool: "",
            host: Host(
                kernelRelease: "6.18", kernelVersion: "", arch: "x86_64", bootID: "boot", cpuModel: "", microcode: "",
                onlineCPUs: 1,
                clocksource: "tsc", mitigations: [:]),
            capture: CaptureSummary(
                startedAtNanoseconds: dayBreak + seconds * second + nanoseconds, durationNanoseconds: 2 * second, scope: scope),
            balance: Balance(entered: 2 + carried, completed: 2, inFlight: 1, neverReturned: carried - 1, lostByCause: [:]),
            calls: intervals.merged(), processes: [],
            inFlight: [InFlightCall(pid: 7, tid: 7, comm: "p", id: read, ageNanoseconds: seconds * second)], intervals: intervals)
    }

    @Test func `segments that follow each other are one time series, and a call at a seam counts once`() throws {
        let joined = try #require([Self.segment(at: 0), Self.segment(at: 2, late: 30_000_000), Self.segment(at: 4)].joined())
        #expect(joined.intervals.map(\.startNanoseconds) == (0..<6).map { $0 * Self.second })
        #expect(joined.capture.durationNanoseconds == 6 * Self.second && joined.capture.startedAtNanoseconds == Self.dayBreak)
        #expect(joined.calls.map(\.calls) == [6])
        #expect(joined.balance.completed == 6 && joined.balance.inFlight == 1 && joined.balance.closes)
        #expect(joined.inFlight.map(\.ageNanoseconds) == [4 * Self.second])
    }

    @Test(arguments: [
        [segment(at: 0), segment(at: 3)], [segment(at: 2), segment(at: 0)], [segment(at: 0), segment(at: 2, scope: "pid 7")],
        [segment(at: 0), segment(at: 0)],
    ])
    func `others are added up, without a time series`(profiles: [Profile]) throws {
        let joined = try #require(profiles.joined())
        #expect(joined.intervals.isEmpty)
        #expect(joined.calls.map(\.calls) == [4])
        #expect(joined.balance.inFlight == 2 && joined.inFlight.count == 2)
    }

    @Test func `one profile stays as it is, and none is none`() {
        #expect([Self.segment(at: 0)].joined() == Self.segment(at: 0))
        #expect([Profile]().joined() == nil)
    }
}
