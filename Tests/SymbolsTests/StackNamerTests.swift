import CLinux
import Foundation
import Glibc
import Testing

@testable import Linux
@testable import Symbols

/// What tests of live processes need: the files that a process has mapped, which without root only some file systems let be compared.
enum Requirement {
    static let mayOpenMappings: Bool = {
        guard let process = try? ProcessView(getpid()), let first = process.mappings.mappings.first(where: { $0.kind == .file })
        else {
            return false
        }
        do {
            _ = try process.file(of: first)
            return true
        } catch { return false }
    }()
    static let isRoot: Bool = geteuid() == 0
}

@Suite("stacks of live processes", .enabled(if: Requirement.mayOpenMappings, "mapped files can't be opened here"))
struct StackNamerTests {
    private static func function(_ text: String) -> FunctionPlace { FunctionPlace(name: text, offset: 0) }

    @Test(arguments: [["-pie", "-fPIE"], ["-no-pie"]]) func `addresses that a program prints have its functions`(options: [String])
        throws
    {
        let folder = try Folder()
        let program = try Sample.compile(in: folder, options)
        let sample = try RunningSample(program)
        defer { sample.end() }
        var namer = StackNamer()
        let names = ["outer_work", "hidden_work", "main", "bare_label"]
        for name in names {
            let address = try #require(sample.addresses[name])
            // The innermost frame is at the function's first byte, the return address behind it.
            let named = namer.names(of: [Frame(address: address), Frame(address: address + 1)], process: sample.pid)
            #expect(named.map(\.text).first?.hasSuffix("+0x0") == true)
            #expect(named.map { $0.function?.offset } == [0, 1])
            #expect(named.allSatisfy { $0.function?.name == name || name == "outer_work" && $0.function?.name == "strong_alias" })
            let file = try #require(named[0].file)
            #expect(file.path == program && file.name == "sample")
            let symbol = try #require(try Tool.functions(of: program).first { $0.symbol.name == name })
            #expect(file.address == symbol.symbol.address)
            let text = try Tool.run("readelf", "-n", program)
            #expect(text.contains("Build ID: \(try #require(file.buildID))"))
            // What was stored is enough to name it later.
            var later = BinaryNamer()
            var stored = file
            stored.address = nil
            #expect(later.name(stored, isReturn: false).function == named[0].function)
        }
    }

