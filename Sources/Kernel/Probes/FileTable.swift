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

    static func entries(_ options: ProbeOptions) -> Int { Int(SYSLAT_FILE_CALLS) + indexes(options).count }

    /// Makes the entries of other files, so that there is room for them when there is none for more.
    static func prepare(_ object: borrowing BPFObject, _ options: ProbeOptions) throws(BPFError) {
        let map = try object.map("file_calls")
        for index in indexes(options) {
            let key = syslat_file_key(inode: 0, device: 0, kind: UInt16(SYSLAT_OTHER_FILES.rawValue), index: UInt16(index))
            try map.update(key, to: syslat_file_calls())
        }
    }
}

extension Probes {
    /// The calls on descriptors, by file and call. Empty unless the options ask for them.
    package func fileCalls() throws(BPFError) -> [FileCalls] {
        try object.map("file_calls").entries(syslat_file_key.self, syslat_file_calls.self).compactMap {
            FileCalls(key: $0.0, calls: $0.1)
        }
    }

    /// What their files are called.
    package func fileNames() throws(BPFError) -> [FileCalls.Place: FileRecord] {
        var names: [FileCalls.Place: FileRecord] = [:]
        for (key, name) in try object.map("file_names").entries(syslat_file_key.self, syslat_file_name.self) {
            if let place = FileCalls.Place(key), let record = FileRecord(name) { names[place] = record }
        }
        return names
    }
}
