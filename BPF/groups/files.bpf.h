/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls by file. The exit asks the descriptor for its file, and counts the call there: in the kernel, because an event has no room for a
 * file. A call that has no descriptor, or whose descriptor is closed by then, is in no file.
 */
#ifndef SYSLAT_GROUPS_FILES_BPF_H
#define SYSLAT_GROUPS_FILES_BPF_H

#include "lock.bpf.h"
#include "overflow.bpf.h"
#include "sampling.bpf.h"
#include "slow/files.bpf.h"

/* include/uapi/linux/magic.h, and PIPEFS_MAGIC */
#define PIPEFS_MAGIC 0x50495045
#define ANON_INODE_FS_MAGIC 0x09041934

/* Names the file that the descriptor stands for, once. Where another program is using the draft, the next kind of call on the file does it. */
static __always_inline void name_grouped_file(struct syslat_file_key *key, __u32 descriptor)
{
    struct syslat_details_draft *draft = own_draft();

    if (!draft || bpf_map_lookup_elem(&file_names, key) || !try_lock(&draft->lock))
        return;
    /* The name comes behind the place where the rest will be: together they are a struct syslat_file_name. */
    draft->used = sizeof(draft->details.files[0]);
    __builtin_memset(&draft->details.files[0], 0, sizeof(draft->details.files[0]));
    describe_file(0, 0, descriptor);
    *(struct syslat_call_file *)draft->rest = draft->details.files[0];
    bpf_map_update_elem(&file_names, key, draft->rest, BPF_NOEXIST);
    unlock(&draft->lock);
}

/* Whether the map takes another pair. The last quarter of a map that fills up faster than it is emptied is kept for slow calls. */
static __always_inline bool takes_pair(__u64 duration_ns)
{
    return duration_ns >= SYSLAT_SLOW_ON_FILE_NS ||
           *(volatile __u32 *)&control.file_pairs - *(volatile __u32 *)&control.file_pairs_taken < SYSLAT_FILES_IF_SLOW;
}

/* The counts of a call on a file; null if there are none, which does not happen. */
static __always_inline struct syslat_file_calls *file_calls_of(struct syslat_file_key *key, __u32 descriptor, __u64 duration_ns)
{
    const __u32 index = key->index;
    struct syslat_file_calls *calls, *none;
    __u32 zero = 0;
    void *current = bpf_map_lookup_elem(&file_calls, &zero);

    if (!current)
        return 0;
    calls = bpf_map_lookup_elem(current, key);
    if (calls)
        return calls;
    none = bpf_map_lookup_elem(&no_file_calls, &zero);
    if (none && takes_pair(duration_ns) && bpf_map_update_elem(current, key, none, BPF_NOEXIST) == 0) {
        __atomic_fetch_add(&control.file_pairs, 1, __ATOMIC_RELAXED);
        /* A file has one name for all of its calls. */
        key->index = 0;
        name_grouped_file(key, descriptor);
        key->index = index;
    }
    calls = bpf_map_lookup_elem(current, key);
    return calls ? calls : bpf_map_lookup_elem(&other_file_calls, &index);
}

/* Which file it is, for people: of some there may be very many, and they are one. */
static __always_inline void tell_file(struct syslat_file_key *key, struct file___files *opened)
{
    struct inode *inode = BPF_CORE_READ(opened, f_inode);
    __u32 magic = BPF_CORE_READ(inode, i_sb, s_magic);
    __u32 mode = BPF_CORE_READ(inode, i_mode);
    struct socket *socket;
    struct sock *sock;

    if ((mode & S_IFMT) == S_IFSOCK) {
        socket = BPF_CORE_READ(opened, private_data);
        sock = BPF_CORE_READ(socket, sk);
        key->kind = SYSLAT_SOCKETS;
        key->inode = (__u64)BPF_CORE_READ(sock, __sk_common.skc_family) << 32 | (__u32)BPF_CORE_READ(sock, sk_protocol) << 16 |
                     BPF_CORE_READ(sock, sk_type);
    } else if (magic == PIPEFS_MAGIC) {
        key->kind = SYSLAT_PIPES;
    } else if (magic == ANON_INODE_FS_MAGIC) {
        key->kind = SYSLAT_ANONYMOUS_FILE;
        key->inode = (__u64)BPF_CORE_READ(opened, f_op);
    } else {
        key->device = BPF_CORE_READ(inode, i_sb, s_dev);
        key->inode = BPF_CORE_READ(inode, i_ino);
        key->generation = BPF_CORE_READ(inode, i_generation);
    }
}

/* Counts a completed call by the file of its first descriptor. Global, so the verifier looks at it once. */
__noinline int count_by_file(__u64 registers, __u64 duration_ns, __u64 call)
{
    struct syslat_file_key key = {};
    struct syslat_file_calls *calls;
    struct file___files *opened;
    __u64 index = syslat_call_index(syslat_call_abi(call), syslat_call_number(call));
    __u64 descriptor, completion;
    __u32 argument;

    barrier_var(index); /* keeps the bound where the verifier sees it */
    index &= SYSLAT_CALL_INDEXES - 1;
    argument = config.argument_places[index] & SYSLAT_NO_ARGUMENT;
    if (argument == SYSLAT_NO_ARGUMENT)
        return 0;
    descriptor = read_argument((struct pt_regs___syslat *)registers, syslat_call_abi(call), argument);
    opened = open_file(descriptor);
    if (!opened)
        return 0;
    tell_file(&key, opened);
    key.index = index;
    calls = file_calls_of(&key, descriptor, duration_ns);
    if (!calls)
        return 0;
    completion = bounded_completion(syslat_call_outcome(call), syslat_call_error(call) != 0);
    __atomic_fetch_add(&calls->calls[completion], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&calls->total_ns[completion], duration_ns, __ATOMIC_RELAXED);
    add_to_overflow(&calls->distribution, duration_ns);
    return 0;
}

#endif
