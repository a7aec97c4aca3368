import CLinux

/// What this process may do beyond other users: capabilities(7). Each thread has its own.
package enum Capabilities {
    /// Those in force, a bit for each (include/uapi/linux/capability.h).
    package static var inForce: UInt64 { clinux_capabilities() }

    /// CAP_SETGID (6) and CAP_SETUID (7).
    package static var mayChangeUser: Bool { inForce >> 6 & 3 == 3 }

    /// Gives up what is not needed any more, and keeps what `needs` turns out to need: it is tried without any capability, then with each
    /// of `candidates`, and then with all of them, until it succeeds. Programs that this thread starts get no more than it has.
    ///
    /// Threads that exist already keep theirs; those that are started later have what is kept.
    ///
    /// - Parameters:
    ///   - candidates: bits, the least dangerous first.
    ///   - wanted: those that stay without being tried, if they are held.
    /// - Returns: what is kept. Everything, if it failed with all candidates too.
    package static func dropAll(
        but candidates: [UInt64], keeping wanted: UInt64 = 0, neededFor needs: () -> Bool
    ) -> UInt64 {
        let held = clinux_permitted_capabilities()
        clinux_forgo_privileges()
        let all = candidates.reduce(0, |)
        for kept in ([0] + candidates + [all]).map({ ($0 | wanted) & held }) {
            guard clinux_set_capabilities(kept, held) == 0 else { continue }
            if needs() {
                _ = clinux_set_capabilities(kept, kept)
                return kept
            }
        }
        _ = clinux_set_capabilities(held, held)
        return held
    }

    /// Gives up all of the calling thread.
    package static func dropAll() { _ = clinux_set_capabilities(0, 0) }

    /// To read what /proc says of the files and mappings of others.
    package static let sysPtrace: UInt64 = 1 << 19
    /// To read the addresses of the kernel's functions.
    package static let syslog: UInt64 = 1 << 34
    package static let perfmon: UInt64 = 1 << 38
    package static let bpf: UInt64 = 1 << 39

    /// The names of those that programs like this one hold.
    private static let names: [Int: String] = [
        0: "CAP_CHOWN", 1: "CAP_DAC_OVERRIDE", 2: "CAP_DAC_READ_SEARCH", 19: "CAP_SYS_PTRACE", 21: "CAP_SYS_ADMIN",
        24: "CAP_SYS_RESOURCE", 34: "CAP_SYSLOG", 38: "CAP_PERFMON", 39: "CAP_BPF",
    ]

    /// By rising number.
    package static func names(of capabilities: UInt64) -> [String] {
        (0..<64).filter { capabilities >> UInt64($0) & 1 == 1 }.map { names[$0] ?? "capability \($0)" }
    }
}
