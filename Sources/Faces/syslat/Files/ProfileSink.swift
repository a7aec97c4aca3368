import Linux
import Profile
import ProfileFile

/// Where `-o` saves the profile: a file that gets its name when it is whole, or standard output.
///
/// A time series grows in FILE.partial, which is valid up to the last whole interval, whatever happens to syslat.
struct ProfileSink: ~Copyable {
    private let output: Output
    private var writer = ProfileFileWriter()
    private var state = State.whole
    private var file: GrowingFile?
    private let partialPath: String
    /// What the reader of a stream has not taken yet.
    private var waiting: [UInt8] = []

    /// How much a reader may be behind.
    private static let mostWaiting = 256 << 20

    private enum State {
        /// Nothing is written before the end.
        case whole
        /// A time series grows, in a file or on a stream.
        case growing
        /// Writing failed.
        case failed(CommandError)
    }

    /// Refuses a report that would go to the same file.
    func checkIsApart(from report: borrowing Output) throws(CommandError) { try output.checkIsApart(from: report) }

    /// Begins a time series. `profile` has what is known by now: host, tool, target.
    mutating func begin(_ profile: Profile) throws {
        file = try output.growing()
        state = .growing
        append(try writer.begin(profile))
        if case .failed(let error) = state { throw error }
    }

    /// Adds an interval. An error doesn't end the capture; ``finish(_:)`` throws it.
    mutating func append(_ interval: Interval) {
        guard case .growing = state else { return }
        do { append(try writer.append(interval)) } catch {
            state = .failed(CommandError("Can't encode the profile: \(error)."))
        }
    }

    private mutating func append(_ bytes: [UInt8]) {
        do throws(Errno) {
            guard try file?.append(bytes) == nil else { return }
        } catch {
            state = .failed(unwritable(.system(error)))
            return
        }
        waiting += bytes
        do throws(CommandError) {
            try output.offer(&waiting)
            if waiting.count > ProfileSink.mostWaiting {
                throw CommandError(
                    "The reader of the profile has taken nothing for too long: the rest is lost. Give -o the name of a file.")
            }
        } catch {
            state = .failed(error)
            waiting = []
        }
    }

    /// Writes the rest and gives the file its name.
    mutating func finish(_ profile: Profile) throws {
        switch state {
        case .failed(let error): throw error
        case .whole: try output.finish(try ProfileFileWriter.text(of: profile))
        case .growing:
            append(try writer.finish(profile))
            if case .failed(let error) = state { throw error }
            if output.isStream { try output.finish(waiting) }
            do throws(OutputError) { try file?.finish() } catch { throw unwritable(error) }
        }
    }

    private func unwritable(_ reason: OutputError) -> CommandError {
        let error = CommandError(reason, partialPath, "-o")
        return CommandError("\(error) `syslat report \(partialPath)` shows what was written up to the last whole interval.")
    }
}

extension ProfileSink {
    /// - Parameter path: `-` for standard output.
    init(path: String) throws(CommandError) {
        let output = try Output(path: path, option: "-o", readers: .owner)
        self.init(output: output, partialPath: GrowingFile.partialName(path))
    }
}
