import SaturatingMath

/// The calls and time of one process in each series, by the cell number of the series. Grows up to the highest cell with calls.
@safe
struct CellTotals: ~Copyable {
    struct Entry: BitwiseCopyable {
        var calls: UInt64 = 0
        var nanoseconds: UInt64 = 0

        /// Both multiplied by `factor`, rounded to nearest.
        func scaled(by factor: Double) -> Entry {
            guard factor != 1 else { return self }
            func scaled(_ value: UInt64) -> UInt64 { UInt64(exactly: (Double(value) * factor).rounded()) ?? .max }
            return Entry(calls: scaled(calls), nanoseconds: scaled(nanoseconds))
        }
    }

    /// Owned; `count` entries, all initialised.
    private var base: UnsafeMutablePointer<Entry>?
    private(set) var count = 0

    /// Most processes soon have a dozen kinds of calls, and there may be thousands of processes: 64 bytes.
    private static let step = 4

    deinit { unsafe base?.deallocate() }

    init() {}

    var isEmpty: Bool { count == 0 }

    /// The entry of a cell below ``count``.
    subscript(cell: Int) -> Entry { unsafe base![cell] }

    /// The time in all cells, in nanoseconds.
    var nanoseconds: UInt64 { (0..<count).reduce(0) { $0.addingSaturating(self[$1].nanoseconds) } }

    /// Counts one call, or several with their total time.
    @inline(__always)
    mutating func add(_ nanoseconds: UInt64, to cell: Int, calls: UInt64 = 1) {
        if cell >= count { grow(toHold: cell) }
        unsafe base![cell].calls &+= calls
        unsafe base![cell].nanoseconds = base![cell].nanoseconds.addingSaturating(nanoseconds)
    }

    /// Adds the totals of another process.
    mutating func add(_ other: borrowing CellTotals) {
        for cell in 0..<other.count where other[cell].calls > 0 { add(other[cell].nanoseconds, to: cell, calls: other[cell].calls) }
    }

    private mutating func grow(toHold cell: Int) {
        let larger = (cell / CellTotals.step + 1) * CellTotals.step
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: larger)
        if let old = unsafe base { unsafe entries.update(from: old, count: count) }
        unsafe (entries + count).initialize(repeating: Entry(), count: larger - count)
        unsafe base?.deallocate()
        unsafe base = unsafe entries
        count = larger
    }
}
