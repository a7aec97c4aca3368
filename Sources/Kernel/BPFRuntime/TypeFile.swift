import CBPFLog
import CLibbpf
import Glibc
import PlainText

/// A file with BTF, raw or in the section .BTF of an ELF file.
package enum TypeFile {
    /// Parses the file. Errors: if libbpf can't read it, or it has no valid BTF.
    package static func check(_ path: String) throws(BPFError) {
        syslat_bpf_log_install()
        syslat_bpf_log_clear()
        let types = path.withExactBytes { unsafe btf__parse($0, nil) }
        guard let types = unsafe types else { throw BPFError("read the BTF in \(path)", result: -1) }
        // Nothing else refers to it.
        unsafe btf__free(types)
    }
}