    @Test func `a function of the C library is named, from its symbols for the dynamic linker`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        defer { sample.end() }
        var namer = StackNamer()
        let named = namer.names(of: [Frame(address: try #require(sample.addresses["puts"]))], process: sample.pid)
        #expect(["puts", "_IO_puts"].contains(named[0].function?.name))
        #expect(named[0].file?.name.hasPrefix("libc") == true)
    }

    @Test func `the vDSO's functions are named`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        defer { sample.end() }
        let address = try #require(sample.addresses["vdso"])
        var namer = StackNamer()
        let named = namer.names(of: [Frame(address: address)], process: sample.pid)
        let name = try #require(named[0].function?.name)
        #expect(["__vdso_clock_gettime", "clock_gettime"].contains(name))
        #expect(named[0].fileName == "[vdso]")
        let vdso = try #require(try ProcessMappings(of: sample.pid).mappings.first { $0.kind == .vdso })
        #expect(named[0].location == .vdso(offset: address - vdso.start))
    }

    @Test(.enabled(if: Requirement.isRoot, "map_files needs root"))
    func `a deleted program is named, and a path with another file there is not used`() throws {
        let folder = try Folder()
        let program = try Sample.compile(in: folder)
        let sample = try RunningSample(program)
        defer { sample.end() }
        try #require(unlink(program) == 0)
        try folder.write("not a program", to: "sample")
        var namer = StackNamer()
        let address = try #require(sample.addresses["hidden_work"])
        let named = namer.names(of: [Frame(address: address)], process: sample.pid)
        #expect(named[0].function == Self.function("hidden_work"))
        #expect(named[0].file?.path == program)
    }

    @Test func `a file with a line break in its name is found`() throws {
        let folder = try Folder()
        let program = try Sample.compile(in: folder)
        let odd = folder.file("a\nb (deleted)")
        try FileManager.default.moveItem(atPath: program, toPath: odd)
        let sample = try RunningSample(odd)
        defer { sample.end() }
        var namer = StackNamer()
        let named = namer.names(of: [Frame(address: try #require(sample.addresses["main"]))], process: sample.pid)
        #expect(named[0].function == Self.function("main"))
    }

    @Test func `code without a file is named by the process's map file`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        defer { sample.end() }
        let address = try #require(sample.addresses["memory"])
        let frames = [Frame(address: address + 16), Frame(address: address + 32)]
        var namer = StackNamer()
        let before = namer.names(of: frames, process: sample.pid)
        #expect(before.map(\.reason) == [.noFile, .noFile])
        #expect(before[0].location == .anonymous(address: address + 16))
        let map = "/tmp/perf-\(sample.pid).map"
        defer { unlink(map) }
        try "\(String(address, radix: 16)) 20 compiled code\n".write(toFile: map, atomically: false, encoding: .utf8)
        let named = namer.names(of: frames, process: sample.pid)
        #expect(named.map(\.text) == ["compiled code+0x10", "compiled code+0x20"])
        #expect(namer.names(of: [frames[1]], process: sample.pid)[0].reason == .notInMapFile)
        try #require(unlink(map) == 0 && symlink("/etc/passwd", map) == 0)
        #expect(namer.names(of: frames, process: sample.pid)[0].reason == .mapFileRefused(.system(Errno(ELOOP))))
    }

    @Test func `data is no code, in a file or without one, until a map file says that a compiler put code there`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        defer { sample.end() }
        let (local, constant) = (try #require(sample.addresses["local"]), try #require(sample.addresses["constant"]))
        let main = Frame(address: try #require(sample.addresses["main"]))
        var namer = StackNamer()
        let named = namer.names(of: [main, Frame(address: local), Frame(address: constant)], process: sample.pid)
        #expect(named.map(\.reason) == [nil, .notCode, .notCode])
        #expect(named[1].location == .unknown(address: local))
        let place = try #require(namer.names(of: [main], process: sample.pid)[0].file)
        let offset = constant - (try #require(main.address)) + place.fileOffset
        let byBuildID = Frame(buildID: try #require(place.buildID), fileOffset: offset)
        #expect(namer.names(of: [byBuildID], process: sample.pid)[0].reason == .notCode)
        let map = "/tmp/perf-\(sample.pid).map"
        defer { unlink(map) }
        try "\(String(local, radix: 16)) 20 compiled code\n".write(toFile: map, atomically: false, encoding: .utf8)
        #expect(namer.names(of: [Frame(address: local)], process: sample.pid).map(\.text) == ["compiled code+0x0"])
    }

    @Test func `a frame by its build-id is found among the mappings, and after the end among what was seen`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        var namer = StackNamer()
        let address = try #require(sample.addresses["hidden_work"])
        let place = try #require(namer.names(of: [Frame(address: address)], process: sample.pid)[0].file)
        let buildID = try #require(place.buildID)
        let frame = Frame(buildID: buildID, fileOffset: place.fileOffset)
        #expect(namer.names(of: [frame], process: sample.pid)[0].function == Self.function("hidden_work"))
        let unknown = Frame(buildID: try #require(BuildID(hex: "0102")), fileOffset: 0x123)
        #expect(namer.names(of: [unknown], process: sample.pid)[0].reason == .binaryNotFound)
        sample.end()
        #expect(namer.names(of: [frame], process: sample.pid)[0].function == Self.function("hidden_work"))
        let gone = namer.names(of: [unknown, Frame(address: address)], process: sample.pid)
        #expect(gone.map(\.reason) == [.processGone, .processGone])
        #expect(gone.map(\.text) == ["[build-id 0102]+0x123", "0x" + String(address, radix: 16)])
        var fresh = StackNamer()
        #expect(fresh.names(of: [frame], process: sample.pid)[0].reason == .processGone)
        // The user named the program, so its file is looked at, and counts because its build-id is that of the frame.
        var informed = StackNamer(programs: [place.path])
        #expect(informed.names(of: [frame, unknown], process: sample.pid).map(\.function) == [Self.function("hidden_work"), nil])
    }

    @Test func `addresses of nothing, of data and beyond all have reasons`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        defer { sample.end() }
        var namer = StackNamer()
        let stack = try #require(try ProcessMappings(of: sample.pid).mappings.first { $0.kind == .stack })
        let addresses: [UInt64] = [0, 1, .max, stack.start]
        let named = namer.names(of: addresses.map { Frame(address: $0) }, process: sample.pid)
        #expect(named.map(\.reason) == [.noMapping, .noMapping, .noMapping, .noMapping] || named[3].reason == .noFile)
        #expect(named.map(\.function) == [nil, nil, nil, nil])
        #expect(namer.names(of: [Frame](), process: sample.pid).isEmpty)
    }

    @Test func `a mapped file that is no program says so, and keeps its place`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        defer { sample.end() }
        // Any data file that this very process maps.
        let path = try folder.write([UInt8](repeating: 65, count: 8192), to: "data")
        let file = open(path, O_RDONLY)
        let memory = try #require(mmap(nil, 4096, PROT_READ, MAP_PRIVATE, file, 4096))
        defer {
            munmap(memory, 4096)
            close(file)
        }
        var namer = StackNamer()
        let named = namer.names(of: [Frame(address: UInt64(UInt(bitPattern: memory)) + 5)], process: getpid())
        #expect(named[0].reason == .notReadable(.notELF))
        #expect(named[0].text == "data+0x1005")

        // Without map_files, it is found by its path, until another file has that.
        let own = try ProcessView(getpid())
        let mapping = try #require(own.mappings.mapping(at: UInt64(UInt(bitPattern: memory))))
        let found = try own.fileByName(of: mapping)
        #expect(found.id.inode == mapping.inode)
        try FileManager.default.moveItem(atPath: path, toPath: folder.file("moved"))
        try folder.write("another", to: "data")
        #expect(throws: FileRefusal.otherFile) { _ = try own.fileByName(of: mapping) }
        // Nor is a link to the very file another one.
        try FileManager.default.removeItem(atPath: path)
        try #require(symlink(folder.file("moved"), path) == 0)
        let linked = try own.fileByName(of: mapping)
        #expect(linked.id.inode == mapping.inode)
    }

    @Test func `no link inside the root of a process leads out of it`() throws {
        let outside = try Folder()
        let target = try outside.write("outside", to: "file")
        let root = try Folder()
        try root.write("inside", to: "real")
        try #require(symlink(target, root.file("absolute")) == 0)
        try #require(symlink("../../../../../../..\(target)", root.file("relative")) == 0)
        try #require(symlink("/real", root.file("good")) == 0)
        try #require(symlink("/proc/self/exe", root.file("magic")) == 0)
        let folder = Descriptor(owning: clinux_find(AT_FDCWD, root.path, CLINUX_LINKS_ANYWHERE))
        func size(_ name: String) throws -> Int64 {
            let file = try CheckedFile(Array(name.utf8), from: folder, links: CLINUX_LINKS_BELOW)
            return file.id.size
        }
        #expect(try size("/good") == 6)
        for name in ["/absolute", "relative", "magic", "../../../../..\(target)", target] {
            #expect(throws: FileRefusal.system(Errno(ENOENT))) { _ = try size(name) }
        }
    }

    @Test func `files that are read once stay in the cache, within its bounds`() throws {
        let folder = try Folder()
        let source = try CheckedFile(path: try Sample.compile(in: folder)).source()
        let binary = try Binary(source, path: "/sample")
        var info = stat()
        func key(_ number: UInt64) -> BinaryCache.Key {
            info.st_ino = UInt(number)
            return BinaryCache.Key(file: FileID(info), view: BinaryCache.View())
        }
        var cache = BinaryCache(mostBytes: binary.cost * 3, mostBinaries: 10)
        for number in 1...3 { cache.add(key(UInt64(number)), .success(binary), isTrusted: false) }
        #expect(cache.known(key(1)) != nil)
        cache.add(key(4), .success(binary), isTrusted: true)
        #expect(cache.count == 3 && cache.cost == binary.cost * 3)
        #expect(cache.known(key(2)) == nil, "the one that was used longest ago is gone")
        #expect(cache.known(key(1)) != nil && cache.known(key(4)) != nil)
        for number in 10..<40 { cache.add(key(UInt64(number)), .failure(.notELF), isTrusted: false) }
        #expect(cache.count <= 10)
    }

    @Test func `a trusted binary is preferred among those of one build-id`() throws {
        let folder = try Folder()
        let program = try Sample.compile(in: folder)
        var info = stat()
        var cache = BinaryCache()
        for (number, path) in [(1, "/fake"), (2, "/real"), (3, "/other")] {
            info.st_ino = UInt(number)
            let binary = try Binary(try CheckedFile(path: program).source(), path: path)
            cache.add(BinaryCache.Key(file: FileID(info), view: .init()), .success(binary), isTrusted: path == "/real")
        }
        let source = try CheckedFile(path: program).source()
        let id = try #require(try ELFFile(source).buildID(in: source))
        #expect(cache.binary(with: id)?.path == "/real")
    }
}

@Suite("values of stacks")
struct StackValueTests {
    @Test func `build-ids are read as the kernel pads them`() throws {
        let full = Array(1...20).map { UInt8($0) }
        #expect(BuildID(paddedByKernel: full)?.bytes == full)
        #expect(BuildID(paddedByKernel: full[..<16] + [0, 0, 0, 0])?.bytes == Array(full[..<16]))
        #expect(BuildID(paddedByKernel: full[..<8] + [UInt8](repeating: 0, count: 12))?.bytes == Array(full[..<8]))
        #expect(BuildID(paddedByKernel: full[..<19] + [0])?.bytes.count == 20)
        #expect(BuildID(paddedByKernel: [UInt8](repeating: 0, count: 20)) == nil)
        #expect(BuildID(paddedByKernel: [1]) == nil)
        #expect(BuildID([]) == nil && BuildID([UInt8](repeating: 1, count: 65)) == nil)
        #expect(BuildID(hex: "0aFF")?.bytes == [10, 255])
        #expect(BuildID(hex: "0aF") == nil && BuildID(hex: "zz") == nil && BuildID(hex: "") == nil)
        #expect(BuildID(full)?.debugFileName == "01/02030405060708090a0b0c0d0e0f1011121314.debug")
    }

    private func frame(_ name: String?) -> NamedFrame {
        let location = FrameLocation.file(FilePlace(path: "/lib/libc.so.6", buildID: nil, fileOffset: 0x1234))
        guard let name else { return NamedFrame(location: location, reason: .noSymbols) }
        return NamedFrame(location: location, function: FunctionPlace(name: name, offset: 1))
    }

    @Test func `texts name files by their last part, and filter what could control a terminal`() {
        #expect(frame(nil).text == "libc.so.6+0x1234")
        let place = FilePlace(path: "/tmp/a\u{1b}b", buildID: nil, fileOffset: 16)
        #expect(NamedFrame(location: .file(place), reason: .noSymbols).text == "a\\x1bb+0x10")
        #expect(FilePlace(path: "", buildID: nil, fileOffset: 0).name == "[unknown]")
        #expect(NamedFrame(location: .vdso(offset: 3), reason: .noSymbols).text == "[vdso]+0x3")
    }

    @Test func `reasons are sentences without names of cases`() {
        let reasons: [UnnamedReason] = [
            .processGone, .processHidden(Errno(EACCES)), .noMapping, .noFile, .notInMapFile, .mapFileRefused(.severalLinks),
            .fileRefused(.otherFile), .notReadable(.damaged), .noSymbols, .notInFunction, .noBuildID, .binaryNotFound,
            .addressUnknown,
        ]
        #expect(Set(reasons.map(\.description)).count == reasons.count)
        #expect(UnnamedReason.fileRefused(.system(Errno(EACCES))).description == "its file can't be read: permission denied")
    }
}
