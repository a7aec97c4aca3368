import Graphics

/// Names of marks above a plot, from left to right, in two rows. Where neither has room, a mark shares the label of one before it.
struct MarkLabels {
    /// The width of the drawing, which no label leaves.
    let width: Double
    private var rows: [[Drawing.Label]] = [[], []]
    /// Of the mark before.
    private var lastRow = 0
    private static let heights = [9.0, 20]

    init(width: Double) { self.width = width }

    var labels: [Drawing.Label] { rows.flatMap { $0 } }

    /// - Parameter x: no less than that of the mark before.
    /// - Returns: the row of its label, from the top.
    mutating func add(_ name: String, at x: Double) -> Int {
        lastRow = rows.indices.first { append(name, at: x, to: $0) } ?? shared(name, at: x)
        return lastRow
    }

    /// The nearest mark is the one before, so its label is shared, or else that of the other row. Where a label would be pushed into its
    /// neighbour, these two become one.
    private mutating func shared(_ name: String, at x: Double) -> Int {
        let order = [lastRow, 1 - lastRow]
        for row in order where share(name, at: x, in: row, movable: 1) { return row }
        for row in order {
            for count in 2..<max(3, rows[row].count + 1) where share(name, at: x, in: row, movable: count) { return row }
        }
        return lastRow
    }

    private mutating func append(_ name: String, at x: Double, to row: Int) -> Bool {
        let half = MarkLabels.half(of: name)
        let center = min(max(x, half), width - half)
        guard center - half >= end(of: rows[row][...]) else { return false }
        rows[row].append(Drawing.Label(text: name, x: center, y: MarkLabels.heights[row]))
        return true
    }

    /// Makes one label of the last ones of a row and a name.
    private mutating func share(_ name: String, at x: Double, in row: Int, movable count: Int) -> Bool {
        guard let last = rows[row].last, count <= rows[row].count else { return false }
        let kept = rows[row].dropLast(count)
        let text = (rows[row].suffix(count).map(\.text) + [name]).joined(separator: ", ")
        let half = MarkLabels.half(of: text)
        let center = min(max((last.x + x) / 2, end(of: kept) + half, half), width - half).rounded()
        guard center - half >= end(of: kept) - 0.5 else { return false }
        rows[row] = Array(kept) + [Drawing.Label(text: text, x: center, y: MarkLabels.heights[row])]
        return true
    }

    private func end(of labels: ArraySlice<Drawing.Label>) -> Double {
        labels.last.map { $0.x + MarkLabels.half(of: $0.text) } ?? -.infinity
    }

    /// Half of the room that a label takes.
    private static func half(of name: String) -> Double { LabelWidth.distance(name, name) / 2 }
}
