import Comparison
import Graphics
import LatencyHistogram
import Presentation

/// Latency by percentile of both sides: a line for each boot, so it shows whether the sides differ by more than boots do.
enum SidesPlot {
    private static let (width, height) = (420.0, 206.0)
    private static let (left, right, top, bottom) = (Drawing.roomForTimes, 412.0, 12.0, 188.0)
    private static let points = 40

    /// nil where no boot has enough calls.
    static func draw(_ change: SubjectChange, named name: String, unit: String) -> Drawing? {
        let sides = [("BASE", change.baseDistributions, "c0"), ("NEW", change.newDistributions, "c1")]
        let calls = sides.flatMap(\.1).map(\.calls)
        guard let most = calls.max(), most > 0 else { return nil }
        let across = LogScale(from: 1, to: max(10, Double(most)), start: left, end: right)
        let levels = PercentilePlot.levels(of: across, points)
        let curves = sides.map { side in side.1.map { BootCurve($0, levels) } }
        let values = curves.joined().flatMap(\.values)
        let up = LogScale(from: values.min() ?? 1, to: values.max() ?? 1, start: bottom, end: top)
        var drawing = Drawing(
            width: width, height: height, title: "Percentiles of \(name), a line for each \(unit)",
            description: zip(sides, curves).map { "\($0.0): \(range(of: $1, unit))." }.joined(separator: " "))
        drawing.horizontalAxis(PercentilePlot.ticks(across), top: top, bottom: bottom, from: left, to: right)
        drawing.verticalAxis(up.timeTicks(room: 16), left: left, right: right)
        for (side, curves) in zip(sides, curves) {
            for (index, curve) in curves.enumerated() {
                var path = PathData()
                for (level, value) in zip(levels, curve.values) {
                    let (x, y) = (across.position(level).rounded(), up.position(value))
                    if path.isEmpty { path.move(x, y) } else { path.line(x, y) }
                }
                drawing.group([], titled: "\(side.0), \(unit) \(index + 1)") { $0.path(path, "cv \(side.2) thin") }
            }
        }
        return drawing
    }

    /// The medians from the lowest to the highest, for people who don't see the lines.
    private static func range(of curves: [BootCurve], _ unit: String) -> String {
        let medians = curves.map(\.median)
        guard let lowest = medians.min(), let highest = medians.max() else { return "no \(unit) has enough calls" }
        func time(_ value: Double) -> String { HumanFormat.quantity(nanoseconds: value).spaced }
        return "p50 from \(time(lowest)) to \(time(highest)) in \(HumanFormat.count(UInt64(curves.count), unit, "\(unit)s"))"
    }
}

/// The distribution of one boot, read at levels 1 / (1 - p).
struct BootCurve {
    /// In nanoseconds, as many as the boot has calls for.
    let values: [Double]
    let median: Double

    init(_ boot: BootDistribution, _ levels: [Double]) {
        let own = levels.filter { $0 <= Double(boot.calls) }
        values = BootCurve.values(of: boot.shares, below: own.map { 1 - 1 / max($0, 1) })
        median = BootCurve.values(of: boot.shares, below: [0.5]).first ?? 1
    }

    /// The values that rising shares of the calls lie below. Within a bucket, calls are spread evenly.
    private static func values(of shares: [BucketShare], below parts: [Double]) -> [Double] {
        guard !shares.isEmpty else { return [] }
        var (place, sum) = (0, 0.0)
        return parts.map { part in
            while place < shares.count - 1, sum + shares[place].share <= part {
                sum += shares[place].share
                place += 1
            }
            let bucket = shares[place]
            guard bucket.index < BucketScheme.bucketCount else { return Double(BucketScheme.rangeEnd) }
            let within = bucket.share > 0 ? min(max((part - sum) / bucket.share, 0), 1) : 0
            let start = Double(BucketScheme.lowerBound(of: bucket.index))
            return max(0.5, start + within * Double(BucketScheme.width(of: bucket.index) - 1))
        }
    }
}
