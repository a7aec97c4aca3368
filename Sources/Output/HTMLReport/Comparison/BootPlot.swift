import Comparison
import Glibc
import Graphics
import Presentation

/// One figure in every boot of both sides: how much boots differ, and whether the sides overlap.
enum BootPlot {
    private static let (width, left, right) = (420.0, 46.0, 408.0)
    private static let (top, laneHeight, gap) = (4.0, 26.0, 6.0)

    /// nil of a figure without a unit, and where a side has none.
    static func draw(_ cell: Cell, named name: String, unit: String) -> Drawing? {
        let sides = [("BASE", cell.baseBoots, "b0"), ("NEW", cell.newBoots, "b1")]
        let values = (cell.baseBoots + cell.newBoots).filter(\.isFinite)
        guard cell.measure != .time, let base = cell.base, let lowest = values.min(), let highest = values.max(),
            sides.allSatisfy({ !$0.1.isEmpty })
        else { return nil }
        let band = (base * exp(-cell.margin), base * exp(cell.margin))
        let (low, high) = (min(lowest, band.0), max(highest, band.1))
        let room = max((high - low) * 0.04, high * 1e-4)
        let scale = LinearScale(from: max(0, low - room), to: high + room, start: left, end: right)
        let bottom = top + 2 * laneHeight + gap
        var drawing = Drawing(
            width: width, height: bottom + 18, title: "\(name) in each \(unit)",
            description: sides.map { side, boots, _ in "\(side): \(boots.map(cost).joined(separator: ", "))." }.joined(
                separator: " "))
        drawing.rect(
            x: scale.position(band.0), y: top, width: scale.position(band.1) - scale.position(band.0), height: bottom - top, "band")
        drawing.horizontalAxis(scale.valueTicks(most: 5, room: 54), top: top, bottom: bottom, from: left, to: right)
        for (index, side) in sides.enumerated() {
            let laneTop = top + Double(index) * (laneHeight + gap)
            drawing.text(side.0, x: left - 6, y: laneTop + laneHeight / 2 + 4, .end, style: "h")
            lane(side, unit, median: index == 0 ? cell.base : cell.new, top: laneTop, scale, in: &drawing)
        }
        return drawing
    }

    /// A dot for each boot, the first one highest.
    private static func lane(
        _ side: (name: String, boots: [Double], style: String), _ unit: String, median: Double?, top: Double, _ scale: LinearScale,
        in drawing: inout Drawing
    ) {
        if let median {
            var line = PathData()
            line.move(scale.position(median), top)
            line.line(scale.position(median), top + laneHeight)
            drawing.path(line, "ci")
        }
        let step = (laneHeight - 8) / Double(max(1, side.boots.count - 1))
        for (index, value) in side.boots.enumerated() {
            let y = side.boots.count == 1 ? top + laneHeight / 2 : top + 4 + Double(index) * step
            drawing.group([], titled: "\(side.name), \(unit) \(index + 1): \(cost(value))") {
                $0.circle(x: scale.position(value), y: y, radius: 3, "\(side.style) boot")
            }
        }
    }

    private static func cost(_ nanoseconds: Double) -> String { HumanFormat.cost(nanoseconds: nanoseconds).spaced }
}
