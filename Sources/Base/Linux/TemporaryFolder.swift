import FoundationEssentials
import Glibc
import PlainText

/// A temporary folder that is removed with its owner.
package struct TemporaryFolder: ~Copyable {
    package let path: String

    /// Creates a folder below TMPDIR, or /tmp. Errors: as mkdtemp(3).
    package init(prefix: String) throws(Errno) {
        // mkdtemp(3) replaces the six letters at the end, and the template ends with a NUL.
        var template = (ExactText.bytes("\(TemporaryFolder.parent)/\(prefix)-XXXXXX") + [0]).map { CChar(bitPattern: $0) }
        guard unsafe mkdtemp(&template) != nil else { throw .last }
        path = ExactText.string(template.dropLast().map { UInt8(bitPattern: $0) })
    }

    /// Where temporary folders are made.
    package static var parent: String { Environment["TMPDIR"] ?? "/tmp" }

    /// Removes links in it, but not their targets.
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
