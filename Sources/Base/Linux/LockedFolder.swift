import Glibc
import PlainText

/// A folder that this process alone writes to, as long as this lives and other processes ask too: flock(2).
package struct LockedFolder: ~Copyable {
    private let descriptor: Descriptor

    /// Creates the folder if it is missing.
    /// Errors: EWOULDBLOCK if another process has it; as open(2) and mkdir(2); what somebody else has put into a folder for everybody.
    package init(_ path: String) throws(OutputError) {
        try OutputPlace.refuseForeign(path)
        guard path.withExactBytes({ unsafe mkdir($0, 0o755) }) == 0 || errno == EEXIST else { throw .last }
        let folder = Descriptor(owning: path.withExactBytes { unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        guard folder.number >= 0 else { throw .last }
        // Some file systems have no locks, and then there is none.
        guard flock(folder.number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { throw .last }
        descriptor = folder
    }
}
