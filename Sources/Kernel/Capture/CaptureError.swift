package import BPFRuntime
import Linux
package import Probes

/// Why a capture is impossible or failed: a sentence that names the thing, the reason and the remedy.
package struct CaptureError: Error, CustomStringConvertible, Sendable {
    /// What kind of mistake it is.
    package enum Kind: Sendable, Hashable {
        case failure
        /// No host could fulfil the request.
        case wrongRequest
        /// A file that was named can't be read or is of the wrong kind.
        case badInput
        /// The host refuses or lacks something: `doctor` knows what.
        case host
        /// The command's program can't be executed, or was not found.
        case notExecutable, notFound
    }

    /// What would help, if it is an option.
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
    /// The last lines that libbpf and the verifier printed; empty if they add nothing to the sentence.
    package let log: String

    package init(_ description: String, kind: Kind = .failure, remedy: Remedy? = nil, log: String = "") {
        self.description = description
        self.kind = kind
        self.remedy = remedy
        self.log = log
    }

    /// A sentence about an errno, with the remedy if no descriptor is left.
    /// - Parameter sufficient: a limit of descriptors that is enough.
    init(_ sentence: String, ifTooMany error: Errno, sufficient: Int = 1024) {
        // EMFILE
        self.init(sentence + (error.code == 24 ? " Raise the limit of this shell: ulimit -n \(sufficient)." : ""))
    }

    package init(_ error: ProbesError) {
        let kind: Kind =
            switch error.kind {
            case .failure: .failure
            case .badInput: .badInput
            }
        self.init(error.description, kind: kind, log: error.log)
    }

    /// Explains the kernel's refusal to the user.
    package init(_ error: BPFError) {
        switch error.code {
        case 1:  // EPERM
            self.init(
                "\(error). Tracing system calls needs root, or CAP_BPF and CAP_PERFMON: run syslat with sudo.", kind: .host)
        case 24:  // EMFILE
            self.init("\(error).", ifTooMany: Errno(error.code))
        case 12:  // ENOMEM
            self.init("\(error). Raise the memory limit of this cgroup, or use a smaller ring.", remedy: .smallerRing)
        default:
            self.init("\(error).", kind: .host, log: error.log.split(separator: "\n").suffix(6).joined(separator: "\n"))
        }
    }
}

/// Runs what the kernel may refuse, and turns a refusal into a sentence.
func explained<Result: ~Copyable>(_ body: () throws(BPFError) -> Result) throws(CaptureError) -> Result {
    do throws(BPFError) { return try body() } catch { throw CaptureError(error) }
}
