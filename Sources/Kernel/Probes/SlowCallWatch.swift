import BPFRuntime
import CSyslatABI
package import SyscallTable

/// Which single calls the programs are to keep with their details: fixed when they are loaded.
package struct SlowCallWatch: Sendable {
    /// So many of each call, the longest; the programs tell them apart up to ``mostTracked``. nil: all that reach the thresholds.
    package var slowest: Int?
    /// Whether their stacks are taken.
    package var takesStacks: Bool
    /// Which arguments of a call are descriptors and paths.
    package var places: @Sendable (SyscallID) -> ArgumentPlaces

    /// How many of the longest calls the programs tell apart. For more, the thresholds are for user space to raise.
    package static let mostTracked = Int(SYSLAT_LONGEST)

    package init(slowest: Int?, takesStacks: Bool, places: @escaping @Sendable (SyscallID) -> ArgumentPlaces) {
        self.slowest = slowest
        self.takesStacks = takesStacks
        self.places = places
    }

    /// Bytes of the ring of details. The slowest calls come one by one; above a threshold there may be many at once.
    var ringBytes: Int { slowest == nil ? 4 << 20 : 256 << 10 }

    /// How many of the longest the programs keep; 0 if the thresholds are not theirs.
    var tracked: UInt32 {
        guard let slowest, slowest <= SlowCallWatch.mostTracked else { return 0 }
        return UInt32(slowest)
    }

    /// The places of all call indexes, as the configuration has them.
    func packedPlaces(_ abis: [ABI]) -> [UInt16] {
        var packed = [UInt16](repeating: ArgumentPlaces().packed, count: Int(SYSLAT_CALL_INDEXES))
        for (index, call) in SyscallID.indexed(abis) { packed[index] = places(call).packed }
        return packed
    }
}

/// Which arguments of a call are descriptors and paths: numbers from 0 to 5, at most two of each.
package struct ArgumentPlaces: Sendable, Hashable {
    package var descriptors: [Int]
    package var paths: [Int]

    package init(descriptors: [Int] = [], paths: [Int] = []) {
        self.descriptors = descriptors
        self.paths = paths
    }

    fileprivate var packed: UInt16 {
        let none = Int(SYSLAT_NO_ARGUMENT)
        let places = (descriptors + [none, none]).prefix(2) + (paths + [none, none]).prefix(2)
        return places.reversed().reduce(0) { $0 << UInt16(SYSLAT_ARGUMENT_BITS) | UInt16($1 & none) }
    }
}

/// From how many nanoseconds on a call is slow, by call index. The programs raise it where they keep the longest calls.
struct ThresholdTable: ~Copyable {
    private let memory: MappedMemory

    /// No call is slow.
    init(_ object: borrowing BPFObject) throws(BPFError) {
        memory = try MappedMemory(object.map(".bss.slowfrom"), writable: true)
        unsafe thresholds.update(repeating: .max)
    }

    private var thresholds: UnsafeMutableBufferPointer<UInt64> {
        // The whole of the mapped array.
        unsafe UnsafeMutableBufferPointer(
            start: memory.base.assumingMemoryBound(to: UInt64.self), count: Int(SYSLAT_CALL_INDEXES))
    }

    /// - Parameter nanoseconds: of a known call, or of all others.
    func set(_ nanoseconds: (SyscallID?) -> UInt64) {
        unsafe thresholds.update(repeating: nanoseconds(nil))
        for (index, call) in SyscallID.indexed(Architecture.current.abis) { unsafe thresholds[index] = nanoseconds(call) }
    }

    /// Raises the threshold of a call that doesn't share its index with others; never lowers it.
    func raise(_ call: SyscallID, to nanoseconds: UInt64) {
        guard let index = call.callIndex else { return }
        unsafe thresholds[index] = max(thresholds[index], nanoseconds)
    }
}

extension SyscallID {
    /// The call index, if no other call shares it.
    fileprivate var callIndex: Int? {
        let (abi, number) = (UInt32(abi.rawValue), UInt32(bitPattern: number))
        return syslat_has_call_index(abi, number) ? Int(syslat_call_index(abi, number)) : nil
    }

    /// The known calls that have an index of their own.
    fileprivate static func indexed(_ abis: [ABI]) -> [(index: Int, call: SyscallID)] {
        abis.flatMap { SyscallTable.allCalls(abi: $0) }.compactMap { call in call.callIndex.map { ($0, call) } }
    }
}
