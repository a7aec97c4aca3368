/// Whether a page or drawing is well-formed, in process and quickly: a fuzzer asks it of every input. What parsers of others say of pages is in
/// HTMLReportTests.
///
/// It accepts what is HTML and XML at once: every element is closed, every value of an attribute quoted and given once, and `<` and `&` stand in
/// text only as entities. Script and style are taken as they are; a page has one of each, and no other element that runs, loads or embeds anything.
package enum MarkupCheck {
    private static let allowed: Set<String> = [
        "a", "bdi", "body", "caption", "circle", "code", "dd", "desc", "details", "div", "dl", "dt", "footer", "g", "h1", "h2",
        "h3",
        "head", "header", "html", "li", "line", "main", "meta", "nav", "p", "path", "rect", "script", "section", "span", "strong",
        "style", "summary", "svg", "table", "tbody", "td", "text", "tfoot", "th", "thead", "title", "tr", "ul",
    ]

    /// The first thing that is wrong; nil if nothing is.
    package static func fault(in markup: [UInt8]) -> String? {
        guard let text = String(validating: markup, as: UTF8.self) else { return "it is not UTF-8" }
        if let scalar = text.unicodeScalars.first(where: { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7f || $0.value == 0x202e }
        ) {
            return "it has the character U+\(String(scalar.value, radix: 16))"
        }
        var parser = Parser(bytes: markup)
        do throws(Fault) { try parser.readDocument() } catch { return "\(error.reason), at byte \(parser.place)" }
        return nil
    }

    private struct Fault: Error { let reason: String }

    private struct Parser {
        let bytes: [UInt8]
        var place = 0
        private var open: [String] = []
        private var scripts = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func readDocument() throws(Fault) {
            for prologue in ["<!DOCTYPE html>\n", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"] where skip(prologue) { break }
            while place < bytes.count {
                switch bytes[place] {
                case UInt8(ascii: "<"): try readTag()
                case UInt8(ascii: "&"): try readEntity()
                case UInt8(ascii: ">"): throw Fault(reason: "a > in text")
                default: place += 1
                }
            }
            guard open.isEmpty else { throw Fault(reason: "\(open[open.count - 1]) is not closed") }
        }

        private mutating func skip(_ text: String) -> Bool {
            guard bytes[place...].starts(with: text.utf8) else { return false }
            place += text.utf8.count
            return true
        }

        private mutating func readTag() throws(Fault) {
            place += 1
            if skip("/") {
                let name = try readName()
                guard open.last == name else { throw Fault(reason: "</\(name)> closes \(open.last ?? "nothing")") }
                open.removeLast()
                guard skip(">") else { throw Fault(reason: "</\(name) does not end") }
                return
            }
            let name = try readName()
            guard MarkupCheck.allowed.contains(name) else { throw Fault(reason: "an element \(name)") }
            try readAttributes(of: name)
            if skip("/>") { return }
            guard skip(">") else { throw Fault(reason: "<\(name) does not end") }
            guard name == "script" || name == "style" else { return open.append(name) }
            if name == "script" { scripts += 1 }
            guard scripts <= 1 else { throw Fault(reason: "a second script") }
            while place < bytes.count, !skip("</\(name)>") { place += 1 }
        }

        private mutating func readAttributes(of element: String) throws(Fault) {
            var names: Set<String> = []
            while skip(" ") {
                let name = try readName()
                guard names.insert(name).inserted else { throw Fault(reason: "\(element) has \(name) twice") }
                guard !name.hasPrefix("on"), !["style", "src", "srcdoc", "action"].contains(name) else {
                    throw Fault(reason: "\(element) has an attribute \(name)")
                }
                guard skip("=\"") else { throw Fault(reason: "\(name) has no quoted value") }
                let isLink = name == "href"
                guard !isLink || bytes[place...].first == UInt8(ascii: "#") else { throw Fault(reason: "a link out of the page") }
                while !skip("\"") {
                    guard place < bytes.count, bytes[place] != UInt8(ascii: "<") else {
                        throw Fault(reason: "\(name) does not end")
                    }
                    if bytes[place] == UInt8(ascii: "&") { try readEntity() } else { place += 1 }
                }
            }
        }

        private mutating func readName() throws(Fault) -> String {
            let start = place
            while place < bytes.count, MarkupCheck.isOfName(bytes[place]) { place += 1 }
            guard place > start else { throw Fault(reason: "a name is missing") }
            return String(decoding: bytes[start..<place], as: UTF8.self)
        }

        private mutating func readEntity() throws(Fault) {
            for entity in ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"] where skip(entity) { return }
            throw Fault(reason: "a & that begins no entity")
        }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
