import CLinux

/// What this process may do beyond other users: capabilities(7).
package enum Capabilities {
    /// Those in force, a bit for each (include/uapi/linux/capability.h).
    package static var inForce: UInt64 { clinux_capabilities() }

    /// CAP_SETGID (6) and CAP_SETUID (7).
    package static var mayChangeUser: Bool { inForce >> 6 & 3 == 3 }
}
