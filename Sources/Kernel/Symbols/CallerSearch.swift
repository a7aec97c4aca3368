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
struct CallerSearch {
    let code: CallCode
    private let mappings: ProcessMappings

    /// nil if the memory of the process may not be read, or its instructions are of a kind that isn't known.
    init?(_ process: ProcessView) {
        guard CallCode.isKnown, let memory = try? process.memory() else { return nil }
        code = CallCode(source: MemoryOfProcess(memory))
        mappings = process.mappings
    }

    /// The address that the function beginning at `start` returns to; nil if none of the words is one.
    func caller(of start: UInt64, among words: [UInt64]) -> UInt64? {
        words.first { word in
            guard word > 0, mappings.mapping(at: word - 1)?.isExecutable == true else { return false }
            return code.targets(ofCallBefore: word).contains { $0 == start || code.destination(ofJumpAt: $0) == start }
        }
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
