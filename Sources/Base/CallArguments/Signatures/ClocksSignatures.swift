extension SignatureTexts {
    /// Calls on clocks and timers.
    static var clocks: String {
        """
        nanosleep: ptr ptr
        getitimer: value:itimer ptr
        setitimer: value:itimer ptr ptr
        alarm: uint
        time times sysinfo adjtimex: ptr
        gettimeofday settimeofday: ptr ptr
        clock_gettime clock_settime clock_getres clock_adjtime: clock ptr
        clock_nanosleep: clock flags:timer ptr ptr
        timer_create: clock ptr ptr
        timer_settime: int flags:timer ptr ptr
        timer_gettime: int ptr
        timer_getoverrun timer_delete: int
        timerfd_create: clock flags:timerfd -> descriptor
        timerfd_settime: fd flags:timerfd ptr ptr
        timerfd_gettime: fd ptr
        """
    }
}
