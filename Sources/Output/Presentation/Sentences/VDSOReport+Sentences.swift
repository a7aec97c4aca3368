package import Profile

/// What the self-test of a host found, in sentences. They may have any text in them.
extension VDSOReport {
    /// The vDSO: its size, the kernel it was built with, and its functions.
    package var imageSentence: String {
        guard let image else {
            return "vDSO: none. The kernel maps no vDSO into programs (as with vdso=0 at boot), so every call enters the kernel."
        }
        let kernel = image.kernelVersion.map { " of Linux \($0)" } ?? ""
        let count = HumanFormat.count(UInt64(image.symbols.count), "function", "functions")
        let versions = Set(image.symbols.map { $0.version ?? "" })
        let isUniform = versions.count == 1
        let names = image.symbols.map { symbol in symbol.name + (isUniform ? "" : symbol.version.map { "@\($0)" } ?? "") }
        let common = isUniform ? versions.first.map { $0.isEmpty ? "" : " (\($0))" } ?? "" : ""
        let list = names.isEmpty ? "." : ": \(names.joined(separator: ", "))\(common)."
        return "vDSO: \(HumanFormat.count(UInt64(max(0, image.size)), "byte", "bytes"))\(kernel), \(count)\(list)"
    }

    /// How the kernel answers calls of the vsyscall page.
    package var vsyscallSentence: String {
        let meaning =
            switch vsyscallMode {
            case "none": ": there is no such page."
            case "xonly": ": calls are carried out in the kernel, unseen by system call tracepoints."
            case "emulate": ": calls are carried out in the kernel, unseen by system call tracepoints, and the page can be read."
            default: "."
            }
        return "vsyscall page: \(vsyscallMode)\(meaning)"
    }
}

extension VDSOReport.Mitigation {
    /// What it does at the boundary, as one phrase.
    package var effect: String { effects.map(\.phrase).joined(separator: "; ") }
}
