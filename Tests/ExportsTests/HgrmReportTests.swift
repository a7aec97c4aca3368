import Histogram
import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

@Suite struct HgrmReportTests {
    @Test(arguments: Fixtures.exports.keys.sorted())
    func `the hgrm report matches its snapshot`(name: String) throws {
        let profile = try #require(Fixtures.exports[name])
        let text = HgrmReport.render(profile)
        #expect(HgrmReport.render(profile) == text)
        try Snapshot().verify(text, is: "\(name).hgrm")
    }

    /// The blocks of our text without what only we write: names, comments before a block, empty lines between blocks.
    static func blocks(_ profile: Profile) -> [String] {
        HgrmReport.render(profile).components(of: "       Value").dropFirst().map { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            let end = lines.firstIndex { $0.hasPrefix("#[Buckets") } ?? lines.count - 1
            return "       Value" + lines[...end].joined(separator: "\n") + "\n"
        }
    }

    /// The original's text for the upper bounds of our buckets, recorded as often as we counted them.
    private func original(_ distribution: LatencyHistogram) -> String {
        var histogram = Histogram<UInt64>(
            lowestDiscernibleValue: 1, highestTrackableValue: BucketScheme.rangeEnd - 1, numberOfSignificantValueDigits: .two)
        for bucket in distribution.buckets {
            histogram.record(BucketScheme.upperBound(of: bucket.index), count: bucket.count)
        }
        var text = ""
        histogram.outputPercentileDistribution(to: &text, outputValueUnitScalingRatio: 1)
        return text
    }

    @Test func `blocks are the same as HdrHistogram's own output`() {
        for profile in [Fixtures.typical, Fixtures.byInterval] {
            let blocks = Self.blocks(profile)
            let distributions = profile.calls.flatMap { [$0.distribution] + ($0.afterExit.map { [$0.distribution] } ?? []) }
            #expect(blocks.count == distributions.count)
            for (block, distribution) in zip(blocks, distributions) { #expect(block == original(distribution)) }
        }
    }

    @Test func `blocks match HdrHistogram's for random values too`() {
        var random = SeededGenerator.fromEnvironment()
        for size in [1, 2, 3, 10, 999, 30_000] {
            var recorder = HistogramRecorder()
            for _ in 0..<size { recorder.record(random.next() >> UInt64.random(in: 22...63, using: &random)) }
            let distribution = recorder.snapshot()
            let call = CallProfile(
                id: .native(0), series: [Series(outcome: .ran, failed: false, distribution: distribution)], errnos: [])
            #expect(Self.blocks(Fixtures.profile([call])) == [original(distribution)], "\(size) values")
        }
    }

    /// With one value above 2^60 others, the original's levels would creep towards 100 % forever.
    @Test func `percentile levels end when a share rounds to 100 %`() {
        let distribution = LatencyHistogram(
            buckets: [.init(index: 10, count: 1 << 60), .init(index: 20, count: 1)], aboveRange: 0, sum: 0, min: 10, max: 20)
        let ticks = PercentileTick.ticks(of: distribution)
        #expect(ticks.count < 300 && ticks.last == PercentileTick(value: 20, level: 100, count: 1 << 60 + 1))
        #expect(ticks.count { $0.level == 100 } == 1)
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.level < $1.level && $0.value <= $1.value })
    }

    @Test func `calls beyond the range are reported in a comment`() {
        let text = HgrmReport.render(Fixtures.extreme)
        #expect(text.contains("# calls of 2^42 ns (73 min) or more, which are in no row: 8\n"))
    }
}

extension String {
    func components(of separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
    }
}
