import Glibc

/// The three descriptors that every program expects to be there.
package enum StandardStreams {
    /// Fills those that the caller has closed, so that nothing that is opened later takes their place and gets the report.
    /// The fillers are closed by execve: a command finds its descriptors as the caller left them.
    package static func reserve() {
        while true {
            // Read-only, so that writing fails as it would without it.
            let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0, descriptor <= STDERR_FILENO else {
                if descriptor >= 0 { close(descriptor) }
                return
            }
        }
    }
}
