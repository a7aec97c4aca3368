package import Profile
package import SyscallTable

extension SyscallID {
    /// The call's name, with its ABI in front where that is not the machine's own: `read`, `ia32:write`.
    package func label(on host: Host) -> String { abi.name == host.arch ? name : "\(abi.name):\(name)" }

    /// Whether a user who typed `typed` means this call: `write` is that of every ABI, `ia32:write` one.
    package func isNamed(_ typed: String, on host: Host) -> Bool {
        typed == name || typed == label(on: host) || typed == "\(abi.name):\(name)"
    }
}

extension Series {
    /// How the calls ended, as tables and labels name it.
    package var result: String { failed ? "error" : "ok" }
}

extension ProcessSeries {
    /// The same.
    package var result: String { failed ? "error" : "ok" }
}

extension EntryReason {
    /// The reason without its clock, for rows that name the clock themselves. It may have any text in it.
    package var label: String { if case .clockNotServed = self { "clock-not-served" } else { name } }
}
