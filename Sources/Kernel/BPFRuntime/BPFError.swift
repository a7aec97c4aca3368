import CBPFLog
import CLibbpf
import Glibc

/// What libbpf or the kernel refused, with the errno and, for programs, the verifier's last words.
package struct BPFError: Error, CustomStringConvertible, Sendable {
    /// What was attempted: "load program sys_enter_typed".
    package var operation: String
    /// The errno, positive.
    package var code: Int32
    /// What libbpf printed meanwhile; empty if it printed nothing.
    package var log: String

    package init(_ operation: String, code: Int32, log: String = "") {
        self.operation = operation
        self.code = code
        self.log = log
    }

    /// The error of a libbpf call that has just failed. A result below -1 is a negated errno; otherwise `errno` has it.
    init(_ operation: String, result: Int32) {
        // A NUL-terminated buffer of this thread, valid until libbpf prints again.
        let log = unsafe String(cString: syslat_bpf_log_text())
        self.init(operation, code: result < -1 ? -result : Glibc.errno, log: log)
    }

    package var description: String { "cannot \(operation): \(BPFError.text(of: code))" }

    /// The text of strerror(3) and the number; for errors of libbpf's own, its text.
    package static func text(of code: Int32) -> String {
        // __LIBBPF_ERRNO__START of libbpf.h, from an anonymous enumeration.
        if code >= 4000 {
            var buffer = [CChar](repeating: 0, count: 128)
            // Ends with a NUL even if it is cut off.
            unsafe _ = libbpf_strerror(code, &buffer, buffer.count)
            return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                + " (libbpf error \(code))"
        }
        // strerror's buffer is copied at once.
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe "\(String(cString: text)) (errno \(code))"
    }
}

/// Runs a libbpf call that returns a negative errno on failure.
@discardableResult
func checked(_ operation: @autoclosure () -> String, _ body: () -> Int32) throws(BPFError) -> Int32 {
    syslat_bpf_log_clear()
    let result = body()
    guard result >= 0 else { throw BPFError(operation(), result: result) }
    return result
}
