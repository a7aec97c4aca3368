import Linux

/// grub, as far as a trial needs it. It never writes anything but `next_entry` of grub's environment.
struct GrubLoader {
    /// The folder that has the folder of grub, such as /boot.
    let bootFolder: String
    /// `grub` or, on some distributions, `grub2`: of the folder and of the tools.
    let name: String

    private var folder: String { "\(bootFolder)/\(name)" }
    private var environmentPath: String { "\(folder)/grubenv" }

    /// nil where there is none.
    init?(bootFolder: String) {
        guard let name = ["grub", "grub2"].first(where: { ProcFS.mayAccess("\(bootFolder)/\($0)/grub.cfg", 0) }) else { return nil }
        (self.bootFolder, self.name) = (bootFolder, name)
    }

    private var environment: [String: String] {
        GrubEnvironment.values(ProcFS.text(environmentPath, limit: 4096) ?? "")
    }

    /// The entry that was chosen for the next boot alone.
    var nextEntry: String? { environment["next_entry"].flatMap { $0.isEmpty ? nil : $0 } }

    /// Chooses an entry, and makes sure that nothing else has changed.
    func chooseOnce(_ entry: String) throws(TrialError) {
        let before = environment
        guard menu.entries.contains(where: { $0.id == entry }) else {
            throw TrialError("grub has no entry \(entry) any more")
        }
        _ = try ToolRun.output(of: "\(name)-reboot", ["--boot-directory=\(bootFolder)", entry])
        guard nextEntry == entry, environment["saved_entry"] == before["saved_entry"] else {
            throw TrialError("\(name)-reboot did not write the entry into \(environmentPath)")
        }
    }

    func chooseNothing() throws(TrialError) {
        guard nextEntry != nil else { return }
        _ = try ToolRun.output(of: "\(name)-editenv", [environmentPath, "unset", "next_entry"])
        guard nextEntry == nil else { throw TrialError("\(environmentPath) still has next_entry: remove it with \(name)-editenv.") }
    }

    private var menu: GrubMenu { GrubMenu(ProcFS.text("\(folder)/grub.cfg", limit: GrubMenu.largestFile) ?? "") }

    var facts: TrialFacts.Loader {
        let menu = menu
        return TrialFacts.Loader(
            kind: .grub, entries: menu.entries, usual: menu.usualEntry(saved: environment["saved_entry"]), obstacle: obstacle(menu))
    }

    /// Why one boot alone can't be chosen.
    private func obstacle(_ menu: GrubMenu) -> String? {
        for tool in ["\(name)-reboot", "\(name)-editenv"] where ExecutableSearch.path(of: tool) == nil {
            return "\(tool) is not in PATH. Install the tools of grub (Debian: grub2-common)."
        }
        guard menu.forgetsNextEntry else {
            return "\(folder)/grub.cfg does not look for the entry that `\(name)-reboot` chooses. Make it anew with update-grub."
        }
        guard ProcFS.mayAccess(environmentPath, 6) else {
            return "\(environmentPath) is missing or can't be written. `\(name)-editenv create` makes it."
        }
        guard let storage = Mount(of: folder)?.unwritableForGrub else { return nil }
        return
            "grub can't write to \(environmentPath), since it is on \(storage), so it would boot the chosen entry again and again. "
            + "Put /boot on a plain partition with ext4."
    }
}

/// Where a path is, from /proc/self/mountinfo.
struct Mount {
    let point: String
    let fileSystem: String
    /// `major:minor`
    let device: String

    init?(of path: String, in table: String? = ProcFS.text("/proc/self/mountinfo", limit: 16 << 20)) {
        var best: Mount?
        for line in (table ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
            let point = fields[4]
            guard point == "/" || path == point || path.hasPrefix(point + "/") else { continue }
            // A later mount covers an earlier one at the same place.
            if point.utf8.count >= best?.point.utf8.count ?? 0 {
                best = Mount(point: point, fileSystem: fields[dash + 1], device: fields[2])
            }
        }
        guard let best else { return nil }
        self = best
    }

    private init(point: String, fileSystem: String, device: String) {
        (self.point, self.fileSystem, self.device) = (point, fileSystem, device)
    }

    /// What grub can read and not write: it writes the blocks of a file in place, which these file systems and layers don't allow.
    /// Source: grub's util/grub.d/00_header.in and grub-core/disk/diskfilter.c.
    var unwritableForGrub: String? {
        if ["btrfs", "zfs", "nfs", "nfs4", "overlay", "squashfs", "iso9660"].contains(fileSystem) { return fileSystem }
        if ProcFS.mayAccess("/sys/dev/block/\(device)/dm", 0) { return "a logical volume or an encrypted one" }
        if ProcFS.mayAccess("/sys/dev/block/\(device)/md", 0) { return "a RAID" }
        return nil
    }

    /// Whether what is written there is gone after a reboot.
    var isVolatile: Bool { ["tmpfs", "ramfs", "overlay", "devtmpfs", "proc", "sysfs"].contains(fileSystem) }
}
