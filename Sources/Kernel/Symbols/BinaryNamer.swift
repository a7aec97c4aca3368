import CLinux
import Glibc
import Linux

/// Names places in files long after the capture, perhaps on another machine: what a saved profile has is enough.
///
/// A binary counts only if it has the build-id of the place. It is looked for at its path on this host; without it, a debug file is enough
/// if the place has its address. Threading: one thread at a time.
package struct BinaryNamer: ~Copyable {
    private let folders: DebugFolders
    /// Debug files that stand for a binary, and binaries at their paths, by what was asked for.
    private var answers: [Question: Result<Binary, UnnamedReason>] = [:]

    private struct Question: Hashable {
        var path: String
        var buildID: BuildID
    }

    /// - Parameter debugDirs: folders with debug files, looked at before those of the system.
    package init(debugDirs: [String] = []) { folders = DebugFolders(given: debugDirs) }

    /// Names a place.
    ///
    /// - Parameter isReturn: whether it is a return address: every frame but the innermost.
    package mutating func name(_ place: FilePlace, isReturn: Bool) -> NamedFrame {
        guard let buildID = place.buildID else { return NamedFrame(location: .file(place), reason: .noBuildID) }
        let question = Question(path: place.path, buildID: buildID)
        let answer = answers[question] ?? find(question)
        // A profile names as many files as it likes: what was found can be found again.
        if answers.count >= BinaryNamer.mostAnswers { answers.removeAll() }
        answers[question] = answer
        return place.named(in: answer, isReturn: isReturn)
    }

    private static let mostAnswers = 64

    private func find(_ question: Question) -> Result<Binary, UnnamedReason> {
        let root = Descriptor(owning: unsafe clinux_find(AT_FDCWD, "/", CLINUX_LINKS_ANYWHERE))
        if question.path.utf8.first == UInt8(ascii: "/"), let source = try? CheckedFile(path: question.path).source(),
            let elf = try? ELFFile(source), elf.buildID(in: source) == question.buildID
        {
            let binary = try? Binary(source, path: question.path) { elf, buildID in
                folders.file(for: elf, in: source, buildID: buildID, path: question.path, root: root)
            }
            if let binary, binary.hasFunctions { return .success(binary) }
        }
        guard let debug = folders.file(for: question.buildID) else { return .failure(.binaryNotFound) }
        return Result { () throws(ELFError) in try Binary(debug, path: question.path) }.mapError { .notReadable($0) }
    }
}
