import Glibc
import Linux
import Profile

/// Which files the descriptors of others are, without asking their file systems: a server that doesn't answer, of NFS or FUSE, is often the
/// very reason why a call hangs, and stat(2) would wait for it too.
struct OpenFiles {
    /// The devices of mounts, as /proc/PID/mountinfo has them: by mount namespace and then by the id of the mount.
    private var devices: [String: [UInt64: UInt32]] = [:]
    /// Lists of mounts can be long; the device of what lies beyond stays 0.
    private static let longestList = 4 << 20

    /// Device and inode of a descriptor; 0 for what isn't known.
    mutating func file(_ number: Int32, of tid: Int32, named name: String) -> (device: UInt32, inode: UInt64) {
        guard name.hasPrefix("/") else { return OpenFiles.ownFile(number, of: tid) }
        // Source: proc(5). Before Linux 5.14 it has no inode.
        var fields: [Substring: UInt64] = [:]
        for line in (ProcFS.text("/proc/\(tid)/fdinfo/\(number)") ?? "").split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " })
            if parts.count == 2, let value = UInt64(parts[1]) { fields[parts[0]] = value }
        }
        return (fields["mnt_id"].map { device(of: $0, in: tid) } ?? 0, fields["ino"] ?? 0)
    }

    /// Sockets, pipes and the like are of file systems of the kernel's own, which answer.
    private static func ownFile(_ number: Int32, of tid: Int32) -> (device: UInt32, inode: UInt64) {
        var facts = stat()
        // Not lstat: the file itself. A link of /proc leads there whatever its text says.
        guard unsafe stat("/proc/\(tid)/fd/\(number)", &facts) == 0 else { return (0, 0) }
        return (DescriptorArgument.kernelDevice(UInt64(facts.st_dev)), UInt64(facts.st_ino))
    }

    private mutating func device(of mount: UInt64, in tid: Int32) -> UInt32 {
        guard let namespace = ProcFS.link("/proc/\(tid)/ns/mnt") else { return 0 }
        let known = devices[namespace] ?? OpenFiles.mounts(of: tid)
        devices[namespace] = known
        return known[mount] ?? 0
    }

    private static func mounts(of tid: Int32) -> [UInt64: UInt32] {
        var devices: [UInt64: UInt32] = [:]
        for line in (ProcFS.text("/proc/\(tid)/mountinfo", limit: longestList) ?? "").split(separator: "\n") {
            // Its id, its parent's, major:minor.
            let fields = line.split(separator: " ", maxSplits: 3)
            guard fields.count == 4, let mount = UInt64(fields[0]) else { continue }
            let numbers = fields[2].split(separator: ":").compactMap { UInt32($0) }
            guard numbers.count == 2, numbers[0] < 1 << 12 else { continue }
            devices[mount] = numbers[0] << 20 | numbers[1] & 0xfffff
        }
        return devices
    }
}
