import LatencyHistogram
import Profile
import SyscallTable

/// The lines of a profile file, one JSON object each. The names are a promise: a reader of this major version knows them all.
///
/// ```
/// {"syslat-profile":1,"tool":…,"host":{…},"capture":{…}}       first
/// {"interval":{"start_ns":…,"duration_ns":…}}                  the series that follow belong to it
/// {"series":{"abi":…,"number":…,"name":…,"outcome":…,"failed":…,"count":…,"sum_ns":…,"min_ns":…,"max_ns":…,
///            "above_range":…,"buckets":[[lowest value,count],…],"unrepresented":…}}
/// {"errnos":{"abi":…,"number":…,"name":…,"counts":[[errno,count],…]}}
/// {"end_interval":{"series":…,"sha256":…}}                     the hash of all before this line
/// {"process":{"pid":…,"comm":…,"series":[[abi,number,outcome,failed,calls,total_ns],…]}}
/// {"in_flight":{"pid":…,"tid":…,"comm":…,"abi":…,"number":…,"name":…,"age_ns":…}}
/// {"vdso":{"functions":[{"name":…,"clock":…,"served":…,"vdso":{"median_ns":…,"lower_quartile_ns":…,"upper_quartile_ns":…},
///            "syscall":{…},"kernel_p50_ns":…},…],"sampling":{"state":…,"hertz":…,"reason":…}}}
/// {"vdso_entered":{"abi":…,"number":…,"name":…,"clock":…,"reason":…,"count":…,…,"buckets":[[…],…],
///            "processes":[{"pid":…,"comm":…,"calls":…,"total_ns":…,"callers":[{"file":…,"calls":…},…]},…]}}
/// {"vdso_served":{"pid":…,"comm":…,"function":…,"samples":…,"calls":…,"calls_low":…,"calls_high":…}}
/// {"vdso_vsyscall":{"pid":…,"comm":…,"name":…,"calls":…}}
/// {"workload":{"id":…,"version":…,"quick":…,"runs":…,"machine":…}}
/// {"workload_case":{"name":…,"state":…,"reason":…,"syscalls":[…],"operations":…,"untraced":{"median_ns":…,…},
///            "series":[{"outcome":…,"failed":…,"count":…,…,"buckets":[[…],…]},…]}}
/// {"balance":{…}}
/// {"sha256":…}                                                 last: the hash of all before this line
/// ```
///
/// Keys that a reader does not know, and lines of which it knows no key, are passed over. A reason in `vdso_entered` that it does
/// not know is read as `unknown`, and a cause of loss as `unaccounted`: the calls are there all the same.
struct FileLine: Codable {
    var version: Int?
    var tool: String?
    var host: HostLine?
    var capture: CaptureLine?
    var interval: IntervalLine?
    var series: SeriesLine?
    var errnos: ErrnosLine?
    var endInterval: EndIntervalLine?
    var process: ProcessLine?
    var inFlight: InFlightLine?
    var vdso: VDSOLine?
    var vdsoEntered: VDSOEnteredLine?
    var vdsoServed: VDSOServedLine?
    var vdsoVsyscall: VDSOVsyscallLine?
    var workload: WorkloadLine?
    var workloadCase: WorkloadCaseLine?
    var balance: BalanceLine?
    var sha256: String?

    static let majorVersion = 1

    enum CodingKeys: String, CodingKey {
        case version = "syslat-profile"
        case tool, host, capture, interval, series, errnos, process, vdso, workload, balance, sha256
        case endInterval = "end_interval"
        case inFlight = "in_flight"
        case vdsoEntered = "vdso_entered"
        case vdsoServed = "vdso_served"
        case vdsoVsyscall = "vdso_vsyscall"
        case workloadCase = "workload_case"
    }
}

struct HostLine: Codable {
    var kernelRelease, kernelVersion, arch, bootID, cpuModel, microcode, clocksource: String
    var onlineCPUs: Int
    var mitigations: [String: String]
    /// Only where there are any.
    var vdsoSymbols: [String]?

    enum CodingKeys: String, CodingKey {
        case kernelRelease = "kernel_release"
        case kernelVersion = "kernel_version"
        case bootID = "boot_id"
        case cpuModel = "cpu_model"
        case onlineCPUs = "online_cpus"
        case vdsoSymbols = "vdso_symbols"
        case arch, microcode, clocksource, mitigations
    }

