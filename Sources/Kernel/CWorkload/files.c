/* Transfers, and operations on names. */
#include "work.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static long open_at(const char *path, int flags)
{
    return ENTER4(__NR_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
}

static int opened(struct work *work, long result)
{
    if (result < 0)
        return refused(work, __NR_openat, result);
    work->file = (int)result;
    return 0;
}

static int in_tmpfs(struct work *work)
{
    return work->tmpfs == 0 ? 0 : refused(work, __NR_mount, work->tmpfs);
}

int open_new_file(struct work *work, const char *path)
{
    return opened(work, open_at(path, O_RDWR | O_CREAT | O_TRUNC));
}

void finish_files(struct work *work)
{
    close_file(&work->file);
    close_file(&work->other);
}

/* Transfers. */

static int prepare_zero(struct work *work)
{
    memset(work->buffer, 1, sizeof(work->buffer));
    return opened(work, open_at("/dev/zero", O_RDONLY));
}

static int run_read(struct work *work, unsigned long times)
{
    REPEAT(work, times, __NR_read, ENTER3(__NR_read, work->file, work->buffer, work->bytes), work->bytes);
    return work->buffer[0] == 0 && work->buffer[work->bytes - 1] == 0 ? 0 : ineffective(work, __NR_read);
}

static int prepare_null(struct work *work)
{
    return opened(work, open_at("/dev/null", O_WRONLY));
}

static int run_write(struct work *work, unsigned long times)
{
    REPEAT(work, times, __NR_write, ENTER3(__NR_write, work->file, work->buffer, work->bytes), work->bytes);
    return 0;
}

int prepare_file(struct work *work)
{
    long written;

    if (in_tmpfs(work) != 0 || open_new_file(work, "file") != 0)
        return -1;
    memset(work->buffer, 'a', sizeof(work->buffer));
    written = ENTER3(__NR_write, work->file, work->buffer, sizeof(work->buffer));
    if (written != sizeof(work->buffer))
        return refused(work, __NR_write, written);
    memset(work->buffer, 'b', sizeof(work->buffer));
    return 0;
}

static int run_pread(struct work *work, unsigned long times)
{
    REPEAT(work, times, __NR_pread64, ENTER4(__NR_pread64, work->file, work->buffer, work->bytes, 0), work->bytes);
    return work->buffer[0] == 'a' && work->buffer[work->bytes - 1] == 'a' ? 0 : ineffective(work, __NR_pread64);
}

static int run_pwrite(struct work *work, unsigned long times)
{
    REPEAT(work, times, __NR_pwrite64, ENTER4(__NR_pwrite64, work->file, work->buffer, work->bytes, 0), work->bytes);
    return 0;
}

static void finish_pwrite(struct work *work)
{
    unsigned char last = 0;

    if (work->file >= 0 && work->report->verdict == CWORKLOAD_RIGHT &&
        (ENTER4(__NR_pread64, work->file, &last, 1, work->bytes - 1) != 1 || last != 'b'))
        ineffective(work, __NR_pwrite64);
    finish_files(work);
}

#define TRANSFERS(name, prepare_, run_, finish_)                                                                                   \
    const struct steps name##_1 = {.prepare = prepare_, .run = run_, .finish = finish_, .bytes = 1};                               \
    const struct steps name##_4k = {.prepare = prepare_, .run = run_, .finish = finish_, .bytes = 4096};                           \
    const struct steps name##_64k = {.prepare = prepare_, .run = run_, .finish = finish_, .bytes = 65536}

TRANSFERS(read_zero, prepare_zero, run_read, finish_files);
TRANSFERS(write_null, prepare_null, run_write, finish_files);
TRANSFERS(pread, prepare_file, run_pread, finish_files);
TRANSFERS(pwrite, prepare_file, run_pwrite, finish_pwrite);

/* Names. */

static int run_open(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long file = open_at("file", O_RDONLY);

        if (file < 0)
            return wrong(work, __NR_openat, file, 0, done);
        CHECK(work, done, __NR_close, ENTER1(__NR_close, file), 0);
    }
    return 0;
}

static int run_missing(struct work *work, unsigned long times)
{
    REPEAT(work, times, __NR_openat, open_at("missing", O_RDONLY), -ENOENT);
    return 0;
}

