/// Splits a script of grub into commands and words, like a shell does.
struct GrubLexer {
    enum Word: Hashable {
        case text(String)
        /// { and } as words of their own.
        case open, close

        var text: String? { if case .text(let text) = self { text } else { nil } }
    }

    private var rest: Substring.UnicodeScalarView

    init(_ text: String) { rest = Substring(text).unicodeScalars }

    /// The words up to the end of a command: a line break, a semicolon or a brace, which is its last word. nil at the end of the script.
    mutating func command() -> [Word]? {
        var words: [Word] = []
        while let scalar = rest.first {
            switch scalar {
            case "\n", ";":
                rest.removeFirst()
                if !words.isEmpty { return words }
            case " ", "\t", "\r": rest.removeFirst()
            case "#": while let next = rest.first, next != "\n" { rest.removeFirst() }
            case "{", "}":
                rest.removeFirst()
                return words + [scalar == "{" ? .open : .close]
            default: words.append(.text(word()))
            }
        }
        return words.isEmpty ? nil : words
    }

    private mutating func word() -> String {
        var text = String.UnicodeScalarView()
        while let scalar = rest.first {
            switch scalar {
            case " ", "\t", "\r", "\n", ";": return String(text)
            case "'":
                rest.removeFirst()
                while let next = rest.popFirst(), next != "'" { text.append(next) }
            case "\"":
                rest.removeFirst()
                quoted(&text)
            case "\\":
                rest.removeFirst()
                // A backslash at the end of a line joins it with the next one.
                if let next = rest.popFirst(), next != "\n" { text.append(next) }
            case "$":
                rest.removeFirst()
                text.append(scalar)
                variable(&text)
            default:
                rest.removeFirst()
                text.append(scalar)
            }
        }
        return String(text)
    }

    /// The rest of a text in double quotes.
    private mutating func quoted(_ text: inout String.UnicodeScalarView) {
        while let scalar = rest.popFirst(), scalar != "\"" {
            if scalar == "\\", let next = rest.first, ["\"", "\\", "$"].contains(next) {
                text.append(next)
                rest.removeFirst()
            } else {
                text.append(scalar)
            }
        }
    }

    /// `{name}` behind a dollar sign: these braces are no block.
    private mutating func variable(_ text: inout String.UnicodeScalarView) {
        guard rest.first == "{" else { return }
        while let scalar = rest.popFirst() {
            text.append(scalar)
            if scalar == "}" || scalar == "\n" { return }
        }
    }
}

/// grub's environment: lines of `name=value` in a file of 1024 bytes.
package enum GrubEnvironment {
    /// In values, a backslash stands before a backslash and before a line break. Source: grub-core/lib/envblk.c.
    package static func values(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        var rest = Substring(text).unicodeScalars
        while !rest.isEmpty {
            var line = String.UnicodeScalarView()
            while let scalar = rest.popFirst(), scalar != "\n" {
                if scalar == "\\", let next = rest.popFirst() { line.append(next) } else { line.append(scalar) }
            }
            guard line.first != "#", let sign = line.firstIndex(of: "=") else { continue }
            values[String(line[..<sign])] = String(line[line.index(after: sign)...])
        }
        return values
    }
}
