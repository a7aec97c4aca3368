import Glibc

/// The three descriptors that every program expects to be open.
package enum StandardStreams {
    /// Fills descriptors that the caller has closed, or a file opened later would take their place and get the report. execve
    /// closes the fillers: a command finds its descriptors as the caller left them.
    package static func reserve() {
        while true {
            // Read-only: writing fails, as on a closed descriptor.
            let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0, descriptor <= STDERR_FILENO else {
                if descriptor >= 0 { close(descriptor) }
                return
            }
        }
    }
}
