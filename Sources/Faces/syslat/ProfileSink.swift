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
    /// Where a time series grows; nil while there is none, or after it could not be written any more.
    private var growing: Growing?
    private var failure: CaptureError?

    private enum Growing {
        case partial(Int32)
        /// Standard output, or another stream: what has been written stays written.
        case stream
    }

    /// - Parameter path: `-` for standard output.
    init(path: String) throws(CaptureError) {
        output = try Output(path: path == "-" ? nil : path, option: "-o")
        self.path = path
    }

    deinit { if case .partial(let descriptor) = growing { close(descriptor) } }

    private var partialPath: String { "\(path).partial" }

    /// Begins a time series. `profile` has what is known before it: host, tool, scope.
    mutating func begin(_ profile: Profile) throws {
        if output.isStream {
            growing = .stream
        } else {
            let descriptor = unsafe open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw unwritable() }
            growing = .partial(descriptor)
        }
        append(try writer.begin(profile))
        if let failure { throw failure }
    }

    /// Adds an interval. An error does not end the capture: it is kept for ``finish(_:)``.
    mutating func append(_ interval: Interval) {
        guard growing != nil else { return }
        do { append(try writer.append(interval)) } catch { fail(CaptureError("The profile can't be encoded: \(error).")) }
    }

    private mutating func append(_ bytes: [UInt8]) {
        switch growing {
        case .partial(let descriptor): if !Output.write(bytes, to: descriptor) { fail(unwritable()) }
        case .stream: do throws(CaptureError) { try output.finish(bytes) } catch { fail(error) }
        case nil: break
        }
    }

    private mutating func fail(_ error: CaptureError) {
        failure = error
        if case .partial(let descriptor) = growing { close(descriptor) }
        growing = nil
    }

    /// Writes the rest and gives the file its name.
    mutating func finish(_ profile: Profile) throws {
        if let failure { throw failure }
        guard let growing else { return try output.finish(try ProfileFileWriter.text(of: profile)) }
        append(try writer.finish(profile))
        if let failure { throw failure }
        guard case .partial(let descriptor) = growing else { return }
        guard fsync(descriptor) == 0, unsafe rename(partialPath, path) == 0 else { throw unwritable() }
    }

    private func unwritable() -> CaptureError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0).lowercased() } ?? "error \(errno)"
        return CaptureError(
            "The profile can't be written to \(partialPath): \(reason). Make room there, or give another name to -o. "
                + "What was written up to the last finished interval can be read with `syslat report \(partialPath)`.")
    }
}
