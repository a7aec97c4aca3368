import PlainText
package import Profile

/// Whose code a frame of a stack is.
package enum StackSpace: Sendable, Hashable {
    case user, kernel
}

extension StackFrame {
    /// So much of a function's name is shown: those of templates and closures have no end.
    package static let longestLabel = 200

    /// The function; where nothing names it the place: `libc.so.6+0x1234`, `[build-id 93ac61ec]+0x1234` where
    /// only that is known of the file, `[anon]+0x7f11a000` for memory without a file.
    package func label(in space: StackSpace) -> String {
        let name = function.map(PlainText.line) ?? ""
        guard name.isEmpty else {
            let start = name.unicodeScalars.prefix(StackFrame.longestLabel)
            return start.endIndex == name.endIndex ? name : String(start) + "…"
        }
        // Addresses of the kernel are not told: a place without a name has none.
        if space == .kernel, file == nil, buildID == nil, offset == 0 { return fileLabel(in: space) }
        return "\(fileLabel(in: space))+0x\(String(offset, radix: 16))"
    }

    /// The file without its folders.
    private func fileLabel(in space: StackSpace) -> String {
        let path = file.map(PlainText.line) ?? ""
        let start = path.unicodeScalars.lastIndex(of: "/").map(path.unicodeScalars.index(after:)) ?? path.startIndex
        if start < path.endIndex { return String(path[start...]) }
        if !path.isEmpty { return path }
        if let buildID { return "[build-id \(PlainText.line(String(buildID.prefix(8))))]" }
        return space == .user ? "[anon]" : "[kernel]"
    }
}

extension [StackFrame] {
    /// How many functions of a stack are worth a line.
    package static let framesOfLine = 8

    /// The stack in a line, the innermost function first: `fsync < XLogWrite < WalWriterMain`. nil of an empty one. That the kernel was
    /// entered goes without saying.
    package func line(in space: StackSpace) -> String? {
        guard let first else { return nil }
        let entry = space == .kernel ? dropFirst().firstIndex { $0.isKernelEntry } : nil
        let shown = [first] + self[1..<(entry ?? endIndex)]
        let rest = shown.count > [StackFrame].framesOfLine ? ["…"] : []
        return (shown.prefix([StackFrame].framesOfLine).map { $0.label(in: space) } + rest).joined(separator: " < ")
    }
}

extension StackFrame {
    /// Of the functions through which every call enters the kernel, the innermost: arch/x86/entry, arch/arm64/kernel/syscall.c.
    fileprivate var isKernelEntry: Bool { function.map(StackFrame.kernelEntries.contains) ?? false }

    private static let kernelEntries: Set = [
        "x64_sys_call", "do_syscall_64", "entry_SYSCALL_64_after_hwframe", "ia32_sys_call", "__do_fast_syscall_32",
        "do_int80_emulation", "do_int80_syscall_32", "invoke_syscall", "invoke_syscall.constprop.0",
    ]
}
