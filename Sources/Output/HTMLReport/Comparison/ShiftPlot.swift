import Comparison
import Graphics
import Presentation

/// The shift function: how far each quantile moved from BASE to NEW, with its interval. A bar behind a point is the margin of a gated figure.
enum ShiftPlot {
    private static let (width, height) = (420.0, 206.0)
    private static let (left, right, top, bottom) = (Drawing.roomForTimes, 412.0, 8.0, 188.0)

    /// nil where too few calls are known for any point.
    static func draw(_ change: SubjectChange, named name: String, gated cells: [Cell], _ words: ComparisonWords) -> Drawing? {
        guard !change.shifts.isEmpty else { return nil }
        let shifts = change.shifts
        let margins = Dictionary(cells.map { ($0.measure.rawValue, $0.margin) }) { first, _ in first }
        let all = shifts.flatMap { shift -> [Double] in
            let margin = margins[shift.point.name] ?? 0
            return [shift.estimate.effect, margin, -margin]
                + (shift.estimate.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
        }
        let scale = ShiftScale(over: all, start: bottom, end: top)
        var drawing = Drawing(
            width: width, height: height, title: "Change of each quantile of \(name)",
            description: shifts.map { sentence($0, words) }.joined(separator: ", ") + ".")
        let step = (right - left) / Double(shifts.count)
        func place(_ index: Int) -> Double { (left + (Double(index) + 0.5) * step).rounded() }
        drawing.verticalAxis(scale.ticks(room: 20), left: left, right: right)
        drawing.horizontalAxis(
            shifts.enumerated().map { Tick(position: place($0.offset), label: $0.element.point.name) }, top: bottom, bottom: bottom)
        drawing.baseline(at: scale.position(0).rounded(), from: left, to: right)
        var line = PathData()
        for (index, shift) in shifts.enumerated() {
            let (x, y) = (place(index), scale.position(shift.estimate.effect))
            if let margin = margins[shift.point.name] {
                let (high, low) = (scale.position(margin), scale.position(-margin))
                drawing.rect(x: x - step * 0.35, y: high, width: step * 0.7, height: low - high, "band")
            }
            if line.isEmpty { line.move(x, y) } else { line.line(x, y) }
        }
        drawing.path(line, "cv c4 thin")
        for (index, shift) in shifts.enumerated() {
            drawing.group([], titled: sentence(shift, words)) { draw(shift, x: place(index), scale, in: &$0) }
        }
        return drawing
    }

    private static func draw(_ shift: SubjectChange.Shift, x: Double, _ scale: ShiftScale, in drawing: inout Drawing) {
        if let interval = shift.estimate.interval {
            let (low, high) = (scale.position(interval.lowerBound), scale.position(interval.upperBound))
            var bar = PathData()
            bar.move(x, low)
            bar.line(x, high)
            for end in [low, high] {
                bar.move(x - 3, end)
                bar.line(x + 3, end)
            }
            drawing.path(bar, "ci")
        }
        drawing.circle(x: x, y: scale.position(shift.estimate.effect), radius: 3, "ve dot")
    }

    private static func sentence(_ shift: SubjectChange.Shift, _ words: ComparisonWords) -> String {
        let interval = ComparisonWords.interval(shift.estimate).map { " (\(words.confidence) interval \($0.spaced))" } ?? ""
        return "\(shift.point.name) \(ComparisonWords.change(shift.estimate.effect).spaced)\(interval)"
    }
}
