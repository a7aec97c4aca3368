import Comparison
import Graphics

/// How a verdict looks: a colour and a form of its own, beside its word.
extension Verdict {
    /// The style of its word and its mark.
    var style: String {
        switch self {
        case .regressed: "vr"
        case .improved: "vi"
        case .equivalent: "ve"
        case .moved: "vm"
        case .inconclusive: "vu"
        case .noData, .new, .gone: "vn"
        }
    }

    /// The form of its mark, for text. An arrow points to where its call stands in the plots: slower is right.
    var glyph: String {
        switch self {
        case .regressed: "▶"
        case .improved: "◀"
        case .equivalent: "●"
        case .moved: "◆"
        case .inconclusive: "○"
        case .noData, .new, .gone: "–"
        }
    }

    /// The same form in a drawing.
    func mark(x: Double, y: Double, in drawing: inout Drawing) {
        let corners: [(Double, Double)] =
            switch self {
            case .regressed: [(-4, -5), (6, 0), (-4, 5)]
            case .improved: [(4, -5), (-6, 0), (4, 5)]
            case .moved: [(0, -6), (6, 0), (0, 6), (-6, 0)]
            case .equivalent, .inconclusive, .noData, .new, .gone: []
            }
        guard let first = corners.first else { return drawing.circle(x: x, y: y, radius: 4, "\(style) dot") }
        var path = PathData()
        path.move(x + first.0, y + first.1)
        for corner in corners.dropFirst() { path.line(x + corner.0, y + corner.1) }
        drawing.path(path, style)
    }
}

extension Comparison.Outcome {
    var style: String {
        switch self {
        case .passed: "vi"
        case .regressed: "vr"
        case .inconclusive: "vu"
        }
    }

    var glyph: String {
        switch self {
        case .passed: "✓"
        case .regressed: "▶"
        case .inconclusive: "○"
        }
    }
}
