import Glibc

/// Memory shared with the kernel: a map made with BPF_F_MMAPABLE, or a part of a ring buffer.
///
/// Ownership: unmapped when it goes away. Threading: the programs read and write it at any time.
@safe
package struct MappedMemory: ~Copyable {
    /// The first byte; valid as long as this value.
    package let base: UnsafeMutableRawPointer
    /// Bytes, a whole number of pages.
    package let size: Int

    /// Maps `size` bytes of a map from an offset of whole pages. Errors: EPERM, ENOMEM, EINVAL for a size that isn't the map's.
    package init(descriptor: Int32, size: Int, offset: Int = 0, writable: Bool, name: String) throws(BPFError) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let rounded = (size + page - 1) / page * page
        let memory = unsafe mmap(
            nil, rounded, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, descriptor, offset)
        guard unsafe memory != MAP_FAILED, let memory = unsafe memory else {
            throw BPFError("map \(name) into memory", code: errno)
        }
        unsafe base = memory
        self.size = rounded
    }

    /// Maps a map made with BPF_F_MMAPABLE: all of it, or its first bytes.
    package init(_ map: BPFMap, first bytes: Int? = nil, writable: Bool) throws(BPFError) {
        // The kernel rounds each value up to 8 bytes (array_map_alloc, kernel/bpf/arraymap.c).
        let size = bytes ?? (map.valueSize + 7) / 8 * 8 * map.entries
        try self.init(descriptor: map.descriptor, size: size, writable: writable, name: "map \(map.name)")
    }

    deinit { unsafe _ = munmap(base, size) }
}
