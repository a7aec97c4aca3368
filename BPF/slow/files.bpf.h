/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a descriptor of the current thread stands for, by the kernel's own structures. Here and not in user space, because the
 * descriptor may be closed, and its process be gone, before user space looks.
 */
#ifndef SYSLAT_SLOW_FILES_BPF_H
#define SYSLAT_SLOW_FILES_BPF_H

#include "maps.bpf.h"
#include "slow/types.bpf.h"

/*
 * The functions below that find the draft for themselves are global, so the verifier looks at each of them once and not again for every
 * call and every turn of a loop. That keeps the memory that loading takes small. On Linux 5.10 global functions take numbers only.
 */
static __always_inline struct syslat_details_draft *own_draft(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&drafts, &zero);
}

static __always_inline struct mount *mount_of(struct vfsmount *mount)
{
    return (struct mount *)((__u64)mount - bpf_core_field_offset(struct mount, mnt));
}

/* Where the next bytes go in a draft: room for one component; null if there is none before `end`. */
static __always_inline __u8 *room_for_component(struct syslat_details_draft *draft, __u32 end)
{
    __u64 used = draft->used;

    barrier_var(used); /* keeps the bound where the verifier sees it */
    if (used > sizeof(draft->rest) - SYSLAT_COMPONENT || used + SYSLAT_COMPONENT > end)
        return 0;
    return &draft->rest[used];
}

/* Writes the name of an entry; false if there is no room for it. */
static __always_inline bool write_component(struct syslat_details_draft *draft, struct dentry___files *dentry)
{
    __u8 *room = room_for_component(draft, draft->walk.end);
    long length;

    if (!room)
        return false;
    length = bpf_probe_read_kernel_str(room, SYSLAT_COMPONENT, BPF_CORE_READ(dentry, d_name.name));
    if (length > 0)
        draft->used += length;
    return true;
}

/* One step of the draft's walk towards the root. Adds to the flags of the file; 0 at the end. */
__noinline int take_step(void)
{
    struct syslat_details_draft *draft = own_draft();
    struct dentry___files *dentry, *parent;
    struct mount *mount, *above;

    if (!draft)
        return 0;
    dentry = (struct dentry___files *)draft->walk.entry;
    mount = (struct mount *)draft->walk.mount;
    if (dentry == (struct dentry___files *)BPF_CORE_READ(mount, mnt.mnt_root)) {
        above = BPF_CORE_READ(mount, mnt_parent);
        if (above == mount || !above)
            return 0;
        draft->walk.entry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
        draft->walk.mount = (__u64)above;
        return 1;
    }
    parent = (struct dentry___files *)BPF_CORE_READ(dentry, d_parent);
    if (!write_component(draft, dentry)) {
        draft->walk.flags |= SYSLAT_FILE_CUT;
        return 0;
    }
    if (parent == dentry || !parent) {
        draft->walk.flags |= SYSLAT_FILE_DISCONNECTED;
        return 0;
    }
    draft->walk.entry = (__u64)parent;
    return 1;
}

/* Writes the components of a file's path, from the file to the root. */
static __always_inline void name_file(struct syslat_details_draft *draft, struct syslat_call_file *file,
                                      struct file___files *opened)
{
    struct dentry___files *dentry = (struct dentry___files *)BPF_CORE_READ(opened, f_path.dentry);
    __u32 start = draft->used;
    __u32 step;

    draft->walk.entry = (__u64)dentry;
    draft->walk.mount = (__u64)mount_of(BPF_CORE_READ(opened, f_path.mnt));
    draft->walk.end = start + SYSLAT_FILE_NAME;
    draft->walk.flags = 0;
    for (step = 0; step < SYSLAT_PATH_STEPS; step++) {
        if (!take_step())
            break;
    }
    if (step == SYSLAT_PATH_STEPS)
        draft->walk.flags |= SYSLAT_FILE_CUT;
    /* A root is in no list, but has its name (d_unlinked, include/linux/dcache.h). */
    if (!BPF_CORE_READ(dentry, d_hash.pprev) && (struct dentry___files *)BPF_CORE_READ(dentry, d_parent) != dentry)
        draft->walk.flags |= SYSLAT_FILE_DELETED;
    file->flags = draft->walk.flags;
    file->name_bytes = draft->used - start;
}

