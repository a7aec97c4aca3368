import Linux

/// What the stack of a program ends with at a call.
package struct StackEnd: Sendable, Hashable {
    /// Where the program goes on after the call.
    package let instruction: UInt64
    /// Words from there, innermost first.
    package let words: [UInt64]

    package init(instruction: UInt64, words: [UInt64]) { (self.instruction, self.words) = (instruction, words) }
}

/// Finds who called a function that has no frame of its own, as the functions of most C libraries that make system calls. Frame pointers lead past
/// its caller, but the address that it returns to is among the last words of the stack.
///
/// A word counts only if the instruction before that address calls this very function, directly or through the table that the dynamic linker
/// fills: a stack has addresses of calls that are over as well.
struct CallerSearch: ~Copyable {
    private let memory: Descriptor
    private let mappings: ProcessMappings

    /// nil if the memory of the process may not be read, or its instructions are of a kind that isn't known.
    init?(_ process: ProcessView) {
        #if arch(x86_64)
        guard let memory = try? process.memory() else { return nil }
        self.memory = memory
        mappings = process.mappings
        #else
        return nil
        #endif
    }

    /// The address that the function beginning at `start` returns to; nil if none of the words is one.
    func caller(of start: UInt64, among words: [UInt64]) -> UInt64? {
        words.first { word in
            guard word > 0, mappings.mapping(at: word - 1)?.isExecutable == true else { return false }
            return targets(ofCallBefore: word).contains { $0 == start || destination(ofJumpAt: $0) == start }
        }
    }

    /// Where a call goes that ends at an address; empty if there is none, or it goes where a register says.
    private func targets(ofCallBefore end: UInt64) -> [UInt64] {
        let code = bytes(at: end &- 6, count: 6)
        guard code.count == 6 else { return [] }
        let distance = CallerSearch.distance(code[2...])
        // Intel SDM volume 2, CALL: E8 with a distance, FF /2 through memory at a distance.
        var targets: [UInt64] = []
        if code[1] == 0xe8 { targets.append(end &+ distance) }
        if code[0] == 0xff, code[1] == 0x15, let target = word(at: end &+ distance) { targets.append(target) }
        return targets
    }

    /// Where a jump of a procedure linkage table goes; nil if there is none.
    private func destination(ofJumpAt address: UInt64) -> UInt64? {
        var code = bytes(at: address, count: 11)[...]
        // ENDBR64 and BND may come first.
        if code.starts(with: [0xf3, 0x0f, 0x1e, 0xfa]) { code = code.dropFirst(4) }
        if code.first == 0xf2 { code = code.dropFirst() }
        // JMP, FF /4 through memory at a distance.
        guard code.count >= 6, code.starts(with: [0xff, 0x25]) else { return nil }
        let end = address &+ UInt64(code.startIndex + 6)
        return word(at: end &+ CallerSearch.distance(code.dropFirst(2)))
    }

    /// The distance in the next four bytes, extended with its sign.
    private static func distance(_ code: ArraySlice<UInt8>) -> UInt64 {
        let bits = code.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return UInt64(bitPattern: Int64(Int32(bitPattern: bits)))
    }

    private func word(at address: UInt64) -> UInt64? {
        let bytes = bytes(at: address, count: 8)
        return bytes.count == 8 ? bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } : nil
    }

    /// Empty if nothing can be read there; fewer at the end of a mapping.
    private func bytes(at address: UInt64, count: Int) -> [UInt8] {
        guard let offset = Int(exactly: address) else { return [] }
        return (try? memory.reading(from: offset, limit: count)) ?? []
    }
}

extension NamedFrame {
    /// Whether two frames are one, although one of them may have been found by its build-id.
    func isSamePlace(as other: NamedFrame) -> Bool {
        guard let mine = file, let theirs = other.file else { return location == other.location }
        return mine.fileOffset == theirs.fileOffset
            && (mine.path == theirs.path || mine.buildID != nil && mine.buildID == theirs.buildID)
    }
}
