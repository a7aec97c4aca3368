/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel structures behind a descriptor, reduced to the fields in use (see kernel_types.bpf.h). */
#ifndef SYSLAT_SLOW_TYPES_BPF_H
#define SYSLAT_SLOW_TYPES_BPF_H

#include "kernel_types.bpf.h"

/* include/uapi/linux/stat.h, include/linux/socket.h */
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10

/* Flavours, where kernel_types.bpf.h has fewer fields: CO-RE ignores what follows the three underscores. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct hlist_bl_node {
    struct hlist_bl_node **pprev; /* null if the entry is in no list */
};

struct dentry___files {
    struct hlist_bl_node d_hash;
    struct dentry *d_parent;
    struct qstr d_name;
};

struct vfsmount {
    struct dentry *mnt_root;
};

/* fs/mount.h */
struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
};

struct path___files {
    struct vfsmount *mnt;
    struct dentry *dentry;
};

struct super_block {
    __u32 s_dev;
    unsigned long s_magic;
};

struct inode {
    unsigned short i_mode;
    struct super_block *i_sb;
    unsigned long i_ino;
    __u32 i_generation;
};

struct file___files {
    struct path___files f_path;
    struct inode *f_inode;
    const void *f_op;
    void *private_data;
};

struct fdtable {
    unsigned int max_fds;
    struct file___files **fd;
};

struct files_struct {
    struct fdtable *fdt;
};

struct mm_struct___files {
    struct file___files *exe_file;
};

struct task_struct___files {
    struct files_struct *files;
    struct mm_struct___files *mm;
};

struct in6_addr {
    __u8 bytes[16]; /* read whole, never by its fields */
};

struct sock_common {
    unsigned short skc_family;
    __u32 skc_daddr;
    __u32 skc_rcv_saddr;
    __u16 skc_dport;
    __u16 skc_num;
    struct in6_addr skc_v6_daddr;
    struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
    struct sock_common __sk_common;
    __u16 sk_type;
    __u16 sk_protocol;
};

struct socket {
    struct sock *sk;
};

struct sockaddr_un {
    char sun_path[108];
};

struct unix_address {
    int len; /* of the address family and the path */
    struct sockaddr_un name[];
};

struct unix_sock {
    struct unix_address *addr;
};

#pragma clang attribute pop

#endif