static __always_inline void name_unix_socket(struct syslat_details_draft *draft, struct syslat_call_file *file, struct sock *sock)
{
    __u8 *room = room_for_component(draft, ~0U);
    struct unix_address *address;
    int length;

    if (!room || !bpf_core_type_exists(struct unix_sock))
        return;
    address = BPF_CORE_READ((struct unix_sock *)sock, addr);
    if (!address)
        return;
    length = BPF_CORE_READ(address, len) - (int)sizeof(__u16);
    if (length <= 0 || length > (int)sizeof(address->name[0].sun_path))
        return;
    if (bpf_probe_read_kernel(room, sizeof(address->name[0].sun_path), &address->name[0].sun_path))
        return;
    file->name_bytes = length;
    draft->used += length;
}

/* Notes both ends of a socket. */
static __always_inline void describe_socket(struct syslat_details_draft *draft, struct syslat_call_file *file,
                                            struct socket *socket)
{
    struct sock *sock = BPF_CORE_READ(socket, sk);

    file->socket.family = BPF_CORE_READ(sock, __sk_common.skc_family);
    file->socket.type = BPF_CORE_READ(sock, sk_type);
    file->socket.protocol = BPF_CORE_READ(sock, sk_protocol);
    if (file->socket.family == AF_UNIX) {
        name_unix_socket(draft, file, sock);
    } else if (file->socket.family == AF_INET || file->socket.family == AF_INET6) {
        file->socket.local_port = BPF_CORE_READ(sock, __sk_common.skc_num);
        file->socket.remote_port = __builtin_bswap16(BPF_CORE_READ(sock, __sk_common.skc_dport));
        if (file->socket.family == AF_INET) {
            bpf_core_read(file->socket.local, 4, &sock->__sk_common.skc_rcv_saddr);
            bpf_core_read(file->socket.remote, 4, &sock->__sk_common.skc_daddr);
        } else if (bpf_core_field_exists(sock->__sk_common.skc_v6_daddr)) {
            bpf_core_read(file->socket.local, 16, &sock->__sk_common.skc_v6_rcv_saddr);
            bpf_core_read(file->socket.remote, 16, &sock->__sk_common.skc_v6_daddr);
        }
    }
}

/* The open file of a descriptor of the current thread; null if there is none. */
static __always_inline struct file___files *open_file(__u32 descriptor)
{
    struct task_struct___files *task = (struct task_struct___files *)bpf_get_current_task();
    struct fdtable *table = BPF_CORE_READ(task, files, fdt);
    struct file___files *file = 0;

    if (!table || descriptor >= BPF_CORE_READ(table, max_fds))
        return 0;
    bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + descriptor);
    return file;
}

/* No descriptor has this number: it stands for the program that the current process executes. */
#define OWN_PROGRAM (1ULL << 32)

static __always_inline struct file___files *own_program(void)
{
    struct task_struct___files *task = (struct task_struct___files *)bpf_get_current_task();

    return BPF_CORE_READ(task, mm, exe_file);
}

/* Describes the file of a descriptor, in one of the places of the draft. */
__noinline int describe_file(__u32 place, __u32 argument, __u64 descriptor)
{
    struct syslat_details_draft *draft = own_draft();
    struct file___files *opened = descriptor == OWN_PROGRAM ? own_program() : open_file(descriptor);
    struct syslat_call_file *file;
    struct inode *inode;

    if (!draft || !opened || place >= SYSLAT_CALL_FILES)
        return 0;
    file = &draft->details.files[place];
    inode = BPF_CORE_READ(opened, f_inode);
    file->argument = argument + 1;
    file->device = BPF_CORE_READ(inode, i_sb, s_dev);
    file->magic = BPF_CORE_READ(inode, i_sb, s_magic);
    file->inode = BPF_CORE_READ(inode, i_ino);
    file->mode = BPF_CORE_READ(inode, i_mode);
    if ((file->mode & S_IFMT) == S_IFSOCK)
        describe_socket(draft, file, (struct socket *)BPF_CORE_READ(opened, private_data));
    else
        name_file(draft, file, opened);
    return 0;
}

#endif
