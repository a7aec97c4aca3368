extension SignatureTexts {
    /// Calls that wait for events, io_uring, and the IPC of System V and POSIX.
    static var events: String {
        """
        poll: ptr uint int -> ready
        ppoll: ptr uint ptr ptr size -> ready
        select: int ptr ptr ptr ptr -> ready
        pselect6: int ptr ptr ptr ptr ptr -> ready
        epoll_create: int -> descriptor
        epoll_create1: flags:epoll -> descriptor
        epoll_ctl: fd value:epoll-operation fd ptr
        epoll_wait: fd ptr int int
        epoll_pwait: fd ptr int int ptr size
        epoll_pwait2: fd ptr int ptr ptr size
        eventfd: uint -> descriptor
        eventfd2: uint flags:eventfd -> descriptor
        io_setup: uint ptr
        io_destroy: ptr
        io_submit: ptr long ptr
        io_cancel: ptr ptr ptr
        io_getevents: ptr long long ptr ptr
        io_pgetevents: ptr long long ptr ptr ptr
        io_uring_setup: uint ptr -> descriptor
        io_uring_enter: fd uint uint flags:io-uring-enter ptr size
        io_uring_register: fd value:io-uring-register ptr uint
        perf_event_open: ptr int int fd longflags:perf -> descriptor
        shmget: ipckey ulong ipcflags:shm-get
        shmat: int ptr flags:shm-attach -> address
        shmctl: int ipccommand:shm-control ptr
        shmdt: ptr
        semget: ipckey int ipcflags:ipc-get
        semop: int ptr uint
        semtimedop: int ptr uint ptr
        semctl: int int ipccommand:sem-control ptr
        msgget: ipckey ipcflags:msg-get
        msgsnd: int ptr size flags:msg-flags
        msgrcv: int ptr size long flags:msg-flags
        msgctl: int ipccommand:msg-control ptr
        mq_open: path by:mq-open -> descriptor
        mq_unlink: path
        mq_timedsend: fd ptr size uint ptr
        mq_timedreceive: fd ptr size ptr ptr
        mq_notify: fd ptr
        mq_getsetattr: fd ptr ptr
        mq-open.create: mode ptr
        mq-open.other:
        """
    }
}
