/*
 * Keeps what libbpf prints, for errors to tell why. libbpf prints through a va_list callback, which Swift can't implement.
 */
#ifndef SYSLAT_BPF_LOG_H
#define SYSLAT_BPF_LOG_H

/* Takes over libbpf's printing for this process. Warnings are kept, nothing reaches the terminal. */
void syslat_bpf_log_install(void);

/* Forgets what was kept. */
void syslat_bpf_log_clear(void);

/* What was kept since the last clear: the newest 64 KiB, lines of text. Valid until the next libbpf call or clear. */
const char *_Nonnull syslat_bpf_log_text(void);

#endif
