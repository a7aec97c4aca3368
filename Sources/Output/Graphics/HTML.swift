import PlainText

/// Markup of a page or a drawing. Text and values of attributes enter it escaped, and in no other way; tags and the names of attributes
/// are those listed in ``Tag`` and ``Attribute/Name``. So no name that a program gave itself can become markup, script, style or a link.
///
/// It is well-formed as HTML and as XML.
package struct HTML: Sendable, Hashable {
    /// The markup in UTF-8.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Adds an element and what the closure puts into it.
    package mutating func element(_ tag: Tag, _ attributes: [Attribute] = [], _ content: (inout HTML) -> Void) {
        open(tag, attributes)
        bytes.append(UInt8(ascii: ">"))
        content(&self)
        bytes += "</".utf8
        bytes += tag.rawValue.utf8
        bytes.append(UInt8(ascii: ">"))
    }

    /// Adds an element with nothing but text in it.
    package mutating func element(_ tag: Tag, _ attributes: [Attribute] = [], text: String) {
        element(tag, attributes) { $0.text(text) }
    }

    /// Adds an element without content: `<br/>`, `<line …/>`.
    package mutating func empty(_ tag: Tag, _ attributes: [Attribute] = []) {
        open(tag, attributes)
        bytes += "/>".utf8
    }

    /// Adds text. What could hide, reorder or control other text is replaced, as ``PlainText/line(_:)`` does it.
    package mutating func text(_ text: String) { bytes += HTML.escaped(text) }

    /// Adds other markup.
    package mutating func append(_ other: HTML) { bytes += other.bytes }

    /// Adds a newline: it keeps lines of the file short and shows nothing.
    package mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    /// Adds a constant of the source: a doctype, a script.
    package mutating func constant(_ constant: StaticString) { bytes += "\(constant)".utf8 }

    /// Adds style sheets, which are made of constants alone.
    package mutating func style(_ sheet: StyleSheet) {
        bytes += "<style>".utf8
        bytes += sheet.text.utf8
        bytes += "</style>".utf8
    }

    private mutating func open(_ tag: Tag, _ attributes: [Attribute]) {
        bytes.append(UInt8(ascii: "<"))
        bytes += tag.rawValue.utf8
        for attribute in attributes {
            bytes.append(UInt8(ascii: " "))
            bytes += attribute.name.rawValue.utf8
            bytes += "=\"".utf8
            bytes += HTML.escaped(attribute.value)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private static func escaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for byte in PlainText.line(text).utf8 {
            switch byte {
            case UInt8(ascii: "&"): result += "&amp;".utf8
            case UInt8(ascii: "<"): result += "&lt;".utf8
            case UInt8(ascii: ">"): result += "&gt;".utf8
            case UInt8(ascii: "\""): result += "&quot;".utf8
            case UInt8(ascii: "'"): result += "&#39;".utf8
            default: result.append(byte)
            }
        }
        return result
    }
}

extension HTML {
    /// The elements that a report may have. Script and style are added as constants only.
    package enum Tag: String, Sendable {
        case a, bdi, body, caption, code, dd, details, div, dl, dt, footer, h1, h2, h3, head, header, html, li, main, meta, nav, p
        case section, span, strong, summary, table, tbody, td, tfoot, th, thead, title, tr, ul
        // Of a page that asks what to show.
        case button, form, input, label, option, select
        // Of drawings.
        case desc, g, line, path, rect, svg, text, circle
    }

    /// One attribute of an element.
    package struct Attribute: Sendable, Hashable {
        /// The attributes that a report may have: none that runs a script, sets a style or loads anything.
        package enum Name: String, Sendable {
            case id, `class`, lang, role, scope, colspan, open, charset, name, content, title
            case httpEquiv = "http-equiv"
            case label = "aria-label"
            case labelledBy = "aria-labelledby"
            case isHidden = "aria-hidden"
            case tabIndex = "tabindex"
            case expanded = "aria-expanded"
            // Of fields: `type`, what is in them, and which option is chosen.
            case type, selected
            case field = "value"
            /// What stays the same where a part of the page is replaced.
            case key = "data-key"
            case sort = "aria-sort"
            /// What a cell is sorted by, exactly.
            case value = "data-v"
            /// What kind of plot it is, and what a pointer over it shows.
            case kind = "data-kind"
            case scale = "data-scale"
            case edges = "data-edges"
            case counts = "data-counts"
            case unit = "data-unit"
            // Of drawings.
            case xmlns, viewBox, width, height, x, y, x1, x2, y1, y2, d, r, cx, cy, transform, preserveAspectRatio
            case anchor = "text-anchor"
            case strokeWidth = "stroke-width"
            case href
        }

        fileprivate let name: Name
        fileprivate let value: String

        private init(name: Name, value: String) { (self.name, self.value) = (name, value) }

        /// A link to a place in the same page.
        package static func link(to anchor: Anchor) -> Attribute { Attribute(name: .href, value: "#\(anchor.text)") }

        /// A link to a page of the same server.
        package static func link(to address: Address) -> Attribute { Attribute(name: .href, value: address.text) }

        /// The place where links to it lead.
        package static func anchor(_ anchor: Anchor) -> Attribute { Attribute(name: .id, value: anchor.text) }

        /// Any attribute but a link.
        package static func with(_ name: Name, _ value: String) -> Attribute {
            Attribute(name: name == .href ? .title : name, value: value)
        }

        package static func with(_ name: Name, _ value: Int) -> Attribute { with(name, String(value)) }

        /// A length or place in a drawing.
        package static func with(_ name: Name, _ value: Double) -> Attribute { with(name, Coordinate.text(value)) }

        package static func `class`(_ name: String) -> Attribute { with(.class, name) }
    }

    /// A page of the same server: a path of the source, and a query that may have any text in it.
    package struct Address: Sendable, Hashable {
        fileprivate let text: String

        /// - Parameter path: empty for the same page.
        package init(path: StaticString = "", query: [(name: String, value: String)]) {
            let parts = query.map { "\(Address.encoded($0.name))=\(Address.encoded($0.value))" }
            text = "\(path)?" + parts.joined(separator: "&")
        }

        /// What stands for itself in a query (RFC 3986, section 2.3), and everything else as `%20`.
        private static func encoded(_ text: String) -> String {
            let digits = Array("0123456789ABCDEF")
            var result = ""
            for byte in text.utf8 {
                let scalar = Unicode.Scalar(byte)
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": result.unicodeScalars.append(scalar)
                default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
                }
            }
            return result
        }
    }

    /// A place in the page. It has no text of others in it.
    package struct Anchor: Sendable, Hashable {
        fileprivate let text: String

        package init(_ name: StaticString, _ number: Int? = nil) { text = "\(name)" + (number.map { "-\($0)" } ?? "") }
    }
}
