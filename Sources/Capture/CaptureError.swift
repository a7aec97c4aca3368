public import BPFRuntime

/// Why a capture can't be made or went wrong: a sentence that names the thing, the reason and the remedy.
public struct CaptureError: Error, CustomStringConvertible, Sendable {
    /// What the program should exit with.
    public enum Status: Int32, Sendable {
        case failure = 1
        case usage = 64
        case notExecutable = 126
        case notFound = 127
    }

    public let description: String
    public let status: Status

    public init(_ description: String, status: Status = .failure) {
        self.description = description
        self.status = status
    }

    /// What the kernel's refusal means to the person at the terminal.
    public init(_ error: BPFError) {
        switch error.code {
        case 1, 13:  // EPERM, EACCES
            self.init(
                "\(error). Tracing system calls needs root, or CAP_BPF and CAP_PERFMON: run syslat with sudo. "
                    + "`syslat doctor` says what is missing here.")
        case 12:  // ENOMEM
            self.init("\(error). Ask for a smaller ring (--ring-size 1MiB) or raise the memory limit of this cgroup.")
        default:
            let lastWords = error.log.split(separator: "\n").suffix(6).joined(separator: "\n")
            self.init("\(error). `syslat doctor` says what is missing here." + (lastWords.isEmpty ? "" : "\n\(lastWords)"))
        }
    }
}
