import Foundation

/// A JSON report as a program that knows nothing of syslat's code reads it.
public struct Report: Decodable, Sendable {
    public struct Balance: Decodable, Sendable {
        public let entered, completed, in_flight, never_returned, lost: UInt64
        public let lost_by_cause: [String: UInt64]
        public let began_before, new_task_returns, refused, overflowed, unsampled: UInt64

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
        public let consumer_cpu_ns, events: UInt64
        public let bpf: Programs?
        public let sampling: Sampling?
        public let remarks: [String]
    }

    public struct Programs: Decodable, Sendable {
        public let runs, run_time_ns: UInt64
        public let ns_per_call: Double
    }

    public struct Sampling: Decodable, Sendable {
        public struct Budget: Decodable, Sendable {
            public let max_overhead: Double
            public let overhead: Double?
            public let spent_ns, watched_cpu_ns: UInt64
        }

        public let one_in_min, one_in_max: UInt64
        public let budget: Budget?
    }

    public struct Host: Decodable, Sendable {
        public let kernel_release, clocksource: String
        /// The functions of the vDSO as they stand in its image.
        public let vdso_symbols: [String]
    }

    /// The calls that the vDSO served, and those that it did not.
    public struct VDSO: Decodable, Sendable {
        public struct Function: Decodable, Sendable {
            public let name: String
            public let clock: String?
            public let served: Bool?
            public let vdso_ns, syscall_ns, boundary_ns, ratio: Double?
            public let kernel_p50_ns: UInt64?
            public let error, not_called: String?
        }

        public struct Caller: Decodable, Sendable, Hashable {
            public let file: String
            public let calls: UInt64
        }

        public struct Process: Decodable, Sendable {
            public let pid: Int32?
            public let comm: String
            public let calls, total_ns: UInt64
            public let callers: [Caller]
        }

        public struct Entered: Decodable, Sendable {
            public let name, abi, reason: String
            public let clock: String?
            public let calls, total_ns, p50_ns: UInt64
            public let curable: Bool
            public let savings_s_per_s: Double?
            public let processes: [Process]
        }

        public struct Served: Decodable, Sendable {
            public let pid: Int32?
            public let comm, function: String
            public let samples, calls, calls_low, calls_high: UInt64
        }

        public struct Vsyscall: Decodable, Sendable {
            public let pid: Int32?
            public let comm, abi, name: String
            public let calls: UInt64
        }

        public struct Sampling: Decodable, Sendable {
            public let state: String
            public let hertz: UInt32?
            public let reason: String?
        }

        public let functions: [Function]
        public let entered: [Entered]
        public let served_estimate: [Served]
        public let vsyscalls: [Vsyscall]
        public let sampling: Sampling
    }

    public let schema: String
    public let host: Host
    public let vdso: VDSO?
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
        _ command: [String], options: [String] = [], input: String = "", timeout: Double = ProgramRun.patience
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
