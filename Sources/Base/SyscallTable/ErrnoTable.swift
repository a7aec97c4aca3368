/// What each error number is called on x86 and Arm, which share their numbers.
///
/// The facts come from asm-generic/errno-base.h and errno.h of Debian's linux-libc-dev and, for the codes that the kernel keeps
/// to itself (ERESTARTSYS and others, 512 and above), from its include/linux/errno.h: programs never see those, a tracepoint
/// does.
package enum ErrnoTable {
    /// The name of an error number, which is positive, as in "ENOENT" for 2; "errno_N" for a number N without a name.
    /// Where a number has two names, the one that the kernel defines first: EAGAIN, not EWOULDBLOCK.
    package static func name(_ errno: Int32) -> String {
        table[errno] ?? "errno_\(errno)"
    }

    /// The number of an error: `EAGAIN`, or `11`. nil for other words.
    package static func number(_ text: String) -> Int32? {
        let numbers: ClosedRange<Int32> = 1...4095
        if let number = Int32(text) { return numbers.contains(number) ? number : nil }
        // The second names of two numbers.
        let name = ["EWOULDBLOCK": "EAGAIN", "EDEADLOCK": "EDEADLK"][text] ?? text
        return numbers.first { table[$0] == name }
    }

    private static let table = NameTable(lines: GeneratedTables.errnos)
}
