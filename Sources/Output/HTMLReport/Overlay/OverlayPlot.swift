import Graphics
import LatencyHistogram

/// The distributions of several profiles as outlines, each of its own calls.
enum OverlayPlot {
    private static let (width, height) = (420.0, 206.0)
    private static let (left, right, top, bottom) = (54.0, 412.0, 12.0, 188.0)

    /// The plots of the curves of one call, side by side.
    static func add(_ curves: [PercentilePlot.Curve], named name: String, anchor: HTML.Anchor? = nil, to html: inout HTML) {
        html.element(.div, (anchor.map { [.anchor($0)] } ?? []) + [.class("plots")]) { plots in
            CallChapters.figure(&plots, "Share of the calls by latency", draw(curves, named: name))
            CallChapters.figure(&plots, "Latency by percentile", PercentilePlot.draw(curves, named: name))
        }
    }

    static func draw(_ curves: [PercentilePlot.Curve], named name: String) -> Drawing {
        let whole = curves.reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
        var drawing = Drawing(width: width, height: height, title: "Distributions of \(name)")
        let bins = LatencyBins(over: whole, most: 64)
        let across = LogScale(
            from: LatencyBins.place(bins.edges[0]), to: LatencyBins.place(bins.edges[bins.count]), start: left, end: right)
        // The rarest share that is told from none is a millionth.
        let up = LogScale(from: 1e-4, to: 100, start: bottom, end: top)
        drawing.horizontalAxis(
            across.timeTicks(room: 42, letters: LabelWidth.largestLetters), top: top, bottom: bottom, from: left, to: right)
        let shares = [0.001, 0.01, 0.1, 1, 10, 100].map {
            Tick(position: up.position($0), label: "\($0 < 1 ? Coordinate.share($0) : String(Int($0))) %")
        }
        drawing.verticalAxis(shares, left: left, right: right)
        for (index, curve) in curves.enumerated() where !curve.distribution.isEmpty {
            var path = PathData()
            let counts = bins.counts(curve.distribution)
            for (bin, count) in counts.enumerated() {
                let share = Double(count) / Double(curve.distribution.count) * 100
                let y = count == 0 ? bottom : up.position(share).rounded()
                let (from, to) = (
                    across.position(LatencyBins.place(bins.edges[bin])), across.position(LatencyBins.place(bins.edges[bin + 1]))
                )
                if path.isEmpty { path.move(from, bottom) }
                path.line(from, y)
                path.line(to, y)
            }
            path.line(right, bottom)
            drawing.path(path, "cv c\(index % CurveKey.styles)")
        }
        return drawing
    }
}

extension Coordinate {
    /// `0.01`: a share of less than one percent, which is a power of ten.
    fileprivate static func share(_ value: Double) -> String { value < 0.005 ? "0.001" : value < 0.05 ? "0.01" : "0.1" }
}
