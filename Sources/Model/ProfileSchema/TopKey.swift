/// The names at the top of a report (the JSON one) and of each line of a profile file.
package enum TopKey: String, CodingKey, CaseIterable {
    // Files and reports.
    case tool, host, capture, balance, vdso, workload, refused, requests
    case inFlight = "in_flight"
    case slowCalls = "slow_calls"

    // Reports only.
    case schema, syscalls, processes, intervals, groups

    // Files only.
    case version = "syslat-profile"
    case interval, series, errnos, process, group, sha256
    case seriesNames = "series_names"
    case packedSeries = "packed_series"
    case endInterval = "end_interval"
    case afterExit = "after_exit"
    case slowCall = "slow_call"
    case vdsoEntered = "vdso_entered"
    case vdsoServed = "vdso_served"
    case vdsoVsyscall = "vdso_vsyscall"
    case workloadCase = "workload_case"
}
