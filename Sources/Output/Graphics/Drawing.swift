import PlainText

/// A drawing: its size in its own units, and what it says to people who don't see it.
package struct Drawing: Sendable, Hashable {
    package let width, height: Double
    package let title: String
    package let description: String
    /// What a pointer over it shows.
    package var attributes: [HTML.Attribute] = []
    package private(set) var content = HTML()
    /// Lines behind the content, and those in front of it.
    private var grid = PathData()
    private var axis = PathData()
    private var below: [Tick] = []
    private var beside: [Tick] = []
    private var (belowPlace, besidePlace) = (0.0, 0.0)

    package init(width: Double, height: Double, title: String, description: String = "") {
        (self.width, self.height, self.title, self.description) = (width, height, title, description)
    }

    /// The element for a page, which brings the style sheets.
    package var inline: HTML {
        var html = HTML()
        svg(in: &html, ownStyle: nil)
        return html
    }

    /// A file of its own, with its title and its description above it: no page around it says what it is.
    package var file: HTML {
        var html = HTML()
        html.constant("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        svg(in: &html, ownStyle: StyleSheet.colorsOfDrawing + StyleSheet.plots)
        html.newline()
        return html
    }

    private func svg(in html: inout HTML, ownStyle: StyleSheet?) {
        let heading = ownStyle == nil ? [] : self.heading
        let top = heading.isEmpty ? 0 : Double(heading.count) * Drawing.lineHeight + 8
        var all: [HTML.Attribute] = [
            .with(.viewBox, "0 \(Coordinate.text(-top)) \(Coordinate.text(width)) \(Coordinate.text(height + top))"),
            .with(.role, "img"),
        ]
        if ownStyle != nil {
            all += [.with(.xmlns, "http://www.w3.org/2000/svg"), .with(.width, width * 2), .with(.height, (height + top) * 2)]
        }
        html.element(.svg, all + attributes) { svg in
            svg.element(.title, text: title)
            if !description.isEmpty { svg.element(.desc, text: description) }
            if let ownStyle { svg.style(ownStyle) }
            for (number, line) in heading.enumerated() {
                let place: [HTML.Attribute] = [.with(.x, 4), .with(.y, Double(number + 1) * Drawing.lineHeight - top)]
                svg.element(.text, number == 0 ? place + [.class("h")] : place, text: line)
            }
            if !grid.isEmpty { svg.empty(.path, [.class("gr"), .with(.d, grid.text)]) }
            svg.append(content)
            if !axis.isEmpty { svg.empty(.path, [.class("ax"), .with(.d, axis.text)]) }
            addLabels(to: &svg)
        }
    }

    private static let lineHeight = 15.0

    /// The title, and the description in lines that fit, broken between words.
    private var heading: [String] {
        let room = max(10, Int(width / 5.6))
        var lines = [Drawing.shortened(title, to: room)]
        var line = ""
        for word in description.split(separator: " ") {
            if line.unicodeScalars.count + word.unicodeScalars.count + 1 > room, !line.isEmpty {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return line.isEmpty ? lines : lines + [line]
    }

    // MARK: Parts

    package mutating func path(_ data: PathData, _ style: String) {
        guard !data.isEmpty else { return }
        content.empty(.path, [.class(style), .with(.d, data.text)])
    }

    package mutating func rect(x: Double, y: Double, width: Double, height: Double, _ style: String) {
        content.empty(
            .rect, [.class(style), .with(.x, x), .with(.y, y), .with(.width, max(0, width)), .with(.height, max(0, height))])
    }

    package enum Anchor: String, Sendable { case start, middle, end }

    package mutating func text(_ text: String, x: Double, y: Double, _ anchor: Anchor = .start, style: String? = nil) {
        var attributes: [HTML.Attribute] = [.with(.x, x), .with(.y, y)]
        if anchor != .start { attributes.append(.with(.anchor, anchor.rawValue)) }
        if let style { attributes.append(.class(style)) }
        content.element(.text, attributes, text: text)
    }

    /// Marks below a plot, with their labels, and lines through it.
    package mutating func horizontalAxis(_ ticks: [Tick], top: Double, bottom: Double, from start: Double, to end: Double) {
        horizontalAxis(ticks, top: top, bottom: bottom)
        baseline(at: bottom, from: start, to: end)
    }

    /// The same for a plot that has lines of its own.
    package mutating func horizontalAxis(_ ticks: [Tick], top: Double, bottom: Double) {
        for tick in ticks {
            grid.move(tick.position.rounded(), top)
            grid.line(tick.position.rounded(), bottom)
        }
        (below, belowPlace) = (below + ticks, (bottom + 13).rounded())
    }

    /// How far right a plot begins so that "100 ms" fits left of it, even in a font that is wider than most.
    package static let roomForTimes = 50.0

    /// Marks left of a plot, with their labels, and lines through it. Several plots below each other have them at the same side.
    package mutating func verticalAxis(_ ticks: [Tick], left: Double, right: Double) {
        for tick in ticks {
            grid.move(left, tick.position.rounded())
            grid.line(right, tick.position.rounded())
        }
        (beside, besidePlace) = (beside + ticks, left - 4)
    }

    /// A line on which bars stand.
    package mutating func baseline(at y: Double, from start: Double, to end: Double) {
        axis.move(start, y)
        axis.line(end, y)
    }

    /// The labels of an axis, which are as far from it all together.
    private func addLabels(to svg: inout HTML) {
        let (across, up) = (below.filter { !$0.label.isEmpty }, beside.filter { !$0.label.isEmpty })
        if !across.isEmpty {
            svg.element(.g, [.class("xl"), .with(.transform, "translate(0 \(Coordinate.text(belowPlace)))")]) { group in
                for tick in across {
                    // Centred on its mark, but inside the drawing: a file of its own is cut off at its edge.
                    let half = Double(tick.label.count) * 3 + 2
                    group.element(.text, [.with(.x, min(max(tick.position, half), width - half).rounded())], text: tick.label)
                }
            }
        }
        if !up.isEmpty {
            svg.element(.g, [.class("yl"), .with(.transform, "translate(\(Coordinate.text(besidePlace)))")]) { group in
                for tick in up { group.element(.text, [.with(.y, (tick.position + 3.5).rounded())], text: tick.label) }
            }
        }
    }

    /// One part of a drawing with attributes of its own, and what a pointer over it shows.
    package mutating func group(_ attributes: [HTML.Attribute], titled title: String? = nil, _ body: (inout Drawing) -> Void) {
        var part = Drawing(width: width, height: height, title: "")
        body(&part)
        content.element(.g, attributes) { group in
            if let title { group.element(.title, text: title) }
            group.append(part.content)
        }
    }

    package mutating func circle(x: Double, y: Double, radius: Double, _ style: String) {
        content.empty(.circle, [.class(style), .with(.cx, x), .with(.cy, y), .with(.r, radius)])
    }

    /// A text in no more than so many characters, which a drawing has room for.
    package static func shortened(_ text: String, to characters: Int) -> String {
        let scalars = PlainText.line(text).unicodeScalars
        guard scalars.count > max(1, characters) else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(max(1, characters) - 1))) + "…"
    }

    /// A filled rectangle in as few characters as possible.
    package mutating func swatch(x: Double, y: Double, width: Double, height: Double, _ style: String) {
        var path = PathData()
        path.move(x, y)
        path.line(x + width, y)
        path.line(x + width, y + height)
        path.line(x, y + height)
        self.path(path, style)
    }

    package struct Label: Sendable, Hashable {
        package var text: String
        package var x, y: Double

        package init(text: String, x: Double, y: Double) { (self.text, self.x, self.y) = (text, x, y) }
    }

    /// Labels of one style, which says once for all of them on which side of its place a label stands.
    package mutating func labels(_ labels: [Label], _ style: String) {
        guard !labels.isEmpty else { return }
        content.element(.g, style.isEmpty ? [] : [.class(style)]) { group in
            for label in labels { group.element(.text, [.with(.x, label.x), .with(.y, label.y)], text: label.text) }
        }
    }
}
