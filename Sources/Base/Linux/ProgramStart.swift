import CLinux

/// How this program was started.
package enum ProgramStart {
    /// The program's name and arguments. Needs no /proc, unlike `CommandLine`.
    ///
    /// Call it before any child is started: until then the environment may have a variable for the Swift runtime.
    package static func takeArguments() -> [String] {
        clinux_restore_environment()
        // Each is a string of the process's own, which stays.
        return (0..<clinux_argument_count()).map { unsafe String(cString: clinux_argument($0)) }
    }
}
