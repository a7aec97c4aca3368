extension SignatureTexts {
    /// Calls on files and descriptors.
    static var files: String {
        """
        read write: fd ptr size
        readv writev: fd ptr ulong
        pread64 pwrite64: fd ptr size offset
        preadv pwritev: fd ptr ulong lowoffset
        preadv2 pwritev2: fd ptr ulong lowoffset unused flags:rw
        lseek: fd long value:whence
        sendfile: fd fd ptr size
        sendfile64: fd fd ptr size
        splice: fd ptr fd ptr size flags:splice
        tee: fd fd size flags:splice
        vmsplice: fd ptr ulong flags:splice
        copy_file_range: fd ptr fd ptr size uint
        readahead: fd offset size
        fadvise64: fd offset size value:fadvise
        fallocate: fd flags:falloc offset offset
        sync_file_range: fd offset offset flags:sync-range
        cachestat: fd ptr ptr hex
        fsync fdatasync syncfs: fd
        ftruncate: fd ulong
        flock: fd flags:flock
        open: path by:open -> descriptor
        creat: path mode -> descriptor
        openat: dir path by:open -> descriptor
        openat2: dir path ptr size -> descriptor
        open_by_handle_at: fd ptr flags:open -> descriptor
        name_to_handle_at: dir path ptr ptr flags:at-handle
        close: fd
        close_range: uint uint flags:close-range
        dup: fd -> descriptor
        dup2: fd fd -> descriptor
        dup3: fd fd flags:open-flags -> descriptor
        pipe: ptr
        pipe2: ptr flags:open-flags
        fcntl: fd by:fcntl
        ioctl: fd by:ioctl
        stat lstat: path ptr
        fstat: fd ptr
        newfstatat: dir path ptr flags:at
        statx: dir path flags:at-statx flags:statx-mask ptr
        statfs: path ptr
        fstatfs: fd ptr
        ustat: device ptr
        access: path flags:access
        faccessat: dir path flags:access
        faccessat2: dir path flags:access flags:at-access
        chmod: path mode
        fchmod: fd mode
        fchmodat: dir path mode
        fchmodat2: dir path mode flags:at
        chown lchown: path user user
        fchown: fd user user
        fchownat: dir path user user flags:at
        umask: mode -> mode
        utime utimes: path ptr
        futimesat: dir path ptr
        utimensat: dir path ptr flags:at
        truncate: path ulong
        link: path path
        linkat: dir path dir path flags:at
        symlink: path path
        symlinkat: path dir path
        readlink: path ptr size
        readlinkat: dir path ptr size
        unlink rmdir: path
        unlinkat: dir path flags:at
        rename: path path
        renameat: dir path dir path
        renameat2: dir path dir path flags:rename
        mkdir: path mode
        mkdirat: dir path mode
        mknod: path by:mknod
        mknodat: dir path by:mknod
        getdents getdents64: fd ptr uint
        getcwd: ptr size
        chdir chroot: path
        fchdir: fd
        setxattr lsetxattr: path string ptr size flags:xattr
        fsetxattr: fd string ptr size flags:xattr
        setxattrat: dir path flags:at string ptr size
        getxattr lgetxattr: path string ptr size
        fgetxattr: fd string ptr size
        getxattrat: dir path flags:at string ptr size
        listxattr llistxattr: path ptr size
        flistxattr: fd ptr size
        listxattrat: dir path flags:at ptr size
        removexattr lremovexattr: path string
        fremovexattr: fd string
        removexattrat: dir path flags:at string
        file_getattr file_setattr: dir path ptr size flags:at
        inotify_init:  -> descriptor
        inotify_init1: flags:inotify -> descriptor
        inotify_add_watch: fd path flags:inotify-mask
        inotify_rm_watch: fd int
        fanotify_init: flags:fanotify flags:open -> descriptor
        fanotify_mark: fd flags:fanotify-mark longflags:fanotify-events dir path
        memfd_create: string flags:memfd -> descriptor
        memfd_secret: flags:close-on-exec -> descriptor
        lookup_dcookie: length ptr size
        sync:
        """
    }
}
