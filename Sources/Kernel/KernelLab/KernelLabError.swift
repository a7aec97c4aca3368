import Glibc

/// Why a kernel can't be booted or did not do its jobs: a sentence that names the thing, the reason and the remedy. Where the
/// kernel itself went wrong, the last lines of its console follow.
package struct KernelLabError: Error, CustomStringConvertible, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }

    /// The text of an errno, in lower case, to stand inside a sentence.
    static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text).lowercased()
    }
}
