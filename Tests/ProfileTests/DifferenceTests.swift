import LatencyHistogram
import Profile
import SyscallTable
import Testing

@Suite struct CallDifferenceTests {
    private static let read = SyscallID(abi: .x86_64, number: 0)

    private func series(_ outcome: Outcome, failed: Bool = false, _ values: [UInt64], inferred: UInt64 = 0) -> Series {
        var recorder = HistogramRecorder()
        for value in values { recorder.record(value) }
        return Series(outcome: outcome, failed: failed, distribution: recorder.snapshot(), inferred: inferred)
    }

    private func call(_ series: [Series], _ errnos: [Int32: UInt64] = [:]) -> CallProfile {
        CallProfile(id: Self.read, series: series, errnos: errnos.map { ErrnoCount(errno: $0.key, count: $0.value) })
    }

    @Test func `each series and each error is subtracted by itself`() throws {
        let earlier = call([series(.ran, [1, 2]), series(.ran, failed: true, [7])], [11: 1])
        let later = call(
            [series(.ran, [1, 2, 3]), series(.blocked, [50, 60]), series(.ran, failed: true, [7])], [11: 1, 4: 2])
        let difference = try #require(later.subtracting(earlier))
        #expect(difference == call([series(.ran, [3]), series(.blocked, [50, 60])], [4: 2]))
        #expect(earlier.merged(with: difference).calls == later.calls)
    }

    @Test func `no calls since is nothing`() {
        let one = call([series(.ran, [1, 2])])
        #expect(one.subtracting(one) == nil)
        #expect(call([]).subtracting(one) == nil)
    }

    @Test func `no more calls are inferred than there are`() throws {
        let earlier = call([series(.ran, [1, 1], inferred: 0)])
        let difference = try #require(call([series(.ran, [1, 1, 1], inferred: 3)]).subtracting(earlier))
        #expect(difference.calls == 1 && difference.measured == 0)
    }
}
