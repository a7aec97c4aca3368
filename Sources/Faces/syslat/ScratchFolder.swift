import Capture
import FoundationEssentials
import Glibc

/// A folder for what is unpacked, which is gone with it.
struct ScratchFolder: ~Copyable {
    let path: String

    init() throws(CaptureError) {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        // mkdtemp(3) replaces the six letters at the end, and the template ends with a NUL.
        var template = Array("\(parent)/syslat-kernels-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw CaptureError("No folder can be made in \(parent). Set TMPDIR to one that can be written.")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A package may have links in it: they go, and what they lead to stays.
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