    init(_ host: Host) {
        (kernelRelease, kernelVersion, arch) = (host.kernelRelease, host.kernelVersion, host.arch)
        (bootID, cpuModel, microcode) = (host.bootID, host.cpuModel, host.microcode)
        (clocksource, onlineCPUs, mitigations) = (host.clocksource, host.onlineCPUs, host.mitigations)
        vdsoSymbols = host.vdsoSymbols.isEmpty ? nil : host.vdsoSymbols
    }

    var host: Host {
        Host(
            kernelRelease: kernelRelease, kernelVersion: kernelVersion, arch: arch, bootID: bootID, cpuModel: cpuModel,
            microcode: microcode, onlineCPUs: onlineCPUs, clocksource: clocksource, mitigations: mitigations,
            vdsoSymbols: vdsoSymbols ?? [])
    }
}

struct CaptureLine: Codable {
    var startedAt: UInt64
    var duration: UInt64
    var scope: String
    var selection: String?
    var command: [String]?
    var exitStatus: Int32?
    var probeFloor: UInt64?
    var consumerCPU: UInt64
    var programs: ProgramsLine?
    /// Only where not every call was measured.
    var sampling: SamplingLine?
    var remarks, notes: [String]

    enum CodingKeys: String, CodingKey {
        case startedAt = "started_at_ns"
        case duration = "duration_ns"
        case exitStatus = "exit_status"
        case probeFloor = "probe_floor_p50_ns"
        case consumerCPU = "consumer_cpu_ns"
        case programs = "bpf"
        case scope, sampling, selection, command, remarks, notes
    }

    init(_ capture: CaptureSummary) {
        (startedAt, duration, scope) = (capture.startedAtNanoseconds, capture.durationNanoseconds, capture.scope)
        (selection, command, exitStatus) = (capture.selection, capture.command, capture.exitStatus)
        (probeFloor, consumerCPU) = (capture.probeFloorNanoseconds, capture.consumerCPUNanoseconds)
        (programs, sampling) = (capture.programs.map(ProgramsLine.init), capture.sampling.map(SamplingLine.init))
        (remarks, notes) = (capture.remarks, capture.notes)
    }

    func decoded() throws(LineDefect) -> CaptureSummary {
        CaptureSummary(
            startedAtNanoseconds: startedAt, durationNanoseconds: duration, scope: scope, selection: selection,
            command: command, exitStatus: exitStatus, probeFloorNanoseconds: probeFloor, consumerCPUNanoseconds: consumerCPU,
            programs: programs?.cost, sampling: try sampling?.decoded(), remarks: remarks, notes: notes)
    }
}

struct IntervalLine: Codable {
    var start: UInt64
    var duration: UInt64

    enum CodingKeys: String, CodingKey {
        case start = "start_ns"
        case duration = "duration_ns"
    }
}

struct EndIntervalLine: Codable {
    var series: Int
    var sha256: String
}

struct InFlightLine: Codable {
    var pid, tid, number: Int32
    var comm, abi, name: String
    var age: UInt64
    /// Only where it is true.
    var beganBefore: Bool?

    enum CodingKeys: String, CodingKey {
        case age = "age_ns"
        case beganBefore = "began_before"
        case pid, tid, number, comm, abi, name
    }

    init(_ call: InFlightCall) {
        (pid, tid, comm, age) = (call.pid, call.tid, call.comm, call.ageNanoseconds)
        (abi, number, name) = (call.id.abi.name, call.id.number, call.id.name)
        beganBefore = call.beganBefore ? true : nil
    }
}

struct BalanceLine: Codable {
    var entered, completed, inFlight, neverReturned: UInt64
    var lostByCause: [String: UInt64]
    var beganBefore, newTaskReturns, refused, overflowed: UInt64
    /// Only where there are any.
    var unmeasured: UInt64?

    enum CodingKeys: String, CodingKey {
        case inFlight = "in_flight"
        case neverReturned = "never_returned"
        case lostByCause = "lost_by_cause"
        case beganBefore = "began_before"
        case newTaskReturns = "new_task_returns"
        case entered, completed, refused, overflowed, unmeasured
    }

    init(_ balance: Balance) {
        (entered, completed, inFlight) = (balance.entered, balance.completed, balance.inFlight)
        neverReturned = balance.neverReturned
        lostByCause = Dictionary(uniqueKeysWithValues: balance.lostByCause.map { ($0.key.rawValue, $0.value) })
        (beganBefore, newTaskReturns) = (balance.beganBefore, balance.newTaskReturns)
        (refused, overflowed) = (balance.refused, balance.overflowed)
        unmeasured = balance.unmeasured > 0 ? balance.unmeasured : nil
    }
}
