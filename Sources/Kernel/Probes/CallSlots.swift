import Aggregation
import BPFRuntime
import CSyslatABI

/// Where the programs keep calls in flight, except spilled ones: slots by the low bits of the thread id, and the slots of known
/// threads. The programs write them at any time.
struct CallSlots: ~Copyable {
    private let slots: MappedMemory
    private let slotCount: Int
    private let threads: MappedMemory

    /// - Parameter count: how many slots by thread id are in use, a power of two.
    init(_ object: borrowing BPFObject, count: Int) throws(BPFError) {
        let slots = try MappedMemory(object.map(".bss.slots"), first: count * MemoryLayout<syslat_slot>.stride, writable: true)
        let threads = try MappedMemory(object.map(".bss.threads"), writable: true)
        self.slots = slots
        self.threads = threads
        slotCount = count
    }

    private var byID: UnsafeMutableBufferPointer<syslat_slot> {
        // The mapped array holds at least that many.
        unsafe UnsafeMutableBufferPointer(start: slots.base.assumingMemoryBound(to: syslat_slot.self), count: slotCount)
    }

    private var known: UnsafeMutableBufferPointer<syslat_known_thread> {
        // The whole of the mapped array.
        unsafe UnsafeMutableBufferPointer(
            start: threads.base.assumingMemoryBound(to: syslat_known_thread.self), count: Int(SYSLAT_KNOWN_THREADS))
    }

    /// Calls that were kept in a slot.
    var entered: UInt64 {
        var total: UInt64 = 0
        unsafe byID.forEach { total += UInt64($0.entered) }
        unsafe known.forEach { total += UInt64($0.slot.entered) }
        return total
    }

    /// Calls that have not returned.
    var inFlight: [InFlightSlot] {
        let (byID, known) = unsafe (self.byID, self.known)
        return byID.indices.compactMap { unsafe InFlightSlot(byID[$0], at: .byID($0)) }
            + known.indices.compactMap { unsafe InFlightSlot(known[$0].slot, at: .known($0)) }
    }

    /// The call that is at a place now; nil if there is none, or it is none of these.
    func inFlight(at place: InFlightSlot.Place) -> InFlightSlot? {
        switch place {
        case .byID(let index): unsafe byID.indices.contains(index) ? InFlightSlot(byID[index], at: place) : nil
        case .known(let index): unsafe known.indices.contains(index) ? InFlightSlot(known[index].slot, at: place) : nil
        case .spilled: nil
        }
    }

    /// Calls that have left work whose end has not been seen.
    func pendingWork(since recordingStart: UInt64) -> [PendingWorkSlot] {
        unsafe byID.compactMap { PendingWorkSlot($0, recordingStart: recordingStart) }
            + known.lazy.map(\.slot).compactMap { PendingWorkSlot($0, recordingStart: recordingStart) }
    }

    /// Which of some threads have made or ended a call since recording began, except some that shared their slot with others.
    func seen(among threads: Set<Int32>) -> Set<Int32> {
        var seen: Set<Int32> = []
        // Most slots have never been used: a set of all of them takes longer than the rest of a snapshot.
        func take(_ tid: Int32) { if tid != 0, threads.contains(tid) { seen.insert(tid) } }
        unsafe byID.forEach { take($0.tid) }
        unsafe known.forEach { take($0.slot.tid) }
        return seen
    }

    /// Forgets all calls. Only while nothing is recorded, and by the thread whose calls there were: it is in none of them, even if the
    /// kernel skipped the program at an exit.
    func clear() {
        for index in unsafe byID.indices where unsafe byID[index].entered > 0 {
            unsafe byID[index].entered = 0
            unsafe byID[index].thread &= ~SYSLAT_IN_CALL
        }
        for index in unsafe known.indices where unsafe known[index].slot.entered > 0 {
            unsafe known[index].slot.entered = 0
            unsafe known[index].slot.thread &= ~SYSLAT_IN_CALL
            unsafe known[index].block = syslat_block()
        }
    }
}