static int run_stat(struct work *work, unsigned long times)
{
    struct stat info = {0};

    REPEAT(work, times, __NR_newfstatat, ENTER4(__NR_newfstatat, AT_FDCWD, "file", &info, 0), 0);
    return info.st_size == BUFFER_BYTES ? 0 : ineffective(work, __NR_newfstatat);
}

static int run_fstat(struct work *work, unsigned long times)
{
    struct stat info = {0};

    REPEAT(work, times, __NR_fstat, ENTER2(__NR_fstat, work->file, &info), 0);
    return info.st_size == BUFFER_BYTES ? 0 : ineffective(work, __NR_fstat);
}

const struct steps open_steps = {.prepare = prepare_file, .run = run_open, .finish = finish_files};
const struct steps missing_steps = {.prepare = in_tmpfs, .run = run_missing};
const struct steps stat_steps = {.prepare = prepare_file, .run = run_stat, .finish = finish_files};
const struct steps fstat_steps = {.prepare = prepare_file, .run = run_fstat, .finish = finish_files};

/* Files in the folder to list. */
enum { entries = 64 };

/* "entries/NN". */
static char *entry_path(char path[16], int number)
{
    memcpy(path, "entries/00", 11);
    path[8] = (char)('0' + number / 10);
    path[9] = (char)('0' + number % 10);
    return path;
}

static int prepare_folder(struct work *work)
{
    char path[16];
    long result;

    if (in_tmpfs(work) != 0)
        return -1;
    result = ENTER3(__NR_mkdirat, AT_FDCWD, "entries", 0700);
    if (result != 0)
        return refused(work, __NR_mkdirat, result);
    for (int number = 0; number < entries; number++) {
        int file = (int)open_at(entry_path(path, number), O_WRONLY | O_CREAT);

        if (file < 0)
            return refused(work, __NR_openat, file);
        close_file(&file);
    }
    return opened(work, open_at("entries", O_RDONLY | O_DIRECTORY));
}

static int run_getdents(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long bytes;

        CHECK(work, done, __NR_lseek, ENTER3(__NR_lseek, work->file, 0, SEEK_SET), 0);
        bytes = ENTER3(__NR_getdents64, work->file, work->buffer, sizeof(work->buffer));
        /* Each file takes 24 bytes: its number, offset, length, type and a name of at most two characters. */
        if (bytes != (entries + 2) * 24)
            return wrong(work, __NR_getdents64, bytes, (entries + 2) * 24, done);
    }
    return 0;
}

/* Leaves the offset behind the last entry. */
static int prepare_end(struct work *work)
{
    return prepare_folder(work) == 0 ? run_getdents(work, 1) : -1;
}

static int run_end(struct work *work, unsigned long times)
{
    REPEAT(work, times, __NR_getdents64, ENTER3(__NR_getdents64, work->file, work->buffer, sizeof(work->buffer)), 0);
    return 0;
}

static void finish_folder(struct work *work)
{
    char path[16];

    finish_files(work);
    for (int number = 0; number < entries; number++)
        ENTER3(__NR_unlinkat, AT_FDCWD, entry_path(path, number), 0);
    ENTER3(__NR_unlinkat, AT_FDCWD, "entries", AT_REMOVEDIR);
}

const struct steps getdents_steps = {.prepare = prepare_folder, .run = run_getdents, .finish = finish_folder};
const struct steps getdents_end_steps = {.prepare = prepare_end, .run = run_end, .finish = finish_folder};

static int run_rename(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_renameat, ENTER4(__NR_renameat, AT_FDCWD, "file", AT_FDCWD, "moved"), 0);
        CHECK(work, done, __NR_renameat, ENTER4(__NR_renameat, AT_FDCWD, "moved", AT_FDCWD, "file"), 0);
    }
    return 0;
}

static int run_unlink(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long file = open_at("short-lived", O_WRONLY | O_CREAT | O_EXCL);

        if (file < 0)
            return wrong(work, __NR_openat, file, 0, done);
        CHECK(work, done, __NR_close, ENTER1(__NR_close, file), 0);
        CHECK(work, done, __NR_unlinkat, ENTER3(__NR_unlinkat, AT_FDCWD, "short-lived", 0), 0);
    }
    return 0;
}

const struct steps rename_steps = {.prepare = prepare_file, .run = run_rename, .finish = finish_files};
const struct steps unlink_steps = {.prepare = in_tmpfs, .run = run_unlink};
