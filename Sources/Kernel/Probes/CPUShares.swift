import BPFRuntime
import CSyslatABI

/// The memory of the CPUs: counters, and the batch that each is filling. The programs write it at any time; each counter is written whole.
struct CPUShares: ~Copyable {
    private let memory: MappedMemory
    let count: Int

    init(_ object: borrowing BPFObject, count: Int) throws(BPFError) {
        // No more than is in use: what is mapped counts as memory of ours, whether it is read or not.
        memory = try MappedMemory(object.map(".bss.cpus"), first: count * MemoryLayout<syslat_cpu>.stride, writable: true)
        self.count = count
    }

    private func share(_ id: Int) -> UnsafeMutablePointer<syslat_cpu> {
        // The mapped array holds `count` of them.
        unsafe memory.base.assumingMemoryBound(to: syslat_cpu.self) + id
    }

    /// The counters of each share.
    var counters: [syslat_counters] { (0..<count).map { unsafe share($0).pointee.counters } }

    /// Whether a batch has events in it.
    func hasEvents(_ id: Int) -> Bool { unsafe share(id).pointee.batch.header.count > 0 }

    /// The events in the batches, each batch as a record of the ring. Only while nothing is recorded.
    var batches: [[UInt8]] {
        (0..<count).compactMap { id in
            var batch = unsafe share(id).pointee.batch
            let count = min(Int(batch.header.count), Int(SYSLAT_BATCH_EVENTS))
            guard count > 0 else { return nil }
            batch.header.version = UInt16(SYSLAT_ABI_VERSION)
            batch.header.kind = UInt16(SYSLAT_RECORD_BATCH.rawValue)
            let size = MemoryLayout<syslat_record_header>.size + count * MemoryLayout<syslat_event>.stride
            return unsafe withUnsafeBytes(of: batch) { unsafe Array($0[..<size]) }
        }
    }

    /// Forgets counters and batches. Only while nothing is recorded.
    func clear() { for id in 0..<count { unsafe share(id).pointee = syslat_cpu() } }
}
