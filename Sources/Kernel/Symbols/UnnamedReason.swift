package import Linux
import PlainText

/// Why a frame has no name. Descriptions are clauses that stand after the name of the file or the frame.
package enum UnnamedReason: Error, Sendable, Hashable, CustomStringConvertible {
    /// The process ended before its memory was looked at, and the frame's build-id is of no binary seen before.
    case processGone
    /// This process may not look at that one.
    case processHidden(Errno)
    /// Nothing is mapped at the address, or not any more.
    case noMapping
    /// Data: a part of a file or memory that can't be executed.
    case notCode
    /// Memory without a file, and the process left no map file for it.
    case noFile
    /// The map file of the process has no function there.
    case notInMapFile
    /// The map file is not used.
    case mapFileRefused(FileRefusal)
    /// The binary can't be opened, or only another one.
    case fileRefused(FileRefusal)
    /// What is mapped is not a program or library that can be read.
    case notReadable(ELFError)
    /// Neither the binary nor a debug file of it has a table of functions.
    case noSymbols
    /// There are functions, but none at this place.
    case notInFunction
    /// The saved profile has no build-id of the file, so there is no telling which one it was.
    case noBuildID
    /// No binary or debug file with this build-id was found.
    case binaryNotFound
    /// A file that could have been it is of another build: its path.
    case onlyOtherBuild(String)
    /// There is a debug file alone, and it doesn't tell which address the place in the binary has.
    case addressUnknown

    package var description: String {
        switch self {
        case .processGone: "the process ended before its binaries were looked at"
        case .processHidden(let error): "the process can't be looked at: \(error)"
        case .noMapping: "nothing is mapped there now"
        case .notCode: "there is data and no code"
        case .noFile: "it is in memory without a file, and there is no perf-PID.map"
        case .notInMapFile: "it is in memory without a file, and in no function of perf-PID.map"
        case .mapFileRefused(let why): "it is in memory without a file, and perf-PID.map is not used: \(why)"
        case .fileRefused(let why): "its file can't be read: \(why)"
        case .notReadable(let why): "its file can't be read: \(why)"
        case .noSymbols: "the file has no symbols, and no debug file was found"
        case .notInFunction: "no function of the file covers it"
        case .noBuildID: "its file has no build-id"
        case .binaryNotFound: "no file with its build-id was found"
        case .onlyOtherBuild(let path): "\(PlainText.line(path)) is of another build"
        case .addressUnknown: "only a debug file was found, and it lacks the layout of the binary"
        }
    }
}

/// Why a file is not used.
package enum FileRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case system(Errno)
    /// A folder, device, FIFO or socket.
    case notRegular
    /// The file that the path leads to is not the one that is mapped.
    case otherFile
    /// It belongs to this user id, who is neither the process's user nor root.
    case ownedByOther(uid: UInt32)
    /// It has more names than one, and may be somebody else's file.
    case severalLinks
    /// It has more bytes than are read.
    case tooLarge(limit: UInt64)

    package var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .notRegular: "it is not a regular file"
        case .otherFile: "the file of that name is not the one that is mapped"
        case .ownedByOther(let uid): "it belongs to user \(uid), who is not the user of the process"
        case .severalLinks: "it has several hard links"
        case .tooLarge(let limit): "it has more than \(limit >> 20) MiB"
        }
    }
}

/// Why an ELF file can't be used.
package enum ELFError: Error, Sendable, Hashable, CustomStringConvertible {
    case notELF
    /// A kind of ELF file that isn't read, such as a big-endian one.
    case unsupported
    /// A part that is needed is not where the file says.
    case damaged

    package var description: String {
        switch self {
        case .notELF: "it is not an ELF file"
        case .unsupported: "it is an ELF file of a kind that syslat can't read"
        case .damaged: "it is damaged or cut off"
        }
    }
}

/// The bounds on what is read of others' files.
package enum SymbolLimits {
    /// Bytes of a function's name; the rest is cut off.
    package static let longestName = 4096
    /// Functions of one binary. Further ones are left out, and counted.
    package static let mostFunctions = 1 << 20
    /// Entries of one symbol table that are looked at.
    static let mostEntries: UInt64 = 8 << 20
    /// A debug file whose checksum is computed.
    static let largestLinkedFile: UInt64 = 512 << 20
    /// A map file of a JIT compiler.
    static let largestMapFile: UInt64 = 64 << 20
}
