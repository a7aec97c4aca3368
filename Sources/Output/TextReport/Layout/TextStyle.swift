import Presentation

/// Emphasis for terminals (SGR sequences), or none. Applied last: a styled text cannot be measured any more.
struct TextStyle: Sendable {
    var isEnabled: Bool

    enum Emphasis: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case cyan = "36"
    }

    func apply(_ emphasis: Emphasis, _ text: String) -> String {
        isEnabled && !text.isEmpty ? "\u{1b}[\(emphasis.rawValue)m\(text)\u{1b}[0m" : text
    }

    func bold(_ text: String) -> String { apply(.bold, text) }
    func dim(_ text: String) -> String { apply(.dim, text) }
}
