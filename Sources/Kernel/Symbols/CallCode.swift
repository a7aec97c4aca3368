import Linux

/// Bytes of code: by address in the memory of a process, or by place in a file.
protocol CodeSource {
    /// Empty if nothing can be read there; fewer at an end.
    func bytes(at place: UInt64, count: Int) -> [UInt8]

    /// Whether the tables that the dynamic linker fills are there: in memory, and in no file.
    var hasLinkerTables: Bool { get }
}

/// Ownership: keeps the memory open. Threading: one thread at a time.
final class MemoryOfProcess: CodeSource {
    private let memory: Descriptor

    init(_ memory: consuming Descriptor) { self.memory = memory }

    func bytes(at place: UInt64, count: Int) -> [UInt8] {
        guard let offset = Int(exactly: place) else { return [] }
        return (try? memory.reading(from: offset, limit: count)) ?? []
    }

    var hasLinkerTables: Bool { true }
}

extension ELFSource: CodeSource {
    func bytes(at place: UInt64, count: Int) -> [UInt8] { read(at: place, count: count) }

    var hasLinkerTables: Bool { false }
}

/// What the code of x86-64 tells of calls: which function a return address is of, and whether that function keeps a frame. Source: Intel SDM
/// volume 2, CALL, JMP and MOV.
struct CallCode {
    let source: any CodeSource

    /// Whether the instructions of this machine are known here.
    static var isKnown: Bool {
        #if arch(x86_64)
        true
        #else
        false
        #endif
    }

    /// How far into a function its frame is looked for: a compiler may put it behind a first test.
    private static let prologue = 256

    /// Whether frame pointers can have led to an address that a function returns to: a call stands before it, and what is called there keeps a
    /// frame. In code without frame pointers their register holds anything, and may point to calls that are long over.
    func mayBeFrame(_ address: UInt64) -> Bool {
        let targets = targets(ofCallBefore: address)
        guard !targets.isEmpty else { return isIndirectCall(before: address) }
        return targets.contains { target in
            guard jump(at: target) != nil else { return keepsFrame(target) }
            return destination(ofJumpAt: target).map { keepsFrame($0) } ?? !source.hasLinkerTables
        }
    }

    /// Where a call goes that ends at an address; empty if there is none, or it goes where a register or an unknown table says.
    func targets(ofCallBefore end: UInt64) -> [UInt64] {
        let code = source.bytes(at: end &- 6, count: 6)
        guard code.count == 6 else { return [] }
        let distance = CallCode.distance(code[2...])
        // E8 with a distance, FF /2 through memory at a distance.
        var targets: [UInt64] = []
        if code[1] == 0xe8 { targets.append(end &+ distance) }
        if code[0] == 0xff, code[1] == 0x15, let target = pointer(at: end &+ distance) { targets.append(target) }
        return targets
    }

    /// Where a jump of a procedure linkage table goes; nil if there is none, or that isn't known.
    func destination(ofJumpAt address: UInt64) -> UInt64? { jump(at: address).flatMap { pointer(at: $0) } }

    /// The place from which a jump of a procedure linkage table takes its destination; nil if there is no such jump.
    private func jump(at address: UInt64) -> UInt64? {
        var code = source.bytes(at: address, count: 11)[...]
        // ENDBR64 and BND may come first.
        if code.starts(with: [0xf3, 0x0f, 0x1e, 0xfa]) { code = code.dropFirst(4) }
        if code.first == 0xf2 { code = code.dropFirst() }
        // FF /4 through memory at a distance.
        guard code.count >= 6, code.starts(with: [0xff, 0x25]) else { return nil }
        return address &+ UInt64(code.startIndex + 6) &+ CallCode.distance(code.dropFirst(2))
    }

    /// Whether the function at an address sets the frame pointer.
    private func keepsFrame(_ start: UInt64) -> Bool {
        let code = source.bytes(at: start, count: CallCode.prologue)
        // MOV RBP, RSP in both of its forms. Where the code can't be read nothing is known.
        let moves: [[UInt8]] = [[0x48, 0x89, 0xe5], [0x48, 0x8b, 0xec]]
        return code.isEmpty || code.indices.contains { index in moves.contains { code[index...].starts(with: $0) } }
    }

    /// Whether a call through a register or memory, FF /2, ends at an address: it has two to seven bytes, or a prefix more.
    private func isIndirectCall(before end: UInt64) -> Bool {
        let code = source.bytes(at: end &- 8, count: 8)
        guard code.count == 8 else { return false }
        return (2...8).contains { length in
            // REX or another prefix may come first.
            let operation = length > 2 && code[8 - length] != 0xff ? 9 - length : 8 - length
            return code[operation] == 0xff && code[operation + 1] >> 3 & 7 == 2
        }
    }

    /// The distance in the next four bytes, extended with its sign.
    private static func distance(_ code: ArraySlice<UInt8>) -> UInt64 {
        let bits = code.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return UInt64(bitPattern: Int64(Int32(bitPattern: bits)))
    }

    private func pointer(at address: UInt64) -> UInt64? {
        guard source.hasLinkerTables else { return nil }
        let bytes = source.bytes(at: address, count: 8)
        return bytes.count == 8 ? bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } : nil
    }
}
