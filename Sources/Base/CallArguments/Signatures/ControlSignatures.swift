extension SignatureTexts {
    /// What follows the commands of open, ioctl, fcntl, prctl and keyctl; `other` is for those that are not listed.
    static var control: String {
        """
        open.create: mode
        open.other:
        ioctl.other: longhex
        fcntl.F_DUPFD fcntl.F_DUPFD_CLOEXEC fcntl.F_SETPIPE_SZ: ulong
        fcntl.F_DUPFD_QUERY fcntl.F_SETOWN: int
        fcntl.F_SETFD: flags:fd
        fcntl.F_SETFL: flags:open
        fcntl.F_SETSIG: signal
        fcntl.F_SETLEASE: value:lease
        fcntl.F_NOTIFY: flags:notify
        fcntl.F_ADD_SEALS: flags:seals
        fcntl.F_GETFD fcntl.F_GETFL fcntl.F_GETOWN fcntl.F_GETSIG fcntl.F_GETLEASE fcntl.F_GETPIPE_SZ fcntl.F_GET_SEALS:
        fcntl.F_GETLK fcntl.F_SETLK fcntl.F_SETLKW fcntl.F_GETLK64 fcntl.F_SETLK64 fcntl.F_SETLKW64: ptr
        fcntl.F_OFD_GETLK fcntl.F_OFD_SETLK fcntl.F_OFD_SETLKW fcntl.F_SETOWN_EX fcntl.F_GETOWN_EX fcntl.F_GETOWNER_UIDS: ptr
        fcntl.F_GET_RW_HINT fcntl.F_SET_RW_HINT fcntl.F_GET_FILE_RW_HINT fcntl.F_SET_FILE_RW_HINT: ptr
        fcntl.other: longhex
        prctl.PR_GET_DUMPABLE prctl.PR_GET_KEEPCAPS prctl.PR_GET_SECCOMP prctl.PR_GET_SECUREBITS:
        prctl.PR_GET_TIMERSLACK prctl.PR_GET_TIMING:
        prctl.PR_TASK_PERF_EVENTS_DISABLE prctl.PR_TASK_PERF_EVENTS_ENABLE:
        prctl.PR_GET_PDEATHSIG prctl.PR_GET_ENDIAN prctl.PR_GET_FPEMU prctl.PR_GET_FPEXC prctl.PR_GET_TSC prctl.PR_GET_UNALIGN: ptr
        prctl.PR_GET_CHILD_SUBREAPER prctl.PR_GET_TID_ADDRESS prctl.PR_GET_NAME: ptr
        prctl.PR_SET_NAME: string
        prctl.PR_SET_PDEATHSIG: signal
        prctl.PR_SET_DUMPABLE prctl.PR_SET_KEEPCAPS prctl.PR_SET_TIMERSLACK prctl.PR_SET_TIMING prctl.PR_SET_CHILD_SUBREAPER: ulong
        prctl.PR_SET_NO_NEW_PRIVS prctl.PR_SET_THP_DISABLE: ulong ulong ulong ulong
        prctl.PR_GET_NO_NEW_PRIVS prctl.PR_GET_THP_DISABLE prctl.PR_MCE_KILL_GET: ulong ulong ulong ulong
        prctl.PR_CAPBSET_READ prctl.PR_CAPBSET_DROP: value:capability
        prctl.PR_SET_FPEXC prctl.PR_SET_FPEMU prctl.PR_SET_ENDIAN prctl.PR_SET_TSC prctl.PR_SET_UNALIGN prctl.PR_SET_SECCOMP: hex
        prctl.PR_SET_FP_MODE prctl.PR_SVE_SET_VL prctl.PR_SME_SET_VL: hex
        prctl.PR_GET_FP_MODE prctl.PR_SVE_GET_VL prctl.PR_SME_GET_VL:
        prctl.PR_SET_PTRACER: long
        prctl.other: longhex longhex longhex longhex
        keyctl.KEYCTL_GET_KEYRING_ID: key int
        keyctl.KEYCTL_JOIN_SESSION_KEYRING: string
        keyctl.KEYCTL_UPDATE: key ptr ulong
        keyctl.KEYCTL_REVOKE keyctl.KEYCTL_CLEAR keyctl.KEYCTL_INVALIDATE keyctl.KEYCTL_ASSUME_AUTHORITY: key
        keyctl.KEYCTL_CHOWN: key user user
        keyctl.KEYCTL_SETPERM: key hex
        keyctl.KEYCTL_DESCRIBE keyctl.KEYCTL_READ keyctl.KEYCTL_GET_SECURITY: key ptr ulong
        keyctl.KEYCTL_LINK keyctl.KEYCTL_UNLINK: key key
        keyctl.KEYCTL_SEARCH: key string string key
        keyctl.KEYCTL_SET_TIMEOUT: key uint
        keyctl.KEYCTL_SESSION_TO_PARENT:
        keyctl.KEYCTL_GET_PERSISTENT: user key
        keyctl.KEYCTL_INSTANTIATE: key ptr ulong key
        keyctl.KEYCTL_RESTRICT_KEYRING: key string string
        keyctl.KEYCTL_CAPABILITIES: ptr ulong
        keyctl.other: longhex longhex longhex longhex
        """
    }
}
