/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a descriptor of the current thread stands for, by the kernel's own structures. Here and not in user space, because the
 * descriptor may be closed, and its process be gone, before user space looks.
 */
#ifndef SYSLAT_SLOW_FILES_BPF_H
#define SYSLAT_SLOW_FILES_BPF_H

#include "maps.bpf.h"
#include "slow/types.bpf.h"

/* The way from a file to the root of its mount namespace. */
struct walk {
    struct dentry___files *dentry;
    struct mount *mount;
    __u32 end; /* where the name must end in the draft */
};

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

/* Writes the name of the walk's entry; false if there is no room for it. */
static __always_inline bool write_component(struct syslat_details_draft *draft, struct walk *walk)
{
    struct dentry___files *dentry = walk->dentry;
    __u8 *room = room_for_component(draft, walk->end);
    long length;

    if (!room)
        return false;
    length = bpf_probe_read_kernel_str(room, SYSLAT_COMPONENT, BPF_CORE_READ(dentry, d_name.name));
    if (length > 0)
        draft->used += length;
    return true;
}

/* One step towards the root; false at the end. */
static __noinline int take_step(struct syslat_details_draft *draft, struct syslat_call_file *file, struct walk *walk)
{
    struct dentry___files *dentry, *parent;
    struct mount *mount, *above;

    if (!draft || !file || !walk)
        return false;
    /* Copies, so CO-RE doesn't take the walk for a structure of the kernel's. */
    dentry = walk->dentry;
    mount = walk->mount;
    if (dentry == (struct dentry___files *)BPF_CORE_READ(mount, mnt.mnt_root)) {
        above = BPF_CORE_READ(mount, mnt_parent);
        if (above == mount || !above)
            return false;
        walk->dentry = (struct dentry___files *)BPF_CORE_READ(mount, mnt_mountpoint);
        walk->mount = above;
        return true;
    }
    parent = (struct dentry___files *)BPF_CORE_READ(dentry, d_parent);
    if (!write_component(draft, walk)) {
        file->flags |= SYSLAT_FILE_CUT;
        return false;
    }
    if (parent == dentry || !parent) {
        file->flags |= SYSLAT_FILE_DISCONNECTED;
        return false;
    }
    walk->dentry = parent;
    return true;
}

/* Writes the components of a file's path, from the file to the root. */
static __always_inline void name_file(struct syslat_details_draft *draft, struct syslat_call_file *file,
                                      struct file___files *opened)
{
    struct dentry___files *dentry = (struct dentry___files *)BPF_CORE_READ(opened, f_path.dentry);
    __u32 start = draft->used;
    struct walk walk = {.dentry = dentry, .mount = mount_of(BPF_CORE_READ(opened, f_path.mnt)), .end = start + SYSLAT_FILE_NAME};
    __u32 step;

    /* A root is in no list, but has its name (d_unlinked, include/linux/dcache.h). */
    if (!BPF_CORE_READ(dentry, d_hash.pprev) && (struct dentry___files *)BPF_CORE_READ(dentry, d_parent) != dentry)
        file->flags |= SYSLAT_FILE_DELETED;
    for (step = 0; step < SYSLAT_PATH_STEPS; step++) {
        if (!take_step(draft, file, &walk))
            break;
    }
    if (step == SYSLAT_PATH_STEPS)
        file->flags |= SYSLAT_FILE_CUT;
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
static __noinline int describe_socket(struct syslat_details_draft *draft, struct syslat_call_file *file, struct socket *socket)
{
    struct sock *sock;

    if (!draft || !file)
        return 0;
    sock = BPF_CORE_READ(socket, sk);
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
    return 0;
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

/* Describes the file of a descriptor. */
static __noinline int describe_file(struct syslat_details_draft *draft, struct syslat_call_file *file, __u32 argument,
                                    __u32 descriptor)
{
    struct file___files *opened = open_file(descriptor);
    struct inode *inode;

    if (!draft || !file || !opened)
        return 0;
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
