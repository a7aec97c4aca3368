import Glibc
import Linux

/// A file with the kernel's BTF, the description of its data: for kernels that carry none.
package enum BTFFile {
    /// Errors: a file that can't be read, or one that is obviously something else.
    package static func check(_ path: String, kernelCarriesOwn: Bool) throws(ProbesError) {
        let remedy =
            kernelCarriesOwn
            ? "Do without it: this kernel carries its own."
            : "Name the file that was made for this kernel's release (uname -r)."
        let beginning: [UInt8]
        do throws(Errno) { beginning = try Descriptor(reading: path).read(limit: 4) } catch {
            throw ProbesError("The BTF file \(path) can't be read: \(error). \(remedy)")
        }
        // BTF_MAGIC of include/uapi/linux/btf.h, little-endian, or an ELF file with a section .BTF.
        guard beginning.starts(with: [0x9f, 0xeb]) || beginning == [0x7f, 0x45, 0x4c, 0x46] else {
            throw ProbesError("The file \(path) holds no BTF: it begins neither with BTF's magic number nor as ELF. \(remedy)")
        }
    }
}
