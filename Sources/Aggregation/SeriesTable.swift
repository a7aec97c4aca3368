internal import LatencyHistogram
internal import Profile
internal import SyscallTable

/// The histograms of all series, found by plain indexing: no hash, no String, no allocation for an event of a known series.
@safe
struct SeriesTable: ~Copyable {
    /// Numbers 0 ..< 1024 of each ABI have a place in the index, for three outcomes and two results.
    private static let indexedNumbers: Int32 = 1024
    private static let indexSize = ABI.allCases.count << 13
    /// So many different numbers beyond the index get rows of their own; a program that tries out every number shares one.
    static let otherNumberLimit = 256
    static let sharedOtherNumber = Int32.min

    /// What the calls of a series have in common.
    struct Kind: Hashable {
        let id: SyscallID
        let outcome: Outcome
        let failed: Bool
    }

    private struct Cell: ~Copyable {
        let kind: Kind
        var recorder = HistogramRecorder()
        var errnos: [ErrnoCount] = []

        mutating func count(errno: UInt16, times: UInt64) {
            for position in errnos.indices where errnos[position].errno == Int32(errno) {
                errnos[position].count = errnos[position].count.addingSaturating(times)
                return
            }
            errnos.append(ErrnoCount(errno: Int32(errno), count: times))
        }
    }

    /// Cell number + 1 of each series; 0 where nothing was seen yet.
    private var index: UnsafeMutablePointer<Int32>
    private var cells = GrowingStorage<Cell>(capacity: 64)
    /// Cell numbers of series whose number is beyond the index.
    private var others: [Int] = []
    private var otherNumbers: Set<SyscallID> = []

    init() {
        // Owned until deinit. Every subscript below is bounded by indexSize, or by the count of cells.
        unsafe index = .allocate(capacity: SeriesTable.indexSize)
        unsafe index.initialize(repeating: 0, count: SeriesTable.indexSize)
    }

    deinit { unsafe index.deallocate() }

    /// Counts one completed call, and gives the cell of its series. `abi` and `outcome` must be valid raw values.
    @inline(__always)
    mutating func record(abi: UInt8, number: Int32, outcome: UInt8, errno: UInt16, duration: UInt64) -> Int {
        let cell = cellNumber(abi: abi, number: number, outcome: outcome, failed: errno != 0)
        unsafe cells.base[cell].recorder.record(duration)
        if errno != 0 { unsafe cells.base[cell].count(errno: errno, times: 1) }
        return cell
    }

    /// Adds a distribution that the kernel gathered.
    mutating func add(abi: UInt8, number: Int32, outcome: UInt8, errno: UInt16, distribution: LatencyHistogram) {
        let cell = cellNumber(abi: abi, number: number, outcome: outcome, failed: errno != 0)
        unsafe cells.base[cell].recorder.add(distribution)
        if errno != 0 { unsafe cells.base[cell].count(errno: errno, times: distribution.count) }
    }

    @inline(__always)
    private mutating func cellNumber(abi: UInt8, number: Int32, outcome: UInt8, failed: Bool) -> Int {
        guard UInt32(bitPattern: number) < UInt32(SeriesTable.indexedNumbers) else {
            return otherCell(abi: abi, number: number, outcome: outcome, failed: failed)
        }
        let key = (Int(abi) << 10 | Int(number)) << 3 | Int(outcome) << 1 | (failed ? 1 : 0)
        let known = unsafe index[key]
        if known > 0 { return Int(known) - 1 }
        let cell = cells.append(Cell(kind: Kind(abi: abi, number: number, outcome: outcome, failed: failed)))
        unsafe index[key] = Int32(cell + 1)
        return cell
    }

    private mutating func otherCell(abi: UInt8, number: Int32, outcome: UInt8, failed: Bool) -> Int {
        let kind = Kind(abi: abi, number: number, outcome: outcome, failed: failed)
        if let known = others.first(where: { unsafe cells.base[$0].kind == kind }) { return known }
        if !otherNumbers.contains(kind.id) {
            if otherNumbers.count >= SeriesTable.otherNumberLimit, number != SeriesTable.sharedOtherNumber {
                return otherCell(abi: abi, number: SeriesTable.sharedOtherNumber, outcome: outcome, failed: failed)
            }
            otherNumbers.insert(kind.id)
        }
        let cell = cells.append(Cell(kind: kind))
        others.append(cell)
        return cell
    }

    /// What each cell holds, by number.
    var kinds: [Kind] { (0..<cells.count).map { unsafe cells.base[$0].kind } }

    /// The calls since the last ``reset()``, with their series.
    func snapshot() -> [CallProfile] {
        var series: [SyscallID: [Series]] = [:]
        var errnos: [SyscallID: [Int32: UInt64]] = [:]
        for number in 0..<cells.count where unsafe cells.base[number].recorder.count > 0 {
            let kind = unsafe cells.base[number].kind
            let distribution = unsafe cells.base[number].recorder.snapshot()
            series[kind.id, default: []].append(Series(outcome: kind.outcome, failed: kind.failed, distribution: distribution))
            for entry in unsafe cells.base[number].errnos {
                let count = errnos[kind.id]?[entry.errno] ?? 0
                errnos[kind.id, default: [:]][entry.errno] = count.addingSaturating(entry.count)
            }
        }
        return series.map { id, series in
            CallProfile(
                id: id, series: series.inOrder,
                errnos: (errnos[id] ?? [:]).map { ErrnoCount(errno: $0.key, count: $0.value) })
        }
    }

    /// Begins a new interval: the cells keep their numbers and lose their counts.
    mutating func reset() {
        for number in 0..<cells.count where unsafe cells.base[number].recorder.count > 0 {
            unsafe cells.base[number].recorder.reset()
            unsafe cells.base[number].errnos = []
        }
    }
}

extension SeriesTable.Kind {
    /// `abi` and `outcome` must be valid raw values.
    init(abi: UInt8, number: Int32, outcome: UInt8, failed: Bool) {
        self.init(
            id: SyscallID(abi: ABI(rawValue: abi)!, number: number), outcome: Outcome(rawValue: outcome)!, failed: failed)
    }
}
