import CSyslatABI
import Glibc
import LatencyHistogram
import Profile
import SaturatingMath

/// The totals of each process, in an array indexed by process id. Where calls are grouped by thread, those of each thread, by thread id: a
/// process has the sum of its threads then.
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
        /// The process id; by thread, the thread id. nil of the row of all others.
        var id: Int32?
        /// By thread, the process of the thread; 0 while it isn't known.
        var process: Int32 = 0
        var hasEnded = false
        /// Its calls are in ``ProcessTable/endedGroups``.
        var isGrouped = false
        /// Known only once the process has ended.
        var beforeEntry: BeforeEntry = []
        /// Known only once the process has ended.
        var name = ProcessName()
        /// By thread, the name of the process; known only once the thread has ended.
        var processName = ProcessName()
        var title = ProcessTitle()
        /// What it was called when it was last looked at, and its cgroup if calls are grouped by that; nil before.
        var livingName: String?
        var livingCgroup: String?
        /// Known only once the process has ended, and if calls are grouped by cgroup.
        var cgroup: String?
        var totals = CellTotals()
        var recorder: CompactRecorder?
    }

    /// The row number of each process id; 0, the row of all others, for an id without a row.
    private var index: UnsafeMutablePointer<Int32>
    private(set) var rows = GrowingStorage<Row>(capacity: 256)
    private let rowLimit: Int
    /// How many rows of ended processes are kept.
    private let endedLimit: Int
    let keepsDistributions: Bool
    let grouping: CallGroups.Kind?
    /// By name or cgroup: the calls of the rows that have been retired.
    private(set) var endedGroups: EndedGroups
    /// By thread: the calls of threads without rows any more, by process.
    private(set) var foldedThreads: [Int32: GroupSums] = [:]
    /// By thread: what stood before the calls of processes that have ended, where something did.
    private(set) var beforeEntryOfEnded: [Int32: BeforeEntry] = [:]
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
    /// How many processes are asked whether it is time to look at them, and whose turn it is.
    private static let titlesAtOnce = 512
    private var titleTurn = 0
    /// Whether each row has a distribution.
    private let records: Bool

    /// - Parameters:
    ///   - endedLimit: how many rows of ended processes are kept; nil for as many as there is room for.
    ///   - newestGroups: how many groups of ended processes are kept; nil for the usual number, with the others together.
    init(
        rowLimit: Int, endedLimit: Int? = nil, keepsDistributions: Bool, grouping: CallGroups.Kind? = nil, newestGroups: Int? = nil
    ) {
        self.rowLimit = max(2, rowLimit)
        self.endedLimit = endedLimit ?? rowLimit
        endedGroups = EndedGroups(keepingNewest: newestGroups)
        self.keepsDistributions = keepsDistributions
        self.grouping = grouping
        records = keepsDistributions || grouping.map { $0 != .file } ?? false
        // 16 MiB of address space, of which only touched pages become memory: calloc takes such sizes straight from mmap.
        unsafe index = calloc(ProcessTable.idLimit, MemoryLayout<Int32>.stride)!
            .bindMemory(to: Int32.self, capacity: ProcessTable.idLimit)
        _ = rows.append(Row(id: nil, recorder: keepsDistributions ? CompactRecorder() : nil))
    }

    deinit { unsafe free(index) }

    /// Counts one completed call `times` times, in the cell of its series. `id` must be below ``idLimit``.
    @inline(__always)
    mutating func record(id: UInt32, cell: Int, duration: UInt64, times: UInt64 = 1) {
        var row = Int(unsafe index[Int(id)])
        if row == 0 { row = addRow(id: Int32(id)) }
        unsafe rows.base[row].totals.add(duration &* times, to: cell, calls: times)
        if records { recordDistribution(row, duration, times) }
    }

    /// Out of line, because few captures keep distributions.
    @inline(never)
    private mutating func recordDistribution(_ row: Int, _ duration: UInt64, _ times: UInt64) {
        unsafe rows.base[row].recorder?.record(duration, times: times)
    }

    /// Notes the name that a process had when it ended, and what stood before its calls. By thread, that is noted at the end of each.
    mutating func processEnded(pid: UInt32, name: ProcessName, beforeEntry: BeforeEntry) {
        guard grouping != .thread else {
            if !beforeEntry.isEmpty { beforeEntryOfEnded[Int32(pid), default: []].formUnion(beforeEntry) }
            return
        }
        guard let row = rowForEnd(of: pid) else { return }
        unsafe rows.base[row].name = name
        unsafe rows.base[row].beforeEntry = beforeEntry
    }

    /// Notes the names that a thread and its process had when the thread ended.
    mutating func threadEnded(tid: UInt32, of process: UInt32, name: ProcessName, processName: ProcessName) {
        guard let row = rowForEnd(of: tid) else { return }
        unsafe rows.base[row].name = name
        unsafe rows.base[row].process = Int32(process)
        unsafe rows.base[row].processName = processName
    }

    /// Notes the cgroup in which a process ends.
    mutating func noteCgroup(_ path: String, of pid: UInt32) {
        let row = Int(unsafe index[Int(pid)])
        let target = row == 0 ? addRow(id: Int32(pid)) : row
        if target != 0 { unsafe rows.base[target].cgroup = path }
    }

    /// A process or thread without a row may still have events in another CPU's batch: a row keeps the name for them. nil if there is no room.
    private mutating func rowForEnd(of id: UInt32) -> Int? {
        let row = Int(unsafe index[Int(id)])
        let target = row == 0 ? addRow(id: Int32(id)) : row
        guard target != 0 else { return nil }
        unsafe rows.base[target].hasEnded = true
        justEnded.append(target)
        return target
    }

    /// Call this after all batches have been flushed and drained: processes that ended before the flush began can't have any more
    /// events.
    mutating func retireEnded() {
        for row in toRetire {
            // The row of an id that was used twice since the last time is listed twice, and may already have a new owner.
            guard let id = unsafe rows.base[row].id, unsafe rows.base[row].hasEnded, unsafe index[Int(id)] == Int32(row) else {
                continue
            }
            unsafe index[Int(id)] = 0
            unsafe rows.base[row].recorder?.finish()
            addToGroup(row)
            if unsafe rows.base[row].totals.isEmpty { release(row) } else { retired.append(row) }
        }
        (toRetire, justEnded) = (justEnded, [])
        while retired.count > endedLimit { foldSmallest() }
    }

    private mutating func addToGroup(_ row: Int) {
        let name: String?
        switch grouping {
        case .comm: name = unsafe rows.base[row].name.text
        case .cgroup: name = unsafe rows.base[row].cgroup
        case .thread, .file, nil: return
        }
        if let name { unsafe endedGroups.add(rows.base[row].totals, rows.base[row].recorder?.snapshot(), to: name) }
        unsafe rows.base[row].isGrouped = true
        if !keepsDistributions { unsafe rows.base[row].recorder = nil }
    }

    private mutating func addRow(id: Int32) -> Int {
        if freeRows.isEmpty && rows.count >= rowLimit { foldSmallest() }
        let row: Int
        if let free = freeRows.popLast() {
            row = free
        } else {
            guard rows.count < rowLimit else { return 0 }
            row = rows.append(Row(id: nil))
        }
        unsafe rows.base[row] = Row(id: id, recorder: records ? CompactRecorder() : nil)
        unsafe index[Int(id)] = Int32(row)
        return row
    }

    /// Folds the smaller half of the retired rows into the first row, or those of threads into one for each process. Cheap if there are none, because a process without a row
    /// asks for one with every event.
    private mutating func foldSmallest() {
        let order = retired.map { (row: $0, total: unsafe rows.base[$0].totals.nanoseconds) }.sorted { $0.total > $1.total }
        retired = order.map(\.row)
        for _ in 0..<(retired.count + 1) / 2 {
            let row = retired.removeLast()
            if grouping == .thread {
                unsafe foldedThreads[rows.base[row].process, default: GroupSums()]
                    .add(rows.base[row].totals, rows.base[row].recorder?.snapshot())
                release(row)
                continue
            }
            unsafe rows.base[0].totals.add(rows.base[row].totals)
            if let distribution = unsafe rows.base[row].recorder?.snapshot() { unsafe rows.base[0].recorder?.add(distribution) }
            release(row)
        }
    }

    private mutating func release(_ row: Int) {
        unsafe rows.base[row] = Row(id: nil)
        freeRows.append(row)
    }

    /// Looks up the titles of living processes that are due for it, or of all, and with them their names.
    mutating func lookUpTitles(ofAll: Bool, _ title: (Int32) -> String?, _ names: LivingNames?) {
        if titles.count >= ProcessTable.mostTitles { titles = [] }
        func shared(_ id: Int32) -> String? { title(id).map { titles.insert($0).memberAfterInsert } }
        // Of thousands of processes, some take their turn at a time.
        let turns = ofAll ? 1 : rows.count / ProcessTable.titlesAtOnce + 1
        titleTurn = (titleTurn + 1) % turns
        for row in 1..<rows.count where unsafe !rows.base[row].hasEnded {
            guard unsafe row % turns == titleTurn || rows.base[row].title.isNew else { continue }
            guard let id = unsafe rows.base[row].id, unsafe rows.base[row].title.look(isDue: ofAll, of: id, { shared(id) }),
                let names
            else { continue }
            unsafe rows.base[row].livingName = names.name(id) ?? rows.base[row].livingName
            if grouping == .cgroup { unsafe rows.base[row].livingCgroup = names.cgroup(id) ?? rows.base[row].livingCgroup }
        }
    }

    /// What a process that lives was called when it was last looked at; nil where that isn't known, and by thread.
    func nameOfLiving(_ pid: Int32) -> String? {
        guard grouping != .thread, pid > 0, Int(pid) < ProcessTable.idLimit else { return nil }
        let row = Int(unsafe index[Int(pid)])
        return unsafe row == 0 || rows.base[row].hasEnded ? nil : rows.base[row].livingName
    }

    /// By thread, looks up the processes of living threads where they aren't known.
    mutating func lookUpProcesses(_ process: (Int32) -> Int32?) {
        guard grouping == .thread else { return }
        for row in 1..<rows.count where unsafe !rows.base[row].hasEnded && rows.base[row].process == 0 {
            if let tid = unsafe rows.base[row].id { unsafe rows.base[row].process = process(tid) ?? 0 }
        }
    }

    /// The processes with a row that have not ended, in no order.
    var living: [Int32] {
        let living = (1..<rows.count).filter { unsafe !rows.base[$0].hasEnded && rows.base[$0].id != nil }
        guard grouping == .thread else { return living.compactMap { unsafe rows.base[$0].id } }
        return Array(Set(living.map { unsafe rows.base[$0].process }).subtracting([0]))
    }
}

/// A process's name as the kernel gives it: at most 15 bytes and a NUL (TASK_COMM_LEN). It may hold any bytes.
struct ProcessName {
    var bytes: (UInt64, UInt64) = (0, 0)

    var text: String { String(kernelText: bytes) }
}
