import CLinux
import Glibc
import Linux
import PlainText

/// A process as it is looked at once: its mappings, and the files that it sees.
///
/// Ownership: keeps both folders open. Threading: one thread at a time.
///
/// Everything is reached through one open folder of /proc, so a process that ends meanwhile is not mixed up with another one of its number.
final class ProcessView {
    private let folder: Descriptor
    /// Its root folder; no path leads anywhere if that may not be looked at.
    let root: Descriptor
    let mappings: ProcessMappings
    /// What its files and debug files are cached under.
    let view: BinaryCache.View
    /// Whether it has the mount namespace and the root folder of this process.
    let isOnHost: Bool

    /// Errors: `processGone`; `processHidden` if this process may not look at it.
    init(_ pid: Int32) throws(UnnamedReason) {
        let number = "/proc/\(pid)".withExactBytes { unsafe clinux_find(AT_FDCWD, $0, CLINUX_LINKS_ANYWHERE) }
        guard number >= 0 else { throw ProcessView.reason(.last) }
        let folder = Descriptor(owning: number)
        do throws(Errno) {
            mappings = try ProcessMappings(try ProcessView.open("maps", in: folder))
        } catch { throw ProcessView.reason(error) }
        // A process that is ending, and a kernel thread, have no memory: the file is empty.
        guard !mappings.mappings.isEmpty else { throw .processGone }
        root = ProcessView.find("root", in: folder)
        view = ProcessView.view(of: folder)
        let own = Descriptor(owning: unsafe clinux_find(AT_FDCWD, "/proc/self", CLINUX_LINKS_ANYWHERE))
        isOnHost = view.inode != 0 && view == ProcessView.view(of: own)
        self.folder = folder
    }

    private static func reason(_ error: Errno) -> UnnamedReason {
        [ENOENT, ESRCH].contains(error.code) ? .processGone : .processHidden(error)
    }

    private static func open(_ name: String, in folder: borrowing Descriptor) throws(Errno) -> Descriptor {
        let number = unsafe openat(folder.number, name, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard number >= 0 else { throw .last }
        return Descriptor(owning: number)
    }

    private static func find(_ name: String, in folder: borrowing Descriptor) -> Descriptor {
        Descriptor(owning: unsafe clinux_find(folder.number, name, CLINUX_LINKS_ANYWHERE))
    }

    private static func view(of folder: borrowing Descriptor) -> BinaryCache.View {
        var (namespace, root) = (stat(), stat())
        guard unsafe fstatat(folder.number, "ns/mnt", &namespace, 0) == 0, unsafe fstatat(folder.number, "root", &root, 0) == 0
        else {
            return BinaryCache.View()
        }
        return BinaryCache.View(namespace: UInt64(namespace.st_ino), device: UInt64(root.st_dev), inode: UInt64(root.st_ino))
    }

    /// The file of a mapping, found and not yet opened.
    ///
    /// Through map_files the kernel gives the very file, whatever happened to its name. Without CAP_CHECKPOINT_RESTORE that is refused; then
    /// it is the program, or what its path leads to inside the root of the process, if device and inode are those of the mapping.
    /// On file systems that give a file other numbers than its mapping (btrfs, overlayfs) only the first way works.
    /// A file system whose server doesn't answer can keep us waiting: NFS, or FUSE with `allow_other`, which root must have permitted.
    func file(of mapping: ProcessMapping) throws(FileRefusal) -> CheckedFile {
        let first: FileRefusal
        do throws(FileRefusal) {
            return try CheckedFile(Array("map_files/\(mapping.range)".utf8), from: folder, links: CLINUX_LINKS_ANYWHERE)
        } catch { first = error }
        do throws(FileRefusal) { return try fileByName(of: mapping) } catch {
            // A file without a name is best explained by the first refusal.
            throw mapping.path.first == UInt8(ascii: "/") ? error : first
        }
    }

    /// The same without map_files. Errors: `otherFile` if the path leads to another file, which may have taken its place.
    func fileByName(of mapping: ProcessMapping) throws(FileRefusal) -> CheckedFile {
        if let program = try? CheckedFile(Array("exe".utf8), from: folder, links: CLINUX_LINKS_ANYWHERE),
            ProcessView.isSame(program, mapping)
        {
            return program
        }
        let found = try CheckedFile(mapping.fullPath, from: root, links: CLINUX_LINKS_BELOW)
        guard ProcessView.isSame(found, mapping) else { throw .otherFile }
        return found
    }

    private static func isSame(_ file: borrowing CheckedFile, _ mapping: ProcessMapping) -> Bool {
        file.id.device == mapping.device && file.id.inode == mapping.inode
    }

    /// The image of the vDSO in the process's memory. Errors: `processHidden`.
    func vdso(_ mapping: ProcessMapping) throws(UnnamedReason) -> ELFSource {
        let largest: UInt64 = 1 << 16
        do throws(Errno) {
            let memory = try memory()
            let count = Int(min(mapping.end - mapping.start, largest))
            return ELFSource(memory: try memory.reading(from: Int(exactly: mapping.start) ?? .max, limit: count))
        } catch { throw ProcessView.reason(error) }
    }

    /// Its memory, by address.
    func memory() throws(Errno) -> Descriptor { try ProcessView.open("mem", in: folder) }

    /// The map file of its JIT compiler.
    func mapFile() throws(FileRefusal) -> Descriptor {
        let status = (try? ProcessView.open("status", in: folder).read(limit: 1 << 16)) ?? []
        func field(_ name: String) -> [Substring] {
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
            return line?.dropFirst(name.count).split { $0 == "\t" || $0 == " " } ?? []
        }
        // NSpid: the ids in all namespaces, the innermost last. Uid: real, effective, saved, of the file system.
        let users = field("Uid:")
        guard let pid = field("NSpid:").last.flatMap({ Int32($0) }), users.count == 4, let user = UInt32(users[1])
        else { throw .system(Errno(ESRCH)) }
        return try PerfMap.open(in: root, pid: pid, user: user)
    }
}
