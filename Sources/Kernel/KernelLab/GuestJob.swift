import Linux

/// A command that a guest runs.
package struct GuestJob: Sendable, Hashable, Codable {
    /// Identifies its result.
    package var name: String
    /// The program's absolute path in the guest, and its arguments.
    package var arguments: [String]
    /// Its whole environment.
    package var environment: [String: String]
    /// It is killed after this time.
    package var timeLimit: Duration

    /// - Parameter name: nil for the command itself.
    package init(
        _ arguments: [String], name: String? = nil, environment: [String: String] = ["PATH": "/bin:/usr/bin:/", "HOME": "/"],
        timeLimit: Duration = .seconds(60)
    ) {
        self.name = name ?? arguments.joined(separator: " ")
        self.arguments = arguments
        self.environment = environment
        self.timeLimit = timeLimit
    }
}

/// The result of a job.
package struct GuestResult: Sendable, Hashable {
    /// How it ended.
    package enum Ending: Sendable, Hashable, Codable {
        case exited(status: Int32)
        case killed(signal: Int32)
        /// It was killed at its time limit.
        case overTimeLimit
        /// The kernel did not execute it; the errno says why.
        case notStarted(errno: Int32)
    }

    /// The job's name.
    package let name: String
    package let ending: Ending
    /// What it wrote to standard output and to standard error. At most ``mostBytes`` each.
    package let output, error: [UInt8]
    /// Whether it wrote more than that.
    package let wasCut: Bool
    /// From its start to its end, by the guest's clock.
    package let duration: Duration

    /// The most that is returned of each: 32 MiB.
    package static let mostBytes = 32 << 20

    /// Whether it exited with 0.
    package var isSuccess: Bool { ending == .exited(status: 0) }

    package var outputText: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: error, as: UTF8.self) }

    /// The ending in a few words, for a sentence: `exit status 2`.
    package var endingText: String {
        switch ending {
        case .exited(let status): "exit status \(status)"
        case .killed(let signal): "killed by signal \(signal)"
        case .overTimeLimit: "killed at its time limit"
        case .notStarted(let errno): "not started: \(Errno(errno))"
        }
    }
}

/// A file in the guest's file system.
package struct GuestFile: Sendable {
    /// Its contents.
    package enum Contents: Sendable {
        case bytes([UInt8])
        /// The contents of a file on this host.
        case copy(of: String)
        /// A symbolic link to this path in the guest.
        case link(to: String)
    }

    /// Its absolute path in the guest.
    package var path: String
    package var contents: Contents
    /// Its permissions.
    package var mode: UInt32

    /// The default mode makes the file executable, as programs need.
    package init(_ path: String, _ contents: Contents, mode: UInt32 = 0o755) {
        (self.path, self.contents, self.mode) = (path, contents, mode)
    }
}
