extension TableTexts {
    /// Flags and values of calls on clocks and timers.
    static var clocks: String {
        """
        [itimer] linux/time.h
        ITIMER_REAL=0 ITIMER_VIRTUAL=1 ITIMER_PROF=2
        [timer] linux/time.h
        TIMER_ABSTIME=1
        [timerfd] linux/timerfd.h
        TFD_TIMER_ABSTIME=1 TFD_TIMER_CANCEL_ON_SET=2 TFD_CLOEXEC=0x80000 TFD_NONBLOCK=0x800
        """
    }
}
