import ArgumentParser

/// The exit statuses of all commands, as in the man page. `profile -- COMMAND` passes on the command's own status.
enum ExitStatus: Int32 {
    /// Something failed or, with `compare`, regressed.
    case failure = 1
    /// An input file can't be read, is of the wrong kind, or can't be compared.
    case badInput = 2
    /// `compare` could not decide.
    case undecided = 3
    /// The command line is wrong.
    case usage = 64
    /// The command after -- can't be executed.
    case notExecutable = 126
    /// The command after -- was not found.
    case notFound = 127

    var code: ExitCode { ExitCode(rawValue) }
}
