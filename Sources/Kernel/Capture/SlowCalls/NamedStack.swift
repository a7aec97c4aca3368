import Aggregation
import Profile
import Symbols
import Synchronization

/// A stack of a program, and its functions as soon as somebody has looked them up.
///
/// Threading: any thread.
final class NamedStack: Sendable {
    /// Stacks are the same if they have this in common.
    struct Key: Hashable, Sendable {
        let pid: Int32
        let record: UserStackRecord
    }

    let key: Key
    /// The name of the process.
    let program: String
    private let state = Mutex(State())

    private struct State {
        var frames: [StackFrame]?
        var isWaiting = false
    }

    init(_ record: UserStackRecord, process pid: Int32, program: String) {
        key = Key(pid: pid, record: record)
        self.program = program
    }

    var isNamed: Bool { state.withLock { $0.frames != nil } }

    /// Makes it one that waits to be looked up. False if it waits already, or has been.
    func beginToWait() -> Bool {
        state.withLock { state in
            defer { state.isWaiting = true }
            return !state.isWaiting && state.frames == nil
        }
    }

    /// There was no room to wait.
    func giveUpWaiting() { state.withLock { $0.isWaiting = false } }

    /// The functions; as long as nobody has looked them up, the build ids and places that the kernel knew. Addresses alone say nothing.
    var frames: [StackFrame] { state.withLock { $0.frames } ?? (hasPlaces ? places.map { StackFrame($0) } : []) }

    /// Whether the kernel knew any file.
    private var hasPlaces: Bool {
        places.contains { if case .file = $0 { true } else { false } }
    }

    /// Looks the functions up.
    func name(with namer: inout StackNamer) {
        let end = key.record.end.map { StackEnd(instruction: $0.instruction, words: $0.words) }
        let named = namer.names(of: places.map(Frame.init), endingWith: end, process: key.pid, program: program)
        let found = named.plausible.map { StackFrame($0) }
        state.withLock { $0.frames = found }
    }

    /// The frames up to one that no program can have.
    private var places: ArraySlice<UserStackRecord.Place> { key.record.places.possible }

    /// Addresses of programs and places in their files are below 2^56 (five-level page tables).
    fileprivate static let addressBits: UInt64 = 56
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
            case .file(_, let position), .address(let position): position >> NamedStack.addressBits != 0
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
        isDirectCaller = frame.isDirectCaller
    }

    /// What the kernel knew of it.
    fileprivate init(_ place: UserStackRecord.Place) {
        switch place {
        case .file(let buildID, let offset):
            self.init(buildID: BuildID(paddedByKernel: buildID)?.description, offset: offset)
        case .address(let address): self.init(offset: address)
        }
    }
}
