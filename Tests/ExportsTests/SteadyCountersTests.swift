import LatencyHistogram
import Profile
import ReportFixtures
import TestSupport
import Testing

@testable import Exports

@Suite struct SteadyCountersTests {
    private func random(_ count: Int, _ generator: inout SeededGenerator) -> LatencyHistogram {
        var recorder = HistogramRecorder()
        for _ in 0..<count { recorder.record(100 + generator.next() % 3000) }
        return recorder.snapshot()
    }

    private func count(_ index: Int, _ histogram: LatencyHistogram) -> UInt64 {
        histogram.buckets.first { $0.index == index }?.count ?? 0
    }

    @Test func `no bucket falls, and every total is right, although the shape changes`() {
        var generator = SeededGenerator.fromEnvironment()
        var shown = LatencyHistogram()
        var total = 0
        for _ in 0..<rounds(60) {
            total += Int(generator.next() % 400)
            // A new shape each time, as if sampling had shared it out anew.
            let next = random(total, &generator)
            let raised = shown.raised(to: next)
            #expect(raised.count == next.count)
            #expect(raised.sum >= shown.sum)
            for bucket in shown.buckets { #expect(count(bucket.index, raised) >= bucket.count) }
            shown = raised
        }
        #expect(total > 0)
    }

    @Test func `a histogram that only grows is shown as it is`() {
        var generator = SeededGenerator.fromEnvironment()
        var sum = random(50, &generator)
        let before = sum
        sum.merge(random(500, &generator))
        #expect(before.raised(to: sum) == sum && LatencyHistogram().raised(to: sum) == sum)
    }

    @Test func `counters stay, gauges go, and a series that vanished is still there`() {
        var counters = SteadyCounters()
        var first = MetricFamily("a", .counter, help: "")
        first.add([MetricLabel("x", "1")], 5)
        first.add([MetricLabel("x", "2")], 7)
        var gauge = MetricFamily("b", .gauge, help: "")
        gauge.add([], 9)
        var families = [first, gauge]
        counters.raise(&families)
        #expect(families[0].samples.map(\.value) == [.count(5), .count(7)])
        var later = MetricFamily("a", .counter, help: "")
        later.add([MetricLabel("x", "2")], 6)
        later.add([MetricLabel("x", "3")], 1)
        gauge.samples = []
        gauge.add([], 2)
        families = [later, gauge]
        counters.raise(&families)
        #expect(families[0].samples.map(\.labels[0].value) == ["2", "3", "1"])
        #expect(families[0].samples.map(\.value) == [.count(7), .count(1), .count(5)])
        #expect(families[1].samples.map(\.value) == [.count(2)])
    }
}
