import BPFRuntime
import CSyslatABI
import Glibc
import Linux

/// The list of watched processes, a byte for each process id, and the cgroup that replaces it.
enum WatchList {
    /// Watches every process, including those to come, but not this one.
    static func watchAllOthers(in object: borrowing BPFObject) throws(BPFError) {
        let memory = try MappedMemory(object.map(".bss.watch"), writable: true)
        unsafe memset(memory.base, 1, memory.size)
        unsafe memory.base.storeBytes(of: 0, toByteOffset: Int(getpid()), as: UInt8.self)
    }

    static func watch(cgroup path: String, in object: borrowing BPFObject) throws(BPFError) {
        let folder: Descriptor
        do throws(Errno) { folder = try Descriptor(reading: path) } catch {
            throw BPFError("open the cgroup \(path)", code: error.code)
        }
        try object.map("cgroup").update(UInt32(0), to: UInt32(bitPattern: folder.number))
    }

    /// - Parameter pid: an id that Linux gives.
    static func set(_ pid: Int32, isWatched: Bool, in object: borrowing BPFObject) throws(BPFError) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let (index, offset) = Int(pid).quotientAndRemainder(dividingBy: page)
        // Map only the page with the process's byte: the whole list would count as our memory.
        let memory = try MappedMemory(
            descriptor: object.map(".bss.watch").descriptor, size: page, offset: index * page, writable: true,
            name: "the watch list")
        unsafe memory.base.storeBytes(of: isWatched ? 1 : 0, toByteOffset: offset, as: UInt8.self)
    }

    /// The watched processes, in rising order. Takes a millisecond: the whole list is looked through.
    static func processes(in object: borrowing BPFObject) throws(BPFError) -> [Int32] {
        let memory = try MappedMemory(object.map(".bss.watch"), writable: false)
        var found: [Int32] = []
        var position = 0
        // Both stay below the size; memchr(3) skips ids that nobody has.
        while position < memory.size,
            let next = unsafe memchr(memory.base + position, 1, memory.size - position)
        {
            position = unsafe next - memory.base
            found.append(Int32(position))
            position += 1
        }
        return found
    }
}
