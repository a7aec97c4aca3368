/// The memory by which the captures of this process tell threads. Who has no place in it is looked up by the kernel.
public enum ThreadMemory {
    /// As BPF/threads.bpf.h has it: an address at the beginning, here of something that is no thread's.
    private static let (entries, entryBytes, nobody) = (65536, 32, UInt64(2))

    /// Takes all places that are free, in every capture. Gives how many there were in the one that had most.
    public static func occupy() -> Int {
        var most = 0
        each { memory in
            var free = 0
            for place in stride(from: 0, to: entries * entryBytes, by: entryBytes)
            where memory.load(fromByteOffset: place, as: UInt64.self) == 0 {
                memory.storeBytes(of: nobody, toByteOffset: place, as: UInt64.self)
                free += 1
            }
            most = max(most, free)
        }
        return most
    }

    /// How many places are taken, in the capture where it is most.
    public static func taken() -> Int {
        var most = 0
        each { memory in
            let places = stride(from: 0, to: entries * entryBytes, by: entryBytes)
            most = max(most, places.count { memory.load(fromByteOffset: $0, as: UInt64.self) != 0 })
        }
        return most
    }

    private static func each(_ body: (UnsafeMutableRawPointer) -> Void) {
        let _: Never? = SharedMap.first(".bss.threads", bytes: entries * entryBytes) { memory in
            body(memory)
            return nil
        }
    }
}
