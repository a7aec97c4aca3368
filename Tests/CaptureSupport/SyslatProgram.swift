import Foundation
import TestPrograms

extension ProgramRun {
    /// The syslat that this build of the package made.
    package static let syslat: String = {
        // The test runner lies beside it.
        let folder = Bundle.main.executableURL?.deletingLastPathComponent()
        let build = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let fallback = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: ".build/debug")
        let candidates = [build, folder, fallback].compactMap { $0?.appending(path: "syslat").path }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "syslat"
    }()
}
