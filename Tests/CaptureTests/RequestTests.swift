import Aggregation
import CSyslatABI
import CaptureSupport
import Foundation
import Probes
import Profile
import SyscallTable
import Testing

@testable import Capture

/// Which requests can still be in flight, of those that no completion has named.
@Suite struct UnseenCompletionTests {
    private func request(_ pid: Int32, at moment: UInt64) -> RequestInFlight {
        var request = syslat_request()
        (request.tgid, request.tid, request.start_ns) = (UInt32(pid), UInt32(pid), moment)
        return RequestInFlight(request)
    }

    @Test func `unseen completions are those of processes that are gone, then the oldest`() {
        // No process has the largest id that Linux gives.
        let (own, gone) = (getpid(), Int32(4_194_303))
        let requests = [request(own, at: 10), request(gone, at: 40), request(own, at: 30), request(own, at: 20)]
        #expect(requests.inFlight(unseen: 0).map(\.submittedAt) == [30, 20, 10])
        #expect(requests.inFlight(unseen: 1).map(\.submittedAt) == [30, 20, 10])
        #expect(requests.inFlight(unseen: 2).map(\.submittedAt) == [30, 20])
        #expect(requests.inFlight(unseen: .max).isEmpty)
    }
}

extension Semantics {
    /// Requests to io_uring: each is counted once, under its opcode, and lasts from its submission to its completion.
    @Suite(.enabled(if: BPFRequirement.seesRequests, "this kernel's tracepoints don't tell one request to io_uring from another"))
    struct RequestTests {
        private static let submitters: [[String]] = [[], ["sqpoll"]]

        @Test(arguments: ProgramSet.allCases, submitters)
        func `line 41: every request is in a row of its opcode`(_ set: ProgramSet, _ submitter: [String]) throws {
            let (report, run) = try Report.profiling(
                try Fixture.command("requests", "nop", "1000") + submitter, options: set.options)
            #expect(run.status == 0)
            #expect(report.calls("nop", abi: "io_uring") == 1000)
            #expect(report.requests == Report.Requests(submitted: 1000, completed: 1000))
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 41: requests that fail have their errors, those with a bad opcode too`(_ set: ProgramSet) throws {
            let (bad, run) = try Report.profiling(Fixture.command("requests", "bad", "30"), options: set.options)
            #expect(run.status == 0)
            #expect(bad.call("fsync", abi: "io_uring")?.errnos == ["EBADF": 30])
            let (unknown, other) = try Report.profiling(Fixture.command("requests", "unknown", "20"), options: set.options)
            #expect(other.status == 0)
            #expect(unknown.call("opcode_250", abi: "io_uring")?.errnos == ["EINVAL": 20])
            #expect(unknown.requests == Report.Requests(submitted: 20, completed: 20))
        }

        @Test func `line 41: a request lasts from its submission to its completion`() throws {
            let (report, run) = try Report.profiling(Fixture.command("requests", "timeout", "5"), options: [])
            #expect(run.status == 0)
            let timeout = try #require(report.call("timeout", abi: "io_uring"))
            // Each asks for 20 ms.
            #expect(timeout.calls == 5 && timeout.min_ns >= 20_000_000)
            #expect(timeout.errnos == ["ETIME": 5])
        }

        @Test func `line 41: requests that ask for no completion are counted`() throws {
            let (report, run) = try Report.profiling(Fixture.command("requests", "silent", "40"), options: [])
            #expect(run.status == 0)
            #expect(report.requests == Report.Requests(submitted: 40, silent: 40))
            #expect(report.call("nop", abi: "io_uring") == nil)
        }

        /// Its queue has room for 128 completions.
        @Test func `line 41: requests whose completions the kernel hides are lost, and not in flight for ever`() throws {
            let (report, run) = try Report.profiling(Fixture.command("requests", "unreaped", "300"), options: [])
            #expect(run.status == 0)
            let requests = try #require(report.requests)
            #expect(requests.submitted == 300 && requests.in_flight == 0 && requests.closes)
            #expect(requests.completed >= 128 && report.calls("nop", abi: "io_uring") == requests.completed)
            #expect(requests.lost == 0 || report.in_flight.allSatisfy { $0.abi != "io_uring" })
        }

        /// A request that is not selected has the address of one that never completed.
        @Test(arguments: ProgramSet.narrowed)
        func `line 41: a request never takes another's completion`(_ set: ProgramSet) throws {
            let options = set.options + ["-e", "io_uring:write"]
            let (report, run) = try Report.profiling(Fixture.command("requests", "cancelled", "20"), options: options)
            #expect(run.status == 0)
            let requests = try #require(report.requests)
            #expect(requests.submitted == 20 && requests.completed + requests.lost + requests.in_flight == 20)
            #expect(report.call("write", abi: "io_uring")?.errors ?? 0 == 0, "\(report.syscalls)")
        }

        @Test(arguments: ProgramSet.narrowed, submitters)
        func `line 41: a selection by name has the requests of that name`(_ set: ProgramSet, _ submitter: [String]) throws {
            let command = try Fixture.command("requests", "read", "100") + submitter
            let (report, run) = try Report.profiling(command, options: set.options + ["-e", "read"])
            #expect(run.status == 0)
            #expect(report.calls("read", abi: "io_uring") == 100)
            let (other, _) = try Report.profiling(command, options: set.options + ["-e", "write,!io_uring:write"])
            #expect(other.calls("write") == 100)
            #expect(other.requests == nil)
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 41: requests that have not completed are in flight`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.command("requests", "hang", "3")))
            let report = try Report.capturing(program, set: set, endsAfterwards: true) {
                eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("pause") == true }
            }
            program.signal(SIGKILL)
            program.wait()
            #expect(report.requests == Report.Requests(submitted: 3, inFlight: 3))
            #expect(
                report.in_flight.filter { $0.abi == "io_uring" && $0.name == "read" }.map(\.pid) == [
                    program.pid, program.pid, program.pid,
                ])
            report.expectNothingLost()
        }
    }
}
