import BPFRuntime
import CSyslatABI

/// The memory of the CPUs: counters, and the batch that each is filling. The programs write it at any time; each counter is written whole.
struct CPUShares: ~Copyable {
    private let memory: MappedMemory
    let count: Int

    init(_ object: borrowing BPFObject, count: Int) throws(BPFError) {
        // Map only what is in use: mapped pages count as our memory, read or not.
        memory = try MappedMemory(object.map(".bss.cpus"), first: count * MemoryLayout<syslat_cpu>.stride, writable: true)
        self.count = count
    }

    private func share(_ id: Int) -> UnsafeMutablePointer<syslat_cpu> {
        // The mapped array holds `count` of them.
        unsafe memory.base.assumingMemoryBound(to: syslat_cpu.self) + id
    }

    /// Hands over each share, while the programs go on writing it.
    func forEach(_ body: (UnsafePointer<syslat_cpu>) -> Void) {
        for id in 0..<count { unsafe body(UnsafePointer(share(id))) }
    }

    /// Whether a batch has events in it.
    func hasEvents(_ id: Int) -> Bool { unsafe share(id).pointee.batch.header.count > 0 }

    /// Forgets counters and batches. Only while nothing is recorded.
    func clear() { for id in 0..<count { unsafe share(id).pointee = syslat_cpu() } }
}
