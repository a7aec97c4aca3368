import CLinux
import Glibc
import Linux

/// Names places in files long after the capture, perhaps on another machine: what a saved profile has is enough.
///
/// A file counts only if it has the build-id of the place. Looked at are the given folders, then the path of the binary on this host, then
/// the debug files of this host. A debug file alone is enough if the place has its address, or if the file still has the layout of the
/// binary. Threading: one thread at a time.
package struct BinaryNamer: ~Copyable {
    private let folders: DebugFolders
    /// Binaries, and debug files that stand for one, by what was asked for.
    private var answers: [Question: Result<Binary, UnnamedReason>] = [:]

    /// What names may lack until now.
    package private(set) var losses = NamingLosses()

    private struct Question: Hashable {
        var path: String
        var buildID: BuildID
    }

    /// - Parameter debugDirs: folders with debug files or binaries, looked at before those of the system.
    package init(debugDirs: [String] = []) { folders = DebugFolders(given: debugDirs) }

    /// Names a place. Places of one file are best named after each other: few files are kept.
    ///
    /// - Parameter isReturn: whether it is a return address: every frame but the innermost.
    package mutating func name(_ place: FilePlace, isReturn: Bool) -> NamedFrame {
        guard let buildID = place.buildID else { return NamedFrame(location: .file(place), reason: .noBuildID) }
        let question = Question(path: place.path, buildID: buildID)
        let answer = answers[question] ?? find(question)
        // A profile names as many files as it likes: what was found can be found again.
        if answers.count >= BinaryNamer.mostAnswers { answers.removeAll() }
        answers[question] = answer
        if let binary = try? answer.get() { losses.add(binary) }
        return place.named(in: answer, isReturn: isReturn)
    }

    private static let mostAnswers = 64

    private func find(_ question: Question) -> Result<Binary, UnnamedReason> {
        var found = FoundFiles(question.buildID)
        for place in folders.places(for: question.buildID, path: question.path) where !found.isEnough { found.look(at: place) }
        if !found.isEnough, question.path.utf8.first == UInt8(ascii: "/"), !question.path.utf8.contains(0) {
            found.look(at: question.path)
        }
        let root = Descriptor(owning: unsafe clinux_find(AT_FDCWD, "/", CLINUX_LINKS_ANYWHERE))
        guard let source = found.binary else {
            guard let debug = found.debug ?? folders.file(for: question.buildID) else {
                return .failure(found.refusal ?? .binaryNotFound)
            }
            return Result { () throws(ELFError) in try Binary(debug, path: question.path) }.mapError { .notReadable($0) }
        }
        let debug = found.debug
        return Result { () throws(ELFError) in
            try Binary(source, path: question.path) { elf, buildID in
                debug ?? folders.file(for: elf, in: source, buildID: buildID, path: question.path, root: root)
            }
        }.mapError { .notReadable($0) }
    }
}

/// What was found of one build: a file with the layout of the binary, and one with all functions.
private struct FoundFiles {
    let buildID: BuildID
    /// Has the layout.
    private(set) var binary: ELFSource?
    /// Has all functions.
    private(set) var debug: ELFSource?
    /// What was wrong with the first file that was there and is not used.
    private(set) var refusal: UnnamedReason?

    init(_ buildID: BuildID) { self.buildID = buildID }

    var isEnough: Bool { binary != nil && debug != nil }

    mutating func look(at path: String) {
        guard let file = try? CheckedFile(path: path) else { return }
        let source: ELFSource
        let elf: ELFFile
        do {
            source = try file.source()
            elf = try ELFFile(source)
        } catch {
            if refusal == nil, let error = error as? FileRefusal { refusal = .fileRefused(error) }
            if refusal == nil, let error = error as? ELFError { refusal = .notReadable(error) }
            return
        }
        guard elf.buildID(in: source) == buildID else {
            refusal = refusal ?? .onlyOtherBuild(path)
            return
        }
        if binary == nil, elf.hasLayout { binary = source }
        if debug == nil, elf.hasFullSymbols { debug = source }
    }
}
