import BPFObjects
import BPFRuntime
import CLinux
import CSyslatABI
import Glibc
import Linux

/// Where the perf events of tracepoints come from, which run classic programs. Each tracepoint's event has a number that the kernel gives it
/// when it boots.
struct TracepointEvents: ~Copyable {
    let source: TracepointHooks.Source
    /// The root of tracefs, which gives the numbers; or no file, and the numbers themselves.
    private let tracefs: Descriptor
    private let numbers: [String: UInt64]

    static let places = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]
    /// One that every kernel has which syslat runs on.
    private static let known = "raw_syscalls/sys_enter"
    /// Those of all classic programs, without which the symbols can't be searched.
    private static let all = [
        "raw_syscalls/sys_enter", "raw_syscalls/sys_exit", "task/task_newtask", "sched/sched_process_exec",
        "sched/sched_process_exit",
        "vsyscall/emulate_vsyscall", "io_uring/io_uring_submit_req", "io_uring/io_uring_req_failed", "io_uring/io_uring_complete",
        "io_uring/io_uring_cqe_overflow",
    ]

    /// Errors: none of the ways leads to the numbers; a sentence says why.
    init() throws(ProbesError) {
        for place in TracepointEvents.places {
            guard let root = try? Descriptor(reading: place), TracepointEvents.number(of: TracepointEvents.known, in: root) != nil
            else {
                continue
            }
            source = .mounted(place)
            tracefs = root
            numbers = [:]
            return
        }
        let root = Descriptor(owning: unsafe clinux_mount_nowhere("tracefs"))
        if root.number >= 0, TracepointEvents.number(of: TracepointEvents.known, in: root) != nil {
            source = .unmounted
            tracefs = root
            numbers = [:]
            return
        }
        guard let found = try? TracepointEvents.searchSymbols(), found[TracepointEvents.known] != nil else {
            throw ProbesError(
                "the numbers of tracepoints can't be found: tracefs isn't readable at \(TracepointEvents.places[0]) and can't be mounted, "
                    + "and the kernel's symbols don't tell")
        }
        source = .symbols
        tracefs = Descriptor(owning: -1)
        numbers = found
    }

    private static func number(of tracepoint: String, in root: borrowing Descriptor) -> UInt64? {
        let file = Descriptor(owning: unsafe openat(root.number, "events/\(tracepoint)/id", O_RDONLY | O_CLOEXEC))
        guard file.number >= 0, let text = try? file.read(limit: 32) else { return nil }
        return UInt64(String(decoding: text, as: UTF8.self).prefix { $0.isNumber })
    }

    /// Every event is described by a variable event_NAME (DEFINE_EVENT, include/trace/trace_events.h).
    private static func searchSymbols() throws(BPFError) -> [String: UInt64] {
        let opened = try OpenBPFObject(name: "events", image: BPFObjects.events)
        var names = syslat_event_names()
        unsafe withUnsafeMutableBytes(of: &names) { memory in
            for (index, tracepoint) in all.enumerated() {
                // The names are shorter than their places.
                let name = "event_" + tracepoint.drop { $0 != "/" }.dropFirst()
                unsafe UnsafeMutableRawBufferPointer(rebasing: memory.dropFirst(index * MemoryLayout<syslat_event_name>.stride))
                    .copyBytes(from: name.utf8)
            }
        }
        try opened.setInitialValue(of: ".rodata.names", to: names)
        let object = try opened.load()
        try object.iterate("find_events")
        let memory = try MappedMemory(object.map(".data.numbers"), writable: false)
        var found: [String: UInt64] = [:]
        for (index, tracepoint) in all.enumerated() {
            let number = unsafe memory.base.load(fromByteOffset: index * MemoryLayout<UInt32>.stride, as: UInt32.self)
            if number != 0 { found[tracepoint] = UInt64(number) }
        }
        return found
    }

    /// The number of a tracepoint's event; nil if the kernel has no such tracepoint.
    func number(of tracepoint: String) -> UInt64? {
        tracefs.number >= 0 ? TracepointEvents.number(of: tracepoint, in: tracefs) : numbers[tracepoint]
    }

    /// Errors: the kernel refuses the events of tracepoints; a sentence says why.
    func check() throws(ProbesError) {
        do throws(BPFError) { close(try open(TracepointEvents.known)) } catch { throw PerfEvents.refusal(error.code) }
    }

    /// Opens a tracepoint's event. Programs run on all CPUs, whichever one the event is for. The caller closes it.
    /// Errors: ENOENT if the kernel has no such tracepoint; what perf_event_open(2) says.
    func open(_ tracepoint: String) throws(BPFError) -> Int32 {
        guard let number = number(of: tracepoint) else { throw BPFError("find the event of \(tracepoint)", code: ENOENT) }
        for cpu in ProcFS.onlineCPUs() {
            let descriptor = clinux_open_tracepoint(number, Int32(cpu))
            if descriptor >= 0 { return descriptor }
            // This CPU has gone offline meanwhile.
            guard errno == ENODEV || errno == ENXIO else { break }
        }
        throw BPFError("open the perf event of \(tracepoint)", code: errno)
    }
}
