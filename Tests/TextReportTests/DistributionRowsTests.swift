import LatencyHistogram
import TestSupport
import Testing

@testable import TextReport

@Suite struct DistributionRowsTests {
    private func rows(_ lines: [DistributionRows.Line]) -> [DistributionRows.Row] {
        lines.compactMap { if case .row(let row) = $0 { row } else { nil } }
    }

    private func histogram(_ values: [UInt64]) -> LatencyHistogram {
        var recorder = HistogramRecorder()
        for value in values { recorder.record(value) }
        return recorder.snapshot()
    }

    /// The rows rise, don't overlap, and are at most 24.
    @Test func `the rows cover every value exactly once`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(300) {
            let lowest = UInt64.random(in: 0...63, using: &generator)
            let highest = UInt64.random(in: lowest...63, using: &generator)
            let values = (0..<Int.random(in: 1...300, using: &generator)).map { _ in
                generator.next() >> UInt64.random(in: lowest...highest, using: &generator)
            }
            let lines = DistributionRows(parts: [histogram(values)]).lines
            let rows = rows(lines)
            #expect((1...DistributionRows.most).contains(lines.count))
            #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.upper <= $1.lower })
            for row in rows {
                let expected = values.count { $0 >= row.lower && ($0 < row.upper || row.upper == .max) }
                #expect(row.total == UInt64(expected), "\(row)")
            }
            #expect(rows.reduce(0) { $0 + $1.total } == UInt64(values.count))
        }
    }

    @Test func `narrow and wide data both fill the drawing`() {
        for spread: UInt64 in [40, 1_000, 1_000_000, 1 << 41] {
            let values = (0..<2_000).map { 1_000 + $0 * spread / 2_000 }
            let count = rows(DistributionRows(parts: [histogram(values)]).lines).count
            #expect((8...24).contains(count), "spread \(spread): \(count) rows")
        }
    }

    @Test func `rows are as fine as their number allows`() {
        let values = (0..<20_000).map { UInt64(1_000 + $0 * 100) }
        var before = 0
        for most in [16, 24, 50, 100, 400, 1_500] {
            let lines = DistributionRows(parts: [histogram(values)], most: most).lines
            #expect((most / 2...most).contains(lines.count) && lines.count >= before, "\(most): \(lines.count)")
            #expect(rows(lines).reduce(0) { $0 + $1.total } == 20_000)
            before = lines.count
        }
        // The finest rows are the buckets.
        let finest = rows(DistributionRows(parts: [histogram(values)], most: 10_000).lines).filter { $0.total > 0 }
        let buckets = histogram(values).buckets
        #expect(finest.map(\.lower) == buckets.map { BucketScheme.lowerBound(of: $0.index) })
        #expect(finest.map(\.total) == buckets.map(\.count))
    }

    @Test(arguments: [16, 100, 10_000])
    func `there are never more rows than asked for`(most: Int) {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(100) {
            let values = (0..<300).map { _ in generator.next() >> UInt64.random(in: 0...63, using: &generator) }
            #expect((1...most).contains(DistributionRows(parts: [histogram(values)], most: most).lines.count))
        }
    }

    @Test func `a single value has a single row`() {
        for value: UInt64 in [0, 1, 2, 3, 255, 256, 257, 1 << 41, (1 << 42) - 1, 1 << 42, .max] {
            let rows = rows(DistributionRows(parts: [histogram([value])]).lines)
            #expect(rows.count == 1 && rows[0].lower <= value && (value < rows[0].upper || value == .max), "\(value): \(rows)")
        }
    }

    @Test func `a gap between values is one line`() {
        let lines = DistributionRows(parts: [histogram([100, 1_000_000])]).lines
        #expect(lines.count == 3 && lines[1] == .gap)
    }

    @Test func `a distribution without values has no rows`() {
        #expect(DistributionRows(parts: []).lines.isEmpty)
        #expect(DistributionRows(parts: [LatencyHistogram()]).lines.isEmpty)
    }
}
