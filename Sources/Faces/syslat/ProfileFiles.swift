import Capture
import Glibc
import Profile
import ProfileFile

/// Profiles that are read back, by every subcommand that takes files.
enum ProfileFiles {
    /// Reads one; `-` is standard input. Errors: exit 2, a sentence with the file and the line.
    static func read(_ path: String) throws -> Profile {
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var reader = ProfileFileReader(path: path == "-" ? "standard input" : path)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // read(2) is told how many bytes there are.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { return try reader.finish() }
            try reader.take(buffer[..<count])
        }
    }

    private static func unreadable(_ path: String) -> CaptureError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0).lowercased() } ?? "error \(errno)"
        return CaptureError("\(path): it can't be read: \(reason). Name a file that `syslat profile -o` wrote.", status: .badFile)
    }
}
