import CSyslatABI
import PlainText
package import Profile
package import SyscallTable

/// The details of one slow call, as the kernel side writes them.
package struct DetailRecord: Sendable {
    package let id: SyscallID
    /// CLOCK_MONOTONIC, in nanoseconds.
    package let enteredAt: UInt64
    package let durationNanoseconds: UInt64
    package let outcome: Outcome
    package let errno: Int32?
    package let result: Int64
    package let pid, tid: Int32
    package let comm: String
    package let thread: String
    package let arguments: [UInt64]
    package let files: [FileRecord]
    package let paths: [PathArgument]
    package let stack: UserStackRecord
    /// nil if the call did not sleep, or that wasn't noted.
    package let sleep: SleepRecord?

    /// nil if no kernel side of this version can have written the bytes.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= MemoryLayout<syslat_details>.size else { return nil }
        // The length has just been looked at.
        let details = unsafe bytes.loadUnaligned(as: syslat_details.self)
        let word = CallWord(bits: details.call)
        guard details.version == SYSLAT_ABI_VERSION, word.isValid, let outcome = Outcome(rawValue: word.outcome) else { return nil }
        id = word.id
        self.outcome = outcome
        errno = word.error == 0 ? nil : Int32(word.error)
        enteredAt = details.start_ns
        durationNanoseconds = details.duration_ns
        result = details.result
        (pid, tid) = (Int32(bitPattern: details.tgid), Int32(bitPattern: details.tid))
        (comm, thread) = (String(kernelText: details.comm), String(kernelText: details.thread))
        arguments = elements(of: details.arguments, as: UInt64.self)
        sleep = SleepRecord(details.slept)
        // What follows has no fixed length: frames, paths, names of files.
        var rest = unsafe Array(bytes.dropFirst(MemoryLayout<syslat_details>.size))[...]
        func take(_ count: UInt32) -> ArraySlice<UInt8> {
            defer { rest = rest.dropFirst(Int(count)) }
            return rest.prefix(Int(count))
        }
        let frames = UserStackRecord(take(details.frame_bytes))
        stack = UserStackRecord(frames.places, end: StackEndRecord(details))
        paths = elements(of: details.paths, as: syslat_call_path.self).compactMap { PathArgument($0, take($0.bytes)) }
        files = elements(of: details.files, as: syslat_call_file.self).compactMap { FileRecord($0, take($0.name_bytes)) }
    }
}

/// How a call slept.
package struct SleepRecord: Sendable, Hashable {
    package let sleep: CallSleep
    /// The number of the kernel stack in which it slept longest; nil if there was no room for that.
    package let stack: UInt32?

    /// nil of a call that did not sleep.
    init?(_ slept: syslat_slept) {
        guard slept.count > 0 else { return nil }
        sleep = CallSleep(
            count: UInt64(slept.count), totalNanoseconds: slept.total_ns,
            longestNanoseconds: min(slept.longest_ns, slept.total_ns))
        stack = UInt32(exactly: slept.stack)
    }
}

/// The stack of a program at a call, innermost frame first.
package struct UserStackRecord: Sendable, Hashable {
    /// Where a frame lies in a file; or where it lies in memory, if the kernel couldn't tell the file.
    package enum Place: Sendable, Hashable {
        /// The build id has 20 bytes: zeros follow a shorter one.
        case file(buildID: [UInt8], offset: UInt64)
        case address(UInt64)
    }

    package let places: [Place]
    /// nil where the kernel side didn't look.
    package let end: StackEndRecord?

    package init(_ places: [Place], end: StackEndRecord? = nil) { (self.places, self.end) = (places, end) }

    /// As the kernel writes it. A frame that it could not take ends the stack.
    fileprivate init(_ bytes: ArraySlice<UInt8>) {
        let size = MemoryLayout<syslat_build_frame>.size
        end = nil
        places = stride(from: bytes.startIndex, through: bytes.endIndex - size, by: size).compactMap { start in
            // `size` bytes are there.
            let frame = unsafe bytes[start..<start + size].withUnsafeBytes { unsafe $0.loadUnaligned(as: syslat_build_frame.self) }
            return switch frame.status {
            case 1: .file(buildID: elements(of: frame.build_id, as: UInt8.self), offset: frame.place)
            case 2: .address(frame.place)
            default: nil
            }
        }
    }
}

