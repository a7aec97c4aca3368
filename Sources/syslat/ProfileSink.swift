import Capture
import Glibc
import Profile
import ProfileFile

/// Where the profile itself goes (`-o`): a file that gets its name when it is whole, or standard output.
///
/// A time series grows in FILE.partial: after each interval it is valid up to there, whatever happens to syslat.
struct ProfileSink: ~Copyable {
    private let output: Output
    private let path: String
    private var writer = ProfileFileWriter()
    /// The file of a time series; nil while there is none, or after it could not be written any more.
    private var partial: Int32?
    private var failure: CaptureError?

    /// - Parameter path: `-` for standard output.
    init(path: String) throws(CaptureError) {
        output = try Output(path: path == "-" ? nil : path, option: "-o")
        self.path = path
    }

    deinit { if let partial { close(partial) } }

    private var partialPath: String { "\(path).partial" }

    /// Begins a time series. `profile` has what is known before it: host, tool, scope.
    mutating func begin(_ profile: Profile) throws {
        guard !output.isStream else { return }
        let descriptor = unsafe open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw unwritable() }
        partial = descriptor
        append(try writer.begin(profile))
    }

    /// Adds an interval. An error does not end the capture: it is kept for ``finish(_:)``.
    mutating func append(_ interval: Interval) {
        guard partial != nil, let bytes = try? writer.append(interval) else { return }
        append(bytes)
    }

    private mutating func append(_ bytes: [UInt8]) {
        guard let descriptor = partial else { return }
        if !Output.write(bytes, to: descriptor) {
            failure = unwritable()
            close(descriptor)
            partial = nil
        }
    }

    /// Writes the rest and gives the file its name.
    mutating func finish(_ profile: Profile) throws {
        if let failure { throw failure }
        guard let descriptor = partial else { return try output.finish(try ProfileFileWriter.text(of: profile)) }
        append(try writer.finish(profile))
        if let failure { throw failure }
        guard fsync(descriptor) == 0, unsafe rename(partialPath, path) == 0 else { throw unwritable() }
    }

    private func unwritable() -> CaptureError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0).lowercased() } ?? "error \(errno)"
        return CaptureError(
            "The profile can't be written to \(partialPath): \(reason). Make room there, or give another name to -o. "
                + "What was written up to the last finished interval can be read with `syslat report \(partialPath)`.")
    }
}
