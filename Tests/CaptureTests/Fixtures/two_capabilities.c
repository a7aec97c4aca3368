/*
 * two_capabilities COMMAND...: becomes COMMAND as nobody, with CAP_BPF and CAP_PERFMON and nothing else. For guests, which have no setpriv(1).
 */
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

int main(int argc, char **argv)
{
    const int wanted[] = {CAP_PERFMON, CAP_BPF};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

    if (argc < 2 || prctl(PR_SET_KEEPCAPS, 1) || setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
        return 125;
    for (int i = 0; i < 2; i++) {
        struct __user_cap_data_struct *half = &data[CAP_TO_INDEX(wanted[i])];

        half->permitted = half->inheritable = half->effective |= CAP_TO_MASK(wanted[i]);
    }
    if (syscall(SYS_capset, &header, data))
        return 125;
    for (int i = 0; i < 2; i++)
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, wanted[i], 0, 0))
            return 125;
    execv(argv[1], argv + 1);
    return 127;
}
