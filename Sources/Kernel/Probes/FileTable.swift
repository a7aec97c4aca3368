package import Aggregation
package import BPFRuntime
import CSyslatABI
import SyscallTable

/// The maps in which the programs count calls by file.
enum FileTable {
    /// The call indexes of calls on descriptors.
    private static func indexes(_ options: ProbeOptions) -> [Int] {
        SyscallID.indexed(Architecture.current.abis).filter { !options.places($0.call).descriptors.isEmpty }.map(\.index)
    }

    static func setSizes(_ object: borrowing OpenBPFObject, _ options: ProbeOptions) throws(BPFError) {
        for half in FileHalf.allCases { try object.setEntries(of: half.map, to: Int(SYSLAT_FILE_CALLS)) }
        try object.setEntries(of: "other_file_calls", to: indexes(options).count)
        try object.setEntries(of: "file_names", to: Int(SYSLAT_FILE_NAMES))
    }

    /// Makes the entries of calls on other files: a program that finds no room for a file makes none of its own.
    static func prepare(_ object: borrowing BPFObject, _ options: ProbeOptions) throws(BPFError) {
        try object.map("other_file_calls").clear(indexes(options).map { UInt32($0) })
    }
}

/// One of the two maps that the programs count calls by file in, the first of them first.
package enum FileHalf: Int, Sendable, CaseIterable {
    case first, second

    package var other: FileHalf { self == .first ? .second : .first }
    fileprivate var map: String { "file_calls_\(rawValue)" }
}

extension Probes {
    /// How many pairs of a file and a call wait to be taken.
    package var filePairs: UInt32 { control.filePairs }

    /// Makes the programs count in the other half from now on, and takes what is in this one.
    package func takeFileCalls(from half: FileHalf) throws(BPFError) -> [(place: FileCalls.Place, calls: FileCalls)] {
        control.takeFilePairs()
        // The kernel returns from it when no program uses the old half any more.
        try object.map("file_calls").update(UInt32(0), to: UInt32(object.map(half.other.map).descriptor))
        let map = try object.map(half.map)
        let found = try map.entries(syslat_file_key.self, syslat_file_calls.self)
        try map.remove(found.map(\.0))
        return found.compactMap { key, calls in
            guard let place = FileCalls.Place(key), let calls = FileCalls(index: Int(key.index), calls: calls) else { return nil }
            return (place, calls)
        }
    }

    /// The calls on files for which a half had no room, since recording began.
    package func otherFileCalls() throws(BPFError) -> [FileCalls] {
        try object.map("other_file_calls").entries(UInt32.self, syslat_file_calls.self).compactMap {
            FileCalls(index: Int($0.0), calls: $0.1)
        }
    }

    /// What files are called. A program that meets a file names it, unless its name is still there; they are taken before there is no room.
    package func takeFileNames() throws(BPFError) -> [FileCalls.Place: FileRecord] {
        let map = try object.map("file_names")
        let found = try map.entries(syslat_file_key.self, syslat_file_name.self)
        if found.count > Int(SYSLAT_FILES_TO_TAKE) { try map.remove(found.map(\.0)) }
        var names: [FileCalls.Place: FileRecord] = [:]
        for (key, name) in found {
            if let place = FileCalls.Place(key), let record = FileRecord(name) { names[place] = record }
        }
        return names
    }
}
