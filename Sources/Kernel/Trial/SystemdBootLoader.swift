import Linux

/// systemd-boot, as far as a trial needs it. The one-shot entry is a variable of the firmware, which systemd-boot removes before it boots.
/// Source: bootctl(1), https://systemd.io/BOOT_LOADER_INTERFACE.
struct SystemdBootLoader {
    /// What all variables of the boot loader interface end with.
    private static let vendor = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
    private let variables: String

    /// nil unless this machine was booted by it.
    init?(variables: String = "/sys/firmware/efi/efivars") {
        self.variables = variables
        guard let info = variable("LoaderInfo"), info.hasPrefix("systemd-boot") else { return nil }
    }

    /// The text of a variable: 4 bytes of attributes, then UTF-16.
    private func variable(_ name: String) -> String? {
        guard let file = try? Descriptor(reading: "\(variables)/\(name)-\(SystemdBootLoader.vendor)"),
            let bytes = try? file.read(limit: 4096), bytes.count >= 4
        else { return nil }
        return SystemdBootLoader.text(bytes)
    }

    static func text(_ bytes: [UInt8]) -> String {
        let units = stride(from: 4, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
        return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    }

    private var nextEntry: String? { variable("LoaderEntryOneShot").flatMap { $0.isEmpty ? nil : $0 } }

    func chooseOnce(_ entry: String) throws(TrialError) {
        _ = try ToolRun.output(of: "bootctl", ["set-oneshot", entry])
        guard nextEntry == entry else { throw TrialError("bootctl did not write the entry into LoaderEntryOneShot") }
    }

    func chooseNothing() throws(TrialError) {
        guard nextEntry != nil else { return }
        _ = try ToolRun.output(of: "bootctl", ["set-oneshot", ""])
        guard nextEntry == nil else {
            throw TrialError("LoaderEntryOneShot is still set: remove it with `bootctl set-oneshot ''`.")
        }
    }

    var facts: TrialFacts.Loader {
        do throws(TrialError) {
            let list = try BootctlEntry.entries(try ToolRun.output(of: "bootctl", ["list", "--json=short", "--no-pager"]))
            return TrialFacts.Loader(kind: .systemdBoot, entries: list.entries, usual: list.usual)
        } catch {
            return TrialFacts.Loader(kind: .systemdBoot, entries: [], usual: nil, obstacle: error.description)
        }
    }
}

/// What Secure Boot needs to be known for.
enum SecureBoot {
    /// Whether the firmware checks signatures: the last byte of the variable is 1.
    static func isOn(variables: String = "/sys/firmware/efi/efivars") -> Bool {
        let path = "\(variables)/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
        guard let file = try? Descriptor(reading: path), let bytes = try? file.read(limit: 16) else { return false }
        return bytes.count == 5 && bytes.last == 1
    }

    /// Whether an image for UEFI carries signatures, whoever made them: its table of certificates isn't empty.
    /// Source: the PE format, "Optional Header Data Directories".
    static func isSigned(_ image: [UInt8]) -> Bool {
        func number(_ offset: Int, _ size: Int) -> Int? {
            guard offset >= 0, offset <= image.count - size else { return nil }
            return image[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard image.starts(with: "MZ".utf8), let start = number(0x3c, 4), number(start, 4) == 0x4550,
            let magic = number(start + 24, 2)
        else { return false }
        // The directories begin at 96 in a header for 32 bits and at 112 in one for 64; certificates are the fifth, 8 bytes each.
        let directories = start + 24 + (magic == 0x20b ? 112 : 96)
        guard let count = number(directories - 4, 4), count > 4, let place = number(directories + 32, 4),
            let size = number(directories + 36, 4)
        else { return false }
        return place > 0 && size > 8 && place <= image.count - size
    }
}
