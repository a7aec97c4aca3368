import CLinux
import Glibc

/// Waits for the events of one thread: signals, the end of processes, timers, rings, any other descriptor.
///
/// Threading: one thread. The signals that it handles are blocked for that thread, from then on and as long as the loop exists.
package struct EventLoop: ~Copyable {
    /// Why a wait returned.
    package enum Event: Sendable, Hashable {
        case signal(Int32)
        /// A watched process has ended. It is removed from the loop.
        case processEnded(Int32)
        case timer(Source)
        /// A descriptor of the caller's is readable.
        case readable(Source)
    }

    /// What a descriptor or a timer was added as.
    package struct Source: Sendable, Hashable {
        fileprivate let descriptor: Int32
    }

    private enum Kind {
        case signals
        case process(Int32)
        case timer
        /// Ends a wait without an event: rings are read after every wait.
        case ring
        case readable
    }

    private let epoll: Descriptor
    /// The descriptors of signals that are events.
    private var signals: [Int32] = []
    private var previousMask: sigset_t
    private var kinds: [Int32: Kind] = [:]
    /// Descriptors that the loop has opened itself.
    private var owned: Set<Int32> = []
    /// The descriptors of watched processes by their ids.
    private var processes: [Int32: Int32] = [:]

    deinit {
        for descriptor in owned { close(descriptor) }
        var mask = previousMask
        unsafe sigprocmask(SIG_SETMASK, &mask, nil)
    }

    // MARK: Sources

    /// Turns these signals into events, from now on, beside those that are events already.
    package mutating func handle(_ handled: [Int32]) throws(Errno) {
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        for signal in handled { unsafe sigaddset(&mask, signal) }
        let descriptor = unsafe clinux_signalfd(&mask)
        guard descriptor >= 0 else { throw .last }
        owned.insert(descriptor)
        try add(descriptor, as: .signals)
        unsafe sigprocmask(SIG_BLOCK, &mask, nil)
        signals.append(descriptor)
    }

    /// Waits end early when the ring's producer says that it fills up. Data in the ring alone doesn't end them: that is its normal
    /// state.
    package mutating func add(ring descriptor: Int32) throws(Errno) { try add(descriptor, as: .ring, edgeTriggered: true) }

    /// The end of a process is an event. Errors: ESRCH if there is none.
    package mutating func watch(process pid: Int32) throws(Errno) {
        let descriptor = clinux_pidfd_open(pid)
        guard descriptor >= 0 else { throw .last }
        owned.insert(descriptor)
        try add(descriptor, as: .process(pid))
        processes[pid] = descriptor
    }

    /// Whether a watched process has ended, without waiting. Its end stays an event. Another process may have got its id by now.
    package borrowing func hasEnded(process pid: Int32) -> Bool {
        guard let descriptor = processes[pid] else { return true }
        var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&look, 1, 0) > 0
    }

    /// Removes it.
    package mutating func unwatch(process pid: Int32) {
        if let descriptor = processes.removeValue(forKey: pid) { remove(descriptor) }
    }

    /// An event at a time of ``Clock/monotonic``, and again after each period.
    package mutating func addTimer(at first: UInt64, every period: UInt64) throws(Errno) -> Source {
        let descriptor = clinux_timer(Clock.inNamespace(first), period)
        guard descriptor >= 0 else { throw .last }
        owned.insert(descriptor)
        try add(descriptor, as: .timer)
        return Source(descriptor: descriptor)
    }

    /// An event whenever the descriptor, which stays the caller's, is readable.
    package mutating func add(readable descriptor: Int32) throws(Errno) -> Source {
        try add(descriptor, as: .readable)
        return Source(descriptor: descriptor)
    }

    package mutating func remove(_ source: Source) { remove(source.descriptor) }

    private mutating func add(_ descriptor: Int32, as kind: Kind, edgeTriggered: Bool = false) throws(Errno) {
        guard clinux_epoll_add(epoll.number, descriptor, edgeTriggered ? 1 : 0) == 0 else {
            let error = Errno.last
            if owned.remove(descriptor) != nil { close(descriptor) }
            throw error
        }
        kinds[descriptor] = kind
    }

    private mutating func remove(_ descriptor: Int32) {
        kinds[descriptor] = nil
        _ = clinux_epoll_remove(epoll.number, descriptor)
        if owned.remove(descriptor) != nil { close(descriptor) }
    }

    /// Restores the default action of signals: a second one ends the process at once.
    package mutating func letSignalsThrough() {
        for descriptor in signals { remove(descriptor) }
        signals = []
        var mask = previousMask
        unsafe sigprocmask(SIG_SETMASK, &mask, nil)
    }

    // MARK: Waiting

    /// Waits for an event, but no longer than until `deadline` (of ``Clock/monotonic``). nil if none came, or a ring wants attention.
    package mutating func wait(until deadline: UInt64) -> Event? {
        let now = Clock.monotonic
        // Rounded up: a wait that ends too early would be followed by an empty one.
        let milliseconds = deadline > now ? min((deadline - now + 999_999) / 1_000_000, UInt64(Int32.max)) : 0
        let descriptor = clinux_epoll_wait(epoll.number, Int32(milliseconds))
        switch kinds[descriptor] {
        case nil, .ring: return nil
        case .signals: return signal(descriptor)
        case .process(let pid):
            unwatch(process: pid)
            return .processEnded(pid)
        case .timer:
            var expirations: UInt64 = 0
            unsafe _ = read(descriptor, &expirations, MemoryLayout<UInt64>.size)
            return .timer(Source(descriptor: descriptor))
        case .readable: return .readable(Source(descriptor: descriptor))
        }
    }

    private func signal(_ descriptor: Int32) -> Event? {
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard unsafe read(descriptor, &info, size) == size else { return nil }
        Signals.note(Int32(info.ssi_signo))
        return .signal(Int32(info.ssi_signo))
    }
}

extension EventLoop {
    /// Errors: no descriptor is available.
    package init() throws(Errno) {
        let epoll = Descriptor(owning: clinux_epoll_create())
        guard epoll.number >= 0 else { throw .last }
        var previousMask = sigset_t()
        unsafe sigprocmask(SIG_BLOCK, nil, &previousMask)
        self.init(epoll: epoll, previousMask: previousMask)
    }
}
