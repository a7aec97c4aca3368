import Aggregation
import CSyslatABI
import LatencyHistogram
import Profile
import SyscallTable

/// One completed call in the layout of the kernel side, written bit by bit without the C declaration.
struct Event: Hashable {
    var duration: UInt64 = 1000
    var tgid: UInt32 = 42
    var number: Int32 = 0
    var error: UInt16 = 0
    var abi: UInt8 = 0
    var outcome: UInt8 = 0
    var evidence: UInt8 = 0
    var clock: UInt8 = 0
    var sampling: UInt8 = 0
    var request: UInt8 = 0

    /// The call word: each field and its width, the lowest bits first. A value too large for its field spills into the next.
    var word: UInt64 {
        let fields: [(value: UInt64, bits: UInt64)] = [
            (UInt64(UInt32(bitPattern: number)), 32), (UInt64(abi), 2), (UInt64(evidence), 3), (UInt64(sampling), 4),
            (UInt64(clock), 8), (UInt64(error), 12), (UInt64(outcome), 2), (UInt64(request), 1),
        ]
        var (word, place): (UInt64, UInt64) = (0, 0)
        for field in fields {
            word |= field.value << place
            place += field.bits
        }
        return word
    }

    /// As an event of a batch.
    var bytes: [UInt8] { (duration << 22 | UInt64(tgid)).bytes + word.bytes }

    /// As a record of its own.
    func single(version: UInt16 = Record.version, count: UInt32 = 1, reserved: UInt32 = 0) -> [UInt8] {
        Record.header(version: version, kind: 3, count: count) + duration.bytes + word.bytes + tgid.bytes + reserved.bytes
    }

    static func random<Generator: RandomNumberGenerator>(pids: ClosedRange<UInt32>, using random: inout Generator) -> Event {
        Event(
            duration: random.next() >> UInt64.random(in: 24...63, using: &random), tgid: .random(in: pids, using: &random),
            number: .random(in: 0...8, using: &random) * 127 + 7,
            error: Bool.random(using: &random) ? 0 : [1, 2, 11, 512, 4095].randomElement(using: &random)!,
            abi: .random(in: 0...3, using: &random), outcome: .random(in: 0...2, using: &random))
    }
}

enum Record {
    static let version: UInt16 = 13
    /// The events of a full batch.
    static let mostEvents = 256

    static func header(version: UInt16 = version, kind: UInt16, count: UInt32) -> [UInt8] {
        version.bytes + kind.bytes + count.bytes
    }

    static func batch(_ events: [Event], version: UInt16 = version, kind: UInt16 = 1, count: UInt32? = nil) -> [UInt8] {
        header(version: version, kind: kind, count: count ?? UInt32(events.count)) + events.flatMap(\.bytes)
    }

    static func processExit(_ tgid: UInt32, comm: [UInt8], cpu: UInt64 = 0, count: UInt32 = 1, version: UInt16 = version) -> [UInt8]
    {
        let name = (comm + Array(repeating: 0, count: 16)).prefix(16)
        return header(version: version, kind: 2, count: count) + tgid.bytes + UInt32(0).bytes + cpu.bytes + name
    }
}

extension Record {
    static func threadExit(_ tid: UInt32, of tgid: UInt32, thread: String, comm: String, count: UInt32 = 1) -> [UInt8] {
        func field(_ text: String) -> ArraySlice<UInt8> { (Array(text.utf8) + Array(repeating: 0, count: 16)).prefix(16) }
        return header(kind: 4, count: count) + tid.bytes + tgid.bytes + field(thread) + field(comm)
    }

    /// - Parameter names: from the cgroup to the root.
    static func cgroup(of tgid: UInt32, _ names: [String], isCut: Bool = false, count: UInt32? = nil) -> [UInt8] {
        var bytes: [UInt8] = []
        for name in names { bytes += Array(name.utf8) + [0] }
        let head: [UInt8] = header(kind: 5, count: count ?? UInt32(bytes.count))
        let cut: UInt32 = isCut ? 1 : 0
        return head + tgid.bytes + cut.bytes + bytes
    }
}

extension FixedWidthInteger {
    /// The bytes of the number, the lowest first.
    var bytes: [UInt8] { (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) } }
}

/// An aggregator that tests can hand around.
final class Feed {
    private var aggregator: Aggregator

