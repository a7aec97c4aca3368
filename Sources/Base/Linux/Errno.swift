import Glibc

/// The number of an error that the kernel or the C library reported: errno(3).
package struct Errno: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: Int32

    package init(_ code: Int32) { self.code = code }

    /// The error of the system call that has just failed on this thread. To be read before anything else is called.
    package static var last: Errno { Errno(errno) }

    /// A file that should be a regular one is something else. Not a number of the kernel's.
    package static let notRegular = Errno(-1)

    /// What strerror(3) says, in lower case, to stand inside a sentence.
    package var description: String {
        if self == .notRegular { return "it is not a regular file" }
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text).lowercased()
    }
}
