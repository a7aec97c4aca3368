import Capture
import Comparison
import KernelLab
import ProfileFile
import Trial

/// Ends a command: a sentence for the user, and the exit status.
struct CommandError: Error, CustomStringConvertible {
    let description: String
    let status: ExitStatus
    /// Output of libbpf or the verifier, to be shown below the sentence.
    var log = ""
    /// The reader of the output has gone, which is a failure to nobody.
    var isBrokenPipe = false

    init(_ description: String, status: ExitStatus = .failure) {
        self.description = description
        self.status = status
    }

    /// Translates a library's error; nil for errors of other origin.
    init?(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as CaptureError: self.init(error)
        case let error as KernelLabError: self.init([error.description, error.remedy?.words].sentence)
        case let error as ProfileFileError: self.init("\(error)", status: .badInput)
        case let error as ComparisonError: self.init([error.description, error.remedy?.words].sentence, status: .badInput)
        case let error as TrialError: self.init(error.description)
        default: return nil
        }
    }

    private init(_ error: CaptureError) {
        let status: ExitStatus =
            switch error.kind {
            case .failure, .host: .failure
            case .badInput: .badInput
            case .wrongRequest: .usage
            case .notExecutable: .notExecutable
            case .notFound: .notFound
            }
        let advice = error.kind == .host ? "`syslat doctor` tells what this host lacks." : nil
        self.init([error.description, error.remedy?.words, advice].sentence, status: status)
        log = error.log
    }
}

extension CaptureError.Remedy {
    /// The option that helps. Libraries know no options.
    var words: String {
        switch self {
        case .smallerRing: "Try --ring-size 1MiB."
        case .btfFile: "Name it with --btf FILE."
        case .caseList: "`syslat bench --list` lists them all."
        }
    }
}

extension ComparisonError.Remedy {
    var words: String {
        switch self {
        case .acceptLosses: "Capture again with a larger --ring-size, or accept the losses with --force."
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
    /// Joins the sentences that there are.
    fileprivate var sentence: String { compactMap { $0 }.joined(separator: " ") }
}
