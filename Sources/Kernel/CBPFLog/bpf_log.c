#include "bpf_log.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One thread loads programs at a time; the log belongs to it. */
static _Thread_local char text[64 * 1024];
static _Thread_local size_t used;

static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
    int length;

    if (level == LIBBPF_DEBUG)
        return 0;
    if (used > sizeof(text) / 2) {
        /* The end of a verifier log says what went wrong. */
        memmove(text, text + used / 2, used - used / 2 + 1);
        used -= used / 2;
    }
    length = vsnprintf(text + used, sizeof(text) - used, format, arguments);
    if (length > 0)
        used += (size_t)length < sizeof(text) - used ? (size_t)length : sizeof(text) - used - 1;
    return 0;
}

void syslat_bpf_log_install(void)
{
    libbpf_set_print(keep);
}

void syslat_bpf_log_clear(void)
{
    used = 0;
    text[0] = '\0';
}

const char *syslat_bpf_log_text(void)
{
    return text;
}
