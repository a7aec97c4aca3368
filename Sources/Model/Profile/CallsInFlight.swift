package import SyscallTable

/// The calls that had not returned at one moment of a capture.
package struct CallsInFlight: Sendable, Hashable {
    /// Oldest first.
    package var calls: [InFlightCall]
    /// Calls that were in flight too, and of which no more is kept than their number.
    package var omitted: UInt64

    /// How many calls are kept for each interval. A whole system has hundreds of waiting daemons.
    package static let limit = 256

    fileprivate static func urgency(of keys: [(isWait: Bool, age: UInt64)]) -> [Int] {
        keys.indices.sorted { keys[$0].isWait == keys[$1].isWait ? keys[$0].age > keys[$1].age : keys[$1].isWait }
    }

    package init(calls: [InFlightCall], omitted: UInt64 = 0) {
        self.calls = calls.sorted(falling: \.ageNanoseconds, then: \.tid)
        self.omitted = omitted
    }
}

extension SyscallID {
    /// Whether threads without work sleep in this call: what is in flight in it says little.
    package var isIdleWait: Bool {
        let place = idlePlace
        return SyscallID.idleWaits.indices.contains(place) && SyscallID.idleWaits[place]
    }

    private var idlePlace: Int { Int(number) << 3 | Int(abi.rawValue) }

    /// By number and ABI. A set would hash: a live view asks this of each series of thousands of processes, twice a second.
    private static let idleWaits = {
        let places = ABI.allCases.flatMap { SyscallTable.allCalls(abi: $0) }.filter { namesOfIdleWaits.contains($0.name) }
            .map(\.idlePlace)
        var areIdle = [Bool](repeating: false, count: (places.max() ?? -1) + 1)
        for place in places { areIdle[place] = true }
        return areIdle
    }()

    private static let namesOfIdleWaits: Set<String> = [
        "accept", "accept4", "clock_nanosleep", "clock_nanosleep_time64", "epoll_pwait", "epoll_pwait2", "epoll_wait", "futex",
        "futex_time64", "futex_wait", "futex_waitv", "io_getevents", "io_pgetevents", "nanosleep", "pause", "poll", "ppoll",
        "ppoll_time64", "pselect6", "pselect6_time64", "restart_syscall", "rt_sigsuspend", "rt_sigtimedwait",
        "rt_sigtimedwait_time64", "select", "_newselect", "wait4", "waitid", "waitpid",
        // Of io_uring.
        "link_timeout", "poll_add", "timeout",
    ]
}

extension Sequence {
    /// The elements whose calls do something before those that only wait, each by falling age: what to look at first.
    package func byUrgency(_ id: (Element) -> SyscallID, age: (Element) -> UInt64) -> [Element] {
        let elements = Array(self)
        // Places are sorted by plain numbers, not elements: a live view does this with thousands at each refresh.
        let keys = elements.map { (isWait: id($0).isIdleWait, age: age($0)) }
        return CallsInFlight.urgency(of: keys).map { elements[$0] }
    }
}