/// What the stack of a program ended with at a call: among these words is the address that a function without a frame of its own returns to.
package struct StackEndRecord: Sendable, Hashable {
    /// Where the program went on after the call.
    package let instruction: UInt64
    /// Those that can be addresses of code, innermost first. They go into no file and no report.
    package let words: [UInt64]

    package init(instruction: UInt64, words: [UInt64]) { (self.instruction, self.words) = (instruction, words) }

    /// nil where the kernel side didn't look, or found nothing that can be an address.
    fileprivate init?(_ details: syslat_details) {
        // Programs have no code below the first page that they may use, nor above 2^47 unless they ask for it.
        let possible: Range<UInt64> = 1 << 16..<1 << 47
        words = elements(of: details.stack_words, as: UInt64.self).filter { possible.contains($0) }
        instruction = details.instruction
        if instruction == 0 || words.isEmpty { return nil }
    }
}

/// What a descriptor stood for, as the kernel side reads it.
package struct FileRecord: Sendable, Hashable {
    /// The number of the argument that was the descriptor, from 0.
    package let argument: Int
    package let device: UInt32
    package let inode: UInt64
    /// Of the file system.
    package let magic: UInt32
    /// S_IF... and permissions.
    package let mode: UInt32
    package let isDeleted, isCut: Bool
    /// The name is not of a place in a tree.
    package let isDisconnected: Bool
    /// Of a path, or of a UNIX socket its address.
    package let name: [UInt8]
    package let socket: SocketRecord

    init?(_ file: syslat_call_file, _ name: ArraySlice<UInt8>) {
        guard (1...6).contains(file.argument) else { return nil }
        argument = Int(file.argument) - 1
        device = file.device
        inode = file.inode
        magic = file.magic
        mode = file.mode
        isDeleted = file.flags & SYSLAT_FILE_DELETED.rawValue != 0
        isCut = file.flags & SYSLAT_FILE_CUT.rawValue != 0
        isDisconnected = file.flags & SYSLAT_FILE_DISCONNECTED.rawValue != 0
        self.name = Array(name)
        socket = SocketRecord(file.socket)
    }

    /// Made up: for tests.
    package init(
        argument: Int, device: UInt32 = 0, inode: UInt64 = 0, magic: UInt32 = 0, mode: UInt32, isDeleted: Bool = false,
        isCut: Bool = false, isDisconnected: Bool = false, name: [UInt8] = [], socket: SocketRecord = SocketRecord()
    ) {
        (self.argument, self.device, self.inode, self.magic, self.mode) = (argument, device, inode, magic, mode)
        (self.isDeleted, self.isCut, self.isDisconnected) = (isDeleted, isCut, isDisconnected)
        (self.name, self.socket) = (name, socket)
    }
}

/// Both ends of a socket.
package struct SocketRecord: Sendable, Hashable {
    /// AF_..., SOCK_..., IPPROTO_...
    package var family: UInt16 = 0
    package var type: UInt16 = 0
    package var `protocol`: UInt16 = 0
    package var localPort: UInt16 = 0
    package var remotePort: UInt16 = 0
    /// Addresses as they stand on the wire: 16 bytes, of which IPv4 uses the first four.
    package var local = [UInt8](repeating: 0, count: 16)
    package var remote = [UInt8](repeating: 0, count: 16)

    package init() {}

    fileprivate init(_ socket: syslat_socket) {
        (family, type, self.protocol) = (socket.family, socket.type, socket.protocol)
        (localPort, remotePort) = (socket.local_port, socket.remote_port)
        local = elements(of: socket.local, as: UInt8.self)
        remote = elements(of: socket.remote, as: UInt8.self)
    }
}

extension PathArgument {
    fileprivate init?(_ path: syslat_call_path, _ text: ArraySlice<UInt8>) {
        guard (1...6).contains(path.argument), path.bytes > 0 else { return nil }
        self.init(
            argument: Int(path.argument) - 1, text: ExactText.string(text.prefix { $0 != 0 }),
            isCut: path.bytes >= UInt32(SYSLAT_PATH))
    }
}

/// The elements of a C array, which Swift sees as a tuple.
private func elements<Tuple, Element: BitwiseCopyable>(of tuple: Tuple, as type: Element.Type) -> [Element] {
    // The tuple is as long as the array, and its elements are values of C.
    unsafe withUnsafeBytes(of: tuple) { unsafe Array($0.bindMemory(to: Element.self)) }
}
