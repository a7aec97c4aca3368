import CaptureSupport
import LatencyHistogram
import Probes
import Profile
import SyscallTable
import Testing

@testable import Capture

@Suite struct ProbeFloorOfRoundsTests {
    private func calls(_ values: [UInt64]) -> LatencyHistogram {
        var recorder = HistogramRecorder()
        for value in values { recorder.record(value) }
        return recorder.snapshot()
    }

    @Test func `the floor is the lowest median, and its spread is of all calls`() throws {
        let quiet = calls(Array(70...90))
        let busy = calls(Array(repeating: 150, count: 42))
        let floor = try #require(ProbeFloor([busy, quiet, LatencyHistogram(), busy]))
        #expect(floor.nanoseconds == 80)
        #expect(floor.spread == ProbeFloorSpread(low: 80, high: 150))
        #expect(ProbeFloor([quiet])?.spread == ProbeFloorSpread(low: 72, high: 88))
        #expect(ProbeFloor([]) == nil && ProbeFloor([LatencyHistogram()]) == nil)
    }

    @Test func `null calls of the capture lower the floor, if there are enough`() throws {
        let floor = try #require(ProbeFloor([calls(Array(70...90))]))
        func captured(_ count: Int, _ nanoseconds: UInt64, _ outcome: Outcome = .ran, _ name: String = "getppid") -> [CallProfile] {
            let abi = Architecture.current.nativeABI
            let series = Series(
                outcome: outcome, failed: false, distribution: calls(Array(repeating: nanoseconds, count: count)))
            return [
                CallProfile(
                    id: SyscallID(abi: abi, number: SyscallTable.number(named: name, abi: abi) ?? 0), series: [series], errnos: [])
            ]
        }
        #expect(floor.lowered(by: captured(100, 60)).nanoseconds == 60)
        #expect(floor.lowered(by: captured(100, 60)).spread == ProbeFloorSpread(low: 60, high: 88))
        #expect(floor.lowered(by: captured(99, 60)) == floor)
        #expect(floor.lowered(by: captured(100, 81)) == floor)
        #expect(floor.lowered(by: captured(100, 60, .preempted)) == floor)
        #expect(floor.lowered(by: captured(100, 60, .ran, "getuid")) == floor && floor.lowered(by: []) == floor)
    }
}

extension Semantics {
    @Suite struct ProbeFloorTests {
        @Test(arguments: ProgramSet.allCases)
        func `line 1: the probe floor is not above the p50 of the call that it stands for`(_ set: ProgramSet) throws {
            let (report, _) = try Report.profiling(Fixture.command("calls.s64", "5000"), options: set.options)
            let floor = try #require(report.capture.probe_floor_p50_ns)
            let call = try #require(report.call("getppid"))
            #expect(floor > 0 && floor <= call.p50_ns)
        }
    }
}
