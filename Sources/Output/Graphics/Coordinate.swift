/// Lengths and places in a drawing, as short as one decimal allows: a report has tens of thousands of them.
package enum Coordinate {
    /// `12`, `12.5`, `-0.3`; `0` for what is not a number. Values are cut off at a million.
    package static func text(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
        return (tenths < 0 ? "-" : "") + "\(whole)" + (rest == 0 ? "" : ".\(rest)")
    }
}

/// The data of a `path`, from absolute points to the shortest commands.
package struct PathData: Sendable, Hashable {
    package private(set) var text = ""
    /// In tenths, as written: errors of rounding don't add up.
    private var x = 0
    private var y = 0

    package init() {}

    package var isEmpty: Bool { text.isEmpty }

    package mutating func move(_ x: Double, _ y: Double) {
        (self.x, self.y) = (PathData.tenths(x), PathData.tenths(y))
        text += "M" + PathData.pair(self.x, self.y)
    }

    package mutating func line(_ x: Double, _ y: Double) {
        let (newX, newY) = (PathData.tenths(x), PathData.tenths(y))
        let (dx, dy) = (newX - self.x, newY - self.y)
        (self.x, self.y) = (newX, newY)
        switch (dx, dy) {
        case (0, 0): break
        case (_, 0): text += "h" + PathData.number(dx)
        case (0, _): text += "v" + PathData.number(dy)
        default: text += "l" + PathData.pair(dx, dy)
        }
    }

    package mutating func close() { text += "z" }

    private static func tenths(_ value: Double) -> Int { value.isFinite ? Int((min(max(value, -1e6), 1e6) * 10).rounded()) : 0 }
    private static func number(_ tenths: Int) -> String { Coordinate.text(Double(tenths) / 10) }
    /// A minus sign separates two numbers as well as a space.
    private static func pair(_ x: Int, _ y: Int) -> String { number(x) + (y < 0 ? "" : " ") + number(y) }
}
