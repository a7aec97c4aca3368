import CLinux
import Glibc
import Linux

/// Waits for what can end or hurry a capture: signals, the end of processes, a ring that fills.
struct EventLoop: ~Copyable {
    enum Event {
        case signal(Int32)
        case ended(descriptor: Int32)
    }

    private let epoll: Int32
    private let signals: Int32
    private let previousMask: sigset_t

    /// From here on SIGINT and SIGTERM come as events.
    init() throws(CaptureError) {
        var mask = sigset_t()
        var previous = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, SIGINT)
        unsafe sigaddset(&mask, SIGTERM)
        unsafe sigprocmask(SIG_BLOCK, &mask, &previous)
        previousMask = previous
        epoll = clinux_epoll_create()
        signals = unsafe clinux_signalfd(&mask)
        guard epoll >= 0, signals >= 0 else {
            throw CaptureError("The event loop could not be made: \(ProcFS.errorText(errno)).")
        }
        add(signals, edgeTriggered: false)
    }

    deinit {
        close(signals)
        close(epoll)
        var mask = previousMask
        unsafe sigprocmask(SIG_SETMASK, &mask, nil)
    }

    /// Wakes ``wait(milliseconds:)`` when the descriptor becomes readable. An edge-triggered one wakes when the kernel says so
    /// and not because data lies there: a ring with data in it is the normal state.
    func add(_ descriptor: Int32, edgeTriggered: Bool) {
        _ = clinux_epoll_add(epoll, descriptor, edgeTriggered ? 1 : 0)
    }

    func remove(_ descriptor: Int32) { _ = clinux_epoll_remove(epoll, descriptor) }

    /// Lets a second signal end the process at once.
    func letSignalsThrough() {
        remove(signals)
        var mask = previousMask
        unsafe sigprocmask(SIG_SETMASK, &mask, nil)
    }

    /// Waits for an event, or until time is up or a ring wants attention: then nil.
    func wait(milliseconds: Int32, ring: Int32) -> Event? {
        let descriptor = clinux_epoll_wait(epoll, milliseconds)
        if descriptor < 0 || descriptor == ring { return nil }
        if descriptor == signals {
            var info = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            guard unsafe read(signals, &info, size) == size else { return nil }
            return .signal(Int32(info.ssi_signo))
        }
        return .ended(descriptor: descriptor)
    }
}
