import SaturatingMath
package import LatencyHistogram
package import SyscallTable

/// What one capture found: the value that every report, file and comparison starts from.
///
/// All durations are nanoseconds.
package struct Profile: Sendable, Hashable {
    /// The version of syslat that made it.
    package var tool: String
    package var host: Host
    package var capture: CaptureSummary
    package var balance: Balance
    /// The same of requests to io_uring: `entered` are those submitted, and `neverReturned` those that asked for no completion. nil where
    /// requests were not watched.
    package var requests: Balance?
    /// The calls that completed, and the requests to io_uring, by falling total time.
    package var calls: [CallProfile]
    /// The processes that made them, by falling total time.
    package var processes: [ProcessProfile]
    /// The same calls in groups of another kind; nil unless that was asked for. Requests to io_uring are among them by thread, name and cgroup.
    package var groups: CallGroups?
    /// The calls that had not returned when the capture ended, oldest first.
    package var inFlight: [InFlightCall]
    /// The calls that were kept from being made, the most frequent first. They are not among ``calls``.
    package var refused: [RefusedCalls]
    /// The same calls interval by interval, in order; empty unless a time series was asked for.
    package var intervals: [Interval]
    /// What the vDSO served and what it did not; nil where the capture didn't look.
    package var vdso: VDSOProfile?
    /// The cases of a fixed workload; nil for a profile of anything else.
    package var workload: WorkloadResult?
    /// Single calls with their details; nil where none were to be kept.
    package var slowCalls: SlowCalls?

    package init(
        tool: String, host: Host, capture: CaptureSummary, balance: Balance, calls: [CallProfile],
        processes: [ProcessProfile], inFlight: [InFlightCall], intervals: [Interval] = [], vdso: VDSOProfile? = nil,
        workload: WorkloadResult? = nil, refused: [RefusedCalls] = [], requests: Balance? = nil,
        slowCalls: SlowCalls? = nil, groups: CallGroups? = nil
    ) {
        self.groups = groups
        self.slowCalls = slowCalls
        self.requests = requests
        self.refused = refused.byFallingCount
        self.intervals = intervals
        self.vdso = vdso
        self.workload = workload
        self.tool = tool
        self.host = host
        self.capture = capture
        self.balance = balance
        self.calls = calls.byFallingTotal
        self.processes = processes.sorted(falling: \.totalNanoseconds, then: { $0.pid ?? .max })
        self.inFlight = inFlight.sorted(falling: \.ageNanoseconds, then: \.tid)
    }
}

extension Profile {
    /// Completed calls and requests that came to the consumer as single events.
    package var events: UInt64 { balance.events.addingSaturating(requests?.events ?? 0) }
}

/// The calls that completed in one interval of a time series.
package struct Interval: Sendable, Hashable {
    /// When it began, counted from the start of the capture.
    package var startNanoseconds: UInt64
    package var durationNanoseconds: UInt64
    /// When it began by the wall clock, in nanoseconds since 1970; nil where no more is known than the start of the capture.
    package var startedAtNanoseconds: UInt64?
    /// By falling total time.
    package var calls: [CallProfile]
    /// The calls that had not returned when it ended; nil where nobody looked.
    package var inFlight: CallsInFlight?

    package init(
        startNanoseconds: UInt64, durationNanoseconds: UInt64, startedAtNanoseconds: UInt64? = nil, calls: [CallProfile],
        inFlight: CallsInFlight? = nil
    ) {
        self.startNanoseconds = startNanoseconds
        self.durationNanoseconds = durationNanoseconds
        self.startedAtNanoseconds = startedAtNanoseconds
        self.calls = calls.byFallingTotal
        self.inFlight = inFlight
    }
}

extension [CallProfile] {
    /// The order of every report: the call that took the most time first.
    package var byFallingTotal: [CallProfile] { sorted(falling: \.distribution.sum, then: \.id) }
}

/// How the scheduler treated a thread between the entry and the exit of a call.
package enum Outcome: UInt8, Sendable, Hashable, CaseIterable, Codable {
    /// It never left the CPU: the time is the kernel's own.
    case ran = 0
    /// It slept at least once: the time is mostly the workload's wait.
    case blocked = 1
    /// It never slept but lost the CPU to another thread.
    case preempted = 2

    /// The name that every output uses.
    package var name: String {
        switch self {
        case .ran: "ran"
        case .blocked: "blocked"
        case .preempted: "preempted"
        }
    }
}

/// One series: the completed calls of one kind that ended the same way.
package struct Series: Sendable, Hashable {
    package var outcome: Outcome
    /// Whether the call returned an error (-4095 ... -1).
    package var failed: Bool
    /// Where calls were sampled, those that were not measured are in it in proportion to those that were.
    package var distribution: LatencyHistogram
    /// How many of the calls in ``distribution`` were not measured: others of the series stand for them.
    package var inferred: UInt64
    /// Calls of whose latency nothing is known, since sampling measured none of the series. They are not in ``distribution``.
    package var unrepresented: UInt64

    package init(
        outcome: Outcome, failed: Bool, distribution: LatencyHistogram, inferred: UInt64 = 0, unrepresented: UInt64 = 0
    ) {
        self.outcome = outcome
        self.failed = failed
        self.distribution = distribution
        self.inferred = inferred
        self.unrepresented = unrepresented
    }

    /// How many calls there were: exact, whatever was measured of them.
    package var calls: UInt64 { distribution.count.addingSaturating(unrepresented) }

    /// Adds calls that ended the same way.
    package mutating func merge(_ other: Series) {
        distribution.merge(other.distribution)
        inferred = inferred.addingSaturating(other.inferred)
        unrepresented = unrepresented.addingSaturating(other.unrepresented)
    }
}

