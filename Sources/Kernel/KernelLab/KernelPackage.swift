import FoundationEssentials
import Glibc
import Linux

/// A Debian package that contains a kernel.
enum KernelPackage {
    /// Debian packages are archives of ar(1).
    static func isPackage(_ start: [UInt8]) -> Bool { start.starts(with: "!<arch>\n".utf8) }

    /// Unpacks only the kernel of a package. Returns its path below `folder`.
    static func unpack(_ package: String, into folder: String) throws(KernelLabError) -> String {
        guard let dpkg = ExecutableSearch.path(of: "dpkg-deb"), let tar = ExecutableSearch.path(of: "tar") else {
            throw KernelLabError(
                "\(package) can't be unpacked: dpkg-deb or tar is missing. Install Debian's packages dpkg and tar.")
        }
        // In a separate folder, not to take another package's files for this one's.
        let name = package.split(separator: "/").last.map(String.init) ?? package
        let target = "\(folder)/\(name.hasSuffix(".deb") ? String(name.dropLast(4)) : name + ".unpacked")"
        guard unsafe mkdir(target, 0o755) == 0 || errno == EEXIST else {
            throw KernelLabError("\(package) can't be unpacked to \(target): \(Errno.last).")
        }
        try extract(package, to: target, dpkg: dpkg, tar: tar)
        guard let kernel = kernels(below: target).first else {
            throw KernelLabError(
                "The package \(package) contains no kernel. A package like linux-image-amd64 only depends on the one that does: "
                    + "see `dpkg-deb --field \(package) Depends`.")
        }
        return kernel
    }

    /// dpkg-deb | tar
    private static func extract(_ package: String, to target: String, dpkg: String, tar: String) throws(KernelLabError) {
        let null = try devNull()
        let archive = try pipe()
        let messages = try pipe()
        let patterns = ["./boot/vmlinuz-*", "./usr/lib/modules/*/vmlinuz", "./lib/modules/*/vmlinuz"]
        do throws(Errno) {
            var reader = try ChildProcess(
                dpkg, ["dpkg-deb", "--fsys-tarfile", package],
                descriptors: [null.number, archive.writing.number, messages.writing.number])
            let members = archive.closingWritingEnd()
            var writer = try ChildProcess(
                tar, ["tar", "--extract", "--file=-", "--directory=\(target)", "--wildcards", "--no-same-owner"] + patterns,
                descriptors: [members.number, null.number, null.number])
            // tar fails for each pattern that matches nothing. Only the files that it leaves count.
            _ = writer.wait()
            guard reader.wait() != .exited(status: 0) else { return }
        } catch {
            throw KernelLabError("\(package) can't be unpacked: \(error).")
        }
        let text = String(decoding: (try? messages.closingWritingEnd().read(limit: 4096)) ?? [], as: UTF8.self)
        throw KernelLabError(
            "\(package) can't be unpacked, perhaps because it is incomplete: "
                + text.split(separator: "\n").joined(separator: "; ") + ".")
    }

    private static func kernels(below target: String) -> [String] {
        func names(in folder: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        }
        let boot = names(in: "\(target)/boot").filter { $0.hasPrefix("vmlinuz") }.map { "\(target)/boot/\($0)" }
        let modules = ["\(target)/usr/lib/modules", "\(target)/lib/modules"].flatMap { folder in
            names(in: folder).map { "\(folder)/\($0)/vmlinuz" }
        }
        return boot + modules.filter { unsafe access($0, R_OK) == 0 }
    }
}
