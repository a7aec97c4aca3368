import Foundation
import LatencyHistogram
import PlainText
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

@Suite struct JSONReportTests {
    /// By name, because a test prints its arguments in full.
    private static let profiles = [
        "typical": Fixtures.typical, "troubled": Fixtures.troubled, "empty": Fixtures.empty, "wide": Fixtures.wide,
        "vdso": Fixtures.timekeeping, "vdso-unmeasured": Fixtures.unmeasured, "vdso-vast": Fixtures.vastVDSO,
        "sampled": Fixtures.sampled, "uring": Fixtures.uring, "slow": Fixtures.slowProfile,
    ]

    @Test(arguments: profiles.keys.sorted())
    func `the JSON report matches its snapshot`(name: String) throws {
        let profile = try #require(Self.profiles[name])
        try Snapshot().verify(try JSONReport.render(profile, pretty: true), is: "\(name).json")
    }

    @Test func `compact JSON is one line and always the same`() throws {
        let line = try JSONReport.render(Fixtures.typical)
        #expect(line.hasSuffix("}\n") && line.count { $0 == "\n" } == 1)
        #expect(try JSONReport.render(Fixtures.typical) == line)
        try Snapshot().verify(line, is: "typical-line.json")
    }

    /// Other people's programs rely on the names.
    @Test func `the report has exactly the names of the schema`() throws {
        var profile = Fixtures.troubled
        profile.capture.command = ["ls", "/tmp"]
        profile.capture.exitStatus = 0
        profile.capture.selection = "read"
        let document = try parse(profile)
        #expect(
            document.keys.sorted() == [
                "balance", "capture", "host", "in_flight", "processes", "refused", "schema", "syscalls", "tool",
            ])
        #expect(document["schema"] as? String == "syslat.profile/2")
        #expect(
            try keys(document["host"])
                == [
                    "arch", "boot_id", "clocksource", "cpu_model", "kernel_release", "kernel_version", "microcode", "mitigations",
                    "online_cpus", "vdso_symbols",
                ])
        #expect(
            try keys(document["capture"]) == [
                "command", "consumer_cpu_ns", "duration_ns", "events", "exit_status", "notes", "probe_floor_p10_ns",
                "probe_floor_p50_ns", "probe_floor_p90_ns", "scope", "selection", "started_at", "started_at_ns", "warnings",
            ])
        let balance = try #require(document["balance"] as? [String: Any])
        #expect(
            balance.keys.sorted() == [
                "began_before", "completed", "entered", "in_flight", "lost", "lost_by_cause", "never_returned",
                "new_task_returns", "overflowed", "refused", "unmeasured",
            ])
        #expect(try keys(balance["lost_by_cause"]) == ["missed_exit", "no_slot"])
        let figures = ["max_ns", "mean_ns", "min_ns", "p50_ns", "p90_ns", "p999_ns", "p99_ns", "total_ns"]
        let read = try #require(syscall("read", abi: "x86_64", in: document))
        #expect(
            read.keys.sorted() == (["abi", "calls", "errnos", "errors", "name", "number", "outcomes"] + figures).sorted())
        let outcomes = try #require(read["outcomes"] as? [String: Any])
        #expect(outcomes.keys.sorted() == ["blocked", "preempted", "ran"])
        #expect(try keys(outcomes["ran"]) == ["calls", "p50_ns", "p99_ns", "total_ns"])
        #expect(try keys((document["processes"] as? [Any])?.first) == ["calls", "comm", "errors", "pid", "total_ns"])
        #expect(
            try keys((document["in_flight"] as? [Any])?.first) == ["abi", "age_ns", "comm", "name", "number", "pid", "tid"])
        #expect(
            try keys((document["refused"] as? [Any])?.first) == ["abi", "by", "calls", "errno", "error", "name", "number"])
    }

    @Test func `slow calls have exactly the names of the schema, and words of 64 bits as text`() throws {
        let document = try parse(Fixtures.slowProfile)
        let slow = try #require(document["slow_calls"] as? [String: Any])
        #expect(slow.keys.sorted() == ["calls", "rule", "unkept"])
        #expect(slow["rule"] as? [String: Int] == ["slowest": 3] && slow["unkept"] as? Int == 2)
        let calls = try #require(slow["calls"] as? [[String: Any]])
        #expect(calls.count == Fixtures.slowCalls.calls.count)
        let futex = try #require(calls.first)
        let always = [
            "abi", "arguments", "comm", "duration_ns", "name", "number", "outcome", "pid", "result", "started_at", "started_at_ns",
            "text", "tid",
        ]
        #expect(futex.keys.sorted() == (always + ["errno", "error", "kernel_stack", "user_stack"]).sorted())
        #expect(futex["name"] as? String == "futex" && futex["error"] as? String == "ETIMEDOUT" && futex["errno"] as? Int == 110)
        #expect(futex["started_at"] as? String == "2026-03-01T12:34:59.789123456Z")
        #expect(
            futex["arguments"] as? [String] == ["0x7f119c0009d0", "0x89", "0x2", "0x7f117bffe6a0", "0x0", "0xffffffff"])
        let fsync = calls[1]
        #expect(fsync.keys.sorted() == (always + ["descriptors", "kernel_stack", "sleep", "user_stack"]).sorted())
        let descriptor = try #require((fsync["descriptors"] as? [[String: Any]])?.first)
        #expect(descriptor["name"] as? String == "/var/lib/postgresql/15/main/pg_wal/000000010000000000000001")
        #expect(descriptor["device"] as? String == "253:1" && descriptor["inode"] as? Int == 393_251)
        #expect(fsync["sleep"] as? [String: Int] == ["count": 2, "total_ns": 83_902_117, "longest_ns": 80_117_302])
        let frame = try #require((fsync["user_stack"] as? [[String: Any]])?.last)
        #expect(frame["function"] as? String == "WalWriterMain" && frame["offset"] as? String == "0x492153")
        #expect(frame.keys.sorted() == ["build_id", "file", "function", "function_offset", "offset"])
        let waiting = try #require(document["in_flight"] as? [[String: Any]])
        #expect(waiting.map { ($0["arguments"] as? [String])?.count } == [6, 6, nil])
        #expect(try parse(Fixtures.typical)["slow_calls"] == nil)
    }

    @Test func `thresholds stand under the names of their calls`() throws {
        var profile = Fixtures.slowProfile
        profile.slowCalls = Fixtures.slowCallsByThreshold
        let slow = try #require(try parse(profile)["slow_calls"] as? [String: Any])
        #expect(slow["rule"] as? [String: [String: Int]] == ["slower_ns": ["*": 1_000_000, "futex": 900_000_000]])
    }

    /// Words above 2^53 and what is no UTF-8, as a reader of JSON gets them.
    @Test func `addresses and bytes that are no UTF-8 are exact in JSON`() throws {
        let address: UInt64 = 0xffff_ffff_81c1_0d47
        var profile = Fixtures.slowProfile
        profile.inFlight = [
            InFlightCall(
                pid: 1, tid: 1, comm: "a", id: .native(0), ageNanoseconds: 1,
                details: CallDetails(
                    arguments: Array(repeating: address, count: 6), paths: [PathArgument(argument: 1, text: "\u{10ffe9}")],
                    kernelStack: [StackFrame(offset: address)]))
        ]
        let call = try #require((try parse(profile)["in_flight"] as? [[String: Any]])?.first)
        #expect(call["arguments"] as? [String] == Array(repeating: "0xffffffff81c10d47", count: 6))
        #expect((call["kernel_stack"] as? [[String: String]])?.first == ["offset": "0xffffffff81c10d47"])
        let path = try #require((call["paths"] as? [[String: Any]])?.first?["text"] as? String)
        #expect(ExactText.bytes(path) == [0xe9])
    }

    @Test func `the vDSO section has exactly the names of the schema`() throws {
        let vdso = try #require(try parse(Fixtures.timekeeping)["vdso"] as? [String: Any])
        #expect(vdso.keys.sorted() == ["entered", "functions", "served_estimate", "ticks", "vsyscalls"])
        func rows(_ name: String) throws -> [[String: Any]] { try #require(vdso[name] as? [[String: Any]]) }
        let costs = ["syscall_ns", "syscall_ns_quartiles", "vdso_ns", "vdso_ns_quartiles"]
        #expect(
            try rows("functions")[1].keys.sorted()
                == (["boundary_ns", "clock", "kernel_p50_ns", "name", "ratio", "served"] + costs).sorted())
        let entered = try rows("entered")
        #expect(
            entered[0].keys.sorted() == [
                "abi", "calls", "clock", "curable", "name", "number", "p50_ns", "p99_ns", "processes", "reason",
                "savings_is_upper_bound", "savings_s_per_s", "total_ns",
            ])
        #expect(entered[0]["reason"] as? String == "clocksource:hpet" && entered[0]["curable"] as? Bool == true)
        let bypass = try #require(entered.first { $0["reason"] as? String == "bypass" })
        #expect(bypass["clock"] == nil)
        let process = try #require((bypass["processes"] as? [[String: Any]])?.first)
        #expect(process.keys.sorted() == ["callers", "calls", "comm", "pid", "total_ns"])
        #expect(try keys((process["callers"] as? [Any])?.first) == ["calls", "file"])
        #expect(
            try rows("served_estimate")[0].keys.sorted()
                == ["calls", "calls_high", "calls_low", "comm", "function", "pid", "samples"])
        #expect(try rows("vsyscalls")[0].keys.sorted() == ["abi", "calls", "comm", "name", "pid"])
        #expect(try rows("vsyscalls")[0]["abi"] as? String == "vsyscall")
        #expect(try keys(vdso["ticks"]) == ["hertz", "state"])
        let unmeasured = try #require(try parse(Fixtures.unmeasured)["vdso"] as? [String: Any])
        #expect(try keys(unmeasured["ticks"]) == ["reason", "state"])
        #expect((unmeasured["entered"] as? [[String: Any]])?.contains { $0["savings_s_per_s"] != nil } == false)
    }

    @Test func `fields that don't apply are left out and a missing pid is null`() throws {
        let document = try parse(Fixtures.typical)
        let capture = try #require(document["capture"] as? [String: Any])
        #expect(capture["command"] == nil && capture["exit_status"] == nil && capture["selection"] == nil)
        let write = try #require(syscall("write", abi: "x86_64", in: document))
        #expect(try keys(write["outcomes"]) == ["ran"])
        let processes = try #require(document["processes"] as? [[String: Any]])
        #expect(processes.last?["pid"] is NSNull)
    }

    @Test func `the figures of a call are those of the profile`() throws {
        let document = try parse(Fixtures.typical)
        let call = Fixtures.read
        let row = try #require(syscall("read", abi: "x86_64", in: document))
        func number(_ name: String) -> UInt64? { (row[name] as? NSNumber)?.uint64Value }
        #expect(number("calls") == call.calls && number("errors") == 5_015)
        #expect(number("total_ns") == call.distribution.sum && number("min_ns") == call.distribution.min)
        #expect(
            number("p50_ns") == call.distribution.value(at: .p50) && number("p999_ns") == call.distribution.value(at: .p999))
        #expect(row["errnos"] as? [String: Int] == ["EAGAIN": 5_012, "EINTR": 3])
        let totals = try #require(document["syscalls"] as? [[String: Any]]).compactMap { $0["total_ns"] as? UInt64 }
        #expect(totals.count == Fixtures.typical.calls.count && totals == totals.sorted(by: >))
    }

    /// Programs that read JSON numbers as doubles lose digits of these; the text must not.
    @Test(arguments: [1 << 31, 1 << 32, (1 << 53) + 1, 1 << 63, .max] as [UInt64])
    func `large integers are written exactly`(value: UInt64) throws {
        var profile = Fixtures.empty
        profile.balance = Balance(
            entered: value, completed: value, inFlight: 0, neverReturned: 0, lostByCause: [:], beganBefore: value)
        profile.capture.durationNanoseconds = value
        let distribution = LatencyHistogram(buckets: [], aboveRange: value, sum: value, min: value, max: value)
        profile.calls = [
            CallProfile(
                id: .native(0), series: [Series(outcome: .ran, failed: true, distribution: distribution)],
                errnos: [ErrnoCount(errno: 4, count: value)])
        ]
        profile.inFlight = [InFlightCall(pid: 1, tid: 1, comm: "", id: .native(0), ageNanoseconds: value)]
        let text = try JSONReport.render(profile)
        let names = [
            "entered", "completed", "began_before", "duration_ns", "calls", "errors", "EINTR", "total_ns", "min_ns", "max_ns",
            "p50_ns", "age_ns",
        ]
        for name in names {
            let digits = try #require(text.split(separator: "\"\(name)\":").dropFirst().first).prefix { $0.isNumber }
            #expect(digits == "\(value)", "\(name)")
        }
    }

    @Test func `control characters in a name are escaped and read back`() throws {
        var profile = Fixtures.empty
        let comm = "tab\t quote\" back\\slash / \u{0}\u{1b}[31m\u{7f}\u{2028} é 界 👩‍👧"
        profile.inFlight = [InFlightCall(pid: 1, tid: 1, comm: comm, id: .native(0), ageNanoseconds: 0)]
        let text = try JSONReport.render(profile)
        #expect(!text.dropLast().unicodeScalars.contains { $0.value < 0x20 })
        let calls = try #require(try parse(profile)["in_flight"] as? [[String: Any]])
        #expect(calls.first?["comm"] as? String == comm)
    }

    @Test func `calls in flight that somebody looked at have a text for people, in profiles and in intervals`() throws {
        let profile = Fixtures.slowProfile
        let expected = [
            "epoll_wait(12<anon_inode:[eventpoll]>, 0x5581c0de8000, 512, -1)",
            "futex(0x7f119c000a28, FUTEX_WAIT_PRIVATE, 0, NULL)", nil,
        ]
        func texts(_ document: [String: Any]) throws -> [String?] {
            try #require(document["in_flight"] as? [[String: Any]]).map { $0["text"] as? String }
        }
        #expect(try texts(try parse(profile)) == expected)
        let interval = Interval(
            startNanoseconds: 0, durationNanoseconds: 1, calls: [], inFlight: CallsInFlight(calls: profile.inFlight))
        let line = try JSONReport.render(interval, on: profile.host)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(try texts(document) == expected)
    }

    @Test func `a call without completions has no latency figures`() throws {
        var profile = Fixtures.empty
        profile.calls = [CallProfile(id: .native(0), series: [], errnos: [])]
        let row = try #require(syscall("read", abi: "x86_64", in: try parse(profile)))
        #expect(row.keys.sorted() == ["abi", "calls", "errnos", "errors", "name", "number", "outcomes", "total_ns"])
    }

    @Test func `the JSON of a workload matches its snapshot`() throws {
        var profile = Fixtures.workloadProfile
        (profile.calls, profile.processes, profile.inFlight) = ([], [], [])
        try Snapshot().verify(try JSONReport.render(profile, pretty: true), is: "workload.json")
    }

    private func parse(_ profile: Profile) throws -> [String: Any] {
        let data = Data(try JSONReport.render(profile).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func keys(_ object: Any?) throws -> [String] {
        try #require(object as? [String: Any]).keys.sorted()
    }

    private func syscall(_ name: String, abi: String, in document: [String: Any]) -> [String: Any]? {
        (document["syscalls"] as? [[String: Any]])?.first { $0["name"] as? String == name && $0["abi"] as? String == abi }
    }
}
