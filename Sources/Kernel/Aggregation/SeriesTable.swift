import CSyslatABI
import LatencyHistogram
import Profile
import SaturatingMath
import SyscallTable

/// The histograms of all series, in an array: an event of a known series needs no hash, no String and no allocation.
@safe
struct SeriesTable: ~Copyable {
    /// The index has an element for each completion of each call index.
    fileprivate static var completions: Int { Int(SYSLAT_COMPLETIONS) }
    private static let indexSize = Int(SYSLAT_CALL_INDEXES) * completions
    /// At most this many different numbers beyond the index get series of their own; all others share those of one number. Opcodes of
    /// requests, of which there are few, are not among them.
    static let otherNumberLimit = 256

    /// What the calls of a series have in common.
    struct Kind: Hashable {
        let id: SyscallID
        let outcome: Outcome
        let failed: Bool
        /// For calls that the vDSO could have served: each origin has a series of its own.
        var origin: CallOrigin?
    }

    /// Cell number + 1 of each series; 0 if it hasn't been seen yet.
    private var index: UnsafeMutablePointer<Int32>
    private var cells = GrowingStorage<Cell>(capacity: 64)
    /// Cell numbers of series whose number is beyond the index, and the one looked up last.
    private var others: [Kind: Int] = [:]
    private var lastOther: (kind: Kind, cell: Int)?
    private var otherNumbers: Set<SyscallID> = []
    /// Cell numbers of series with an origin, and the one looked up last.
    private var withOrigin: [UInt64: Int] = [:]
    private var lastOrigin: (key: UInt64, cell: Int) = (.max, 0)
    /// What the series with an origin had gathered before the last ``reset()``.
    private var finished: [Int: LatencyHistogram] = [:]
    /// Unmeasured calls since the last ``reset()``, by element of the index.
    private var unmeasured: [Int: UInt64] = [:]
    /// Before the last ``reset()``, if calls are sampled: all calls, and the recorded ones with those they stand for, by cell.
    private var settled: [Int: (calls: UInt64, recorded: UInt64)] = [:]
    /// Whether any call so far stood for others or was unmeasured.
    private var isSampled = false
    /// The number of the current clock source.
    var clocksource: UInt8 = 0

    init() {
        // Owned until deinit. Every subscript below is bounded by indexSize, or by the count of cells.
        unsafe index = .allocate(capacity: SeriesTable.indexSize)
        unsafe index.initialize(repeating: 0, count: SeriesTable.indexSize)
    }

    deinit { unsafe index.deallocate() }

    /// Counts one completed call, and returns the cell of its series. `call` must be valid.
    mutating func record(_ call: CallWord, duration: UInt64) -> Int { record(call, in: cellNumber(call), duration) }

    /// The same for a common call.
    @inline(__always)
    mutating func recordCommon(_ call: CallWord, duration: UInt64) -> Int {
        record(call, in: cellNumber(abi: call.abi, number: call.number, outcome: call.outcome, failed: call.error != 0), duration)
    }

    @inline(__always)
    private mutating func record(_ call: CallWord, in cell: Int, _ duration: UInt64) -> Int {
        unsafe cells.base[cell].recorder.record(duration)
        if call.error != 0 { unsafe cells.base[cell].count(errno: call.error, times: 1) }
        return cell
    }

    /// Counts the other calls that a recorded call stands for.
    mutating func recordSurplus(in cell: Int, errno: UInt16, duration: UInt64, times: UInt64) {
        isSampled = true
        unsafe cells.base[cell].recordSurplus(duration, times: times)
        if errno != 0 { unsafe cells.base[cell].count(errno: errno, times: times) }
    }

    /// Counts unmeasured calls of a call index with one completion.
    mutating func addUnmeasured(_ calls: UInt64, index: Int, completion: Int) {
        unmeasured[index * SeriesTable.completions + completion, default: 0] += calls
        isSampled = true
    }

    /// Counts an unmeasured call that has a word of its own.
    mutating func addUnseen(_ call: CallWord) {
        let completion = Int(syslat_completion(UInt32(call.outcome), call.error != 0))
        addUnmeasured(1, index: Int(syslat_call_index(UInt32(call.abi), UInt32(bitPattern: call.number))), completion: completion)
        guard call.error != 0 else { return }
        let cell = cellNumber(abi: call.abi, number: call.number, outcome: call.outcome, failed: true)
        unsafe cells.base[cell].count(errno: call.error, times: 1)
    }