    init(
        keepsProcessDistributions: Bool = false, processRowLimit: Int? = nil, endedProcessLimit: Int? = nil,
        grouping: CallGroups.Kind? = nil
    ) {
        aggregator = Aggregator(
            keepsProcessDistributions: keepsProcessDistributions, processRowLimit: processRowLimit,
            endedProcessLimit: endedProcessLimit, grouping: grouping)
    }

    var completed: UInt64 { aggregator.completed }
    var overflowed: UInt64 { aggregator.overflowed }
    var unmeasured: UInt64 { aggregator.unmeasured }
    var requests: UInt64 { aggregator.requests }
    /// Calls and requests.
    var decoded: UInt64 { completed + requests }
    var malformedEvents: UInt64 { aggregator.malformedEvents }
    var malformedRecords: UInt64 { aggregator.malformedRecords }
    var malformed: UInt64 { malformedEvents + malformedRecords }

    /// - Parameter offset: where the record begins in memory, to show that decoding needs no alignment.
    func send(_ record: [UInt8], offset: Int = 0) {
        let memory = Array(repeating: 0xaa, count: offset) + record
        // The aggregator does not keep the pointer.
        unsafe memory.withUnsafeBytes { unsafe aggregator.consume(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
    }

    /// In batches. Calls too long for a batch go in records of their own.
    func send(_ events: [Event]) {
        let short = events.filter { $0.duration < 1 << 42 }
        for start in stride(from: 0, to: short.count, by: Record.mostEvents) {
            send(Record.batch(Array(short[start..<min(start + Record.mostEvents, short.count)])))
        }
        for event in events where event.duration >= 1 << 42 { send(event.single()) }
    }

    func sendExit(_ tgid: UInt32, _ comm: String) { send(Record.processExit(tgid, comm: Array(comm.utf8))) }

    /// - Parameter totals: the calls of each completion.
    func sendUnmeasured(number: Int32, abi: UInt8 = 0, _ totals: [UInt64]) {
        aggregator.consumeUnmeasured(index: Int(abi) * 1024 + Int(number), totals: totals)
    }

    func sendOverflow(key: [UInt8], series: [UInt8], extremes: [[UInt8]]) {
        aggregator.consumeOverflow(
            OverflowSeries(
                key: read(syslat_overflow_key.self, from: key), series: read(syslat_overflow.self, from: series),
                extremes: extremes.map { read(syslat_overflow_extremes.self, from: $0) }))
    }

    private func read<Value: BitwiseCopyable>(_ type: Value.Type, from bytes: [UInt8]) -> Value {
        precondition(bytes.count == MemoryLayout<Value>.size, "not the bytes of one \(type)")
        // The size was checked; the load needs no alignment.
        return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: type) }
    }

    func lookUpTitles(ofAll: Bool = false, names: LivingNames? = nil, _ title: (Int32) -> String?) {
        aggregator.lookUpTitles(ofAll: ofAll, title, names: names)
    }

    func retire(times: Int = 1) {
        for _ in 0..<times { aggregator.retireEndedProcesses() }
    }

    func calls() -> [CallProfile] { aggregator.calls().sorted { $0.id < $1.id } }

    func call(_ abi: ABI, _ number: Int32) -> CallProfile? { calls().first { $0.id == SyscallID(abi: abi, number: number) } }

    func origins() -> [OriginProfile] { aggregator.processes(LivingNames(name: { "living \($0)" })).origins }

    func startInterval() { aggregator.startInterval() }

    var clocksource: UInt8 {
        get { aggregator.clocksource }
        set { aggregator.clocksource = newValue }
    }

    func processes(nameOfLiving: (Int32) -> String? = { "living \($0)" }) -> [ProcessProfile] {
        withoutActuallyEscaping(nameOfLiving) { aggregator.processes(LivingNames(name: $0)).profiles }
    }

    func processes(_ names: LivingNames) -> [ProcessProfile] { aggregator.processes(names).profiles }

    func groups(_ names: LivingNames = LivingNames(name: { "living \($0)" })) -> [CallGroup] {
        aggregator.groups(names)?.groups ?? []
    }

    func lookUpProcesses(_ process: (Int32) -> Int32?) { aggregator.lookUpProcesses(process) }
}

extension LatencyHistogram {
    init(recording values: [UInt64]) {
        var recorder = HistogramRecorder()
        for value in values { recorder.record(value) }
        self = recorder.snapshot()
    }
}
