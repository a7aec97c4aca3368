import Comparison
import LatencyHistogram
import Profile
import ReportFixtures
import Testing

@testable import Presentation

@Suite struct SortKeyTests {
    private func row(_ label: String, calls: UInt64, errors: UInt64, ran: UInt64, idle: UInt64 = 0, values: [UInt64]) -> TableRow {
        var recorder = HistogramRecorder()
        for value in values { recorder.record(value) }
        let distribution = recorder.snapshot()
        var times = OutcomeTimes()
        (times.ran, times.blocked, times.idle) = (ran, distribution.sum - ran, idle)
        return TableRow(
            name: label, calls: calls, errors: errors, totalNanoseconds: distribution.sum, blocked: 0, times: times,
            figures: LatencyFigures(distribution))
    }

    private var rows: [TableRow] {
        [
            row("b", calls: 3, errors: 0, ran: 20, idle: 50, values: [10, 10, 100]),
            row("c", calls: 4, errors: 2, ran: 80, values: [20, 20, 20, 20]), row("a", calls: 0, errors: 0, ran: 0, values: []),
            row("d", calls: 3, errors: 2, ran: 5, idle: 85, values: [5, 40, 40]),
        ]
    }

    private static let orders: [(key: SortKey, rows: String)] = [
        (.active, "cbda"), (.total, "bdca"), (.oncpu, "cbda"), (.calls, "cbda"), (.errors, "cdba"), (.mean, "bdca"), (.p50, "dcba"),
        (.p90, "bdca"),
        (.p99, "bdca"), (.p999, "bdca"), (.max, "bdca"), (.name, "abcd"),
    ]

    @Test(arguments: orders)
    func `the largest rows come first, and unknown values last`(key: SortKey, expected: String) {
        #expect(key.order(of: rows).map { rows[$0].name }.joined() == expected)
    }

    /// A long path is a name and an end.
    @Test func `files of one folder are in the order of their whole names`() {
        let folder = "/srv/of/a/long/enough/name"
        let paths = ["/b", "/a", "/c"].map { folder + $0 }
        let groups = paths.map { CallGroup(key: .file(name: $0, device: 1, inode: 1), series: []) }
        let profile = Profile(
            tool: "", host: Fixtures.host, capture: Fixtures.capture(scope: ""),
            balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [], processes: [],
            inFlight: [], groups: CallGroups(kind: .file, groups: groups))
        let rows = profile.rows(of: .file) ?? []
        #expect(rows.count == 3 && rows.allSatisfy { $0.suffix.hasPrefix("/") })
        #expect(SortKey.name.sorted(rows.reversed()).map { $0.name + $0.suffix } == paths.sorted())
    }

    @Test func `every sort key is tested`() { #expect(Self.orders.map(\.key) == SortKey.allCases) }
}

/// Options need lists that can't be made from the percentiles. These lists must agree with them.
@Suite struct PercentileTests {
    @Test(arguments: Percentile.allCases) func `every percentile can be sorted by and compared`(percentile: Percentile) {
        #expect(SortKey(rawValue: percentile.rawValue) != nil)
        #expect(Measure(rawValue: percentile.label)?.quantile == percentile.quantile)
        #expect(Measure.quantiles.count == Percentile.allCases.count)
    }
}
