package import BPFRuntime

/// Why a capture can't be made or went wrong: a sentence that names the thing, the reason and the remedy.
package struct CaptureError: Error, CustomStringConvertible, Sendable {
    /// What the program should exit with.
    package enum Status: Int32, Sendable {
        case failure = 1
        /// A file that can't be read or is no profile.
        case badFile = 2
        case usage = 64
        case notExecutable = 126
        case notFound = 127
    }

    package let description: String
    package let status: Status
    /// The host refuses or lacks something: the doctor knows what.
    package let isHostFault: Bool
    /// The last lines that libbpf and the verifier printed; empty where they say no more than the sentence.
    package let log: String

    package init(_ description: String, status: Status = .failure) {
        self.init(description, status: status, isHostFault: false, log: "")
    }

    private init(_ description: String, status: Status = .failure, isHostFault: Bool, log: String) {
        self.description = description
        self.status = status
        self.isHostFault = isHostFault
        self.log = log
    }

    /// What the kernel's refusal means to the person at the terminal.
    package init(_ error: BPFError) {
        switch error.code {
        case 1:  // EPERM
            self.init(
                "\(error). Tracing system calls needs root, or CAP_BPF and CAP_PERFMON: run syslat with sudo.",
                isHostFault: true, log: "")
        case 12:  // ENOMEM
            self.init("\(error). Ask for a smaller ring (--ring-size 1MiB) or raise the memory limit of this cgroup.")
        default:
            self.init(
                "\(error).", isHostFault: true, log: error.log.split(separator: "\n").suffix(6).joined(separator: "\n"))
        }
    }
}
