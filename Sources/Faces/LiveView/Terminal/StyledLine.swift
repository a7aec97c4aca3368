import TextReport

/// A line of text in several styles.
package struct StyledLine: Sendable, Hashable {
    struct Span: Sendable, Hashable {
        var text: String
        var style: CellStyle
    }

    private(set) var spans: [Span] = []

    init() {}

    init(_ text: String, _ style: CellStyle = .plain) { add(text, style) }

    mutating func add(_ text: String, _ style: CellStyle = .plain) {
        if !text.isEmpty { spans.append(Span(text: text, style: style)) }
    }

    mutating func add(_ line: StyledLine) { spans += line.spans }

    /// In columns.
    var width: Int { spans.reduce(0) { $0 + DisplayText.width($1.text) } }

    package var text: String { spans.map(\.text).joined() }

    /// The parts with a separator between them: the first one, and of the others those that fit in a width.
    init(_ parts: [StyledLine], separator: String, fitting columns: Int) {
        for part in parts where part.width > 0 {
            guard width > 0 else {
                add(part)
                continue
            }
            guard width + DisplayText.width(separator) + part.width <= columns else { continue }
            add(separator, .dim)
            add(part)
        }
    }

    /// The line, with blanks up to a width.
    func padded(to columns: Int) -> StyledLine {
        var line = self
        line.add(DisplayText.spaces(columns - width))
        return line
    }

    /// Each character that has a style of its own in it, all others in `base`.
    init(_ text: String, marks: [Character: CellStyle], base: CellStyle = .plain) {
        var run = ""
        var style = base
        for character in text {
            let next = marks[character] ?? base
            if next != style {
                add(run, style)
                (run, style) = ("", next)
            }
            run.append(character)
        }
        add(run, style)
    }
}

extension [StyledLine] {
    /// Two blocks of lines beside each other.
    func beside(_ right: [StyledLine], width: Int) -> [StyledLine] {
        (0..<Swift.max(count, right.count)).map { row in
            guard row < right.count else { return self[row] }
            var line = (row < count ? self[row] : StyledLine()).padded(to: width)
            line.add(right[row])
            return line
        }
    }
}
