package import Profile

extension RefusedCalls.Refuser {
    /// Who it is, to come after "by".
    package var phrase: String {
        switch self {
        case .filter: "a seccomp filter"
        case .supervisor: "a seccomp supervisor or its filter"
        case .tracer: "a tracer"
        case .unknown: "an unknown party"
        }
    }
}
