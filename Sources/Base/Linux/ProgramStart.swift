import CLinux
import Glibc
import PlainText

/// How this program was started.
package enum ProgramStart {
    /// Prepares the process, and returns the program's name and arguments, which give back every byte (``ExactText``). Needs no /proc,
    /// unlike `CommandLine`.
    ///
    /// From here on a reader that leaves and a file that may not grow are errors and don't end the process, and the Swift runtime's crash
    /// reporter doesn't start: it would hold up a process that is to end, run as root, and ask questions. Call it before any child is
    /// started.
    package static func begin() -> [String] {
        clinux_begin()
        // Each is a string of the process's own, which stays.
        return (0..<clinux_argument_count()).map { index in
            let argument = unsafe clinux_argument(index)
            // It ends with a NUL.
            return unsafe ExactText.string(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
        }
    }
}
