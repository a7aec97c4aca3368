import SyscallTable

/// Why a selection of system calls cannot be used: a sentence that names the item, the reason and the remedy.
package struct SyscallSelectionError: Error, CustomStringConvertible, Sendable, Hashable {
    /// The item or expression at fault, as the user wrote it.
    package let item: String
    /// The sentence. It begins in lower case, to follow the name of an option.
    package let description: String
}

// One constructor for each kind of mistake keeps every sentence in this file.
extension SyscallSelectionError {
    static func emptyItem(in expression: String) -> Self {
        guard expression.contains(",") else {
            return Self(
                item: expression,
                description: "the list of system calls is empty; name at least one, as in 'read,write'")
        }
        return Self(
            item: expression,
            description: "the list '\(expression)' has an empty item; remove the comma beside it")
    }

    static func tooManyItems(_ count: Int) -> Self {
        Self(
            item: "\(count) items",
            description: "a selection of \(count) items is too long; a class or a glob stands for many calls, and at most "
                + "\(SyscallSelection.mostItems) items are read")
    }

    static func nothingNamed(by item: String) -> Self {
        Self(item: item, description: "the item '\(item)' names no system call; add one, as in '\(item)read'")
    }

    static func misplacedNegation(_ item: String, prefix: Substring?, pattern: Substring) -> Self {
        let call = pattern.drop { $0 == "!" }
        let remedy =
            if let prefix, prefix != pattern, !call.isEmpty { "'!\(prefix):\(call)'" } else { "'!' once, before the call" }
        return Self(item: item, description: "the item '\(item)' has a misplaced '!'; write \(remedy)")
    }

    static func numberOutOfRange(_ number: String) -> Self {
        Self(
            item: number,
            description: "\(number) is not the number of a system call; give one from \(Int32.min) to \(Int32.max)")
    }

    static func opcodeOutOfRange(_ number: String) -> Self {
        let (first, last) = (SyscallSelection.opcodes.lowerBound, SyscallSelection.opcodes.upperBound)
        return Self(
            item: number, description: "\(number) is not the opcode of a request to io_uring; give one from \(first) to \(last)")
    }

    static func unclosedBracket(_ glob: String) -> Self {
        Self(
            item: glob,
            description: "the glob '\(glob)' has a '[' without a ']'; close it, as in 'epoll_[cw]*', and leave commas out of it")
    }

    static func unmatchedGlob(_ glob: String, prefix: String?, in abis: [ABI]) -> Self {
        let place = prefix.map { " of \($0)" } ?? ""
        let letters = String(letters(of: glob))
        let isPartOfAName = !letters.isEmpty && SyscallTable.allNames(in: abis).contains { $0.contains(letters) }
        let remedy = isPartOfAName ? "widen it, as in '*\(letters)*'" : remedy(for: letters, in: abis)
        return Self(item: glob, description: "the glob '\(glob)' matches no system call\(place); \(remedy)")
    }

    static func unknownClass(_ notation: String) -> Self {
        let classes = list(SyscallClass.allCases.map(\.notation), conjunction: "and")
        return Self(item: notation, description: "no class of system calls is named '\(notation)'; the classes are \(classes)")
    }

    static func unknownABI(_ prefix: String, item: String, architecture: Architecture) -> Self {
        let known = list(architecture.abis.map(\.name), conjunction: "or")
        return Self(
            item: item,
            description: "the item '\(item)' asks for the ABI '\(prefix)', which \(architecture.rawValue) does not have; "
                + "write \(known) before the colon")
    }

    static func unknownName(_ name: String, prefix: String?, in abis: [ABI], architecture: Architecture) -> Self {
        let elsewhere = SyscallTable.calls(named: name).map(\.abi)
        let usable = elsewhere.filter { architecture.abis.contains($0) }
        if !usable.isEmpty {
            let places = list(usable.map(\.name), conjunction: "and")
            let spelled = list(usable.map { "'\($0.name):\(name)'" }, conjunction: "or")
            return Self(
                item: name,
                description: "'\(name)' is not a system call of \(prefix ?? architecture.rawValue), but of \(places); "
                    + "write \(spelled)")
        }
        if prefix == nil, let abi = ABI(name: name), architecture.abis.contains(abi) {
            return Self(item: name, description: "'\(name)' alone names no call; write '\(name):*' for all of its calls")
        }
        let remedy = remedy(for: name, in: abis)
        if !elsewhere.isEmpty {
            let places = list(elsewhere.map(\.name), conjunction: "and")
            return Self(
                item: name,
                description: "'\(name)' is a system call of \(places), which \(architecture.rawValue) does not have; \(remedy)")
        }
        let place = prefix.map { " of \($0)" } ?? ""
        let kind = abis == [.ioUring] ? "request" : "system call"
        return Self(item: name, description: "no \(kind)\(place) is named '\(name)'; \(remedy)")
    }

    private static func remedy(for name: String, in abis: [ABI]) -> String {
        // A forgotten % is likelier than a misspelt name.
        if let meant = SyscallClass(rawValue: name) {
            return "did you mean the class \(meant.notation)?"
        }
        let near = NearestNames.names(near: name, among: SyscallTable.allNames(in: abis))
        if near.isEmpty {
            return "the names are those of \(SyscallTable.source): give a newer call by its number"
        }
        return "did you mean \(list(near, conjunction: "or"))?"
    }

    static func nothingLeft(_ expression: String) -> Self {
        Self(
            item: expression,
            description: "the selection '\(expression)' leaves no system call; remove one of the items that begin with '!'")
    }

    /// The longest run of plain characters in a glob: the part of the name that the user knew.
    private static func letters(of glob: String) -> Substring {
        glob.split { "*?[]!".contains($0) }.max { $0.count < $1.count } ?? ""
    }

    /// "a", "a and b", "a, b and c".
    private static func list(_ words: [String], conjunction: String) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}