    /// Adds a distribution that the kernel gathered. `call` must be valid.
    mutating func add(_ distribution: LatencyHistogram, of call: CallWord) {
        let cell = cellNumber(call)
        let times = 1 &<< UInt64(call.sampling)
        unsafe cells.base[cell].recorder.add(distribution)
        if times > 1 {
            isSampled = true
            unsafe cells.base[cell].addSurplus(distribution.scaled(to: distribution.count.multipliedSaturating(by: times - 1)))
        }
        if call.error != 0 {
            unsafe cells.base[cell].count(errno: call.error, times: distribution.count.multipliedSaturating(by: times))
        }
    }

    @inline(__always)
    private mutating func cellNumber(_ call: CallWord) -> Int {
        call.evidence == 0
            ? cellNumber(abi: call.rowABI, number: call.number, outcome: call.outcome, failed: call.error != 0) : originCell(call)
    }

    /// Mostly the same as last time: a program that reads the time reads it often.
    private mutating func originCell(_ call: CallWord) -> Int {
        let failed = call.error != 0
        let way = UInt64(call.evidence) | UInt64(call.clock) << 3 | UInt64(clocksource) << 11
        let end = UInt64(call.abi) | UInt64(call.outcome) << 3 | (failed ? 1 << 5 : 0)
        let key = UInt64(UInt32(bitPattern: call.number)) | way << 32 | end << 51
        if key == lastOrigin.key { return lastOrigin.cell }
        let cell: Int
        if let known = withOrigin[key] {
            cell = known
        } else {
            var series = Kind(abi: call.abi, number: call.number, outcome: call.outcome, failed: failed)
            series.origin = CallOrigin(evidence: call.evidence, clock: call.clock, of: series.id, clocksource: clocksource)
            cell = cells.append(Cell(kind: series))
            withOrigin[key] = cell
        }
        lastOrigin = (key, cell)
        return cell
    }

    /// The element of the index for a series.
    @inline(__always)
    private static func key(abi: UInt8, number: Int32, outcome: UInt8, failed: Bool) -> Int {
        let index = Int(syslat_call_index(UInt32(abi), UInt32(bitPattern: number)))
        return index &* completions &+ Int(syslat_completion(UInt32(outcome), failed))
    }

    @inline(__always)
    private mutating func cellNumber(abi: UInt8, number: Int32, outcome: UInt8, failed: Bool) -> Int {
        guard syslat_has_call_index(UInt32(abi), UInt32(bitPattern: number)) else {
            return otherCell(abi: abi, number: number, outcome: outcome, failed: failed)
        }
        let key = SeriesTable.key(abi: abi, number: number, outcome: outcome, failed: failed)
        let known = unsafe index[key]
        return known > 0 ? Int(known) - 1 : addCell(Kind(abi: abi, number: number, outcome: outcome, failed: failed), at: key)
    }

    /// Out of line, because every series needs it only once.
    @inline(never)
    private mutating func addCell(_ kind: Kind, at key: Int) -> Int {
        let cell = cells.append(Cell(kind: kind))
        unsafe index[key] = Int32(cell + 1)
        return cell
    }

    /// A program can make calls of any number: each costs a look or two in hash tables, and there are few cells for them.
    private mutating func otherCell(abi: UInt8, number: Int32, outcome: UInt8, failed: Bool) -> Int {
        let kind = Kind(abi: abi, number: number, outcome: outcome, failed: failed)
        if let lastOther, lastOther.kind == kind { return lastOther.cell }
        if let known = others[kind] {
            lastOther = (kind, known)
            return known
        }
        let row = rowID(of: kind.id)
        if row != kind.id { return otherCell(abi: abi, number: row.number, outcome: outcome, failed: failed) }
        let cell = cells.append(Cell(kind: kind))
        others[kind] = cell
        return cell
    }

    /// The call in whose row a call is counted: the same, or that of all further numbers of its ABI.
    mutating func rowID(of id: SyscallID) -> SyscallID {
        guard !syslat_has_call_index(UInt32(id.abi.code), UInt32(bitPattern: id.number)), id.abi != .ioUring,
            id.number != SyscallID.otherNumber, !otherNumbers.contains(id)
        else { return id }
        guard otherNumbers.count < SeriesTable.otherNumberLimit else {
            return SyscallID(abi: id.abi, number: SyscallID.otherNumber)
        }
        otherNumbers.insert(id)
        return id
    }

    /// What each cell holds, by number.
    var kinds: [Kind] { (0..<cells.count).map { unsafe cells.base[$0].kind } }

