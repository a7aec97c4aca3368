import CLibbpf
import Glibc

/// A map of a loaded object, which must outlive it.
package struct BPFMap: Sendable {
    package let name: String
    package let descriptor: Int32
    package let keySize: Int
    /// Bytes of one value; in a per-CPU map, on one CPU.
    package let valueSize: Int
    package let entries: Int

    /// The values of a key: in a per-CPU map one for each possible CPU, otherwise a single one. nil if the key isn't there.
    package func values<Key: BitwiseCopyable>(of key: Key, perCPU: Bool) throws(BPFError) -> [[UInt8]]? {
        let copies = perCPU ? try KernelCPUs.possibleCount() : 1
        let stride = perCPU ? (valueSize + 7) / 8 * 8 : valueSize
        var key = key
        let size = MemoryLayout<Key>.size
        precondition(size == keySize, "the key of map \(name) has \(keySize) bytes, not \(size)")
        let buffer = unsafe [UInt8](unsafeUninitializedCapacity: copies * stride) { buffer, count in
            unsafe memset(buffer.baseAddress!, 0, buffer.count)
            // The kernel writes `stride` bytes for each possible CPU.
            count = unsafe bpf_map_lookup_elem(descriptor, &key, buffer.baseAddress) == 0 ? copies * stride : 0
        }
        if buffer.isEmpty {
            guard errno == ENOENT else { throw BPFError("read map \(name)", code: errno) }
            return nil
        }
        return (0..<copies).map { Array(buffer[$0 * stride..<$0 * stride + valueSize]) }
    }

    /// The value of a key in a map that isn't per-CPU; nil if the key isn't there.
    package func value<Key: BitwiseCopyable, Value: BitwiseCopyable>(of key: Key, _ value: Value.Type) throws(BPFError) -> Value? {
        precondition(MemoryLayout<Value>.size == valueSize, "wrong value type for map \(name)")
        // As many bytes as the type has: checked above.
        return try values(of: key, perCPU: false)?.first.map { bytes in
            unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: value) }
        }
    }

    /// The values of a key in a per-CPU map, one for each possible CPU; empty if the key isn't there.
    package func perCPU<Key: BitwiseCopyable, Value: BitwiseCopyable>(_ key: Key, _ value: Value.Type) throws(BPFError) -> [Value] {
        precondition(MemoryLayout<Value>.size == valueSize, "wrong value type for map \(name)")
        // As many bytes as the type has: checked above.
        return (try values(of: key, perCPU: true) ?? []).map { bytes in
            unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: value) }
        }
    }

    /// Sets the value of a key.
    package func update<Key: BitwiseCopyable, Value: BitwiseCopyable>(_ key: Key, to value: Value) throws(BPFError) {
        var (key, value) = (key, value)
        precondition(
            MemoryLayout<Key>.size == keySize && MemoryLayout<Value>.size == valueSize, "wrong types for map \(name)")
        try checked("write map \(name)") { unsafe bpf_map_update_elem(descriptor, &key, &value, UInt64(BPF_ANY)) }
    }

    /// Zeroes the values of some keys of a map that isn't per-CPU, or makes such keys. Kernel: 5.6 (BPF_MAP_UPDATE_BATCH).
    package func clear<Key: BitwiseCopyable>(_ keys: [Key]) throws(BPFError) {
        precondition(MemoryLayout<Key>.size == keySize, "wrong key type for map \(name)")
        guard !keys.isEmpty else { return }
        let zeros = [UInt8](repeating: 0, count: keys.count * valueSize)
        var count = UInt32(keys.count)
        try checked("clear map \(name)") {
            // `count` keys and as many values are there.
            unsafe keys.withUnsafeBytes { keys in
                unsafe zeros.withUnsafeBytes {
                    unsafe bpf_map_update_batch(descriptor, keys.baseAddress, $0.baseAddress, &count, nil)
                }
            }
        }
    }

    /// Deletes some keys of a hash map. Kernel: 5.6 (BPF_MAP_DELETE_BATCH).
    package func remove<Key: BitwiseCopyable>(_ keys: [Key]) throws(BPFError) {
        precondition(MemoryLayout<Key>.stride == keySize, "wrong key type for map \(name)")
        guard !keys.isEmpty else { return }
        var count = UInt32(keys.count)
        // `count` keys are there.
        try checked("delete from map \(name)") {
            unsafe keys.withUnsafeBytes { unsafe bpf_map_delete_batch(descriptor, $0.baseAddress, &count, nil) }
        }
    }

    /// Zeroes the value of a key on every CPU.
    package func clearAllCPUs<Key: BitwiseCopyable>(_ key: Key) throws(BPFError) {
        var key = key
        let zeros = [UInt8](repeating: 0, count: try KernelCPUs.possibleCount() * ((valueSize + 7) / 8 * 8))
        try checked("clear map \(name)") {
            unsafe zeros.withUnsafeBytes { unsafe bpf_map_update_elem(descriptor, &key, $0.baseAddress, UInt64(BPF_ANY)) }
        }
    }

    /// Deletes a key; does nothing if it isn't there.
    package func remove<Key: BitwiseCopyable>(_ key: Key) throws(BPFError) { _ = try take(key) }

    /// Deletes a key, and says whether it was there.
    package func take<Key: BitwiseCopyable>(_ key: Key) throws(BPFError) -> Bool {
        var key = key
        precondition(MemoryLayout<Key>.size == keySize, "wrong key type for map \(name)")
        let result = unsafe bpf_map_delete_elem(descriptor, &key)
        if result == -ENOENT { return false }
        try checked("delete from map \(name)") { result }
        return true
    }

    /// All keys and values of a hash map that isn't per-CPU, as they are now. Kernel: 5.6 (BPF_MAP_LOOKUP_BATCH).
    package func entries<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key.Type, _ value: Value.Type
    ) throws(BPFError) -> [(Key, Value)] {
        precondition(MemoryLayout<Key>.stride == keySize, "wrong key type for map \(name)")
        precondition(MemoryLayout<Value>.stride == valueSize, "wrong value type for map \(name)")
        var found: [(Key, Value)] = []
        // Where the next batch begins: a bucket's number, which the kernel keeps in as many bytes as a key has, and 4 at least.
        var place: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        precondition(keySize <= MemoryLayout.size(ofValue: place))
        var isFirst = true
        // A batch holds whole buckets.
        var room = min(entries, 256)
        while true {
            var count = UInt32(room)
            let keys = UnsafeMutablePointer<Key>.allocate(capacity: room)
            let values = UnsafeMutablePointer<Value>.allocate(capacity: room)
            defer {
                unsafe keys.deallocate()
                unsafe values.deallocate()
            }
            let result = unsafe withUnsafeMutablePointer(to: &place) { place in
                unsafe bpf_map_lookup_batch(
                    descriptor, isFirst ? nil : UnsafeMutableRawPointer(place), place, keys, values, &count, nil)
            }
            // The kernel has written `count` of both, unless it failed otherwise.
            guard result == 0 || result == -ENOENT || result == -ENOSPC else { throw BPFError("read map \(name)", code: -result) }
            if result == -ENOSPC {
                room *= 2
                continue
            }
            for index in 0..<Int(count) { unsafe found.append((keys[index], values[index])) }
            if result == -ENOENT { return found }
            isFirst = false
        }
    }

    /// All keys of a hash map, as they are now.
    package func keys<Key: BitwiseCopyable>(as type: Key.Type) -> [Key] {
        precondition(MemoryLayout<Key>.size == keySize, "wrong key type for map \(name)")
        var keys: [Key] = []
        unsafe withUnsafeTemporaryAllocation(of: Key.self, capacity: 2) { buffer in
            var previous: UnsafeMutablePointer<Key>?
            let (current, next) = unsafe (buffer.baseAddress!, buffer.baseAddress! + 1)
            // Bounded: if the map changes meanwhile, the walk may start over.
            while keys.count < entries, unsafe bpf_map_get_next_key(descriptor, previous, next) == 0 {
                unsafe current.update(from: next, count: 1)
                unsafe previous = unsafe current
                unsafe keys.append(current.pointee)
            }
        }
        return keys
    }
}

/// The CPUs that the kernel has room for: per-CPU maps have a value for each, online or not.
package enum KernelCPUs {
    package static func possibleCount() throws(BPFError) -> Int {
        Int(try checked("read the number of possible CPUs") { libbpf_num_possible_cpus() })
    }
}