/// How often a call returned one error.
package struct ErrnoCount: Sendable, Hashable {
    /// The error's number, 1 ... 4095.
    package var errno: Int32
    package var count: UInt64

    package init(errno: Int32, count: UInt64) {
        self.errno = errno
        self.count = count
    }
}

/// Everything known about one system call.
package struct CallProfile: Sendable, Hashable {
    package var id: SyscallID
    /// The non-empty series, at most one for each outcome and result.
    package var series: [Series]
    /// Errors by falling count.
    package var errnos: [ErrnoCount]
    /// The work that calls left to their threads; nil if none did.
    package var afterExit: AfterExit?
    /// All series together.
    package let distribution: LatencyHistogram

    package init(id: SyscallID, series: [Series], errnos: [ErrnoCount], afterExit: AfterExit? = nil) {
        self.id = id
        self.series = series
        self.afterExit = afterExit
        self.errnos = errnos.sorted(falling: \.count, then: \.errno)
        self.distribution = series.mergedDistribution { _ in true }
    }

    package var calls: UInt64 { calls { _ in true } }
    package var errors: UInt64 { calls { $0.failed } }
    /// The calls whose latency was taken.
    package var measured: UInt64 {
        series.reduce(0) { $0.addingSaturating($1.distribution.count - min($1.inferred, $1.distribution.count)) }
    }
    /// Calls that slept.
    package var blocked: UInt64 { calls { $0.outcome == .blocked } }

    /// The calls of those series that `isIncluded` accepts.
    package func calls(where isIncluded: (Series) -> Bool) -> UInt64 {
        series.reduce(0) { isIncluded($1) ? $0.addingSaturating($1.calls) : $0 }
    }

    /// The distribution of one outcome, errors included; empty where there was none.
    package func distribution(of outcome: Outcome) -> LatencyHistogram {
        series.mergedDistribution { $0.outcome == outcome }
    }
}

extension [Series] {
    /// The series that `isIncluded` accepts, added up.
    package func mergedDistribution(where isIncluded: (Series) -> Bool) -> LatencyHistogram {
        reduce(into: LatencyHistogram()) { if isIncluded($1) { $0.merge($1.distribution) } }
    }
}

/// The totals of one process in one series: calls of one kind that ended the same way.
package struct ProcessSeries: Sendable, Hashable {
    package var id: SyscallID
    package var outcome: Outcome
    /// Whether the calls returned an error.
    package var failed: Bool
    package var calls: UInt64
    package var totalNanoseconds: UInt64

    package init(id: SyscallID, outcome: Outcome, failed: Bool, calls: UInt64, totalNanoseconds: UInt64) {
        self.id = id
        self.outcome = outcome
        self.failed = failed
        self.calls = calls
        self.totalNanoseconds = totalNanoseconds
    }
}

/// What one process did.
package struct ProcessProfile: SeriesTotals, Sendable, Hashable {
    /// The process id; nil for the row that gathers the processes for which there was no row of their own.
    package var pid: Int32?
    /// What stood before its calls while it was watched. It stands here since it takes no room beside the id.
    package var beforeEntry: BeforeEntry
    /// The name in /proc/PID/comm, as it was last known.
    package var comm: String
    /// What it called itself when it was last looked at: its first argument, or what it had put there, as servers do
    /// (`postgres: walwriter`). nil of kernel threads, and where it ended too soon. It may have any text in it.
    package var title: String?
    /// Its totals, one for each series in which it has calls.
    package var series: [ProcessSeries]
    /// All calls of the process; nil unless per-process distributions were asked for.
    package var distribution: LatencyHistogram?

    package init(
        pid: Int32?, comm: String, title: String? = nil, beforeEntry: BeforeEntry = [], series: [ProcessSeries],
        distribution: LatencyHistogram? = nil
    ) {
        self.pid = pid
        self.comm = comm
        self.title = title
        self.beforeEntry = beforeEntry
        self.series = series
        self.distribution = distribution
    }
}

/// A call that had not returned when the capture, or an interval of it, ended.
package struct InFlightCall: Sendable, Hashable {
    package var pid: Int32
    package var tid: Int32
    /// The name of the process.
    package var comm: String
    /// The name of the thread, if it has one of its own.
    package var thread: String?
    package var id: SyscallID
    /// How long it had been running; at least that long if it began before the recording.
    package var ageNanoseconds: UInt64
    /// It had been entered before recording began, and is not in the balance.
    package var beganBefore: Bool
    /// nil where nobody looked.
    package var details: CallDetails?

    package init(
        pid: Int32, tid: Int32, comm: String, thread: String? = nil, id: SyscallID, ageNanoseconds: UInt64,
        beganBefore: Bool = false, details: CallDetails? = nil
    ) {
        self.details = details
        self.thread = thread == comm ? nil : thread
        self.pid = pid
        self.tid = tid
        self.comm = comm
        self.id = id
        self.ageNanoseconds = ageNanoseconds
        self.beganBefore = beganBefore
    }
}
