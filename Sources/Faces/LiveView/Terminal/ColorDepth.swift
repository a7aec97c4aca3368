/// How many colours a terminal has. Inks are of the 16 that users choose for themselves; the heat scale needs more.
package enum ColorDepth: String, Sendable, Hashable, CaseIterable {
    /// NO_COLOR, or a terminal without colours.
    case none
    case sixteen, indexed, direct

    /// Whether there are colours for the heat scale. Where not, shades stand for it.
    var hasHeat: Bool { self == .indexed || self == .direct }

    /// The parameters of SGR.
    func foreground(_ ink: CellStyle.Ink) -> [String] {
        guard self != .none else { return [] }
        return switch ink {
        case .plain: []
        case .title, .trend: ["36"]
        case .ran: ["32"]
        case .blocked, .key: ["34"]
        case .preempted, .caution: ["33"]
        case .failed: ["31"]
        case .dark: ["30"]
        case .light: ["97"]
        }
    }

    /// The parameters of SGR for a step of the heat scale.
    func background(heat: UInt8) -> [String] {
        let step = Int(heat)
        guard step > 0, step <= CellStyle.heatSteps else { return [] }
        switch self {
        case .none, .sixteen: return []
        case .indexed: return ["48", "5", String(Self.indexes[step - 1])]
        case .direct:
            let (red, green, blue) = Self.directColor(step)
            return ["48", "2", String(red), String(green), String(blue)]
        }
    }

    /// From dark violet over red to pale yellow: indexes of the cube of 6 × 6 × 6 colours that begins at 16.
    private static let indexes = [17, 18, 54, 53, 89, 125, 161, 166, 202, 208, 214, 229]

    /// Between six colours, dark to light.
    private static func directColor(_ step: Int) -> (Int, Int, Int) {
        let stops = [(20, 16, 60), (76, 18, 108), (150, 38, 98), (214, 72, 62), (248, 142, 40), (252, 244, 180)]
        let position = (step - 1) * (stops.count - 1)
        let (whole, rest) = position.quotientAndRemainder(dividingBy: CellStyle.heatSteps - 1)
        let (low, high) = (stops[whole], stops[min(whole + 1, stops.count - 1)])
        func between(_ from: Int, _ to: Int) -> Int { from + (to - from) * rest / (CellStyle.heatSteps - 1) }
        return (between(low.0, high.0), between(low.1, high.1), between(low.2, high.2))
    }
}
