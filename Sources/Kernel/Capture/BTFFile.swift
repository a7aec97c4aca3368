import Glibc
import Linux

/// The file that --btf names: the description of the kernel's data, for kernels that carry none.
enum BTFFile {
    /// Errors: a file that can't be read, or one that is obviously something else.
    static func check(_ path: String, carriesOwn: Bool) throws(CaptureError) {
        let remedy =
            carriesOwn
            ? "Leave --btf out: this kernel carries its own."
            : "Give --btf the file that was made for this kernel's release (uname -r)."
        guard let beginning = beginning(of: path) else {
            throw CaptureError("The BTF file \(path) can't be read: \(ProcFS.errorText(errno)). \(remedy)")
        }
        // BTF_MAGIC of include/uapi/linux/btf.h, little-endian, or an ELF file with a section .BTF.
        guard beginning.starts(with: [0x9f, 0xeb]) || beginning == [0x7f, 0x45, 0x4c, 0x46] else {
            throw CaptureError("The file \(path) holds no BTF: it begins neither with BTF's magic number nor as ELF. \(remedy)")
        }
    }

    /// The first four bytes, fewer of a shorter file; nil, with errno set, if it can't be read.
    private static func beginning(of path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4)
        // read(2) is told how many bytes there are.
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        return count < 0 ? nil : Array(bytes[..<count])
    }
}
