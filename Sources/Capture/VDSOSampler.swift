internal import BPFRuntime
internal import CLinux
internal import Glibc
internal import HostFiles
internal import Profile

/// The sampling of user code on every CPU, by which calls that never enter the kernel are estimated.
///
/// Ownership: the events end with this value. Nothing is sampled before ``start()``.
struct VDSOSampler: ~Copyable {
    /// Whether it samples, or why not.
    let state: VDSOSampling
    /// The time between two samples of one CPU; nil where there are none.
    let periodNanoseconds: UInt64?
    private let events: [Event]

    /// A link closes its event; arrays hold no values that can't be copied.
    private final class Event {
        let descriptor: Int32
        private let link: BPFLink

        init(descriptor: Int32, link: consuming BPFLink) {
            self.descriptor = descriptor
            self.link = link
        }
    }

    /// - Parameter hertz: samples a second and CPU; nil to take none.
    init(_ probes: borrowing Probes, hertz: UInt32?) {
        guard let hertz else {
            (state, periodNanoseconds, events) = (.off, nil, [])
            return
        }
        let period = 1_000_000_000 / UInt64(hertz)
        do throws(CaptureError) {
            events = try VDSOSampler.open(probes, periodNanoseconds: period)
            (state, periodNanoseconds) = (.on(hertz: hertz), period)
        } catch {
            (state, periodNanoseconds, events) = (.unavailable(error.description), nil, [])
        }
    }

    /// Errors: the kernel gives no perf events; a sentence says why.
    private static func open(_ probes: borrowing Probes, periodNanoseconds: UInt64) throws(CaptureError) -> [Event] {
        var events: [Event] = []
        for cpu in ProcFS.onlineCPUs() {
            let descriptor = clinux_open_cpu_clock(Int32(cpu), periodNanoseconds)
            guard descriptor >= 0 else {
                // A CPU that has gone offline meanwhile makes no calls.
                if errno == ENODEV || errno == ENXIO { continue }
                throw refusal(errno)
            }
            do throws(BPFError) {
                events.append(Event(descriptor: descriptor, link: try probes.object.attach("sample_vdso", toPerfEvent: descriptor)))
            } catch {
                close(descriptor)
                throw CaptureError("\(error).")
            }
        }
        return events
    }

    func start() { for event in events { _ = clinux_switch_perf_event(event.descriptor, 1) } }

    func stop() { for event in events { _ = clinux_switch_perf_event(event.descriptor, 0) } }

    /// Why the kernel gives no events; nil where it gives them.
    static func refusal() -> String? {
        let descriptor = clinux_open_cpu_clock(Int32(ProcFS.onlineCPUs()[0]), 1_000_000)
        guard descriptor >= 0 else { return refusal(errno).description }
        close(descriptor)
        return nil
    }

    private static func refusal(_ code: Int32) -> CaptureError {
        switch code {
        case EACCES, EPERM:
            CaptureError(
                "The kernel refuses perf events (kernel.perf_event_paranoid is "
                    + "\(ProcFS.text("/proc/sys/kernel/perf_event_paranoid") ?? "unknown")): they take CAP_PERFMON, "
                    + "and a container needs perf_event_open allowed.")
        case ENOENT, ENOSYS, EOPNOTSUPP: CaptureError("This kernel has no perf events (CONFIG_PERF_EVENTS).")
        default: CaptureError("perf_event_open failed: \(ProcFS.errorText(code)).")
        }
    }
}
