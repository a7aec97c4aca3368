extension SignatureTexts {
    /// Calls on memory, and futexes.
    static var memory: String {
        """
        mmap: ptr size longflags:protection longflags:map fd longhex -> address
        mprotect: ptr size longflags:protection
        pkey_mprotect: ptr size longflags:protection int
        pkey_alloc: longhex longflags:pkey
        pkey_free: int
        munmap: ptr size
        brk: ptr -> address
        mremap: ptr size size by:mremap -> address
        remap_file_pages: ptr size longflags:protection size longflags:map
        msync: ptr size flags:msync
        mincore: ptr size ptr
        madvise: ptr size value:madvise
        process_madvise: fd ptr size value:madvise hex
        mseal: ptr size longhex
        mlock munlock: ptr size
        mlock2: ptr size flags:mlock2
        mlockall: flags:mlockall
        munlockall:
        mbind: ptr ulong longflags:policy ptr ulong longflags:mbind
        set_mempolicy: longflags:policy ptr ulong
        get_mempolicy: ptr ptr ulong ptr longflags:get-policy
        set_mempolicy_home_node: ptr ulong ulong longhex
        migrate_pages: int ulong ptr ptr
        move_pages: int ulong ptr ptr ptr flags:move-pages
        process_vm_readv process_vm_writev: int ptr ulong ptr ulong ulong
        process_mrelease: fd hex
        userfaultfd: flags:userfaultfd -> descriptor
        membarrier: value:membarrier flags:membarrier-flags int
        map_shadow_stack: ptr size flags:shadow-stack -> address
        set_robust_list: ptr size
        get_robust_list: int ptr ptr
        futex: ptr by:futex
        futex_waitv: ptr uint hex ptr clock
        futex_wait: ptr ulong longhex flags:futex2 ptr clock
        futex_wake: ptr longhex int flags:futex2
        futex_requeue: ptr hex int int
        get_thread_area set_thread_area: ptr
        futex.FUTEX_WAIT: uint ptr
        futex.FUTEX_WAKE futex.FUTEX_FD: uint
        futex.FUTEX_REQUEUE: uint ulong ptr
        futex.FUTEX_CMP_REQUEUE futex.FUTEX_CMP_REQUEUE_PI: uint ulong ptr uint
        futex.FUTEX_WAKE_OP: uint ulong ptr wakeop
        futex.FUTEX_WAIT_BITSET: uint ptr unused hex
        futex.FUTEX_WAKE_BITSET: uint unused unused hex
        futex.FUTEX_WAIT_REQUEUE_PI: uint ptr ptr
        futex.FUTEX_LOCK_PI futex.FUTEX_LOCK_PI2: unused ptr
        futex.FUTEX_UNLOCK_PI futex.FUTEX_TRYLOCK_PI:
        futex.other: uint ptr ptr hex
        mremap.move: ptr
        mremap.other:
        """
    }
}
