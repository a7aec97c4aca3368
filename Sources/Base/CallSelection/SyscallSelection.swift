package import SyscallTable

/// The system calls that a user asked for.
///
/// An expression is a list of items with commas between them; a repeated option continues the list. An item is
/// - a name (`read`): that call in every ABI of the architecture that has it;
/// - a glob (`*at`, `pread?`, `[gs]etpriority`, with `[a-z]` and `[!a]`): every call whose whole name matches, at least one;
/// - a class (`%file`, see `SyscallClass`): its calls;
/// - a number, any that fits 32 bits with its sign (`9999`, `-1`): that number of the native ABI, whether or not it has a name.
///   On x86 a number with the x32 bit (0x40000000), as logs show it, means that x32 call.
///
/// An ABI and a colon before any of these limit it to that ABI: `ia32:write`, `x32:%file`, `ia32:4`. Requests to io_uring are one
/// of the ABIs: `io_uring:fsync`. Spaces around an item do not count.
///
/// `!` before the first item of a list takes all its items out of everything, as in strace and perf: `!read,write` is
/// everything but the two. `!` before a later item takes that one out of what stands before it: `%file,!openat` is `%file`
/// without openat. A repeated option goes on from what the earlier ones selected; `notes` tells of items that change nothing.
///
/// "Everything" has the numbers without a name too; the glob `*` has only those with one.
package struct SyscallSelection: Sendable, Hashable {
    /// Numbers 0 ..< 1024 of every ABI have a bit each in `bitmap(abi:)`, known or not; the tables end far below.
    package static let bitmapBits = 1024

    /// The opcodes that requests to io_uring can have.
    package static let opcodes: ClosedRange<Int32> = 0...255

    /// More than all calls of an architecture have names. A glob takes time for each of them.
    static let mostItems = 2048

    /// The architecture whose ABIs the selection is about.
    package let architecture: Architecture

    /// Whether a number outside 0 ..< 1024 is selected unless it is one of the `exceptions`. So it is when the first item takes
    /// calls out, or when there is no item.
    package let includesOtherNumbers: Bool

    /// A sentence for each item that changed nothing and probably was meant otherwise. Nothing is wrong with the selection.
    package internal(set) var notes: [String] = []

    /// One set for each ABI of the architecture, in the order of `architecture.abis`.
    private var sets: [NumberSet]

    /// Every call of an architecture, or none as the start of a list.
    init(architecture: Architecture, everything: Bool) {
        self.architecture = architecture
        includesOtherNumbers = everything
        sets = architecture.abis.map { _ in NumberSet(everything: everything) }
    }

    /// Every call of an architecture, those without a name included: what a run without the option selects.
    package static func everything(architecture: Architecture) -> SyscallSelection {
        SyscallSelection(architecture: architecture, everything: true)
    }

    /// Reads the values of the option, in the order given. No value selects everything.
    package init(parsing expressions: [String], architecture: Architecture) throws(SyscallSelectionError) {
        guard !expressions.isEmpty else {
            self = .everything(architecture: architecture)
            return
        }
        var items: [SelectionItem] = []
        for expression in expressions {
            items += try SelectionItem.list(parsing: expression)
        }
        self.init(architecture: architecture, everything: items[0].isNegated)
        guard items.count <= Self.mostItems else { throw .tooManyItems(items.count) }
        for item in items {
            let changed = apply(try item.calls(architecture: architecture), inserting: !item.isNegated)
            if !changed, item.isNegated || includesOtherNumbers {
                notes.append(Self.note(about: item))
            }
        }
        guard includesOtherNumbers || sets.contains(where: { !$0.isEmpty }) else {
            throw .nothingLeft(expressions.joined(separator: ","))
        }
    }

    /// Whether a call is selected; false for a call of an ABI that the architecture does not have.
    package func contains(_ id: SyscallID) -> Bool {
        guard let index = architecture.abis.firstIndex(of: id.abi) else { return false }
        return sets[index].contains(id.number)
    }

    /// Whether some request to io_uring is selected.
    package var includesRequests: Bool { Self.opcodes.contains { contains(SyscallID(abi: .ioUring, number: $0)) } }

    /// Whether every call is selected and no filter is needed.
    package var isEverything: Bool {
        sets.allSatisfy { $0 == NumberSet(everything: true) }
    }

    /// The selected numbers from 0 ..< 1024 of an ABI, ascending; empty for an ABI that the architecture does not have.
    package func numbers(abi: ABI) -> [Int32] {
        (0..<Int32(Self.bitmapBits)).filter { contains(SyscallID(abi: abi, number: $0)) }
    }

    /// The same as a bitmap of 16 words: number N is bit N % 64, the lowest being 0, of word N / 64.
    package func bitmap(abi: ABI) -> [UInt64] {
        guard let index = architecture.abis.firstIndex(of: abi) else { return NumberSet(everything: false).words }
        return sets[index].words
    }

    /// The numbers outside 0 ..< 1024 of an ABI that were given one by one, ascending: selected ones if
    /// `includesOtherNumbers` is false, left out ones if it is true.
    package func exceptions(abi: ABI) -> [Int32] {
        guard let index = architecture.abis.firstIndex(of: abi) else { return [] }
        return sets[index].exceptions.sorted()
    }

    /// Adds or removes calls; says whether that made a difference.
    private mutating func apply(_ calls: [SyscallID], inserting: Bool) -> Bool {
        var changed = false
        for call in calls {
            guard let index = architecture.abis.firstIndex(of: call.abi) else { continue }
            changed = sets[index].set(call.number, to: inserting) || changed
        }
        return changed
    }

    private static func note(about item: SelectionItem) -> String {
        if item.isNegated {
            return "'!\(item.text)' changes nothing, because the items before it select no such call"
        }
        return "'\(item.text)' changes nothing, because a list that begins with '!' starts from every call; "
            + "to leave it out too, write '!\(item.text)'"
    }
}

/// A set of call numbers of one ABI: a bit for each that can be in a table, and a list of the others.
private struct NumberSet: Sendable, Hashable {
    private(set) var words: [UInt64]
    /// The numbers without a bit that are not as `others` says.
    private(set) var exceptions: Set<Int32> = []
    /// Whether the numbers without a bit are in the set.
    private let others: Bool

    init(everything: Bool) {
        words = Array(repeating: everything ? .max : 0, count: SyscallSelection.bitmapBits / UInt64.bitWidth)
        others = everything
    }

    var isEmpty: Bool {
        !others && exceptions.isEmpty && words.allSatisfy { $0 == 0 }
    }

    func contains(_ number: Int32) -> Bool {
        guard let (word, bit) = Self.position(of: number) else { return exceptions.contains(number) != others }
        return words[word] & bit != 0
    }

    /// Puts a number in or out; says whether it was the other way before.
    mutating func set(_ number: Int32, to isMember: Bool) -> Bool {
        guard contains(number) != isMember else { return false }
        if let (word, bit) = Self.position(of: number) {
            words[word] ^= bit
        } else {
            exceptions.formSymmetricDifference([number])
        }
        return true
    }

    private static func position(of number: Int32) -> (word: Int, bit: UInt64)? {
        guard (0..<SyscallSelection.bitmapBits).contains(Int(number)) else { return nil }
        let (word, bit) = Int(number).quotientAndRemainder(dividingBy: UInt64.bitWidth)
        return (word, 1 << UInt64(bit))
    }
}
