import CLinux
import Glibc

/// What a service and systemd say to each other: sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3), a few lines each.
package enum ServiceManager {
    /// The first descriptor that is handed over.
    private static let firstSocket: Int32 = 3
    private static let mostSockets: Int32 = 64

    /// Tells it something: `READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=…`. Nothing where nobody listens.
    package static func notify(_ message: String) {
        guard let path = Environment["NOTIFY_SOCKET"] else { return }
        unsafe _ = clinux_notify(path, message)
    }

    /// How long it waits for a sign of life, in nanoseconds; nil if it doesn't.
    package static var watchdogNanoseconds: UInt64? {
        guard isMeant(Environment["WATCHDOG_PID"], otherwise: true),
            let microseconds = Environment["WATCHDOG_USEC"].flatMap(UInt64.init),
            microseconds > 0
        else { return nil }
        return microseconds.multipliedReportingOverflow(by: 1000).overflow ? nil : microseconds * 1000
    }

    /// The sockets that listen already, which it has opened for this process. Nothing that is none is among them.
    package static var sockets: [Int32] {
        guard isMeant(Environment["LISTEN_PID"], otherwise: false), let count = Environment["LISTEN_FDS"].flatMap(Int32.init),
            (1...mostSockets).contains(count)
        else { return [] }
        return (firstSocket..<firstSocket + count).filter { descriptor in
            guard clinux_listens(descriptor) == 1 else { return false }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            return true
        }
    }

    /// Whether a variable names this process. A child of the process that is meant inherits it.
    private static func isMeant(_ pid: String?, otherwise: Bool) -> Bool { pid.map { Int32($0) == getpid() } ?? otherwise }
}
