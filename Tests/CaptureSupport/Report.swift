import Foundation
import TestPrograms

/// A JSON report as a program that knows nothing of syslat's code reads it.
package struct Report: Decodable, Sendable {
    package struct Balance: Decodable, Sendable {
        package let entered, completed, in_flight, never_returned, lost: UInt64
        package let lost_by_cause: [String: UInt64]
        package let began_before, new_task_returns, refused, overflowed, unmeasured: UInt64

        package var closes: Bool { entered == completed + in_flight + never_returned + lost }
    }

    /// The balance of requests to io_uring.
    package struct Requests: Decodable, Sendable, Hashable {
        package let submitted, completed, in_flight, silent, lost: UInt64

        package init(submitted: UInt64, completed: UInt64 = 0, inFlight: UInt64 = 0, silent: UInt64 = 0) {
            (self.submitted, self.completed, in_flight, self.silent, lost) = (submitted, completed, inFlight, silent, 0)
        }

        package var closes: Bool { submitted == completed + in_flight + silent + lost }
    }

    package struct Outcome: Decodable, Sendable {
        package let calls, total_ns: UInt64
    }

    package struct Call: Decodable, Sendable {
        package let abi, name: String
        package let number: Int32
        package let calls, errors, total_ns: UInt64
        package let errnos: [String: UInt64]
        package let outcomes: [String: Outcome]
        private let least, median, high, greatest: UInt64?

        // Of latencies; 0 where no call was measured.
        package var min_ns: UInt64 { least ?? 0 }
        package var p50_ns: UInt64 { median ?? 0 }
        package var p99_ns: UInt64 { high ?? 0 }
        package var max_ns: UInt64 { greatest ?? 0 }

        private enum CodingKeys: String, CodingKey {
            case abi, name, number, calls, errors, total_ns, errnos, outcomes
            case least = "min_ns"
            case median = "p50_ns"
            case high = "p99_ns"
            case greatest = "max_ns"
        }
    }

    package struct ProcessRow: Decodable, Sendable {
        package let pid: Int32?
        package let comm: String
        package let title: String?
        package let calls, errors, total_ns: UInt64
    }

    package struct InFlight: Decodable, Sendable {
        package let pid, tid, number: Int32
        package let comm, abi, name: String
        package let thread: String?
        package let age_ns: UInt64
        package let began_before: Bool?
    }

    package struct Refused: Decodable, Sendable, Hashable {
        package let abi, name, by: String
        package let error: String?
        package let calls: UInt64

        package init(_ name: String, by: String, error: String?, calls: UInt64) {
            (abi, self.name, self.by, self.error, self.calls) = ("x86_64", name, by, error, calls)
        }
    }

    package struct Capture: Decodable, Sendable {
        package let scope: String
        package let duration_ns: UInt64
        package let exit_status: Int32?
        package let probe_floor_p50_ns: UInt64?
        package let consumer_cpu_ns, events: UInt64
        package let bpf: Programs?
        package let sampling: Sampling?
        package let hooks: Hooks?
        package let warnings, notes: [String]

        package var messages: [String] { warnings + notes }
    }

    /// What called the programs.
    package struct Hooks: Decodable, Sendable, Hashable {
        package let calls, others: String

        package init(calls: String, others: String) { (self.calls, self.others) = (calls, others) }
    }

    package struct Programs: Decodable, Sendable {
        package let runs, run_time_ns: UInt64
        package let ns_per_call: Double
    }

    package struct Sampling: Decodable, Sendable {
        package struct Budget: Decodable, Sendable {
            package let max_overhead: Double
            package let overhead: Double?
            package let spent_ns, watched_cpu_ns: UInt64
        }

        package let one_in_min, one_in_max: UInt64
        package let budget: Budget?
    }

    package struct Host: Decodable, Sendable {
        package let kernel_release, clocksource: String
        /// The functions of the vDSO, as its image names them.
        package let vdso_symbols: [String]
    }

    /// The calls that the vDSO served, and those that it did not.
    package struct VDSO: Decodable, Sendable {
        package struct Function: Decodable, Sendable {
            package let name: String
            package let clock: String?
            package let served: Bool?
            package let vdso_ns, syscall_ns, boundary_ns, ratio: Double?
            package let kernel_p50_ns: UInt64?
            package let error, not_called: String?
        }

        package struct Caller: Decodable, Sendable, Hashable {
            package let file: String
            package let calls: UInt64
        }

        package struct Process: Decodable, Sendable {
            package let pid: Int32?
            package let comm: String
            package let calls, total_ns: UInt64
            package let callers: [Caller]
        }

        package struct Entered: Decodable, Sendable {
            package let name, abi, reason: String
            package let clock: String?
            package let calls, total_ns, p50_ns: UInt64
            package let curable: Bool
            package let savings_s_per_s: Double?
            package let processes: [Process]
        }

        package struct Served: Decodable, Sendable {
            package let pid: Int32?
            package let comm, function: String
            package let samples, calls, calls_low, calls_high: UInt64
        }

        package struct Vsyscall: Decodable, Sendable {
            package let pid: Int32?
            package let comm, abi, name: String
            package let calls: UInt64
        }

        package struct Ticks: Decodable, Sendable {
            package let state: String
            package let hertz: UInt32?
            package let reason: String?
        }

        package let functions: [Function]
        package let entered: [Entered]
        package let served_estimate: [Served]
        package let vsyscalls: [Vsyscall]
        package let ticks: Ticks
    }

    package let schema: String
    package let host: Host
    package let vdso: VDSO?
    package let balance: Balance
    package let requests: Requests?
    package let capture: Capture
    package let syscalls: [Call]
    package let processes: [ProcessRow]
    package let in_flight: [InFlight]
    package let refused: [Refused]

    package init(json: String) throws {
        self = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
    }

    /// The row of a call; nil where there is none.
    package func call(_ name: String, abi: String = "x86_64") -> Call? {
        syscalls.first { $0.name == name && $0.abi == abi }
    }

    /// How often a call completed.
    package func calls(_ name: String, abi: String = "x86_64") -> UInt64 { call(name, abi: abi)?.calls ?? 0 }

    /// How often each call completed, by name; with the ABI before it unless that is x86_64 or aarch64, as in `ia32:write`.
    package var rows: [String: UInt64] {
        let own: Set = ["x86_64", "aarch64"]
        return Dictionary(
            uniqueKeysWithValues: syscalls.map { (own.contains($0.abi) ? $0.name : "\($0.abi):\($0.name)", $0.calls) })
    }

    /// The row of a process.
    package func process(_ pid: Int32) -> ProcessRow? { processes.first { $0.pid == pid } }

    /// Runs `syslat profile --format json OPTIONS -- COMMAND` with the report kept apart from the command's output.
    package static func profiling(
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
