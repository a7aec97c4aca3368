/// Why an image of the vDSO could not be read. Descriptions are full sentences.
package enum VDSOImageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The image doesn't begin like an ELF file.
    case notELF
    /// A kind of ELF file that is never a vDSO, such as a big-endian one.
    case unsupported(String)
    /// A part reaches to byte `end`, but the image has only `of` bytes.
    case cutOff(String, end: UInt64, of: Int)
    /// A part contradicts itself or another.
    case malformed(String)
    /// /proc/self/maps, which tells where the image ends, can't be read.
    case noMappings
    /// The kernel names this address in the auxiliary vector, but nothing readable is mapped there.
    case notMapped(address: UInt)

    package var description: String {
        switch self {
        case .notELF: "The vDSO image does not begin like an ELF file: \(VDSOImageError.consequence)"
        case .unsupported(let what): "The vDSO image has \(what), which syslat can't read: \(VDSOImageError.consequence)"
        case .cutOff(let what, let end, let size):
            "The vDSO image is cut off: its \(what) reaches to byte \(end) of \(size). \(VDSOImageError.consequence)"
        case .malformed(let what): "The vDSO image contradicts itself: \(what). \(VDSOImageError.consequence)"
        case .noMappings: "/proc/self/maps can't be read, and it tells where the vDSO ends: served calls are left out."
        case .notMapped(let address):
            "The kernel says that the vDSO is at 0x\(String(address, radix: 16)), but /proc/self/maps shows nothing readable there: "
                + VDSOImageError.consequence
        }
    }

    private static let consequence = "served calls are left out. Please report this with the output of uname -r."
}
