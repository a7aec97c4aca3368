import Foundation

/// A JSON report as a program that knows nothing of syslat's code reads it.
public struct Report: Decodable, Sendable {
    public struct Balance: Decodable, Sendable {
        public let entered, completed, in_flight, never_returned, lost: UInt64
        public let lost_by_cause: [String: UInt64]
        public let began_before, new_task_returns, refused, overflowed: UInt64

        public var closes: Bool { entered == completed + in_flight + never_returned + lost }
    }

    public struct Outcome: Decodable, Sendable {
        public let calls, total_ns: UInt64
    }

    public struct Call: Decodable, Sendable {
        public let abi, name: String
        public let number: Int32
        public let calls, errors, total_ns: UInt64
        public let min_ns, p50_ns, p99_ns, max_ns: UInt64
        public let errnos: [String: UInt64]
        public let outcomes: [String: Outcome]
    }

    public struct ProcessRow: Decodable, Sendable {
        public let pid: Int32?
        public let comm: String
        public let calls, errors, total_ns: UInt64
    }

    public struct InFlight: Decodable, Sendable {
        public let pid, tid, number: Int32
        public let comm, abi, name: String
        public let age_ns: UInt64
        public let began_before: Bool?
    }

    public struct Capture: Decodable, Sendable {
        public let scope: String
        public let duration_ns: UInt64
        public let exit_status: Int32?
        public let probe_floor_p50_ns: UInt64?
        public let consumer_cpu_ns: UInt64
        public let remarks: [String]
    }

    public let schema: String
    public let balance: Balance
    public let capture: Capture
    public let syscalls: [Call]
    public let processes: [ProcessRow]
    public let in_flight: [InFlight]

    public init(json: String) throws {
        self = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
    }

    /// The row of a call; nil where there is none.
    public func call(_ name: String, abi: String = "x86_64") -> Call? {
        syscalls.first { $0.name == name && $0.abi == abi }
    }

    /// How often a call completed.
    public func calls(_ name: String, abi: String = "x86_64") -> UInt64 { call(name, abi: abi)?.calls ?? 0 }

    /// How often each call completed: by its name, with the ABI before it unless that is the native one.
    public var rows: [String: UInt64] {
        Dictionary(uniqueKeysWithValues: syscalls.map { ($0.abi == "x86_64" ? $0.name : "\($0.abi):\($0.name)", $0.calls) })
    }

    /// The row of a process.
    public func process(_ pid: Int32) -> ProcessRow? { processes.first { $0.pid == pid } }

    /// Runs `syslat profile --format json OPTIONS -- COMMAND` with the report kept apart from the command's output.
    public static func profiling(
        _ command: [String], options: [String] = [], input: String = "", timeout: Double = 60
    ) throws -> (report: Report, run: ProgramRun) {
        let file = FileManager.default.temporaryDirectory.appending(path: "syslat-report-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let run = try ProgramRun.run(
            [ProgramRun.syslat, "profile", "--format", "json", "--report", file] + options + ["--"] + command, input: input,
            timeout: timeout)
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw Fixture.Failure(description: "no report (exit \(run.status)): \(run.error)")
        }
        return (try Report(json: text), run)
    }
}
