import CLinux
import Glibc
import Linux
import PlainText

/// Names the frames of user-space stacks of live processes.
///
/// The processes may be anybody's and hostile: what they control is bounded, checked and never trusted beyond their own frames
/// (SECURITY.md). Binaries are read once and kept, within 64 MiB. A frame that can't be named says why, and keeps its place in the file.
///
/// Threading: one thread at a time. Complexity: a new binary is read and sorted, which takes 45 ms and 7 MB for 290,000 functions. Map
/// files of JIT compilers are read once for each call, so stacks of one process are best named together.
package struct StackNamer: ~Copyable {
    private let folders: DebugFolders
    private var cache: BinaryCache
    private var host: HostBinaries
    /// What names may lack until now.
    package private(set) var losses = NamingLosses()

    /// - Parameters:
    ///   - debugFolders: folders with debug files, looked at before those of the system.
    ///   - programs: paths of programs on this host whose processes may end before their stacks are named.
    package init(debugFolders: [String] = [], programs: [String] = []) {
        folders = DebugFolders(given: debugFolders)
        cache = BinaryCache()
        host = HostBinaries(programs: programs)
    }

    /// Names one stack, innermost frame first. As many frames come back; with the end of the stack, none that frame pointers can't have led to,
    /// and one more if the first function has no frame of its own and its caller isn't among them.
    package mutating func names(
        of frames: [Frame], endingWith end: StackEnd? = nil, process pid: Int32, program: String? = nil
    ) -> [NamedFrame] {
        names(of: [frames], endingWith: end, process: pid, program: program).first ?? []
    }

    /// Names several stacks of one process.
    ///
    /// - Parameter program: the name of the process. If it has ended, its program is looked for by that.
    package mutating func names(
        of stacks: [[Frame]], endingWith end: StackEnd? = nil, process pid: Int32, program: String? = nil
    ) -> [[NamedFrame]] {
        let process: ProcessView
        do throws(UnnamedReason) { process = try ProcessView(pid) } catch {
            return stacks.map { stack in
                if case .processHidden = error { losses.add(NamedFrame(location: .unknown(address: 0), reason: error), of: pid) }
                if error == .processGone { readBinaries(of: stack, program: program) }
                let wrong = end == nil ? nil : stack.indices.dropFirst().first { cannotBeFrame(stack[$0]) }
                return stack[..<(wrong ?? stack.endIndex)].enumerated().map { nameWithoutProcess($1, isReturn: $0 > 0, why: error) }
            }
        }
        var work = ProcessFrames()
        var named = stacks.map { stack in stack.enumerated().map { name($1, isReturn: $0 > 0, in: process, &work) } }
        if let end { for stack in named.indices { correct(&named[stack], end, in: process, &work) } }
        nameCompiledCode(&named, of: pid, in: process)
        StackNamer.unnameData(&named, in: process)
        losses.add(process.mappings, of: pid)
        for frame in named.joined() { losses.add(frame, of: pid) }
        return named
    }

    /// What was found out about the process of these stacks.
    private struct ProcessFrames {
        /// By the index of the mapping.
        var binaries: [Int: Result<Binary, UnnamedReason>] = [:]
        var vdso: Result<Binary, UnnamedReason>?
    }

    private mutating func name(
        _ frame: Frame, isReturn: Bool, in process: ProcessView, _ work: inout ProcessFrames
    ) -> NamedFrame {
        guard let address = frame.address else {
            return nameByBuildID(frame, isReturn: isReturn, why: .binaryNotFound, in: process, &work)
        }
        guard let index = process.mappings.index(of: isReturn ? address &- 1 : address) else {
            return nameByBuildID(frame, isReturn: isReturn, why: .noMapping, in: process, &work)
        }
        let mapping = process.mappings.mappings[index]
        switch mapping.kind {
        case .file:
            let binary = binary(of: index, in: process, &work)
            if let known = frame.buildID, (try? binary.get().buildID) != known {
                // The kernel saw another file there, or this one can't be read.
                return nameByBuildID(frame, isReturn: isReturn, why: binary.failure ?? .binaryNotFound, in: process, &work)
            }
            // JIT compilers put code into memory that has a name among files and no name in any folder.
            if mapping.isDeleted, binary.failure == .notReadable(.notELF) {
                return NamedFrame(location: .anonymous(address: address), reason: .noFile)
            }
            let place = FilePlace(path: ExactText.string(mapping.path), buildID: nil, fileOffset: mapping.offset(of: address))
            return StackNamer.named(place, in: binary, isReturn: isReturn)
        case .vdso:
            let binary = work.vdso ?? StackNamer.vdso(mapping, of: process)
            work.vdso = binary
            return StackNamer.nameInVDSO(offset: address &- mapping.start, isReturn: isReturn, in: binary)
        case .stack, .heap, .anonymous:
            return NamedFrame(location: .anonymous(address: address), reason: .noFile)
        case .kernel:
            return NamedFrame(location: .unknown(address: address), reason: .noSymbols)
        }
    }

    /// Whether the file of a frame shows that frame pointers can't have led to it.
    private mutating func cannotBeFrame(_ frame: Frame) -> Bool {
        guard CallCode.isKnown, let buildID = frame.buildID, let binary = cache.binary(with: buildID) else { return false }
        return !binary.code.mayBeFrame(frame.fileOffset)
    }

    /// Where in the memory of the process the code of a frame is; nil if that isn't known.
    private static func address(of frame: NamedFrame, in process: ProcessView) -> UInt64? {
        switch frame.location {
        case .anonymous(let address): return address
        case .vdso, .unknown: return nil
        case .file(let place):
            let offset = place.fileOffset &- 1
            let mapping = process.mappings.mappings.first {
                $0.isExecutable && offset >= $0.fileOffset && offset - $0.fileOffset < $0.end - $0.start
                    && ExactText.string($0.path) == place.path
            }
            return mapping.map { $0.start + (place.fileOffset - $0.fileOffset) }
        }
    }

    /// Ends a stack where frame pointers can't have led to a frame, and adds the caller of the innermost function where they don't lead to it.
    private mutating func correct(
        _ stack: inout [NamedFrame], _ end: StackEnd, in process: ProcessView, _ work: inout ProcessFrames
    ) {
        guard let search = CallerSearch(process) else { return }
        if let wrong = stack.indices.dropFirst().first(where: { index in
            StackNamer.address(of: stack[index], in: process).map { !search.code.mayBeFrame($0) } ?? false
        }) {
            stack.removeSubrange(wrong...)
        }
        guard let function = stack.first?.function,
            let address = search.caller(of: end.instruction &- function.offset, among: end.words)
        else { return }
        var caller = name(Frame(address: address), isReturn: true, in: process, &work)
        guard stack.count < 2 || !stack[1].isSamePlace(as: caller) else { return }
        caller.isDirectCaller = true
        stack.insert(caller, at: 1)
    }

    /// Names a frame by its build-id: in what the process has mapped, or else in what was seen before.
    private mutating func nameByBuildID(
        _ frame: Frame, isReturn: Bool, why: UnnamedReason, in process: ProcessView, _ work: inout ProcessFrames
    ) -> NamedFrame {
        let offset = isReturn ? frame.fileOffset &- 1 : frame.fileOffset
        for (index, mapping) in process.mappings.mappings.enumerated() {
            guard let buildID = frame.buildID, mapping.kind == .file, mapping.isExecutable, offset >= mapping.fileOffset,
                offset - mapping.fileOffset < mapping.end - mapping.start
            else { continue }
            let binary = binary(of: index, in: process, &work)
            guard (try? binary.get().buildID) == buildID else { continue }
            let place = FilePlace(path: ExactText.string(mapping.path), buildID: buildID, fileOffset: frame.fileOffset)
            return StackNamer.named(place, in: binary, isReturn: isReturn)
        }
        return nameWithoutProcess(frame, isReturn: isReturn, why: why)
    }

    /// Names a frame by its build-id alone, if a binary with it was seen before.
    private mutating func nameWithoutProcess(_ frame: Frame, isReturn: Bool, why: UnnamedReason) -> NamedFrame {
        guard let buildID = frame.buildID else {
            return NamedFrame(location: .unknown(address: frame.address ?? 0), reason: why)
        }
        var place = FilePlace(path: "", buildID: buildID, fileOffset: frame.fileOffset)
        guard let binary = cache.binary(with: buildID) else { return NamedFrame(location: .file(place), reason: why) }
        place.path = binary.path
        return StackNamer.named(place, in: .success(binary), isReturn: isReturn)
    }

    /// Names a place in a file, if it is one of code.
    private static func named(_ place: FilePlace, in binary: Result<Binary, UnnamedReason>, isReturn: Bool) -> NamedFrame {
        let instruction = isReturn ? place.fileOffset &- 1 : place.fileOffset
        if let known = try? binary.get(), known.hasLayout, !known.hasCode(atFileOffset: instruction) {
            return NamedFrame(location: .unknown(address: place.fileOffset), reason: .notCode)
        }
        return place.named(in: binary, isReturn: isReturn)
    }

    /// Looks for the binaries of a stack on this host.
    private mutating func readBinaries(of stack: [Frame], program: String?) {
        for buildID in Set(stack.compactMap(\.buildID)) where cache.binary(with: buildID) == nil {
            _ = host.paths(for: buildID, program: program).contains { read(path: $0)?.buildID == buildID }
        }
    }

    /// The binary at a path of this host.
    private mutating func read(path: String) -> Binary? {
        let root = Descriptor(owning: unsafe clinux_find(AT_FDCWD, "/", CLINUX_LINKS_ANYWHERE))
        guard let file = try? CheckedFile(path: path) else { return nil }
        let isTrusted = file.owner == 0
        return try? read(file, path: path, in: BinaryCache.View(), root: root, isTrusted: isTrusted).get()
    }

    /// The binary of a mapping, by its index.
    private mutating func binary(
        of index: Int, in process: ProcessView, _ work: inout ProcessFrames
    ) -> Result<Binary, UnnamedReason> {
        if let known = work.binaries[index] { return known }
        let binary = read(process.mappings.mappings[index], in: process)
        work.binaries[index] = binary
        return binary
    }

    private mutating func read(_ mapping: ProcessMapping, in process: ProcessView) -> Result<Binary, UnnamedReason> {
        do throws(FileRefusal) {
            let file = try process.file(of: mapping)
            let isTrusted = file.owner == 0 && process.isOnHost
            let path = ExactText.string(mapping.path)
            return try read(file, path: path, in: process.view, root: process.root, isTrusted: isTrusted)
                .mapError { .notReadable($0) }
        } catch { return .failure(.fileRefused(error)) }
    }

    /// - Parameters:
    ///   - path: where the file is in `root`.
    ///   - isTrusted: nobody but root can have made it up.
    private mutating func read(
        _ file: consuming CheckedFile, path: String, in view: BinaryCache.View, root: borrowing Descriptor, isTrusted: Bool
    ) throws(FileRefusal) -> Result<Binary, ELFError> {
        let key = BinaryCache.Key(file: file.id, view: view)
        if let known = cache.known(key) { return known }
        let source = try file.source()
        let binary = Result { () throws(ELFError) in
            try Binary(source, path: path) { elf, buildID in
                folders.file(for: elf, in: source, buildID: buildID, path: path, root: root)
            }
        }
        if let read = try? binary.get() { losses.add(read) }
        cache.add(key, binary, isTrusted: isTrusted)
        return binary
    }

    // MARK: Code without a file

    private static func vdso(_ mapping: ProcessMapping, of process: ProcessView) -> Result<Binary, UnnamedReason> {
        let image: ELFSource
        do throws(UnnamedReason) { image = try process.vdso(mapping) } catch { return .failure(error) }
        return Result { () throws(ELFError) in try Binary(image, path: "[vdso]") }.mapError { .notReadable($0) }
    }

    private static func nameInVDSO(offset: UInt64, isReturn: Bool, in binary: Result<Binary, UnnamedReason>) -> NamedFrame {
        let named = FilePlace(path: "[vdso]", buildID: nil, fileOffset: offset).named(in: binary, isReturn: isReturn)
        if let function = named.function { return NamedFrame(location: .vdso(offset: offset), function: function) }
        return NamedFrame(location: .vdso(offset: offset), reason: named.reason ?? .noSymbols)
    }

    /// Names code in memory without a file, from the map file that a JIT compiler wrote.
    private mutating func nameCompiledCode(_ named: inout [[NamedFrame]], of pid: Int32, in process: ProcessView) {
        var places: [(stack: Int, level: Int, address: UInt64, wanted: UInt64)] = []
        for (stack, frames) in named.enumerated() {
            for (level, frame) in frames.enumerated() {
                guard case .anonymous(let address) = frame.location else { continue }
                places.append((stack, level, address, level > 0 ? address &- 1 : address))
            }
        }
        guard !places.isEmpty else { return }
        let map: Result<PerfMap, FileRefusal> = Result { () throws(FileRefusal) in
            try PerfMap(try process.mapFile(), addresses: Set(places.map(\.wanted)))
        }
        if let read = try? map.get() { losses.add(read, of: pid) }
        for (stack, level, address, wanted) in places {
            let location = FrameLocation.anonymous(address: address)
            switch map {
            case .success(let map):
                let function = map.functions[wanted].map { FunctionPlace(name: $0.name, offset: address &- $0.start) }
                named[stack][level] =
                    function.map { NamedFrame(location: location, function: $0) }
                    ?? NamedFrame(location: location, reason: .notInMapFile)
            case .failure(.system(Errno(ENOENT))): break
            case .failure(let refusal): named[stack][level].reason = .mapFileRefused(refusal)
            }
        }
    }
}

extension StackNamer {
    /// Memory without a file that can't be executed holds no code, unless a map file says so: some compilers take the right away while they write.
    private static func unnameData(_ named: inout [[NamedFrame]], in process: ProcessView) {
        for stack in named.indices {
            for (level, frame) in named[stack].enumerated() {
                guard case .anonymous(let address) = frame.location, frame.function == nil,
                    let mapping = process.mappings.mapping(at: level > 0 ? address &- 1 : address), !mapping.isExecutable
                else { continue }
                named[stack][level] = NamedFrame(location: .unknown(address: address), reason: .notCode)
            }
        }
    }
}

extension Result {
    /// Why it failed; nil if it didn't.
    var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