    /// The calls since the last ``reset()``, with their series. Where calls are sampled, `afterExit` is of the measured calls and of those
    /// that they stand for; it is scaled to the exact number of calls.
    func snapshot(afterExit: [SyscallID: AfterExit] = [:]) -> [CallProfile] {
        var series: [SyscallID: [Series]] = [:]
        var errnos: [SyscallID: [Int32: UInt64]] = [:]
        var totals: [SyscallID: (calls: UInt64, recorded: UInt64)] = [:]
        for part in parts() {
            let id = part.kind.id
            series[id, default: []].add(part.series)
            let known = totals[id] ?? (0, 0)
            totals[id] = (
                known.calls.addingSaturating(part.series.calls), known.recorded.addingSaturating(part.recorded)
            )
            for entry in part.errnos {
                let count = errnos[id]?[entry.errno] ?? 0
                errnos[id, default: [:]][entry.errno] = count.addingSaturating(entry.count)
            }
        }
        let afterExit = SeriesTable.inRows(afterExit, &series)
        return series.map { id, series in
            let (calls, recorded) = totals[id] ?? (0, 0)
            return CallProfile(
                id: id, series: series.inOrder,
                errnos: (errnos[id] ?? [:]).map { ErrnoCount(errno: $0.key, count: $0.value) },
                afterExit: afterExit[id]?.scaled(to: calls, of: recorded))
        }
    }

    /// The work that calls left, by the row of the calls, which is there for each. Calls that the kernel side counted while the ring was full
    /// are in the row of other numbers; what they left has come under their own.
    private static func inRows(_ work: [SyscallID: AfterExit], _ series: inout [SyscallID: [Series]]) -> [SyscallID: AfterExit] {
        var found: [SyscallID: AfterExit] = [:]
        for (id, work) in work {
            let other = SyscallID(abi: id.abi, number: SyscallID.otherNumber)
            let isOther = !syslat_has_call_index(UInt32(id.abi.code), UInt32(bitPattern: id.number))
            let row = series[id] == nil && isOther && series[other] != nil ? other : id
            found[row] = AfterExit.merged(found[row], work)
            series[row, default: []] += []
        }
        return found
    }

    /// The calls with an origin, since the beginning.
    func origins() -> [OriginKey: LatencyHistogram] {
        var distributions: [OriginKey: LatencyHistogram] = [:]
        for (cell, earlier) in finished {
            guard let key = unsafe OriginKey(cells.base[cell].kind) else { continue }
            distributions[key, default: LatencyHistogram()].merge(earlier)
        }
        for part in parts() {
            guard let key = OriginKey(part.kind) else { continue }
            distributions[key, default: LatencyHistogram()].merge(part.series.distribution)
        }
        return distributions
    }

    /// For each cell, all its calls since the beginning, divided by the recorded ones and those they stand for. 1 unless calls
    /// sampled.
    func exactShares() -> [Double] {
        var shares = [Double](repeating: 1, count: cells.count)
        guard isSampled else { return shares }
        var totals = settled
        for part in parts() { totals.add(part) }
        for (cell, total) in totals where total.recorded > 0 { shares[cell] = Double(total.calls) / Double(total.recorded) }
        return shares
    }

    /// Begins a new interval: the cells keep their numbers and lose their counts.
    mutating func reset() {
        for part in parts() {
            guard let cell = part.cell else { continue }
            if part.kind.origin != nil { finished[cell, default: LatencyHistogram()].merge(part.series.distribution) }
            if isSampled { settled.add(part) }
            unsafe cells.base[cell].reset()
        }
        unmeasured = [:]
    }

    // MARK: What the measured calls stand for

    /// The calls of one cell, with its part of the unmeasured calls.
    struct Part {
        /// nil if no call was measured.
        var cell: Int?
        let kind: Kind
        var series: Series
        var errnos: [ErrnoCount] = []
        /// The measured calls, and those they stand for.
        var recorded: UInt64 = 0
    }

