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
    /// nil if the kernel maps none: it was booted with `vdso=0`, or something that runs this process hides it. Errors: if what is
    /// mapped isn't a readable image. Source: getauxval(3), AT_SYSINFO_EHDR.
    package static func find() throws(VDSOImageError) -> RunningVDSO? {
        let address = UInt(getauxval(UInt(AT_SYSINFO_EHDR)))
        guard address != 0 else { return nil }
        guard let maps = ProcFS.text("/proc/self/maps") else { throw .noMappings }
        // Find the mapping by its address, since gVisor doesn't name it [vdso]. It tells where the image ends.
        guard let mapping = MemoryMapping.all(maps: maps).first(where: { $0.start == address }),
            mapping.permissions.hasPrefix("r"), let start = unsafe UnsafeRawPointer(bitPattern: address)
        else { throw .notMapped(address: address) }
        // The kernel reports these bytes as mapped and readable, and nothing in this program unmaps them.
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: Int(mapping.end - mapping.start)))
        return RunningVDSO(image: try VDSOImage(bytes), base: address, bytes: bytes)
    }

    /// The address of the function that programs know as `name`; nil if the image has none.
    func address(of name: String) -> UInt? {
        guard let symbol = image.function(named: name), symbol.offset < image.size else { return nil }
        return base + UInt(symbol.offset)
    }
}

extension VDSOImage {
    /// The image in this process, and where it is. See ``RunningVDSO/find()``.
    package static func running() throws(VDSOImageError) -> RunningVDSO? { try RunningVDSO.find() }
}
