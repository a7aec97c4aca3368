/// One line of /proc/PID/maps. Source: proc_pid_maps(5).
package struct MemoryMapping: Sendable, Hashable {
    package var start: UInt
    package var end: UInt
    /// `r-xp`
    package var permissions: String
    /// A path, `[vdso]`, or empty.
    package var name: String

    package func contains(_ address: UInt64) -> Bool { UInt64(start) <= address && address < UInt64(end) }

    /// nil for a line of another form.
    package init?(line: some StringProtocol) {
        // Address, permissions, offset, device, inode, and the name, which may hold blanks.
        let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        guard fields.count >= 5 else { return nil }
        let ends = fields[0].split(separator: "-")
        guard ends.count == 2, let start = UInt(ends[0], radix: 16), let end = UInt(ends[1], radix: 16), start < end else {
            return nil
        }
        self.start = start
        self.end = end
        permissions = String(fields[1])
        name = fields.count == 6 ? String(fields[5].drop { $0 == " " }) : ""
    }

    /// The lines of a maps file that can be parsed.
    package static func all(maps: String) -> [MemoryMapping] {
        maps.split(separator: "\n").compactMap { MemoryMapping(line: $0) }
    }

    /// The mappings of a live process: /proc/PID/maps, proc(5).
    package static func all(of pid: Int32) -> [MemoryMapping] { all(maps: ProcFS.text("/proc/\(pid)/maps") ?? "") }
}
