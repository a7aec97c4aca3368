import Linux

/// A Debian package that contains a kernel. It is unpacked in memory.
enum KernelPackage {
    /// Debian packages are archives of ar(1).
    static func isPackage(_ start: [UInt8]) -> Bool { start.starts(with: "!<arch>\n".utf8) }

    /// Kernels with all their modules have a hundred megabytes.
    private static let largestPackage = 2 << 30
    /// What a package may unpack to.
    private static let mostBytes = 16 << 30
    private static let longestMessage = 1 << 16

    /// The kernel of a package. Nothing else of it is kept, and none of its scripts run.
    static func kernel(of package: String) throws(KernelLabError) -> [UInt8] {
        let found = try files(of: package)
        guard let kernel = found.first else {
            throw KernelLabError(
                "The package \(package) contains no kernel. A package like linux-image-amd64 only depends on the one that does: "
                    + "see `dpkg-deb --field \(package) Depends`.")
        }
        // Some have their kernel at both places.
        guard found.allSatisfy({ $0.contents == kernel.contents }) else {
            let names = found.map(\.name).joined(separator: ", ")
            throw KernelLabError(
                "The package \(package) contains several kernels: \(names). Unpack it, and name the one to boot.")
        }
        return kernel.contents
    }

    /// dpkg-deb finds the file system in the package and unpacks it; the archive is read here.
    private static func files(of package: String) throws(KernelLabError) -> [TarReader.Member] {
        guard let dpkg = ExecutableSearch.path(of: "dpkg-deb") else {
            throw KernelLabError("\(package) can't be unpacked: dpkg-deb is missing. Install Debian's package dpkg.")
        }
        let bytes = try contents(of: package, as: "The kernel", limit: largestPackage)
        let messages = try memoryFile("messages")
        let archive = try pipe()
        let null = try devNull()
        let input = try memoryFile("package", holding: bytes)
        var reader = TarReader(limit: KernelImage.largestKernel, where: isKernel)
        var unpacker: ChildProcess
        do throws(Errno) {
            unpacker = try ChildProcess(
                dpkg, ["dpkg-deb", "--fsys-tarfile", "/proc/self/fd/3"],
                descriptors: [null.number, archive.writing.number, messages.number, input.number], confinement: .anyUser)
        } catch {
            throw KernelLabError("\(package) can't be unpacked: \(dpkg) can't be started: \(error).")
        }
        let members = archive.closingWritingEnd()
        var count = 0
        do throws(KernelLabError) {
            try Descriptor.read(
                members.number, failing: { KernelLabError("\($0)") },
                { (piece) throws(KernelLabError) in
                    count += piece.count
                    guard count <= mostBytes else { throw KernelLabError("it unpacks to more than \(mostBytes >> 30) GiB") }
                    try reader.take(piece)
                })
        } catch {
            throw KernelLabError("\(package) can't be unpacked: \(error).")
        }
        let ending = unpacker.wait()
        guard ending == .exited(status: 0), reader.isComplete else {
            let said = String(decoding: (try? messages.reading(from: 0, limit: longestMessage)) ?? [], as: UTF8.self)
                .split(separator: "\n").joined(separator: "; ")
            throw KernelLabError("\(package) can't be unpacked, perhaps because it is incomplete: \(said).")
        }
        return reader.members
    }

    /// Where kernels are: boot/vmlinuz-RELEASE, or vmlinuz beside its modules.
    private static func isKernel(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2 { return parts[0] == "boot" && parts[1].hasPrefix("vmlinuz-") }
        let folders = parts.dropLast(2)
        return parts.last == "vmlinuz" && (folders == ["lib", "modules"] || folders == ["usr", "lib", "modules"])
    }
}
