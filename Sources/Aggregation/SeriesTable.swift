internal import CSyslatABI
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
        /// For calls that the vDSO could have served: each origin has a series of its own.
        var origin: CallOrigin?
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
    /// Cell numbers of series with an origin, and the one that was asked for last.
    private var withOrigin: [UInt64: Int] = [:]
    private var lastOrigin: (key: UInt64, cell: Int) = (.max, 0)
    /// What the series with an origin had gathered before the last ``reset()``.
    private var finished: [Int: LatencyHistogram] = [:]
    /// The number of the clock source in force.
    var clocksource: UInt8 = 0

    init() {
        // Owned until deinit. Every subscript below is bounded by indexSize, or by the count of cells.
        unsafe index = .allocate(capacity: SeriesTable.indexSize)
        unsafe index.initialize(repeating: 0, count: SeriesTable.indexSize)
    }

    deinit { unsafe index.deallocate() }

    /// Counts one completed call, and gives the cell of its series. `kind` must be valid, `outcome` a valid raw value.
    @inline(__always)
    mutating func record(number: Int32, kind: syslat_call_kind, outcome: UInt8, errno: UInt16, duration: UInt64) -> Int {
        let cell = cellNumber(number: number, kind: kind, outcome: outcome, failed: errno != 0)
        unsafe cells.base[cell].recorder.record(duration)
        if errno != 0 { unsafe cells.base[cell].count(errno: errno, times: 1) }
        return cell
    }

    /// Adds a distribution that the kernel gathered.
    mutating func add(number: Int32, kind: syslat_call_kind, outcome: UInt8, errno: UInt16, distribution: LatencyHistogram) {
        let cell = cellNumber(number: number, kind: kind, outcome: outcome, failed: errno != 0)
        unsafe cells.base[cell].recorder.add(distribution)
        if errno != 0 { unsafe cells.base[cell].count(errno: errno, times: distribution.count) }
    }

    @inline(__always)
    private mutating func cellNumber(number: Int32, kind: syslat_call_kind, outcome: UInt8, failed: Bool) -> Int {
        kind.evidence == 0
            ? cellNumber(abi: kind.abi, number: number, outcome: outcome, failed: failed)
            : originCell(number: number, kind: kind, outcome: outcome, failed: failed)
    }

    /// Mostly the last one again: a program that reads the time reads it often.
    private mutating func originCell(number: Int32, kind: syslat_call_kind, outcome: UInt8, failed: Bool) -> Int {
        let way = UInt64(kind.evidence) | UInt64(kind.clock) << 3 | UInt64(clocksource) << 11
        let end = UInt64(kind.abi) | UInt64(outcome) << 3 | (failed ? 1 << 5 : 0)
        let key = UInt64(UInt32(bitPattern: number)) | way << 32 | end << 51
        if key == lastOrigin.key { return lastOrigin.cell }
        let cell: Int
        if let known = withOrigin[key] {
            cell = known
        } else {
            var series = Kind(abi: kind.abi, number: number, outcome: outcome, failed: failed)
            series.origin = CallOrigin(kind, of: series.id, clocksource: clocksource)
            cell = cells.append(Cell(kind: series))
            withOrigin[key] = cell
        }
        lastOrigin = (key, cell)
        return cell
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
            series[kind.id, default: []].add(distribution, outcome: kind.outcome, failed: kind.failed)
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

    /// The calls with an origin, since the beginning.
    func origins() -> [OriginKey: LatencyHistogram] {
        var distributions: [OriginKey: LatencyHistogram] = [:]
        for cell in withOrigin.values {
            guard let key = unsafe OriginKey(cells.base[cell].kind) else { continue }
            distributions[key, default: LatencyHistogram()].merge(unsafe cells.base[cell].recorder.snapshot())
            if let earlier = finished[cell] { distributions[key]?.merge(earlier) }
        }
        return distributions
    }

    /// Begins a new interval: the cells keep their numbers and lose their counts.
    mutating func reset() {
        for number in 0..<cells.count where unsafe cells.base[number].recorder.count > 0 {
            if unsafe cells.base[number].kind.origin != nil {
                finished[number, default: LatencyHistogram()].merge(unsafe cells.base[number].recorder.snapshot())
            }
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

/// What the calls of a row of the vDSO's report have in common.
struct OriginKey: Hashable {
    let id: SyscallID
    let origin: CallOrigin

    init?(_ kind: SeriesTable.Kind) {
        guard let origin = kind.origin else { return nil }
        (id, self.origin) = (kind.id, origin)
    }
}

extension [Series] {
    /// Adds to the series of that outcome and result.
    fileprivate mutating func add(_ distribution: LatencyHistogram, outcome: Outcome, failed: Bool) {
        guard let known = firstIndex(where: { $0.outcome == outcome && $0.failed == failed }) else {
            return append(Series(outcome: outcome, failed: failed, distribution: distribution))
        }
        self[known].distribution.merge(distribution)
    }
}
