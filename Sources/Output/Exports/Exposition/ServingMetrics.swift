/// What a process that serves metrics says of itself.
package struct ServingProcess: Sendable, Hashable {
    package var cpuNanoseconds: UInt64
    package var startedAtNanoseconds: UInt64
    package var residentBytes: UInt64
    package var virtualBytes: UInt64
    package var openFiles: UInt64
    package var mostFiles: UInt64
    package var threads: UInt64

    package init(
        cpuNanoseconds: UInt64, startedAtNanoseconds: UInt64, residentBytes: UInt64, virtualBytes: UInt64, openFiles: UInt64,
        mostFiles: UInt64, threads: UInt64
    ) {
        self.cpuNanoseconds = cpuNanoseconds
        self.startedAtNanoseconds = startedAtNanoseconds
        self.residentBytes = residentBytes
        self.virtualBytes = virtualBytes
        self.openFiles = openFiles
        self.mostFiles = mostFiles
        self.threads = threads
    }
}

/// The metrics that every exporter has.
///
/// Source: https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
enum ServingMetrics {
    static func families(_ process: ServingProcess) -> [MetricFamily] {
        func gauge(_ name: String, unit: String = "", _ help: String, _ value: MetricValue) -> MetricFamily {
            var family = MetricFamily(name, .gauge, unit: unit, help: help)
            family.add([], value)
            return family
        }
        var cpu = MetricFamily(
            "process_cpu_seconds", .counter, unit: "seconds", help: "Total user and system CPU time spent in seconds.")
        cpu.add([], .nanoseconds(process.cpuNanoseconds))
        return [
            cpu,
            gauge(
                "process_start_time_seconds", unit: "seconds", "Start time of the process since unix epoch in seconds.",
                .nanoseconds(process.startedAtNanoseconds)),
            gauge(
                "process_resident_memory_bytes", unit: "bytes", "Resident memory size in bytes.", .count(process.residentBytes)),
            gauge("process_virtual_memory_bytes", unit: "bytes", "Virtual memory size in bytes.", .count(process.virtualBytes)),
            gauge("process_open_fds", "Number of open file descriptors.", .count(process.openFiles)),
            gauge("process_max_fds", "Maximum number of open file descriptors.", .count(process.mostFiles)),
            gauge("process_threads", "Number of OS threads in the process.", .count(process.threads)),
        ]
    }
}
