import ComparisonSupport
import Glibc
import Graphics
import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Comparison
@testable import HTMLReport

@Suite struct ShiftScaleTests {
    static let shifts: [[Double]] = [
        [], [0], [0.05, -0.05], [0.2], [-1.6, 0.05], [2.5, -0.1], [13, -13], [.nan, .infinity, -.infinity], [1e300, -1e300],
    ]

    @Test(arguments: shifts)
    func `changes keep their order, and no change has a place inside`(_ shifts: [Double]) {
        let scale = ShiftScale(over: shifts, start: 10, end: 410)
        let places = [-20, -3, -1, -0.1, -0.05, 0, 0.05, 0.1, 1, 3, 20].map(scale.position)
        #expect(places == places.sorted())
        #expect(places.allSatisfy { (10...410).contains($0) })
        #expect((11...409).contains(scale.position(0)))
        #expect(scale.position(0.01) > scale.position(0) && scale.position(-0.01) < scale.position(0))
        for shift in shifts where abs(shift) < 13.8 { #expect((10.1...409.9).contains(scale.position(shift))) }
        #expect((10...410).contains(scale.position(.nan)))
    }

    @Test(arguments: shifts)
    func `marks stand where their changes are, apart from each other, and zero is one`(_ shifts: [Double]) throws {
        let scale = ShiftScale(over: shifts, start: 10, end: 410)
        let ticks = scale.ticks(room: 40)
        #expect(ticks.contains { $0.label == "0" && $0.position == scale.position(0) })
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $1.position - $0.position >= 40 })
        if let five = ticks.first(where: { $0.label == "+5 %" }) { #expect(abs(five.position - scale.position(log(1.05))) < 1e-9) }
    }

    @Test func `five percent can be seen beside ten times`() {
        let scale = ShiftScale(over: [log(10), 0.05], start: 0, end: 400)
        #expect(scale.position(0.05) - scale.position(0) >= 20)
        #expect(ShiftScale(over: [0.05], start: 0, end: 400).ticks(room: 40).map(\.label).contains("+5 %"))
    }
}

@Suite struct AxisLabelTests {
    private func ticks(_ calls: Double) -> [Tick] {
        PercentilePlot.ticks(LogScale(from: 1, to: calls, start: 50, end: 412)).filter { !$0.label.isEmpty }
    }

    /// Reckoned for DejaVu Sans in letters of 12 units; BrowserTests look whether labels touch in Chromium.
    private let widths = ["0 %": 22.9, "50 %": 30.5, "90 %": 30.5, "99 %": 30.5, "99.9 %": 42.0]

    @Test func `labels of percentiles stand apart, and those without room are left out`() throws {
        #expect(ticks(1000).map(\.label) == ["0 %", "50 %", "90 %", "99 %"])
        // 0 % and 50 % are 27 units apart here, which is less than both take.
        #expect(ticks(10_000).map(\.label) == ["0 %", "90 %", "99 %", "99.9 %"])
        for power in 1...19 {
            let found = ticks(Scale.power(of: 10, power))
            for (left, right) in zip(found, found.dropFirst()) {
                guard let first = widths[left.label], let second = widths[right.label] else { continue }
                #expect(right.position - left.position >= (first + second) / 2 + 4, "\(left.label) \(right.label)")
            }
        }
    }

    @Test func `labels of times beside each other stand apart`() {
        for power in 1...12 {
            for high in [3.0, 20, 200, 5000, 1e5, 1e7] {
                let low = Scale.power(of: 10, power)
                let ticks = LogScale(from: low, to: low * high, start: 50, end: 412)
                    .timeTicks(room: 42, letters: LabelWidth.largestLetters)
                for (left, right) in zip(ticks, ticks.dropFirst()) {
                    #expect(right.position - left.position >= LabelWidth.distance(left.label, right.label))
                }
            }
        }
        // 3 digits, a space and two letters, one of them an m.
        #expect((44...47).contains(LabelWidth.of("100 ms")))
    }
}

