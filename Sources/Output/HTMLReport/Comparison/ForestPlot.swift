import Comparison
import Graphics
import Presentation

/// The gated cells below each other on one axis: how far each changed, its interval, and the margin around no change that doesn't matter yet.
enum ForestPlot {
    private static let (width, left, right) = (420.0, 10.0, 410.0)
    private static let (top, rowHeight) = (4.0, 31.0)
    /// So many fit on a page of paper below each other, and their axis isn't far.
    private static let rowsOfDrawing = 14
    /// Of a name and its verdict together: more would overlap on a phone, where letters are larger.
    private static let mostCharacters = 54

    /// All cells in their order, in as many drawings as they take; all of these have the same axis.
    static func draw(_ comparison: Comparison) -> [Drawing] {
        let cells = comparison.gated
        let scale = ShiftScale(over: cells.flatMap(ends), start: left, end: right)
        guard !cells.isEmpty else { return [] }
        let drawings = (cells.count + rowsOfDrawing - 1) / rowsOfDrawing
        let rows = (cells.count + drawings - 1) / drawings
        return stride(from: 0, to: cells.count, by: rows).map { first in
            draw(Array(cells[first..<min(first + rows, cells.count)]), scale, comparison)
        }
    }

    /// What the axis must have room for.
    private static func ends(_ cell: Cell) -> [Double] {
        guard let shift = cell.shift else { return [] }
        return [shift.effect, cell.margin, -cell.margin] + (shift.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
    }

    private static func draw(_ cells: [Cell], _ scale: ShiftScale, _ comparison: Comparison) -> Drawing {
        let bottom = top + Double(cells.count) * rowHeight
        let words = ComparisonWords(comparison: comparison)
        let sentences = cells.map { sentence(on: $0, words) }
        var drawing = Drawing(
            width: width, height: bottom + 30, title: "Change of the gated cells from BASE to NEW",
            description: sentences.joined(separator: " "))
        var zero = PathData()
        zero.move(scale.position(0).rounded(), top)
        zero.line(scale.position(0).rounded(), bottom)
        drawing.path(zero, "ax")
        for (index, cell) in cells.enumerated() {
            drawing.group([.class("row")], titled: sentences[index]) { row in
                draw(cell, top: top + Double(index) * rowHeight, scale, comparison, in: &row)
            }
        }
        drawing.horizontalAxis(scale.ticks(room: 40), top: top, bottom: bottom, from: left, to: right)
        drawing.labels([Drawing.Label(text: "← faster", x: left, y: bottom + 27)], "")
        drawing.text("slower →", x: right, y: bottom + 27, .end)
        return drawing
    }

    private static func draw(
        _ cell: Cell, top: Double, _ scale: ShiftScale, _ comparison: Comparison, in drawing: inout Drawing
    ) {
        let middle = top + 21
        let verdict = (cell.shift.map { ComparisonWords.change($0.effect).spaced + " " } ?? "") + cell.verdict.rawValue
        let room = mostCharacters - verdict.count - cell.measure.rawValue.count - 1
        let name = Drawing.shortened(comparison.label(cell.subject), to: room)
        drawing.text("\(name) \(cell.measure.rawValue)", x: left, y: top + 11, style: "h")
        drawing.text(verdict, x: right, y: top + 11, .end, style: cell.verdict.style)
        guard let shift = cell.shift else {
            return drawing.text(Drawing.shortened(cell.absence ?? "no data", to: 66), x: left, y: middle + 4)
        }
        let band = (scale.position(-cell.margin), scale.position(cell.margin))
        drawing.rect(x: band.0, y: middle - 5, width: band.1 - band.0, height: 10, "band")
        if let interval = shift.interval {
            var line = PathData()
            let (low, high) = (scale.position(interval.lowerBound), scale.position(interval.upperBound))
            line.move(low, middle)
            line.line(high, middle)
            for end in [low, high] {
                line.move(end, middle - 3)
                line.line(end, middle + 3)
            }
            drawing.path(line, "ci")
        }
        cell.verdict.mark(x: scale.position(shift.effect), y: middle, in: &drawing)
    }

    private static func sentence(on cell: Cell, _ words: ComparisonWords) -> String {
        let name = ComparisonWords.name(cell, words.comparison)
        guard let shift = cell.shift else { return "\(name): \(cell.verdict.rawValue), \(cell.absence ?? "no data")." }
        let interval = ComparisonWords.interval(shift).map { " (\(words.confidence) interval \($0.spaced))" } ?? ""
        return "\(name): \(ComparisonWords.change(shift.effect).spaced)\(interval), margin "
            + "\(ComparisonWords.size(cell.margin).spaced), \(cell.verdict.rawValue)."
    }
}
