import BPFRuntime
import CSyslatABI
import Synchronization

/// The shared page that steers the programs: struct syslat_control.
struct ControlPage: ~Copyable {
    private let memory: MappedMemory

    init(_ object: borrowing BPFObject) throws(BPFError) {
        memory = try MappedMemory(object.map(".data.control"), writable: true)
    }

    /// The programs read it at any time, and write what the header says they write. Aligned words are written whole.
    private var control: UnsafeMutablePointer<syslat_control> {
        unsafe memory.base.assumingMemoryBound(to: syslat_control.self)
    }

    private func word(_ field: KeyPath<syslat_control, UInt32>) -> UnsafeMutablePointer<Atomic<UInt32>> {
        // Every field has an offset, in a C structure.
        unsafe (memory.base + MemoryLayout<syslat_control>.offset(of: field)!).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    /// Begins an epoch, which invalidates what the programs know about threads, in the same or another phase. Call it after the
    /// change.
    func beginEpoch(_ phase: syslat_phase? = nil) {
        let epoch = unsafe word(\.epoch)
        let bits = UInt32(SYSLAT_EPOCH_PHASE_BITS)
        let last = unsafe epoch.pointee.load(ordering: .relaxed)
        let changes = (last >> bits) &+ 1
        unsafe epoch.pointee.store(
            changes << bits | (phase?.rawValue ?? last & (1 << bits - 1)), ordering: .sequentiallyConsistent)
    }

    /// When recording began: CLOCK_MONOTONIC.
    func setRecordingStart(_ now: UInt64) { unsafe control.pointee.recording_start_ns = now }

    func setCoarseNow(_ now: UInt64) { unsafe control.pointee.coarse_now_ns = now }

    func setSamplingShift(_ shift: UInt8) { unsafe control.pointee.sampling_shift = UInt32(shift) }

    /// The time that a vDSO tick stands for, in nanoseconds.
    func setTickPeriod(_ period: UInt64) { unsafe control.pointee.tick_period_ns = period }

    /// A program is attached where the work that a call left has been done.
    func setFindsEndOfWork() { unsafe control.pointee.finds_end_of_work = 1 }

    /// A program may handle the events of classic ones before them.
    func setRescues() { unsafe control.pointee.rescues = 1 }

    /// When recording began: CLOCK_MONOTONIC.
    var recordingStart: UInt64 { unsafe control.pointee.recording_start_ns }

    /// The requests to io_uring that have not completed.
    var requests: UInt32 { unsafe word(\.requests).pointee.load(ordering: .relaxed) }

    /// The pairs of a file and a call in the map that the programs use.
    var filePairs: UInt32 {
        unsafe word(\.file_pairs).pointee.load(ordering: .relaxed) &- control.pointee.file_pairs_taken
    }

    /// The programs are about to use the other map, which is empty.
    func takeFilePairs() {
        unsafe word(\.file_pairs_taken).pointee.store(word(\.file_pairs).pointee.load(ordering: .relaxed), ordering: .relaxed)
    }

    /// Takes one of them off: user space has removed it.
    func countRemovedRequest() { unsafe word(\.requests).pointee.wrappingSubtract(1, ordering: .relaxed) }

    func forgetRequests() { unsafe word(\.requests).pointee.store(0, ordering: .relaxed) }

    /// The vDSO ticks until now; the count may begin again at 0.
    var vdsoTickCount: UInt32 { unsafe word(\.vdso_ticks).pointee.load(ordering: .relaxed) }

    /// The call indices at which there has been a call while calls were sampled.
    var metCalls: [Int] {
        let met = unsafe met
        return met.indices.filter { unsafe met[$0] != 0 }
    }

    func forgetMetCalls() { unsafe met.initialize(repeating: 0) }

    /// A byte for each call index. The programs set each once.
    private var met: UnsafeMutableBufferPointer<UInt8> {
        let start = unsafe memory.base + MemoryLayout<syslat_control>.offset(of: \.met)!
        return unsafe UnsafeMutableBufferPointer(
            start: start.assumingMemoryBound(to: UInt8.self), count: Int(SYSLAT_CALL_INDEXES))
    }
}
