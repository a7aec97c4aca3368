import BPFRuntime
import CSyslatABI
package import Profile
package import SyscallTable

/// Which single calls the programs are to keep with their details: fixed when they are loaded.
package struct SlowCallWatch: Sendable {
    /// So many of each call, the longest; at most ``mostOfEachCall``. nil: all that reach the thresholds.
    package var slowest: Int?
    /// Whether their stacks are taken.
    package var takesStacks: Bool
    /// Whether it is noted at each context switch where calls sleep.
    package var notesSleep: Bool
    package var filter: SlowCallFilter
    /// Which arguments of a call are descriptors and paths.
    package var places: @Sendable (SyscallID) -> ArgumentPlaces

    package static let mostOfEachCall = Int(SYSLAT_LONGEST)

    package init(
        slowest: Int?, takesStacks: Bool, notesSleep: Bool, filter: SlowCallFilter = SlowCallFilter(),
        places: @escaping @Sendable (SyscallID) -> ArgumentPlaces
    ) {
        self.filter = filter
        self.slowest = slowest
        self.takesStacks = takesStacks
        self.notesSleep = notesSleep
        self.places = places
    }

    /// Bytes of the ring of details. Of the slowest calls most come at the beginning, when every call is slow; above a threshold there may
    /// be many at any time.
    var ringBytes: Int {
        guard let slowest else { return 4 << 20 }
        var bytes = 512 << 10
        while bytes < min(slowest * 64 << 10, 8 << 20) { bytes *= 2 }
        return bytes
    }

    /// How many durations of each call the programs keep, to know the longest.
    var tracked: Int { min(slowest ?? 0, SlowCallWatch.mostOfEachCall) }

    /// Entries of the map of the longest calls: a lock and a heap for each call index.
    var longestEntries: Int { tracked == 0 ? 1 : Int(SYSLAT_CALL_INDEXES) * (tracked + 1) }
}

/// Which arguments of a call are descriptors and paths: numbers from 0 to 5, at most two of each.
package struct ArgumentPlaces: Sendable, Hashable {
    package var descriptors: [Int]
    package var paths: [Int]
    /// Its arguments are gone when it has succeeded, and the file of the new program is told.
    package var executesProgram: Bool

    package init(descriptors: [Int] = [], paths: [Int] = [], executesProgram: Bool = false) {
        self.descriptors = descriptors
        self.paths = paths
        self.executesProgram = executesProgram
    }

    /// The places of all call indexes, as the configuration has them.
    static func packed(_ abis: [ABI], _ places: (SyscallID) -> ArgumentPlaces) -> [UInt16] {
        var packed = [UInt16](repeating: ArgumentPlaces().packed, count: Int(SYSLAT_CALL_INDEXES))
        for (index, call) in SyscallID.indexed(abis) { packed[index] = places(call).packed }
        return packed
    }

    private var packed: UInt16 {
        let none = Int(SYSLAT_NO_ARGUMENT)
        let places = (descriptors + [none, none]).prefix(2) + (paths + [none, none]).prefix(2)
        let packed = places.reversed().reduce(UInt16(0)) { $0 << UInt16(SYSLAT_ARGUMENT_BITS) | UInt16($1 & none) }
        return executesProgram ? packed | UInt16(SYSLAT_EXECUTES_PROGRAM) : packed
    }
}

/// From how many nanoseconds on a call is slow, by call index. The programs raise it where they keep the longest calls.
struct ThresholdTable: ~Copyable {
    private let looked: MappedMemory
    /// In use where calls are grouped by file.
    private let kept: MappedMemory
    private let countsFiles: Bool
    private let places: (SyscallID) -> ArgumentPlaces

    /// No call is slow.
    init(_ object: borrowing BPFObject, _ options: ProbeOptions) throws(BPFError) {
        let looked = try MappedMemory(object.map(".bss.slowfrom"), writable: true)
        let kept = try MappedMemory(object.map(".bss.keptfrom"), writable: true)
        self.looked = looked
        self.kept = kept
        countsFiles = options.countsFiles
        places = options.places
        set { _ in .max }
    }

    /// - Parameter nanoseconds: of a known call, or of all others.
    func set(_ nanoseconds: (SyscallID?) -> UInt64) {
        ThresholdTable.fill(kept, nanoseconds)
        guard countsFiles else { return ThresholdTable.fill(looked, nanoseconds) }
        // Every call on a descriptor is looked at, to be counted by file.
        ThresholdTable.fill(looked) { call in
            call.map { !places($0).descriptors.isEmpty } ?? false ? 0 : nanoseconds(call)
        }
    }

    private static func fill(_ memory: borrowing MappedMemory, _ nanoseconds: (SyscallID?) -> UInt64) {
        // The whole of the mapped array.
        let thresholds = unsafe UnsafeMutableBufferPointer(
            start: memory.base.assumingMemoryBound(to: UInt64.self), count: Int(SYSLAT_CALL_INDEXES))
        unsafe thresholds.update(repeating: nanoseconds(nil))
        for (index, call) in SyscallID.indexed(Architecture.current.abis) { unsafe thresholds[index] = nanoseconds(call) }
    }
}

extension SyscallID {
    /// The known calls that have an index of their own.
    static func indexed(_ abis: [ABI]) -> [(index: Int, call: SyscallID)] {
        abis.flatMap { SyscallTable.allCalls(abi: $0) }.compactMap { call in
            let (abi, number) = (UInt32(call.abi.code), UInt32(bitPattern: call.number))
            return syslat_has_call_index(abi, number) ? (Int(syslat_call_index(abi, number)), call) : nil
        }
    }
}
