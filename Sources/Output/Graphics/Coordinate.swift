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

/// The data of a `path`: from absolute points to the shortest commands, since a report has thousands of them.
package struct PathData: Sendable, Hashable {
    private var bytes: [UInt8] = []
    /// In tenths, as written: errors of rounding don't add up.
    private var x = 0
    private var y = 0

    package init() {}

    package var isEmpty: Bool { bytes.isEmpty }
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package mutating func move(_ x: Double, _ y: Double) {
        let (newX, newY) = (PathData.tenths(x), PathData.tenths(y))
        var (absolute, relative) = (PathData(), PathData())
        absolute.add("M", newX, newY)
        relative.add("m", newX - self.x, newY - self.y)
        // The first command has nothing that it could be relative to.
        bytes += relative.bytes.count < absolute.bytes.count && !bytes.isEmpty ? relative.bytes : absolute.bytes
        (self.x, self.y) = (newX, newY)
    }

    package mutating func line(_ x: Double, _ y: Double) {
        let (newX, newY) = (PathData.tenths(x), PathData.tenths(y))
        let (dx, dy) = (newX - self.x, newY - self.y)
        (self.x, self.y) = (newX, newY)
        switch (dx, dy) {
        case (0, 0): break
        case (_, 0): add("h", dx)
        case (0, _): add("v", dy)
        default: add("l", dx, dy)
        }
    }

    private mutating func add(_ command: Unicode.Scalar, _ first: Int, _ second: Int? = nil) {
        bytes.append(UInt8(ascii: command))
        number(first)
        guard let second else { return }
        // A minus sign separates two numbers as well as a space.
        if second >= 0 { bytes.append(UInt8(ascii: " ")) }
        number(second)
    }

    private mutating func number(_ tenths: Int) {
        if tenths < 0 { bytes.append(UInt8(ascii: "-")) }
        let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
        if whole > 0 || rest == 0 { bytes += String(whole).utf8 }
        if rest > 0 { bytes += [UInt8(ascii: "."), UInt8(ascii: "0") + UInt8(rest)] }
    }

    private static func tenths(_ value: Double) -> Int { value.isFinite ? Int((min(max(value, -1e6), 1e6) * 10).rounded()) : 0 }
}