@Suite struct BootCurveTests {
    /// Read from shares, as from the histogram itself.
    @Test func `a curve of a boot is that of its histogram`() throws {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(40) {
            var recorder = HistogramRecorder()
            let count = UInt64.random(in: 100...20_000, using: &generator)
            for _ in 0..<count {
                recorder.record(UInt64.random(in: 1...(1 << UInt64.random(in: 4...40, using: &generator)), using: &generator))
            }
            let distribution = recorder.snapshot()
            var boots = SyntheticBoots(seed: 1)
            (boots.count, boots.calls) = (1, [.init(0, 500)])
            var file = boots.files("a")[0]
            file.profile.calls[0].series[0].distribution = distribution
            let comparison = try Comparer.compare(base: [file], new: [file])
            let change = try #require(comparison.subjects.first)
            let boot = try #require(change.baseDistributions.first)
            #expect(boot.calls == count && change.newDistributions.count == 1)
            let levels: [Double] = [1, 2, 4, 10, 50, 100].filter { $0 <= Double(count) }
            let curve = BootCurve(boot, levels)
            for (level, value) in zip(levels, curve.values) {
                // A rank more or less is the same figure, and so is the width of a bucket.
                let rank = UInt64((Double(count) * (1 - 1 / level)).rounded())
                let around = try #require(
                    distribution.values(at: [
                        Quantile(rank > 2 ? rank - 2 : 1, of: count), Quantile(min(rank + 2, count), of: count),
                    ]))
                #expect(value >= Double(around[0]) * 0.99 - 1 && value <= Double(around[1]) * 1.01 + 1, "\(level) of \(count)")
            }
            #expect(zip(curve.values, curve.values.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }

    @Test func `a curve has no point that its calls don't reach, and an empty boot none`() {
        let shares = [BucketShare(index: 100, share: 0.5), BucketShare(index: 4608, share: 0.5)]
        let curve = BootCurve(BootDistribution(calls: 10, shares: shares), [1, 2, 5, 100])
        #expect(curve.values == [100, Double(BucketScheme.rangeEnd), Double(BucketScheme.rangeEnd)])
        #expect(BootCurve(BootDistribution(calls: 0, shares: []), [1, 2]).values == [])
    }
}

@Suite struct ComparisonDrawingTests {
    @Test(arguments: Comparisons.names)
    func `plots have a title and say what they show`(_ name: String) throws {
        let comparison = try Comparisons.comparison(name)
        for drawing in ForestPlot.draw(comparison) { #expect(!drawing.title.isEmpty && !drawing.description.isEmpty) }
        #expect(ForestPlot.draw(comparison).isEmpty == comparison.gated.isEmpty)
        for cell in comparison.gated {
            guard let drawing = BootPlot.draw(cell, named: "x", unit: "boot") else {
                #expect(cell.measure == .time || cell.baseBoots.isEmpty || cell.newBoots.isEmpty)
                continue
            }
            #expect(drawing.description.contains("BASE: ") && drawing.description.contains("NEW: "))
        }
    }

    @Test func `figures of a cell's boots are those that its medians are of`() throws {
        let comparison = try Comparisons.comparison("regressed")
        for cell in comparison.gated + comparison.others {
            #expect(cell.baseBoots.count == 7 && cell.newBoots.count == 7)
            for (boots, median) in [(cell.baseBoots, cell.base), (cell.newBoots, cell.new)] {
                #expect(abs(boots.sorted()[3] - (median ?? 0)) < 1e-6 * (median ?? 1))
            }
        }
    }
}

@Suite struct MarkLabelsTests {
    private func labels(_ marks: [(String, Double)]) -> Set<String> {
        var labels = MarkLabels(width: 420)
        for (name, x) in marks { _ = labels.add(name, at: x) }
        return Set(labels.labels.map(\.text))
    }

    @Test func `a mark without room shares the label of the one before`() {
        #expect(
            labels([("p50", 100), ("p90", 105), ("p99", 200), ("p99.9", 205), ("max", 210)]) == ["p50", "p90", "p99", "p99.9, max"])
        #expect(labels([("p50", 100), ("p90", 200), ("max", 300)]) == ["p50", "p90", "max"])
        #expect(labels([("p99", 408), ("p99.9", 412), ("max", 412)]) == ["p99", "p99.9, max"])
    }

    @Test func `every name is to be read, no labels overlap, and none leaves the drawing`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(500) {
            var last = 34.0
            let marks = ["p50", "p90", "p99", "p99.9", "max"].map { name -> (String, Double) in
                last = min(412, last + (Bool.random(using: &generator) ? 0 : Double.random(in: 0...120, using: &generator)))
                return (name, last.rounded())
            }
            var made = MarkLabels(width: 420)
            for (name, x) in marks { _ = made.add(name, at: x) }
            let text = made.labels.map(\.text).joined(separator: ", ")
            for (name, _) in marks { #expect(text.split(separator: ", ").contains(Substring(name)), "\(marks)") }
            for label in made.labels {
                let half = Double(label.text.count) * 3
                #expect(label.x - half >= 0 && label.x + half <= 420, "\(marks)")
                for other in made.labels where other.y == label.y && other.x > label.x {
                    #expect(other.x - label.x >= half + Double(other.text.count) * 3, "\(marks)")
                }
            }
        }
    }
}
