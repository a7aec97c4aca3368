/// Names of linkers as people write them, where that takes no more than putting parts together.
///
/// Read are names of C++ (Itanium ABI) and of Rust's older form that consist of namespaces, classes and a function. Templates, operators and
/// local names stay as they are, and so do Swift's: the libraries that read these are C++ and get names here that anybody may have made
/// up, in a process that runs as root.
///
/// Source: 5.1 of the Itanium C++ ABI, https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling; compiler/rustc_symbol_mangling of Rust.
enum ReadableName {
    /// `_ZN3foo3barEi` as `foo::bar`, without the parameters; any other name as it is.
    static func readable(_ name: String) -> String {
        guard name.hasPrefix("_Z") else { return name }
        let bytes = Array(name.utf8.dropFirst(2))
        var parser = Parser(rest: bytes[...])
        guard let parts = parser.encoding() else { return name }
        // What compilers add for their own parts of a function: `.cold`.
        let addition = parser.rest.drop { $0 != UInt8(ascii: ".") }
        return parts.joined(separator: "::") + String(decoding: addition, as: UTF8.self)
    }

    private struct Parser {
        var rest: ArraySlice<UInt8>

        /// The parts of a function's name; nil unless that is all there is, but for its parameters.
        mutating func encoding() -> [String]? {
            guard take("N") else {
                let isStandard = take("St")
                _ = take("L")
                guard let name = sourceName(), isFollowedByTypes else { return nil }
                return isStandard ? ["std", name] : [name]
            }
            while take("r") || take("V") || take("K") {}
            if !take("R") { _ = take("O") }
            var parts = take("St") ? ["std"] : []
            while !take("E") {
                guard let part = part(after: parts) else { return nil }
                parts.append(part)
            }
            if isAtEnd, let last = parts.last, ReadableName.isRustHash(last) {
                return parts.dropLast().map { ReadableName.rust($0) }
            }
            return parts.isEmpty || !isFollowedByTypes ? nil : parts
        }

        /// A name, or a constructor or destructor of the class before it.
        private mutating func part(after parts: [String]) -> String? {
            if let last = parts.last {
                if take("C1") || take("C2") || take("C3") { return last }
                if take("D0") || take("D1") || take("D2") { return "~" + last }
            }
            _ = take("L")
            return sourceName()
        }

        /// Its length, and so many bytes.
        private mutating func sourceName() -> String? {
            let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), digits.first != UInt8(ascii: "0"),
                length <= rest.count - digits.count,
                let name = String(validating: rest.dropFirst(digits.count).prefix(length), as: UTF8.self)
            else { return nil }
            rest = rest.dropFirst(digits.count + length)
            return name.hasPrefix("_GLOBAL__N_") ? "(anonymous namespace)" : name
        }

        /// Whether parameters follow, and no arguments of a template or tags.
        private var isFollowedByTypes: Bool { !isAtEnd && rest.first != UInt8(ascii: "I") && rest.first != UInt8(ascii: "B") }

        private var isAtEnd: Bool { rest.first == nil || rest.first == UInt8(ascii: ".") }

        private mutating func take(_ text: StaticString) -> Bool {
            let wanted = Array(text.description.utf8)
            guard rest.starts(with: wanted) else { return false }
            rest = rest.dropFirst(wanted.count)
            return true
        }
    }

    /// `h0123456789abcdef`, which ends every name of Rust's older form.
    private static func isRustHash(_ part: String) -> Bool {
        part.utf8.count == 17 && part.utf8.first == UInt8(ascii: "h") && part.utf8.dropFirst().allSatisfy { Hex.digit($0) != nil }
    }

    private static let rustSigns: [String: String] = [
        "SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ",", "u20": " ", "u27": "'", "u5b": "[",
        "u5d": "]", "u7b": "{", "u7d": "}", "u7e": "~", "u3b": ";", "u2b": "+", "u22": "\"",
    ]

    /// `_$LT$T$u20$as$u20$core..fmt..Debug$GT$` as `<T as core::fmt::Debug>`
    private static func rust(_ part: String) -> String {
        // An underscore stands before a sign, which no name of a linker may begin with.
        var rest = part.hasPrefix("_$") ? part.dropFirst() : part[...]
        var result = ""
        while let first = rest.first {
            if first == "$", let end = rest.dropFirst().firstIndex(of: "$"),
                let sign = rustSigns[String(rest[rest.index(after: rest.startIndex)..<end])]
            {
                result += sign
                rest = rest[rest.index(after: end)...]
            } else if rest.hasPrefix("..") {
                result += "::"
                rest = rest.dropFirst(2)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
