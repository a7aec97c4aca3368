/// A shell pattern for system call names: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`. It has to match the whole name.
package struct GlobPattern {
    private enum Element {
        case anything
        case anyByte
        case oneOf([ClosedRange<UInt8>], negated: Bool)

        func matches(_ byte: UInt8) -> Bool {
            switch self {
            case .anything, .anyByte: true
            case .oneOf(let ranges, let negated): ranges.contains { $0.contains(byte) } != negated
            }
        }
    }

    private var elements: [Element] = []

    /// Whether a text has any of the special characters.
    package static func isGlob(_ text: String) -> Bool {
        text.utf8.contains { "*?[".utf8.contains($0) }
    }

    /// Nil if a `[` has no `]`, or a range runs backwards.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): elements.append(.anything)
            case UInt8(ascii: "?"): elements.append(.anyByte)
            case UInt8(ascii: "["):
                guard let set = Self.bracket(&rest) else { return nil }
                elements.append(set)
            default: elements.append(.oneOf([byte...byte], negated: false))
            }
        }
    }

    /// What follows a `[`, up to and with its `]`. A `]` that comes first stands for itself, as in a shell.
    private static func bracket(_ rest: inout ArraySlice<UInt8>) -> Element? {
        let negated = rest.first == UInt8(ascii: "!")
        if negated { rest.removeFirst() }
        var ranges: [ClosedRange<UInt8>] = []
        while let low = rest.popFirst() {
            if low == UInt8(ascii: "]"), !ranges.isEmpty {
                return .oneOf(ranges, negated: negated)
            }
            var high = low
            if rest.count >= 2, rest.first == UInt8(ascii: "-"), rest[rest.startIndex + 1] != UInt8(ascii: "]") {
                high = rest[rest.startIndex + 1]
                rest.removeFirst(2)
            }
            guard low <= high else { return nil }
            ranges.append(low...high)
        }
        return nil
    }

    package func matches(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        var element = 0
        var byte = 0
        // Where to resume when a later part does not fit: the last `*` takes one byte more. Earlier ones never need to.
        var lastStar: (element: Int, byte: Int)?
        while byte < bytes.count {
            if element < elements.count, case .anything = elements[element] {
                lastStar = (element, byte)
                element += 1
            } else if element < elements.count, elements[element].matches(bytes[byte]) {
                element += 1
                byte += 1
            } else if let star = lastStar {
                lastStar = (star.element, star.byte + 1)
                element = star.element + 1
                byte = star.byte + 1
            } else {
                return false
            }
        }
        return elements[element...].allSatisfy { if case .anything = $0 { true } else { false } }
    }
}
