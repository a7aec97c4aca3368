/// The members of the classes, grouped by what they do. A call may be in several classes.
extension SyscallClass {
    static var fileMembers: String {
        """
        open creat openat openat2 name_to_handle_at
        access faccessat faccessat2
        stat lstat stat64 lstat64 oldstat oldlstat newfstatat fstatat64 statx statfs statfs64
        chmod fchmodat fchmodat2 chown chown32 lchown lchown32 fchownat
        utime utimes futimesat utimensat utimensat_time64
        truncate truncate64
        link linkat symlink symlinkat readlink readlinkat unlink unlinkat rename renameat renameat2
        mkdir mkdirat rmdir mknod mknodat
        chdir chroot getcwd pivot_root
        execve execveat uselib
        mount umount umount2 open_tree open_tree_attr move_mount fsconfig fspick mount_setattr
        swapon swapoff acct quotactl
        getxattr lgetxattr getxattrat setxattr lsetxattr setxattrat
        listxattr llistxattr listxattrat removexattr lremovexattr removexattrat
        file_getattr file_setattr
        inotify_add_watch fanotify_mark
        """
    }

    static var descMembers: String {
        """
        open creat openat openat2 open_by_handle_at name_to_handle_at close close_range
        read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek
        sendfile sendfile64 splice tee vmsplice copy_file_range readahead
        fadvise64 fadvise64_64 cachestat fallocate ftruncate ftruncate64
        fsync fdatasync sync_file_range syncfs
        fcntl fcntl64 flock ioctl dup dup2 dup3 pipe pipe2
        fstat fstat64 oldfstat newfstatat fstatat64 statx fstatfs fstatfs64
        fchmod fchmodat fchmodat2 fchown fchown32 fchownat faccessat faccessat2
        futimesat utimensat utimensat_time64
        linkat symlinkat readlinkat unlinkat renameat renameat2 mkdirat mknodat
        fchdir fchroot getdents getdents64 readdir
        fgetxattr fsetxattr flistxattr fremovexattr getxattrat setxattrat listxattrat removexattrat
        file_getattr file_setattr
        mmap mmap2 memfd_create memfd_secret userfaultfd
        poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64
        epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
        eventfd eventfd2 signalfd signalfd4
        timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64
        inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_init fanotify_mark
        io_uring_setup io_uring_enter io_uring_register
        mq_open mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr
        pidfd_open pidfd_getfd pidfd_send_signal process_madvise process_mrelease setns
        fsopen fsconfig fsmount fspick open_tree open_tree_attr move_mount mount_setattr statmount listmount quotactl_fd
        landlock_create_ruleset landlock_add_rule landlock_restrict_self
        execveat bpf perf_event_open finit_module kexec_file_load socketcall
        """
    }

    static var memoryMembers: String {
        """
        brk break mmap mmap2 munmap mremap remap_file_pages mprotect msync mseal map_shadow_stack
        pkey_alloc pkey_free pkey_mprotect
        madvise process_madvise process_mrelease mincore
        mlock mlock2 mlockall munlock munlockall
        mbind get_mempolicy set_mempolicy set_mempolicy_home_node migrate_pages move_pages
        shmat shmdt
        io_setup io_destroy io_uring_register
        """
    }

    static var processMembers: String {
        """
        fork vfork clone clone3 execve execveat exit exit_group wait4 waitid waitpid
        kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal
        """
    }

    static var networkMembers: String {
        """
        socket socketpair socketcall bind listen accept accept4 connect shutdown
        getsockname getpeername getsockopt setsockopt
        sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg recvmmsg_time64
        sendfile sendfile64 getpmsg putpmsg
        """
    }

    static var signalMembers: String {
        """
        kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal
        signal sigaction rt_sigaction sigaltstack sigreturn rt_sigreturn
        sigprocmask rt_sigprocmask sgetmask ssetmask sigpending rt_sigpending
        pause sigsuspend rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64
        signalfd signalfd4 io_uring_enter
        """
    }

    static var ipcMembers: String {
        """
        ipc msgget msgsnd msgrcv msgctl shmget shmat shmdt shmctl
        semget semop semctl semtimedop semtimedop_time64
        mq_open mq_unlink mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr
        """
    }

    static var clockMembers: String {
        """
        time stime gettimeofday settimeofday adjtimex
        clock_gettime clock_gettime64 clock_settime clock_settime64 clock_getres clock_getres_time64
        clock_adjtime clock_adjtime64
        """
    }
}