    /// All cells with calls since the last ``reset()``. Unmeasured calls are divided among the cells of their series in
    /// proportion to the calls that the measured ones stand for, and within a cell among its values.
    private func parts() -> [Part] {
        var parts: [Part] = []
        var sampled: [Int: [Int]] = [:]
        for cell in 0..<cells.count where unsafe cells.base[cell].recorder.count > 0 {
            let key = unsafe SeriesTable.key(of: cells.base[cell].kind)
            if let key, unmeasured[key] != nil {
                sampled[key, default: []].append(cell)
            } else {
                parts.append(part(cell, inferred: 0))
            }
        }
        for (key, calls) in unmeasured {
            guard let cells = sampled[key] else {
                let kind = Kind(indexKey: key)
                var part = Part(
                    kind: kind,
                    series: Series(outcome: kind.outcome, failed: kind.failed, distribution: .init(), unrepresented: calls))
                // Calls that the kernel skipped at their entries have errors though none was measured.
                let cell = unsafe Int(index[key]) - 1
                if cell >= 0 {
                    part.cell = cell
                    part.errnos = unsafe self.cells.base[cell].errnos
                }
                parts.append(part)
                continue
            }
            let surplus = cells.map { unsafe self.cells.base[$0].surplus?.count ?? 0 }
            // If all measured calls stand only for themselves, their numbers are the best weights.
            let weights = surplus.allSatisfy { $0 == 0 } ? cells.map { unsafe self.cells.base[$0].recorder.count } : surplus
            for (cell, share) in zip(cells, calls.apportioned(by: weights)) { parts.append(part(cell, inferred: share)) }
        }
        return parts
    }

    private func part(_ cell: Int, inferred: UInt64) -> Part {
        let kind = unsafe cells.base[cell].kind
        let measured = unsafe cells.base[cell].recorder.snapshot()
        let surplus = unsafe cells.base[cell].surplus?.snapshot() ?? LatencyHistogram()
        var distribution = measured
        distribution.merge((surplus.isEmpty ? measured : surplus).scaled(to: inferred))
        let errnos = unsafe cells.base[cell].errnos
        return Part(
            cell: cell, kind: kind,
            series: Series(
                outcome: kind.outcome, failed: kind.failed, distribution: distribution,
                inferred: distribution.count - measured.count),
            errnos: kind.failed ? errnos.addingUp(to: distribution.count) : errnos,
            recorded: measured.count.addingSaturating(surplus.count))
    }

    /// nil for those that are measured whatever the sampling: requests to io_uring, and numbers that sampling pools.
    private static func key(of kind: Kind) -> Int? {
        let hasIndex = syslat_has_call_index(UInt32(kind.id.abi.code), UInt32(bitPattern: kind.id.number))
        guard hasIndex || kind.id.abi != .ioUring && kind.id.number == SyscallID.otherNumber else { return nil }
        return key(abi: kind.id.abi.code, number: kind.id.number, outcome: kind.outcome.rawValue, failed: kind.failed)
    }
}

extension [Int: (calls: UInt64, recorded: UInt64)] {
    fileprivate mutating func add(_ part: SeriesTable.Part) {
        guard let cell = part.cell else { return }
        self[cell, default: (0, 0)].calls += part.series.calls
        self[cell]?.recorded += part.recorded
    }
}

extension [ErrnoCount] {
    /// The same in proportion, adding up to `errors`, each at least 1.
    fileprivate func addingUp(to errors: UInt64) -> [ErrnoCount] {
        guard reduce(0, { $0.addingSaturating($1.count) }) != errors, errors >= UInt64(count) else { return self }
        let parts = (errors - UInt64(count)).apportioned(by: map(\.count))
        return zip(self, parts).map { ErrnoCount(errno: $0.errno, count: $1 + 1) }
    }
}

extension SeriesTable.Kind {
    /// `abi` must be a valid code, and `outcome` a valid raw value.
    init(abi: UInt8, number: Int32, outcome: UInt8, failed: Bool) {
        self.init(
            id: SyscallID(abi: ABI(code: abi)!, number: number), outcome: Outcome(rawValue: outcome)!, failed: failed)
    }

    /// The series of an element of the index.
    fileprivate init(indexKey key: Int) {
        let (index, completion) = key.quotientAndRemainder(dividingBy: SeriesTable.completions)
        self.init(
            abi: syslat_call_index_abi(UInt32(index)), number: syslat_call_index_number(UInt32(index)),
            outcome: syslat_completion_outcome(UInt32(completion)), failed: syslat_completion_failed(UInt32(completion)))
    }
}

/// What the calls of a row in the report's vDSO section have in common.
struct OriginKey: Hashable {
    let id: SyscallID
    let origin: CallOrigin

    init?(_ kind: SeriesTable.Kind) {
        guard let origin = kind.origin else { return nil }
        (id, self.origin) = (kind.id, origin)
    }
}

extension [Series] {
    /// Adds to the series with the same outcome and result.
    fileprivate mutating func add(_ addition: Series) {
        guard let known = firstIndex(where: { $0.outcome == addition.outcome && $0.failed == addition.failed }) else {
            return append(addition)
        }
        self[known].merge(addition)
    }
}
