/// How much room labels need beside each other. Fonts differ: it is that of the widest usual one, DejaVu Sans.
package enum LabelWidth {
    /// The largest letters in which labels of axes are set, in units of the drawing: those of a phone.
    package static let largestLetters = 12.0
    private static let gap = 0.5

    /// The least distance of two labels, from middle to middle, with a gap between them that can be seen.
    package static func distance(_ first: String, _ second: String, letters: Double = largestLetters) -> Double {
        (of(first, letters: letters) + of(second, letters: letters)) / 2 + gap * letters
    }

    package static func of(_ label: String, letters: Double = largestLetters) -> Double {
        label.unicodeScalars.reduce(0) { $0 + ems($1) } * letters
    }

    private static func ems(_ letter: Unicode.Scalar) -> Double {
        switch letter {
        case "%", "m": 0.98
        case "M", "+", "×", "<", "-": 0.87
        case " ", ".", ",", "i": 0.32
        default: 0.64
        }
    }
}
