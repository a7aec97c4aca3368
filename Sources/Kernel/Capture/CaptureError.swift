package import BPFRuntime
package import Probes

/// Why a capture can't be made or went wrong: a sentence that names the thing, the reason and the remedy.
package struct CaptureError: Error, CustomStringConvertible, Sendable {
    /// Whose mistake it is.
    package enum Kind: Sendable, Hashable {
        case failure
        /// What was asked for can't be done by anybody.
        case wrongRequest
        /// A file that was named can't be read or is of the wrong kind.
        case badInput
        /// The host refuses or lacks something: `doctor` knows what.
        case host
        /// The command's program can't be executed, or is not there.
        case notExecutable, notFound
    }

    /// What would help, where it is an option of the capture's.
    package enum Remedy: Sendable, Hashable {
        case smallerRing
        /// ``CaptureOptions/btfPath``
        case btfFile
        /// The list of the workload's cases.
        case caseList
    }

    package let description: String
    package let kind: Kind
    package let remedy: Remedy?
    /// The last lines that libbpf and the verifier printed; empty where they say no more than the sentence.
    package let log: String

    package init(_ description: String, kind: Kind = .failure, remedy: Remedy? = nil, log: String = "") {
        self.description = description
        self.kind = kind
        self.remedy = remedy
        self.log = log
    }

    package init(_ error: ProbesError) {
        let kind: Kind =
            switch error.kind {
            case .failure: .failure
            case .badInput: .badInput
            }
        self.init(error.description, kind: kind, log: error.log)
    }

    /// What the kernel's refusal means to the person at the terminal.
    package init(_ error: BPFError) {
        switch error.code {
        case 1:  // EPERM
            self.init(
                "\(error). Tracing system calls needs root, or CAP_BPF and CAP_PERFMON: run syslat with sudo.", kind: .host)
        case 12:  // ENOMEM
            self.init("\(error). Raise the memory limit of this cgroup, or use a smaller ring.", remedy: .smallerRing)
        default:
            self.init("\(error).", kind: .host, log: error.log.split(separator: "\n").suffix(6).joined(separator: "\n"))
        }
    }
}

/// Runs what the kernel may refuse, and says so in a sentence.
func explained<Result: ~Copyable>(_ body: () throws(BPFError) -> Result) throws(CaptureError) -> Result {
    do throws(BPFError) { return try body() } catch { throw CaptureError(error) }
}
