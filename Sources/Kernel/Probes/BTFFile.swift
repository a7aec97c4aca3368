import BPFRuntime
import Glibc
import Linux

/// A file with the BTF of the running kernel (the description of its data), for kernels that carry none.
package enum BTFFile {
    /// Errors: a file that can't be read, or that has no BTF.
    package static func check(_ path: String, kernelCarriesOwn: Bool) throws(ProbesError) {
        let remedy =
            kernelCarriesOwn
            ? "Leave it out: this kernel carries its own BTF."
            : "Name the file that was made for this kernel's release (uname -r)."
        let beginning: [UInt8]
        do throws(Errno) { beginning = try Descriptor(readingFile: path).read(limit: 4) } catch {
            throw ProbesError("The BTF file \(path) can't be read: \(error). \(remedy)", kind: .badInput)
        }
        // BTF_MAGIC of include/uapi/linux/btf.h, little-endian, or an ELF file with a section .BTF.
        guard beginning.starts(with: [0x9f, 0xeb]) || beginning == [0x7f, 0x45, 0x4c, 0x46] else {
            throw ProbesError(
                "The file \(path) has no BTF: it begins neither with BTF's magic number nor as ELF. \(remedy)", kind: .badInput)
        }
        do throws(BPFError) { try TypeFile.check(path) } catch {
            throw ProbesError("The file \(path) has no valid BTF: \(error). \(remedy)", kind: .badInput, log: error.log)
        }
    }
}
