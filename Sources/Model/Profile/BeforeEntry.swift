/// What stands before the entries of a process's calls. The program waits for it, and no latency has that wait in it.
package struct BeforeEntry: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Seccomp filters.
    package static let filter = BeforeEntry(rawValue: 1)
    /// A program that answers for one of the filters.
    package static let supervisor = BeforeEntry(rawValue: 2)
    /// A program that traces the process by ptrace.
    package static let tracer = BeforeEntry(rawValue: 4)

    /// All of them, with the names that every output uses.
    package static let named: [(name: String, value: BeforeEntry)] = [
        ("filter", .filter), ("supervisor", .supervisor), ("tracer", .tracer),
    ]

    /// The names of those that are in it.
    package var names: [String] { BeforeEntry.named.filter { contains($0.value) }.map(\.name) }
}
