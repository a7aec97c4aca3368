import Capture
import Comparison
import KernelLab
import ProfileFile

/// What ends a command: a sentence for the person at the terminal, and the exit status.
struct CommandError: Error, CustomStringConvertible {
    let description: String
    let status: ExitStatus
    /// Lines of libbpf or the verifier that follow the sentence.
    var log = ""

    init(_ description: String, status: ExitStatus = .failure) {
        self.description = description
        self.status = status
    }

    /// What an error of a library means here; nil for one that is not of ours.
    init?(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as CaptureError: self.init(error)
        case let error as KernelLabError: self.init([error.description, error.remedy?.words].sentence)
        case let error as ProfileFileError: self.init("\(error)", status: .badInput)
        case let error as ComparisonError: self.init(error.description, status: .badInput)
        default: return nil
        }
    }

    private init(_ error: CaptureError) {
        let status: ExitStatus =
            switch error.kind {
            case .failure, .host: .failure
            case .wrongRequest: .usage
            case .notExecutable: .notExecutable
            case .notFound: .notFound
            }
        let advice = error.kind == .host ? "`syslat doctor` says what is missing here." : nil
        self.init([error.description, error.remedy?.words, advice].sentence, status: status)
        log = error.log
    }
}

extension CaptureError.Remedy {
    /// The option that helps: the libraries know of none.
    var words: String {
        switch self {
        case .smallerRing: "The option is --ring-size: --ring-size 1MiB, say."
        case .btfFile: "The option is --btf FILE."
        case .caseList: "`syslat bench --list` has them all."
        }
    }
}

extension KernelLabError.Remedy {
    var words: String {
        switch self {
        case .staticProgram: "Name it with --guest-binary FILE or SYSLAT_STATIC=FILE."
        }
    }
}

extension [String?] {
    /// Sentences one behind the other, as many as there are.
    fileprivate var sentence: String { compactMap { $0 }.joined(separator: " ") }
}
