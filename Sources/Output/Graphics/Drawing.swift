/// A drawing: its size in its own units, and what it says to people who don't see it.
package struct Drawing: Sendable, Hashable {
    package let width, height: Double
    package let title: String
    package let description: String
    /// What a pointer over it shows.
    package var attributes: [HTML.Attribute] = []
    package private(set) var content = HTML()

    package init(width: Double, height: Double, title: String, description: String = "") {
        (self.width, self.height, self.title, self.description) = (width, height, title, description)
    }

    /// The element for a page, which brings the style sheets.
    package var inline: HTML {
        var html = HTML()
        svg(in: &html, ownStyle: nil)
        return html
    }

    /// A file of its own.
    package var file: HTML {
        var html = HTML()
        html.constant("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        svg(in: &html, ownStyle: StyleSheet.colorsOfDrawing + StyleSheet.plots)
        html.newline()
        return html
    }

    private func svg(in html: inout HTML, ownStyle: StyleSheet?) {
        var all: [HTML.Attribute] = [
            .with(.viewBox, "0 0 \(Coordinate.text(width)) \(Coordinate.text(height))"), .with(.role, "img"),
        ]
        if ownStyle != nil {
            all += [.with(.xmlns, "http://www.w3.org/2000/svg"), .with(.width, width * 2), .with(.height, height * 2)]
        }
        html.element(.svg, all + attributes) { svg in
            svg.element(.title, text: title)
            if !description.isEmpty { svg.element(.desc, text: description) }
            if let ownStyle { svg.style(ownStyle) }
            svg.append(content)
        }
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
        var grid = PathData()
        for tick in ticks {
            grid.move(tick.position, top)
            grid.line(tick.position, bottom)
        }
        path(grid, "gr")
        var axis = PathData()
        axis.move(start, bottom)
        axis.line(end, bottom)
        path(axis, "ax")
        for tick in ticks where !tick.label.isEmpty { text(tick.label, x: tick.position, y: bottom + 13, .middle) }
    }

    /// Marks left of a plot, with their labels, and lines through it.
    package mutating func verticalAxis(_ ticks: [Tick], left: Double, right: Double) {
        var grid = PathData()
        for tick in ticks {
            grid.move(left, tick.position)
            grid.line(right, tick.position)
        }
        path(grid, "gr")
        for tick in ticks where !tick.label.isEmpty { text(tick.label, x: left - 4, y: tick.position + 3.5, .end) }
    }

    /// One part of a drawing with attributes of its own.
    package mutating func group(_ attributes: [HTML.Attribute], _ body: (inout Drawing) -> Void) {
        var part = Drawing(width: width, height: height, title: "")
        body(&part)
        content.element(.g, attributes) { $0.append(part.content) }
    }
}
