import ArgumentParser
import Linux
import Profile

/// The end of a capture: its profile goes to a file, its report to the user, and one arrives even if the other can't.
enum Delivery {
    /// - Parameters:
    ///   - report: nil if none is wanted.
    ///   - status: the exit status that the command line gets if both arrive.
    static func finish(
        _ profile: Profile, to sink: inout ProfileSink?, and report: LiveReport?, status: Int32 = 0
    ) throws {
        let isSaved = sink != nil
        let saved = Result { try sink?.finish(profile) }
        let hasFailed = if case .failure = saved { true } else { false }
        do { try report?.finish(profile, isOnlyCopy: !isSaved || hasFailed) } catch {
            let isGone = (error as? CommandError)?.isBrokenPipe == true
            if !hasFailed && !(isGone && status != 0) { throw error }
            if hasFailed && !isGone { Terminal.say("\(Syslat._errorPrefix)\(error)\n") }
        }
        try saved.get()
        if status != 0 { throw ExitCode(status) }
    }

    /// The same of a capture whose command runs on. It is waited for afterwards, which may take days: errors are told before.
    /// - Parameter waitForCommand: returns the command's exit status.
    static func finish(
        _ profile: Profile, to sink: inout ProfileSink?, and report: LiveReport?, before waitForCommand: () -> Int32
    ) throws {
        let delivered = Result { try finish(profile, to: &sink, and: report) }
        guard case .failure(let error) = delivered, let failure = CommandError(error) else {
            let status = waitForCommand()
            try delivered.get()
            if status != 0 { throw ExitCode(status) }
            return
        }
        if !failure.isBrokenPipe { Terminal.say("\(Syslat._errorPrefix)\(failure)\n") }
        let status = waitForCommand()
        guard failure.isBrokenPipe else { throw ExitCode(failure.status.rawValue) }
        throw status != 0 ? ExitCode(status) : failure as any Error
    }
}
