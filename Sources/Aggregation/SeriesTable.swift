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

    private struct Cell: ~Copyable {
        let id: SyscallID
        let outcome: Outcome
        let failed: Bool
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

    /// Counts one completed call. `abi` and `outcome` must be valid raw values.
    @inline(__always)
    mutating func record(abi: UInt8, number: Int32, outcome: UInt8, errno: UInt16, duration: UInt64) {
        let cell = cellNumber(abi: abi, number: number, outcome: outcome, failed: errno != 0)
        unsafe cells.base[cell].recorder.record(duration)
        if errno != 0 { unsafe cells.base[cell].count(errno: errno, times: 1) }
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
        let cell = addCell(abi: abi, number: number, outcome: outcome, failed: failed)
        unsafe index[key] = Int32(cell + 1)
        return cell
    }

    private mutating func otherCell(abi: UInt8, number: Int32, outcome: UInt8, failed: Bool) -> Int {
        for cell in others
        where unsafe cells.base[cell].id.number == number && cells.base[cell].id.abi.rawValue == abi
            && cells.base[cell].outcome.rawValue == outcome && cells.base[cell].failed == failed
        {
            return cell
        }
        let id = SyscallID(abi: ABI(rawValue: abi)!, number: number)
        if !otherNumbers.contains(id) {
            if otherNumbers.count >= SeriesTable.otherNumberLimit, number != SeriesTable.sharedOtherNumber {
                return otherCell(abi: abi, number: SeriesTable.sharedOtherNumber, outcome: outcome, failed: failed)
            }
            otherNumbers.insert(id)
        }
        let cell = addCell(abi: abi, number: number, outcome: outcome, failed: failed)
        others.append(cell)
        return cell
    }

    private mutating func addCell(abi: UInt8, number: Int32, outcome: UInt8, failed: Bool) -> Int {
        cells.append(
            Cell(id: SyscallID(abi: ABI(rawValue: abi)!, number: number), outcome: Outcome(rawValue: outcome)!, failed: failed))
    }

    /// All calls seen so far, with their series.
    func snapshot() -> [CallProfile] {
        var series: [SyscallID: [Series]] = [:]
        var errnos: [SyscallID: [Int32: UInt64]] = [:]
        for number in 0..<cells.count {
            let id = unsafe cells.base[number].id
            let distribution = unsafe cells.base[number].recorder.snapshot()
            series[id, default: []].append(
                Series(outcome: unsafe cells.base[number].outcome, failed: unsafe cells.base[number].failed, distribution: distribution))
            for entry in unsafe cells.base[number].errnos {
                let count = errnos[id]?[entry.errno] ?? 0
                errnos[id, default: [:]][entry.errno] = count.addingSaturating(entry.count)
            }
        }
        return series.map { id, series in
            CallProfile(
                id: id,
                series: series.sorted { ($0.outcome.rawValue, $0.failed ? 1 : 0) < ($1.outcome.rawValue, $1.failed ? 1 : 0) },
                errnos: (errnos[id] ?? [:]).map { ErrnoCount(errno: $0.key, count: $0.value) })
        }
    }
}
