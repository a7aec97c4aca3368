import BPFRuntime
import CLinux
import Glibc
import Linux
package import Profile

/// The sampling of user code on every CPU, by which calls that never enter the kernel are estimated.
///
/// Each sample is a timer's interrupt, which costs whoever is running some microseconds, and in a virtual machine more. So it is
/// done seldom, until samples are found inside the vDSO, and at the full rate while there are some.
///
/// Ownership: the events end with this value. Nothing is sampled before ``start()``.
package struct VDSOTicker: ~Copyable {
    /// Whether it samples, or why not.
    package let state: VDSOTicks
    private let events: [Event]
    /// The time between two samples of one CPU at the full rate, and while nothing is found.
    private let periods: (full: UInt64, idle: UInt64)
    private var isIdle = true
    /// How many samples had been found, and when the last of them was: CLOCK_MONOTONIC, or 0.
    private var found = (count: UInt32(0), at: UInt64(0))

    /// Samples a second and CPU while nothing is found.
    private static let idleHertz: UInt32 = 97
    /// How long nothing must have been found before sampling becomes seldom.
    private static let patienceNanoseconds: UInt64 = 100_000_000

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
    package init(_ probes: borrowing Probes, hertz: UInt32?) {
        guard let hertz else {
            (state, events, periods) = (.off, [], (0, 0))
            return
        }
        periods = (1_000_000_000 / UInt64(hertz), 1_000_000_000 / UInt64(min(hertz, VDSOTicker.idleHertz)))
        probes.control.setTickPeriod(periods.idle)
        do throws(ProbesError) {
            events = try VDSOTicker.open(probes, periodNanoseconds: periods.idle)
            state = .on(hertz: hertz)
        } catch {
            (state, events) = (.unavailable(error.description), [])
        }
    }

    /// Chooses how often to sample. To be called again and again while recording.
    package mutating func adapt(_ probes: borrowing Probes, at now: UInt64) {
        let count = probes.control.vdsoTickCount
        if count != found.count { found = (count, now) }
        let shouldBeIdle = now - found.at >= VDSOTicker.patienceNanoseconds
        guard shouldBeIdle != isIdle, periods.full != periods.idle else { return }
        isIdle = shouldBeIdle
        let period = isIdle ? periods.idle : periods.full
        probes.control.setTickPeriod(period)
        for event in events { _ = clinux_set_perf_period(event.descriptor, period) }
    }

    /// Errors: the kernel gives no perf events; a sentence says why.
    private static func open(_ probes: borrowing Probes, periodNanoseconds: UInt64) throws(ProbesError) -> [Event] {
        var events: [Event] = []
        for cpu in ProcFS.onlineCPUs() {
            let descriptor = clinux_open_cpu_clock(Int32(cpu), periodNanoseconds)
            guard descriptor >= 0 else {
                // A CPU that has gone offline meanwhile makes no calls.
                if errno == ENODEV || errno == ENXIO { continue }
                throw refusal(errno)
            }
            do throws(BPFError) {
                events.append(Event(descriptor: descriptor, link: try probes.object.attach("tick_vdso", toPerfEvent: descriptor)))
            } catch {
                close(descriptor)
                throw ProbesError("\(error).")
            }
        }
        return events
    }

    package func start() { for event in events { _ = clinux_switch_perf_event(event.descriptor, 1) } }

    package func stop() { for event in events { _ = clinux_switch_perf_event(event.descriptor, 0) } }

    /// Why the kernel gives no events; nil where it gives them.
    package static func refusal() -> String? {
        let descriptor = clinux_open_cpu_clock(Int32(ProcFS.onlineCPUs()[0]), 1_000_000)
        guard descriptor >= 0 else { return refusal(errno).description }
        close(descriptor)
        return nil
    }

    private static func refusal(_ code: Int32) -> ProbesError {
        switch code {
        case EACCES, EPERM:
            ProbesError(
                "The kernel refuses perf events (kernel.perf_event_paranoid is "
                    + "\(ProcFS.text("/proc/sys/kernel/perf_event_paranoid") ?? "unknown")): they take CAP_PERFMON, "
                    + "and a container needs perf_event_open allowed.")
        case ENOENT, ENOSYS, EOPNOTSUPP: ProbesError("This kernel has no perf events (CONFIG_PERF_EVENTS).")
        default: ProbesError("perf_event_open failed: \(Errno(code)).")
        }
    }
}
