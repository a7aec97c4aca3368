package import Profile

/// What a report breaks the calls down by.
package enum Grouping: String, Sendable, Hashable, CaseIterable {
    case call, process
    case thread
    /// The name of the process.
    case comm
    case cgroup
    /// What a descriptor stood for.
    case file
    /// An interval of a time series, in order of time unless another order is asked for.
    case interval

    /// What a capture must have grouped its calls by to be shown so; nil where every capture will do.
    package var groups: CallGroups.Kind? {
        switch self {
        case .call, .process, .interval: nil
        case .thread: .thread
        case .comm: .comm
        case .cgroup: .cgroup
        case .file: .file
        }
    }

    /// One of them, and several.
    package var nouns: (one: String, many: String) {
        switch self {
        case .call: ("call", "calls")
        case .process: ("process", "processes")
        case .thread: ("thread", "threads")
        case .comm: ("name", "names")
        case .cgroup: ("cgroup", "cgroups")
        case .file: ("file", "files")
        case .interval: ("interval", "intervals")
        }
    }
}
