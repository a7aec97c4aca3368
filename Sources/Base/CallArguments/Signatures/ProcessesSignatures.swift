extension SignatureTexts {
    /// Calls on processes, their limits, signals and schedulers.
    static var processes: String {
        """
        fork vfork:
        clone: by:clone
        clone3: ptr size
        unshare: flags:unshare
        setns: fd flags:namespace
        execve: path ptr ptr
        execveat: dir path ptr ptr flags:at-execve
        exit exit_group: int -> never
        wait4: int ptr flags:wait ptr
        waitid: value:id-type int ptr flags:wait ptr
        kill: int signal
        tkill: int signal
        tgkill: int int signal
        rt_sigqueueinfo: int signal ptr
        rt_tgsigqueueinfo: int int signal ptr
        pidfd_open: int flags:pidfd -> descriptor
        pidfd_getfd: fd int hex -> descriptor
        pidfd_send_signal: fd signal ptr flags:pidfd-signal
        rt_sigaction: signal ptr ptr size
        rt_sigprocmask: value:mask-how ptr ptr size
        rt_sigpending: ptr size
        rt_sigsuspend: ptr size
        rt_sigtimedwait: ptr ptr ptr size -> signal
        rt_sigreturn:
        sigaltstack: ptr ptr
        pause:
        signalfd: fd ptr size -> descriptor
        signalfd4: fd ptr size flags:signalfd -> descriptor
        getpid getppid gettid getuid geteuid getgid getegid getpgrp setsid vhangup restart_syscall:
        getpgid getsid: int
        setpgid: int int
        setuid setgid: user
        setfsuid setfsgid: user
        setreuid setregid: user user
        setresuid setresgid: user user user
        getresuid getresgid: ptr ptr ptr
        getgroups setgroups: int ptr
        capget capset: ptr ptr
        getrlimit setrlimit: value:rlimit ptr
        prlimit64: int value:rlimit ptr ptr
        getrusage: value:rusage ptr
        getpriority: value:priority int
        setpriority: value:priority int int
        ioprio_get: value:io-priority-who int
        ioprio_set: value:io-priority-who int iopriority
        sched_yield:
        sched_setparam sched_getparam sched_rr_get_interval: int ptr
        sched_setscheduler: int flags:scheduler ptr
        sched_getscheduler: int -> scheduler
        sched_get_priority_max sched_get_priority_min: value:scheduler
        sched_setaffinity sched_getaffinity: int uint ptr
        sched_setattr: int ptr uint
        sched_getattr: int ptr uint uint
        getcpu: ptr ptr ptr
        set_tid_address: ptr
        personality: flags:personality
        ptrace: value:ptrace int longhex longhex
        prctl: by:prctl
        arch_prctl: by:arch-prctl
        kcmp: int int by:kcmp
        rseq: ptr uint flags:rseq hex
        seccomp: by:seccomp
        modify_ldt: int ptr ulong
        iopl: int
        ioperm: longhex longhex int
        mknod.device: device
        mknod.other:
        kcmp.KCMP_FILE: uint uint
        kcmp.KCMP_EPOLL_TFD: uint ptr
        kcmp.KCMP_VM kcmp.KCMP_FILES kcmp.KCMP_FS kcmp.KCMP_SIGHAND kcmp.KCMP_IO kcmp.KCMP_SYSVSEM:
        kcmp.other: longhex longhex
        seccomp.SECCOMP_SET_MODE_FILTER: flags:seccomp-filter ptr
        seccomp.other: hex ptr
        arch-prctl.ARCH_SET_GS arch-prctl.ARCH_SET_FS arch-prctl.ARCH_GET_FS arch-prctl.ARCH_GET_GS: ptr
        arch-prctl.ARCH_GET_CPUID:
        arch-prctl.other: longhex
        """
    }
}
