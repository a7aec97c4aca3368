import CSyslatABI
import Glibc
import LatencyHistogram
import Profile
import SaturatingMath

/// The totals of each process, in an array indexed by process id.
///
/// A process id may be used again during a capture, so the row of an ended process is retired, and the id's next events begin a
/// row of their own. The number of rows is limited: at the limit, the smallest rows of ended processes are folded into one, which
/// loses only their ids and names.
@safe
struct ProcessTable: ~Copyable {
    /// Process ids are below this.
    static let idLimit = Int(SYSLAT_PID_LIMIT)
    static let defaultRowLimit = 16_384

    struct Row: ~Copyable {
        // Small fields stand together: there may be thousands of rows.
        var pid: Int32?
        var hasEnded = false
        /// Known only once the process has ended.
        var beforeEntry: BeforeEntry = []
        /// Known only once the process has ended.
        var name = ProcessName()
        var title = ProcessTitle()
        var totals = CellTotals()
        var recorder: CompactRecorder?
    }

    /// The row number of each process id; 0, the row of all others, for an id without a row.
    private var index: UnsafeMutablePointer<Int32>
    private var rows = GrowingStorage<Row>(capacity: 256)
    private let rowLimit: Int
    private let keepsDistributions: Bool
    /// Rows whose process ended since the last ``retireEnded()``, and rows that the next one retires.
    private var justEnded: [Int] = []
    private var toRetire: [Int] = []
    /// Retired rows, which get no events any more and can be folded into the first.
    private var retired: [Int] = []
    /// Rows that are free to be used again.
    private var freeRows: [Int] = []
    /// The titles that were found last: processes of one program share the memory of theirs.
    private var titles: Set<String> = []
    private static let mostTitles = 1024

    init(rowLimit: Int, keepsDistributions: Bool) {
        self.rowLimit = max(2, rowLimit)
        self.keepsDistributions = keepsDistributions
        // 16 MiB of address space, of which only touched pages become memory: calloc takes such sizes straight from mmap.
        unsafe index = calloc(ProcessTable.idLimit, MemoryLayout<Int32>.stride)!
            .bindMemory(to: Int32.self, capacity: ProcessTable.idLimit)
        _ = rows.append(Row(pid: nil, recorder: keepsDistributions ? CompactRecorder() : nil))
    }

    deinit { unsafe free(index) }

    /// Counts one completed call `times` times, in the cell of its series. `pid` must be below ``idLimit``.
    @inline(__always)
    mutating func record(pid: UInt32, cell: Int, duration: UInt64, times: UInt64 = 1) {
        var row = Int(unsafe index[Int(pid)])
        if row == 0 { row = addRow(pid: Int32(pid)) }
        unsafe rows.base[row].totals.add(duration &* times, to: cell, calls: times)
        if keepsDistributions { recordDistribution(row, duration, times) }
    }

    /// Out of line, because few captures keep distributions.
    @inline(never)
    private mutating func recordDistribution(_ row: Int, _ duration: UInt64, _ times: UInt64) {
        unsafe rows.base[row].recorder?.record(duration, times: times)
    }

    /// Notes the name that a process had when it ended, and what stood before its calls.
    mutating func processEnded(pid: UInt32, name: ProcessName, beforeEntry: BeforeEntry) {
        let row = Int(unsafe index[Int(pid)])
        // A process without a row may still have events in another CPU's batch: a row keeps the name for them.
        let target = row == 0 ? addRow(pid: Int32(pid)) : row
        guard target != 0 else { return }
        unsafe rows.base[target].name = name
        unsafe rows.base[target].beforeEntry = beforeEntry
        unsafe rows.base[target].hasEnded = true
        justEnded.append(target)
    }

    /// Call this after all batches have been flushed and drained: processes that ended before the flush began can't have any more
    /// events.
    mutating func retireEnded() {
        for row in toRetire {
            // The row of an id that was used twice since the last time is listed twice, and may already have a new owner.
            guard let pid = unsafe rows.base[row].pid, unsafe rows.base[row].hasEnded,
                unsafe index[Int(pid)] == Int32(row)
            else { continue }
            unsafe index[Int(pid)] = 0
            unsafe rows.base[row].recorder?.finish()
            if unsafe rows.base[row].totals.isEmpty { release(row) } else { retired.append(row) }
        }
        (toRetire, justEnded) = (justEnded, [])
    }

    private mutating func addRow(pid: Int32) -> Int {
        if freeRows.isEmpty && rows.count >= rowLimit { foldSmallest() }
        let row: Int
        if let free = freeRows.popLast() {
            row = free
        } else {
            guard rows.count < rowLimit else { return 0 }
            row = rows.append(Row(pid: nil))
        }
        unsafe rows.base[row] = Row(pid: pid, recorder: keepsDistributions ? CompactRecorder() : nil)
        unsafe index[Int(pid)] = Int32(row)
        return row
    }

