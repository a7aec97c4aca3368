import BPFRuntime
import CLinux
import Glibc
import Linux
package import Profile

/// Samples user code on every CPU, to estimate calls that never enter the kernel from the ticks inside the vDSO.
///
/// Each sample is a timer interrupt, which costs the running program a few microseconds, and more in a virtual machine. So the rate is
/// low until ticks fall inside the vDSO, and full while they do.
///
/// Ownership: the events end with this value. There are no samples before ``start()``.
package struct VDSOTicker: ~Copyable {
    /// Whether there are ticks, or why not.
    package let state: VDSOTicks
    private let events: [Event]
    /// The time between two samples of a CPU, at the full rate and while no ticks are found.
    private let periods: (full: UInt64, idle: UInt64)
    /// No tick has hit the vDSO lately.
    package private(set) var isIdle = true
    /// How many ticks had been found, and when the last one was: CLOCK_MONOTONIC, or 0.
    private var found = (count: UInt32(0), at: UInt64(0))

    /// Samples per second and CPU while no ticks are found.
    private static let idleHertz: UInt32 = 97
    /// How long there must be no ticks before the rate drops.
    private static let patienceNanoseconds: UInt64 = 100_000_000

    /// The link closes the event. A class, because arrays can't hold noncopyable values.
    private final class Event {
        let descriptor: Int32
        private let link: BPFLink

        init(descriptor: Int32, link: consuming BPFLink) {
            self.descriptor = descriptor
            self.link = link
        }
    }

    /// - Parameter hertz: samples per second and CPU; nil for none.
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

    /// Adjusts the rate. Call it repeatedly while recording.
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

    /// Errors: the kernel refuses perf events; a sentence says why.
    private static func open(_ probes: borrowing Probes, periodNanoseconds: UInt64) throws(ProbesError) -> [Event] {
        var events: [Event] = []
        for cpu in ProcFS.onlineCPUs() {
            let descriptor = clinux_open_cpu_clock(Int32(cpu), periodNanoseconds)
            guard descriptor >= 0 else {
                // A CPU that has gone offline meanwhile makes no calls.
                if errno == ENODEV || errno == ENXIO { continue }
                throw PerfEvents.refusal(errno)
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

    /// Why the kernel refuses perf events; nil if it doesn't.
    package static func refusal() -> String? {
        let descriptor = clinux_open_cpu_clock(Int32(ProcFS.onlineCPUs()[0]), 1_000_000)
        guard descriptor >= 0 else { return PerfEvents.refusal(errno).description }
        close(descriptor)
        return nil
    }
}
