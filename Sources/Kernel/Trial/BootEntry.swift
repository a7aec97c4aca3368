import JSONLine

/// An entry of a boot loader that boots a kernel.
package struct BootEntry: Sendable, Hashable {
    /// What the loader takes to choose it.
    package let id: String
    package let title: String
    package let release: String
    /// The file of the kernel as the loader has it, from the start of its file system.
    package let image: String
    /// The kernel's command line.
    package let arguments: [String]

    package init(id: String, title: String, release: String, image: String, arguments: [String]) {
        (self.id, self.title, self.release, self.image, self.arguments) = (id, title, release, image, arguments)
    }

    func renamed(_ id: String) -> BootEntry {
        BootEntry(id: id, title: title, release: release, image: image, arguments: arguments)
    }

    /// Boots a shell for repairs.
    var isRecovery: Bool {
        arguments.contains { ["single", "recovery", "rescue", "emergency", "1"].contains($0) } || id.contains("recovery")
    }

    /// Whether a kernel that panics reboots by itself, as far as the command line says it.
    package var rebootsAfterPanic: Bool {
        arguments.last { $0.hasPrefix("panic=") }.flatMap { Int($0.dropFirst("panic=".count)) }.map { $0 != 0 } ?? false
    }

    /// The release in a file's name: `/boot/vmlinuz-6.1.0-56-amd64`, `/TOKEN/6.1.0-56-amd64/linux`.
    package static func release(ofImage path: String) -> String? {
        let parts = path.split(whereSeparator: { $0 == "/" || $0 == "\\" })
        guard let name = parts.last else { return nil }
        for prefix in ["vmlinuz-", "vmlinux-", "linux-", "kernel-"] where name.hasPrefix(prefix) && name.count > prefix.count {
            return String(name.dropFirst(prefix.count))
        }
        if name == "linux" || name == "vmlinuz", parts.count > 1, parts[parts.count - 2].first?.isNumber == true {
            return String(parts[parts.count - 2])
        }
        return nil
    }

    /// The entry of a release: not the one for repairs, and rather one that names the release than one that means "the newest".
    package static func find(_ release: String, in entries: [BootEntry]) -> BootEntry? {
        let candidates = entries.filter { $0.release == release && !$0.isRecovery }
        return candidates.first { $0.id.contains(release) } ?? candidates.first
    }

    /// The release that the user means: `6.1.0-56-amd64`, `vmlinuz-6.1.0-56-amd64`, `/boot/vmlinuz-6.1.0-56-amd64`.
    package static func release(named text: String) -> String { release(ofImage: text) ?? text }
}

/// What `bootctl list --json=short` says of systemd-boot's entries.
package struct BootctlEntry: Decodable, Sendable {
    let id: String
    let title: String?
    let version: String?
    let linux: String?
    let options: String?
    let isDefault: Bool?

    /// All entries that boot a kernel, and the one that boots when nobody has chosen anything.
    /// Errors: the text is not what bootctl of systemd 250 and later prints.
    package static func entries(_ text: String) throws(TrialError) -> (entries: [BootEntry], usual: BootEntry?) {
        guard let list = try? JSONTree.decode([BootctlEntry].self, from: Array(text.utf8)) else {
            throw TrialError("`bootctl list --json=short` doesn't print a list of entries. systemd 250 or later does.")
        }
        let pairs = list.compactMap { entry in entry.bootEntry.map { (entry, $0) } }
        return (pairs.map(\.1), pairs.first { $0.0.isDefault == true }?.1)
    }

    private var bootEntry: BootEntry? {
        let image = linux ?? ""
        guard let release = BootEntry.release(ofImage: image) ?? version, !release.isEmpty else { return nil }
        let arguments = (options ?? "").split(separator: " ").map(String.init)
        return BootEntry(id: id, title: title ?? id, release: release, image: image, arguments: arguments)
    }
}
