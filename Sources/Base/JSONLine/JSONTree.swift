/// A JSON text, parsed once into a flat list of its values. What RFC 8259 doesn't allow is refused.
///
/// A profile file may be hundreds of thousands of short lines, for which Foundation's decoder takes some ten times as long
/// (`make bench-reading`).
package final class JSONTree {
    let bytes: [UInt8]
    let nodes: [Node]

    /// A value. Those inside an array or object follow it, with each name of an object before its value.
    struct Node {
        var kind: Kind
        /// The text of the value; of a string, what is between its quotes.
        var start, end: UInt32
        /// The node after this one and all inside it.
        var next: UInt32

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    enum Kind: UInt8 {
        case object, array, string, number, yes, no, null
        /// A string in which something is escaped.
        case escaped
    }

    /// Deeper values are refused. No line of syslat has more than 10 levels.
    static let deepest = 128

    /// nil if the text isn't JSON.
    private init?(_ text: [UInt8]) {
        var parser = JSONParser()
        // Offsets in a text have 32 bits.
        guard text.count < Int(UInt32.max), text.isUTF8, parser.parseText(text.span) else { return nil }
        (bytes, nodes) = (text, parser.nodes)
    }

    /// The value of a text.
    /// - Throws: `DecodingError`: `dataCorrupted` with an empty path where the text isn't JSON.
    package static func decode<Value: Decodable>(_ type: Value.Type, from text: [UInt8]) throws -> Value {
        guard let tree = JSONTree(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not JSON"))
        }
        return try JSONValue(tree, 0).decode(type)
    }

    /// The values of a text that is an object, in their order.
    ///
    /// A container for keys has them too, but its code, which is generic over keys, was a sixth of the work of reading a file of short lines
    /// (`make bench-reading`).
    /// - Throws: `DecodingError`: `dataCorrupted` with an empty path where the text isn't JSON, `typeMismatch` where it is no object.
    package static func members(of text: [UInt8]) throws -> [JSONMember] {
        guard let tree = JSONTree(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not JSON"))
        }
        let object = JSONValue(tree, 0)
        guard object.node.kind == .object else { throw object.mismatch([String: Any].self) }
        var members: [JSONMember] = []
        var place = 1
        while place < object.next {
            let value = JSONValue(tree, place + 1)
            // A name that is no text is nobody's.
            if let name = JSONValue(tree, place).text { members.append(JSONMember(name: name, value: value)) }
            place = value.next
        }
        return members
    }
}

/// A value of an object, and its name.
package struct JSONMember {
    package let name: String
    let value: JSONValue

    /// nil of null.
    package func decode<Value: Decodable>(_ type: Value.Type) throws -> Value? { value.isNull ? nil : try value.decode(type) }
}

extension [UInt8] {
    fileprivate var isUTF8: Bool { (try? UTF8Span(validating: span)) != nil }
}

/// Finds the values of a text.
private struct JSONParser {
    private(set) var nodes: [JSONTree.Node] = []
    private var place = 0

    init() { nodes.reserveCapacity(64) }

    /// False if the text isn't one value with nothing but space around it.
    mutating func parseText(_ text: Span<UInt8>) -> Bool {
        guard parseValue(text, depth: 0) else { return false }
        skipSpace(text)
        return place == text.count
    }

    private mutating func parseValue(_ text: Span<UInt8>, depth: Int) -> Bool {
        skipSpace(text)
        guard place < text.count else { return false }
        switch text[place] {
        case UInt8(ascii: "{"): return parseGroup(text, .object, end: UInt8(ascii: "}"), depth: depth + 1)
        case UInt8(ascii: "["): return parseGroup(text, .array, end: UInt8(ascii: "]"), depth: depth + 1)
        case UInt8(ascii: "\""): return parseString(text)
        case UInt8(ascii: "t"): return parseWord(text, "true", .yes)
        case UInt8(ascii: "f"): return parseWord(text, "false", .no)
        case UInt8(ascii: "n"): return parseWord(text, "null", .null)
        default: return parseNumber(text)
        }
    }

    /// An object or an array.
    private mutating func parseGroup(_ text: Span<UInt8>, _ kind: JSONTree.Kind, end: UInt8, depth: Int) -> Bool {
        guard depth <= JSONTree.deepest else { return false }
        let node = begin(kind)
        place += 1
        skipSpace(text)
        if !takes(text, end) {
            repeat {
                if kind == .object {
                    skipSpace(text)
                    guard place < text.count, text[place] == UInt8(ascii: "\""), parseString(text) else { return false }
                    skipSpace(text)
                    guard takes(text, UInt8(ascii: ":")) else { return false }
                }
                guard parseValue(text, depth: depth) else { return false }
                skipSpace(text)
            } while takes(text, UInt8(ascii: ","))
            guard takes(text, end) else { return false }
        }
        finish(node, end: place)
        return true
    }

    private mutating func parseString(_ text: Span<UInt8>) -> Bool {
        place += 1
        let node = begin(.string)
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "\""):
                finish(node, end: place)
                place += 1
                return true
            case UInt8(ascii: "\\"):
                nodes[node].kind = .escaped
                place += 1
                guard skipEscape(text) else { return false }
            case 0..<0x20: return false
            default: place += 1
            }
        }
        return false
    }

    /// What follows a backslash. Halves of a surrogate pair are looked at when the string is decoded.
    private mutating func skipEscape(_ text: Span<UInt8>) -> Bool {
        guard place < text.count else { return false }
        let letter = text[place]
        place += 1
        guard letter == UInt8(ascii: "u") else { return JSONEscape.meaning(of: letter) != nil }
        guard place + 4 <= text.count else { return false }
        for digit in place..<place + 4 where JSONEscape.hexadecimal(text[digit]) == nil { return false }
        place += 4
        return true
    }

    private mutating func parseWord(_ text: Span<UInt8>, _ word: String, _ kind: JSONTree.Kind) -> Bool {
        let node = begin(kind)
        for letter in word.utf8 {
            guard takes(text, letter) else { return false }
        }
        finish(node, end: place)
        return true
    }

    private mutating func parseNumber(_ text: Span<UInt8>) -> Bool {
        let node = begin(.number)
        _ = takes(text, UInt8(ascii: "-"))
        if !takes(text, UInt8(ascii: "0")) {
            guard skipDigits(text) else { return false }
        }
        if takes(text, UInt8(ascii: ".")) {
            guard skipDigits(text) else { return false }
        }
        if takes(text, UInt8(ascii: "e")) || takes(text, UInt8(ascii: "E")) {
            _ = takes(text, UInt8(ascii: "+")) || takes(text, UInt8(ascii: "-"))
            guard skipDigits(text) else { return false }
        }
        finish(node, end: place)
        return true
    }

    // MARK: Steps

    private mutating func skipSpace(_ text: Span<UInt8>) {
        while place < text.count, isSpace(text[place]) { place += 1 }
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// False without a single digit.
    private mutating func skipDigits(_ text: Span<UInt8>) -> Bool {
        let first = place
        while place < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[place]) { place += 1 }
        return place > first
    }

    private mutating func takes(_ text: Span<UInt8>, _ byte: UInt8) -> Bool {
        guard place < text.count, text[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func begin(_ kind: JSONTree.Kind) -> Int {
        nodes.append(JSONTree.Node(kind: kind, start: UInt32(place), end: 0, next: 0))
        return nodes.count - 1
    }

    private mutating func finish(_ node: Int, end: Int) {
        nodes[node].end = UInt32(end)
        nodes[node].next = UInt32(nodes.count)
    }
}
