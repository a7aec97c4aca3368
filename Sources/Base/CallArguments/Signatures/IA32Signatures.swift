extension SignatureTexts {
    /// The calls that only ia32 has, and those whose registers are laid out differently there.
    static var ia32: String {
        """
        _llseek: fd highoffset ptr value:whence
        lseek: fd long value:whence
        ftruncate: fd ulong
        truncate: path ulong
        ftruncate64: fd length
        truncate64: path length
        fadvise64: fd offset size value:fadvise
        fadvise64_64: fd offset offset value:fadvise
        preadv2 pwritev2: fd ptr ulong lowoffset flags:rw
        fcntl64: fd by:fcntl
        fanotify_mark: fd flags:fanotify-mark wideflags:fanotify-events dir path
        mmap: ptr -> address
        mmap2: ptr size flags:protection flags:map fd pages -> address
        select: ptr
        _newselect: int ptr ptr ptr ptr -> ready
        fstatat64: dir path ptr flags:at
        stat64 lstat64 oldstat oldlstat: path ptr
        fstat64 oldfstat: fd ptr
        statfs64: path size ptr
        fstatfs64: fd size ptr
        readdir: fd ptr uint
        chown lchown: path user16 user16
        fchown: fd user16 user16
        chown32 lchown32: path user user
        fchown32: fd user user
        setuid setgid setfsuid setfsgid: user16
        setreuid setregid: user16 user16
        setresuid setresgid: user16 user16 user16
        setuid32 setgid32 setfsuid32 setfsgid32: user
        setreuid32 setregid32: user user
        setresuid32 setresgid32: user user user
        getresuid32 getresgid32: ptr ptr ptr
        getgroups32 setgroups32: int ptr
        getuid32 geteuid32 getgid32 getegid32:
        ugetrlimit: value:rlimit ptr
        waitpid: int ptr flags:wait
        nice: int
        stime: ptr
        oldolduname olduname: ptr
        signal: signal ptr
        sigaction: signal ptr ptr
        sigprocmask: value:mask-how ptr ptr
        sigpending: ptr
        sigsuspend: hex hex hex
        ssetmask: hex
        sgetmask sigreturn idle:
        socketcall: by:socketcall
        ipc: by:ipc
        vm86old: ptr
        vm86: ulong ptr
        bdflush: hex longhex
        clock_gettime64 clock_settime64 clock_getres_time64 clock_adjtime64: clock ptr
        clock_nanosleep_time64: clock flags:timer ptr ptr
        timer_gettime64: int ptr
        timer_settime64: int flags:timer ptr ptr
        timerfd_gettime64: fd ptr
        timerfd_settime64: fd flags:timerfd ptr ptr
        utimensat_time64: dir path ptr flags:at
        pselect6_time64: int ptr ptr ptr ptr ptr -> ready
        ppoll_time64: ptr uint ptr ptr size -> ready
        io_pgetevents_time64: ptr long long ptr ptr ptr
        recvmmsg_time64: fd ptr uint flags:message ptr -> ready
        mq_timedsend_time64: fd ptr size uint ptr
        mq_timedreceive_time64: fd ptr size ptr ptr
        semtimedop_time64: int ptr uint ptr
        rt_sigtimedwait_time64: ptr ptr ptr size -> signal
        futex_time64: ptr by:futex
        sched_rr_get_interval_time64: int ptr
        socketcall.other: ptr
        ipc.other: hex hex hex ptr hex
        """
    }
}
