import ArgumentParser
import Capture
import HostCheck
import PlainText

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check whether syslat works on this host, and say what to do if it does not.",
        discussion: "Loads and attaches the real BPF programs for a moment. Exits with 0 only if `syslat profile` will work.")

    @Option(
        help: ArgumentHelp("BTF file of the running kernel, if the kernel carries none.", valueName: "file"), completion: .file())
    var btf: String?

    func run() throws {
        let findings = Doctor.examine(btfPath: btf)
        let output = try Output(path: nil)
        let width = findings.map(\.subject.count).max() ?? 0
        var text = ""
        for finding in findings {
            let mark =
                switch finding.verdict {
                case .ok: "ok    "
                case .note: "note  "
                case .failed: "FAILED"
                }
            let padding = String(repeating: " ", count: width - finding.subject.count)
            // libbpf's output follows on separate lines, below the sentence.
            let detail = [finding.detail, finding.remedy?.words].compactMap { $0 }.joined(separator: ". ").split(separator: "\n")
                .joined(separator: "\n" + String(repeating: " ", count: width + 10))
            text += "\(mark)  \(finding.subject)\(padding)  \(detail)\n"
        }
        try output.finish(PlainText.lines(text))
        if findings.contains(where: { $0.verdict == .failed }) { throw ExitStatus.failure.code }
    }
}
