import LatencyHistogram
import Profile
import ReportFixtures
import TestSupport
import Testing

@testable import HTMLReport

@Suite struct LatencyBinsTests {
    /// Distributions as they come, and as nasty as they come.
    static let distributions: [LatencyHistogram] =
        Fixtures.typical.calls.map(\.distribution) + Fixtures.extreme.calls.map(\.distribution)
        + Fixtures.wide.calls.map(\.distribution) + [LatencyHistogram()]

    @Test(arguments: distributions, [28, 44, 64])
    func `every value is in one bin, and the bins are few`(_ distribution: LatencyHistogram, _ most: Int) {
        let bins = LatencyBins(over: distribution, most: most)
        let sum = bins.counts(distribution).reduce(UInt64(0)) { $0.addingClipped($1) }
        #expect(sum == distribution.count)
        #expect(bins.count <= max(most, 45))
        #expect(zip(bins.edges, bins.edges.dropFirst()).allSatisfy { $0 < $1 })
        if !distribution.isEmpty {
            #expect(bins.edges[0] <= distribution.min)
            #expect(bins.edges[bins.count] > distribution.max || distribution.max == .max)
        }
    }

    @Test func `a bin has the values between its edges`() {
        var recorder = HistogramRecorder()
        for value in [100, 110, 120, 250, 999, 1000, 4095] as [UInt64] { recorder.record(value) }
        let distribution = recorder.snapshot()
        let bins = LatencyBins(over: distribution, most: 64)
        let counts = bins.counts(distribution)
        for (bin, count) in counts.enumerated() {
            let range = bins.edges[bin]..<bins.edges[bin + 1]
            #expect(count == UInt64([100, 110, 120, 250, 999, 1000, 4095].count { range.contains($0) }), "bin \(range)")
        }
    }

    @Test(
        arguments: [([5, 0, 0, 0, 2], "5 -3 2"), ([], ""), ([0, 0], "-2"), ([1], "1"), ([0, .max], "-1 18446744073709551615")]
            as [([UInt64], String)])
    func `zeros in a row are one number`(_ counts: [UInt64], _ text: String) { #expect(PlotData.runs(of: counts) == text) }

    @Test func `hashes are those of the standard`() {
        // FIPS 180-4, the hash of "abc", in base 64.
        #expect(ContentHash.sha256("abc") == "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
        #expect([[], [102], [102, 111], [102, 111, 111]].map(ContentHash.base64) == ["", "Zg==", "Zm8=", "Zm9v"])
    }
}
