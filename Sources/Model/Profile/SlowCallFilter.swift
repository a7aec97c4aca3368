/// Which calls are kept, besides how long they took: those that fit everything that is set.
package struct SlowCallFilter: Sendable, Hashable {
    /// A shell pattern for the name of the process.
    package var comm: String?
    /// Thread ids; empty for all.
    package var tids: [Int32]
    /// Errors that the call returned; empty for calls of any result.
    package var errnos: [Int32]
    /// The least time that the call took, in nanoseconds.
    package var leastNanoseconds: UInt64?

    package init(comm: String? = nil, tids: [Int32] = [], errnos: [Int32] = [], leastNanoseconds: UInt64? = nil) {
        self.comm = comm
        self.tids = tids
        self.errnos = errnos
        self.leastNanoseconds = leastNanoseconds
    }

    package var isEmpty: Bool { self == SlowCallFilter() }

    /// How many thread ids, and how many errors, there can be.
    package static let mostIDs = 16
}