    /// Folds the smaller half of the retired rows into the first row. Cheap if there are none, because a process without a row
    /// asks for one with every event.
    private mutating func foldSmallest() {
        let order = retired.map { (row: $0, total: unsafe rows.base[$0].totals.nanoseconds) }.sorted { $0.total > $1.total }
        retired = order.map(\.row)
        for _ in 0..<(retired.count + 1) / 2 {
            let row = retired.removeLast()
            unsafe rows.base[0].totals.add(rows.base[row].totals)
            if let distribution = unsafe rows.base[row].recorder?.snapshot() { unsafe rows.base[0].recorder?.add(distribution) }
            release(row)
        }
    }

    private mutating func release(_ row: Int) {
        unsafe rows.base[row] = Row(pid: nil)
        freeRows.append(row)
    }

    /// Looks up the titles of living processes that are due for it, or of all.
    mutating func lookUpTitles(ofAll: Bool, _ title: (Int32) -> String?) {
        if titles.count >= ProcessTable.mostTitles { titles = [] }
        func shared(_ pid: Int32) -> String? { title(pid).map { titles.insert($0).memberAfterInsert } }
        for row in 1..<rows.count where unsafe !rows.base[row].hasEnded {
            if let pid = unsafe rows.base[row].pid { unsafe rows.base[row].title.look(isDue: ofAll) { shared(pid) } }
        }
    }

    /// The processes with a row that have not ended.
    var living: [Int32] { (1..<rows.count).compactMap { unsafe rows.base[$0].hasEnded ? nil : rows.base[$0].pid } }

    /// All processes with calls, and their calls with an origin. `series` is what each cell holds, `shares` what to multiply its
    /// counts by. `nameOfLiving` names the processes that haven't ended, and `beforeEntryOfLiving` has what stands before their calls.
    func snapshot(
        series: [SeriesTable.Kind], shares: [Double], beforeEntryOfLiving: [Int32: BeforeEntry], nameOfLiving: (Int32) -> String?
    ) -> [ProcessSnapshot] {
        var snapshots: [ProcessSnapshot] = []
        for row in 0..<rows.count where unsafe !rows.base[row].totals.isEmpty {
            let pid = unsafe rows.base[row].pid
            var comm = unsafe rows.base[row].name.text
            var beforeEntry = unsafe rows.base[row].beforeEntry
            if let pid, unsafe !rows.base[row].hasEnded {
                (comm, beforeEntry) = (nameOfLiving(pid) ?? "", beforeEntryOfLiving[pid] ?? [])
            }
            if pid == nil { comm = "other processes" }
            var snapshot = ProcessSnapshot(
                profile: ProcessProfile(
                    pid: pid, comm: comm, title: unsafe rows.base[row].title.text, beforeEntry: beforeEntry, series: [],
                    distribution: unsafe rows.base[row].recorder?.snapshot()))
            // No larger than need be: arrays that grow double, and there may be thousands of processes.
            let cells = (0..<(unsafe rows.base[row].totals.count)).filter { unsafe rows.base[row].totals[$0].calls > 0 }
            snapshot.profile.series.reserveCapacity(cells.count)
            for cell in cells { snapshot.add(unsafe rows.base[row].totals[cell].scaled(by: shares[cell]), of: series[cell]) }
            snapshots.append(snapshot)
        }
        return snapshots
    }
}

/// A process's name as the kernel gives it: at most 15 bytes and a NUL (TASK_COMM_LEN). It may hold any bytes.
struct ProcessName {
    var bytes: (UInt64, UInt64) = (0, 0)

    var text: String { String(kernelText: bytes) }
}

/// A process as it is reported.
struct ProcessSnapshot {
    var profile: ProcessProfile
    var origins: [OriginKey: CellTotals.Entry] = [:]

    /// Series that differ only in their origin are one series of the process.
    fileprivate mutating func add(_ entry: CellTotals.Entry, of kind: SeriesTable.Kind) {
        if let key = OriginKey(kind) {
            origins[key, default: .init()].calls += entry.calls
            origins[key]?.nanoseconds.addSaturating(entry.nanoseconds)
            let known = profile.series.firstIndex { $0.id == kind.id && $0.outcome == kind.outcome && $0.failed == kind.failed }
            if let known {
                profile.series[known].calls += entry.calls
                profile.series[known].totalNanoseconds.addSaturating(entry.nanoseconds)
                return
            }
        }
        profile.series.append(
            ProcessSeries(
                id: kind.id, outcome: kind.outcome, failed: kind.failed, calls: entry.calls, totalNanoseconds: entry.nanoseconds))
    }
}

extension UInt64 {
    fileprivate mutating func addSaturating(_ other: UInt64) { self = addingSaturating(other) }
}
