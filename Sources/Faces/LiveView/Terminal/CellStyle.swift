/// How a cell is drawn.
package struct CellStyle: Sendable, Hashable {
    /// What a colour is for. The palette decides what it looks like; without colours only ``isBold``, ``isDim`` and ``isReversed`` are
    /// left, so nothing may be told by colour alone.
    package enum Ink: UInt8, Sendable, Hashable, CaseIterable {
        case plain, title, ran, blocked, preempted, failed, caution, trend, key
        /// On backgrounds of the heat scale, whose colours don't depend on the user's.
        case dark, light
    }

    package var ink = Ink.plain
    package var isBold = false
    package var isDim = false
    package var isReversed = false
    /// The background as a step of the heat scale, 1 ... ``heatSteps``; 0 for none. Only palettes of 256 colours and more have one.
    package var heat: UInt8 = 0

    package static let heatSteps = 12

    package init(_ ink: Ink = .plain, bold: Bool = false, dim: Bool = false, reversed: Bool = false, heat: UInt8 = 0) {
        (self.ink, isBold, isDim, isReversed, self.heat) = (ink, bold, dim, reversed, heat)
    }

    package static let plain = CellStyle()
    static let bold = CellStyle(bold: true)
    static let dim = CellStyle(dim: true)
    static let title = CellStyle(.title, bold: true)
    static let caution = CellStyle(.caution, bold: true)
    static let trend = CellStyle(.trend)
    static let key = CellStyle(.key, reversed: true)
}
