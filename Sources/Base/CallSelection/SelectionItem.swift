import SyscallTable

/// One item of a selection, as written: `!ia32:write` has all its parts.
struct SelectionItem {
    /// Without the `!`.
    let text: String
    let isNegated: Bool
    let prefix: String?
    /// What follows the ABI: a name, glob, class or number.
    let pattern: String

    /// `__X32_SYSCALL_BIT`: how the kernel tells an x32 call from a 64-bit one.
    private static let x32Bit: Int32 = 0x4000_0000

    /// The items of one value of the option. A `!` before the first item holds for all of them.
    static func list(parsing expression: String) throws(SyscallSelectionError) -> [SelectionItem] {
        var items: [SelectionItem] = []
        for field in expression.split(separator: ",", omittingEmptySubsequences: false) {
            items.append(try SelectionItem(trimmed(field), of: expression, isNegated: items.first?.isNegated ?? false))
        }
        return items
    }

    private init(_ item: Substring, of expression: String, isNegated: Bool) throws(SyscallSelectionError) {
        guard !item.isEmpty else { throw .emptyItem(in: expression) }
        self.isNegated = isNegated || item.first == "!"
        let rest = item.first == "!" ? Self.trimmed(item.dropFirst()) : item
        let parts = Self.parts(of: rest)
        guard let last = parts.last, !last.isEmpty else { throw .nothingNamed(by: String(item)) }
        guard !last.hasPrefix("!") else { throw .misplacedNegation(String(item), prefix: parts.first, pattern: last) }
        text = String(rest)
        prefix = parts.count == 2 ? String(parts[0]) : nil
        pattern = String(last)
    }

    /// The ABI, if one is named, and the rest. A colon in brackets belongs to a class of characters: `dup[[:digit:]]`.
    private static func parts(of item: Substring) -> [Substring] {
        guard let colon = item.firstIndex(of: ":"), !item[..<colon].contains("[") else { return [item] }
        return [item[..<colon], item[item.index(after: colon)...]]
    }

    /// The calls that the item stands for, at least one.
    func calls(architecture: Architecture) throws(SyscallSelectionError) -> [SyscallID] {
        let abis = try abis(of: architecture)
        if pattern.hasPrefix("%") {
            return try calls(ofClass: pattern, in: abis)
        }
        if let calls = try numberedCall(architecture: architecture, abis: abis) {
            return calls
        }
        if GlobPattern.isGlob(pattern) {
            return try calls(matching: pattern, in: abis)
        }
        let calls = SyscallTable.calls(named: pattern, in: abis)
        guard !calls.isEmpty else { throw .unknownName(pattern, prefix: prefix, in: abis, architecture: architecture) }
        return calls
    }

    private func abis(of architecture: Architecture) throws(SyscallSelectionError) -> [ABI] {
        guard let prefix else { return architecture.abis }
        guard let abi = ABI(name: prefix), architecture.abis.contains(abi) else {
            throw .unknownABI(prefix, item: text, architecture: architecture)
        }
        return [abi]
    }

    private func calls(ofClass notation: String, in abis: [ABI]) throws(SyscallSelectionError) -> [SyscallID] {
        guard let selected = SyscallClass(rawValue: String(notation.dropFirst())) else { throw .unknownClass(notation) }
        return selected.names.flatMap { SyscallTable.calls(named: $0, in: abis) }
    }

    private func calls(matching text: String, in abis: [ABI]) throws(SyscallSelectionError) -> [SyscallID] {
        guard let glob = GlobPattern(text) else { throw .unclosedBracket(text) }
        let calls = abis.flatMap { SyscallTable.allCalls(abi: $0) }.filter { glob.matches($0.name) }
        guard !calls.isEmpty else { throw .unmatchedGlob(text, prefix: prefix, in: abis) }
        return calls
    }

    /// The call that a number stands for, or nil if the item is not a number.
    private func numberedCall(architecture: Architecture, abis: [ABI]) throws(SyscallSelectionError) -> [SyscallID]? {
        let digits = pattern.hasPrefix("-") ? pattern.dropFirst() : pattern[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
        guard let number = Int32(pattern) else { throw .numberOutOfRange(pattern) }
        // A number of the native ABI never has the bit, so even without a prefix there is only one reading.
        if number >= Self.x32Bit, abis.contains(.x32) {
            return [SyscallID(abi: .x32, number: number - Self.x32Bit)]
        }
        let abi = prefix == nil ? architecture.nativeABI : abis[0]
        if abi == .ioUring, !SyscallSelection.opcodes.contains(number) { throw .opcodeOutOfRange(pattern) }
        return [SyscallID(abi: abi, number: number)]
    }

    /// Without the blanks around it: people write a space after a comma.
    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true {
            text.removeLast()
        }
        return text
    }
}
