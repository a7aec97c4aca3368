extension SignatureTexts {
    /// Calls on mounts, quotas and swap.
    static var mounts: String {
        """
        mount: path path string longflags:mount ptr
        umount: path
        umount2: path flags:umount
        open_tree: dir path flags:open-tree -> descriptor
        open_tree_attr: dir path flags:open-tree ptr size -> descriptor
        move_mount: dir path dir path flags:move-mount
        fsopen: string flags:fsopen -> descriptor
        fsconfig: fd value:fsconfig string ptr int
        fsmount: fd flags:fsmount flags:mount-attr -> descriptor
        fspick: dir path flags:fspick -> descriptor
        mount_setattr: dir path flags:at ptr size
        statmount: ptr ptr size hex
        listmount: ptr ptr size hex
        pivot_root: path path
        quotactl: quota path user ptr
        quotactl_fd: fd quota user ptr
        swapon: path flags:swap
        swapoff acct: path
        nfsservctl: hex longhex longhex
        sysfs: value:sysfs-option longhex longhex
        """
    }
}
