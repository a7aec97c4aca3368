import Aggregation
import Linux
import Profile
import Symbols

/// Names the stacks of slow calls as they come, while their processes are likely to live. Calls are often made from the same place, so a
/// stack is named once in a while.
struct StackCache: ~Copyable {
    private struct Key: Hashable {
        let pid: Int32
        let stack: UserStackRecord
    }

    private var namer: StackNamer
    private var known: [Key: [StackFrame]] = [:]
    private var knownSince: UInt64 = 0
    /// How many stacks are remembered.
    private static let most = 4096
    /// For how long they are: compilers at run time move code, and another program may take over a process or its number.
    private static let freshNanoseconds: UInt64 = 1_000_000_000
    /// Addresses of programs and places in their files are below 2^56 (five-level page tables).
    fileprivate static let addressBits: UInt64 = 56

    /// - Parameter programs: paths of programs that are likely to be met.
    init(programs: [String]) { namer = StackNamer(programs: programs) }

    /// - Parameter program: the name of the process.
    mutating func frames(of stack: UserStackRecord, process pid: Int32, program: String) -> [StackFrame] {
        guard !stack.places.isEmpty else { return [] }
        let key = Key(pid: pid, stack: stack)
        let now = Clock.monotonic
        if known.count >= StackCache.most || now - knownSince > StackCache.freshNanoseconds { (known, knownSince) = ([:], now) }
        if let frames = known[key] { return frames }
        let frames = namer.names(of: stack.places.possible.map(Frame.init), process: pid, program: program)
            .plausible.map { StackFrame($0) }
        known[key] = frames
        return frames
    }
}

extension [NamedFrame] {
    /// Code without frame pointers uses their register for something else, and the kernel takes that for the next frame. Where no memory is
    /// mapped, the stack is at its end.
    fileprivate var plausible: ArraySlice<NamedFrame> {
        let end = dropFirst().firstIndex { frame in if case .unknown = frame.location { true } else { false } }
        return self[..<(end ?? endIndex)]
    }
}

extension [UserStackRecord.Place] {
    /// The frames up to one that no program can have.
    fileprivate var possible: ArraySlice<UserStackRecord.Place> {
        let end = dropFirst().firstIndex { place in
            switch place {
            case .file(_, let position), .address(let position): position >> StackCache.addressBits != 0
            }
        }
        return self[..<(end ?? endIndex)]
    }
}

extension Frame {
    fileprivate init(_ place: UserStackRecord.Place) {
        switch place {
        case .file(let buildID, let offset):
            let buildID = BuildID(paddedByKernel: buildID)
            self.init(address: nil, buildID: buildID, fileOffset: offset)
        case .address(let address): self.init(address: address)
        }
    }
}

extension StackFrame {
    init(_ frame: NamedFrame) {
        self.init(function: frame.function?.name, functionOffset: frame.function?.offset, offset: 0)
        switch frame.location {
        case .file(let place):
            (file, buildID, offset) = (place.path.isEmpty ? nil : place.path, place.buildID?.description, place.fileOffset)
            address = place.address
        case .vdso(let offset): (file, self.offset) = ("[vdso]", offset)
        case .anonymous(let address), .unknown(let address): offset = address
        }
    }
}
