import CVDSO
import Glibc
import Linux

/// The vDSO that the kernel mapped into this process.
///
/// Ownership: the kernel's; it stays mapped as long as the process lives. Threading: a value.
package struct RunningVDSO: Sendable {
    package let image: VDSOImage
    /// Where the image begins: a function is called at `base` + its offset.
    package let base: UInt
    /// A copy of the image.
    package let bytes: [UInt8]

    /// Finds and reads the image.
    ///
    /// nil where the kernel maps none: it was booted with `vdso=0`, or something that runs this process hides it. Errors: what is
    /// mapped isn't a readable image. Source: getauxval(3), AT_SYSINFO_EHDR.
    package static func find() throws(VDSOImageError) -> RunningVDSO? {
        let address = UInt(getauxval(UInt(AT_SYSINFO_EHDR)))
        guard address != 0 else { return nil }
        let maps = ProcFS.text("/proc/self/maps") ?? ""
        // The address tells which mapping it is, and the mapping where it ends. gVisor gives it another name than [vdso].
        guard let mapping = MemoryMapping.all(maps: maps).first(where: { $0.start == address }),
            mapping.permissions.hasPrefix("r"), let start = unsafe UnsafeRawPointer(bitPattern: address)
        else { throw .notMapped(address: address) }
        // The kernel says that these bytes are mapped and readable, and the program has no way to unmap them by accident.
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: Int(mapping.end - mapping.start)))
        return RunningVDSO(image: try VDSOImage(bytes), base: address, bytes: bytes)
    }

    /// The address of a function that programs know by a name; nil where the image has none.
    func address(of name: String) -> UInt? {
        guard let symbol = image.function(named: name), symbol.offset < image.size else { return nil }
        return base + UInt(symbol.offset)
    }
}

extension VDSOImage {
    /// The image in this process, and where it is. See ``RunningVDSO/find()``.
    package static func running() throws(VDSOImageError) -> RunningVDSO? { try RunningVDSO.find() }
}
