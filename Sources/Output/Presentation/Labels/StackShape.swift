import Profile

/// Whether a stack looks as if frames were missing.
///
/// The kernel follows frame pointers. In code compiled without them, as most C libraries are, it finds the innermost function, perhaps
/// what the register happens to point to, and then the end. A whole stack ends where threads begin: in `_start`, or in what starts a thread.
enum StackShape {
    /// Where the stacks of threads begin, in glibc and musl, and functions that are close to it.
    private static let beginnings: Set<String> = [
        "_start", "main", "__libc_start_main", "__libc_start_call_main", "__libc_start_main_impl", "start_thread", "clone",
        "__clone",
        "clone3", "__clone3", "_start_c", "libc_start_main_stage2", "start", "_dl_start_user", "runtime.goexit", "runtime.mstart",
    ]

    /// True for a stack of one or two frames whose outermost one is no beginning of a thread. Wrong for a program whose own start has
    /// another name, and no use for longer stacks, which can be cut too. A stack without frames is not cut but unknown: false.
    static func isLikelyCut(_ frames: [StackFrame]) -> Bool {
        // A caller that was found by its call is no sign that frame pointers go on.
        guard 1...2 ~= frames.count(where: { !$0.isDirectCaller }), let outermost = frames.last else { return false }
        guard let name = outermost.function else { return true }
        // The version that a symbol may carry, and a clone that a compiler made: `main.cold`, `main@@BASE`.
        let stem = name.split(whereSeparator: { $0 == "@" }).first.map { String($0) } ?? name
        return !beginnings.contains(stem) && !beginnings.contains(String(stem.prefix { $0 != "." }))
    }
}
