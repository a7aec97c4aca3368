/* Files on two file systems: tmpfs, and an ext4 on a loop device whose sectors are in memory. */
#define _GNU_SOURCE
#include "filesystem_image.h"
#include "work.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/mount.h>

/* The folder on which the ext4 is mounted, in the tmpfs, and a file in it. */
static const char folder[] = "ext4", ext4_file[] = "ext4/file";

/* Writes what isn't zero of the file system to a file in memory. */
static int write_image(struct work *work, int file)
{
    unsigned *words = (unsigned *)(void *)work->buffer;
    const unsigned most = BUFFER_BYTES / sizeof(*words);
    long result = ENTER2(__NR_ftruncate, file, filesystem_bytes);

    if (result != 0)
        return lacking(work, __NR_ftruncate, result);
    for (size_t run = 0; run < sizeof(filesystem_runs) / sizeof(*filesystem_runs); run++) {
        unsigned place = filesystem_runs[run].place, left = filesystem_runs[run].count;

        while (left > 0) {
            unsigned count = left < most ? left : most;
            long bytes = (long)(count * sizeof(*words));

            for (unsigned word = 0; word < count; word++)
                words[word] = filesystem_runs[run].word;
            result = ENTER4(__NR_pwrite64, file, words, bytes, (long)place * (long)sizeof(*words));
            if (result != bytes)
                return lacking(work, __NR_pwrite64, result);
            place += count;
            left -= count;
        }
    }
    return 0;
}

/* "/dev/loopN". */
static void loop_path(char path[24], long number)
{
    char digits[12];
    int count = 0;

    memcpy(path, "/dev/loop", 9);
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    for (int place = 0; place < count; place++)
        path[9 + place] = digits[count - 1 - place];
    path[9 + count] = 0;
}

/* Gives a file to a free loop device, which lets go of it when nothing uses the device any more. Stores the device in work->other. */
static int attach(struct work *work, int image, char path[24])
{
    struct loop_config config = {.fd = (unsigned)image, .info = {.lo_flags = LO_FLAGS_AUTOCLEAR}};
    long control = ENTER4(__NR_openat, AT_FDCWD, "/dev/loop-control", O_RDWR | O_CLOEXEC, 0), result = -EBUSY;

    if (control < 0)
        return lacking(work, __NR_openat, control);
    /* Others look for a free device as well. */
    for (int tries = 0; tries < 16 && result == -EBUSY; tries++) {
        long number = ENTER2(__NR_ioctl, control, LOOP_CTL_GET_FREE);

        result = number;
        if (number < 0)
            break;
        loop_path(path, number);
        result = ENTER4(__NR_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
        if (result < 0)
            break;
        work->other = (int)result;
        result = ENTER3(__NR_ioctl, work->other, LOOP_CONFIGURE, &config);
        if (result != 0)
            close_file(&work->other);
    }
    ENTER1(__NR_close, control);
    return result == 0 ? 0 : lacking(work, __NR_ioctl, result);
}

static int mount_ext4(struct work *work)
{
    char path[24];
    long result;
    int image;

    if ((result = ENTER2(__NR_memfd_create, "syslat-bench-ext4", 1 /* MFD_CLOEXEC */)) < 0)
        return lacking(work, __NR_memfd_create, result);
    image = (int)result;
    result = write_image(work, image) == 0 ? attach(work, image, path) : -1;
    ENTER1(__NR_close, image);
    if (result != 0)
        return -1;
    if ((result = ENTER3(__NR_mkdirat, AT_FDCWD, folder, 0700)) != 0)
        return lacking(work, __NR_mkdirat, result);
    if ((result = ENTER5(__NR_mount, path, folder, "ext4", MS_NOSUID | MS_NODEV, 0)) != 0)
        return lacking(work, __NR_mount, result);
    close_file(&work->other);
    return 0;
}

/* The worker mounts it once: the kernel logs each mount. It vanishes with the worker, as its mounts do, and so does the device. */
static int prepare_ext4(struct work *work)
{
    static bool is_tried;
    static struct cworkload_report refusal;

    if (work->tmpfs != 0)
        return refused(work, __NR_mount, work->tmpfs);
    if (!is_tried && mount_ext4(work) != 0)
        refusal = *work->report;
    is_tried = true;
    return refusal.verdict == CWORKLOAD_RIGHT ? open_new_file(work, ext4_file) : lacking(work, refusal.call, refusal.result);
}

/* A byte is written and made durable. */

static int run_sync(struct work *work, unsigned long times, long call)
{
    work->buffer[0] = 'b';
    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_pwrite64, ENTER4(__NR_pwrite64, work->file, work->buffer, 1, 0), 1);
        CHECK(work, done, call, ENTER1(call, work->file), 0);
    }
    return 0;
}

static void finish_sync(struct work *work)
{
    unsigned char last = 0;

    if (work->file >= 0 && work->report->verdict == CWORKLOAD_RIGHT &&
        (ENTER4(__NR_pread64, work->file, &last, 1, 0) != 1 || last != 'b'))
        ineffective(work, __NR_pwrite64);
    finish_files(work);
}

static int run_fsync(struct work *work, unsigned long times)
{
    return run_sync(work, times, __NR_fsync);
}

static int run_fdatasync(struct work *work, unsigned long times)
{
    return run_sync(work, times, __NR_fdatasync);
}

const struct steps fsync_tmpfs_steps = {.prepare = prepare_file, .run = run_fsync, .finish = finish_sync};
const struct steps fdatasync_tmpfs_steps = {.prepare = prepare_file, .run = run_fdatasync, .finish = finish_sync};
const struct steps fsync_ext4_steps = {.prepare = prepare_ext4, .run = run_fsync, .finish = finish_sync};
const struct steps fdatasync_ext4_steps = {.prepare = prepare_ext4, .run = run_fdatasync, .finish = finish_sync};

/* Reads all over a file of 1 GiB that has a page in each of its mebibytes, so the page cache is as deep as if all of it were there. */

enum { page = 4096, places = 1024 };

/* Each place once in a round, and never two neighbours in a row. */
static long next_place(struct work *work)
{
    return (long)(work->stored++ * 389 % places);
}

static int fill_sparse(struct work *work)
{
    for (long place = 0; place < places; place++) {
        long written;

        memset(work->buffer, (int)(place % 251), page);
        written = ENTER4(__NR_pwrite64, work->file, work->buffer, page, place << 20);
        if (written != page)
            return refused(work, __NR_pwrite64, written);
    }
    return 0;
}

static int prepare_sparse_tmpfs(struct work *work)
{
    return prepare_file(work) == 0 ? fill_sparse(work) : -1;
}

static int prepare_sparse_ext4(struct work *work)
{
    return prepare_ext4(work) == 0 ? fill_sparse(work) : -1;
}

static int run_pread_sparse(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long place = next_place(work);

        CHECK(work, done, __NR_pread64, ENTER4(__NR_pread64, work->file, work->buffer, page, place << 20), page);
        if (work->buffer[page - 1] != place % 251)
            return ineffective(work, __NR_pread64);
    }
    return 0;
}

/* The next case finds a small file. */
static void finish_sparse(struct work *work)
{
    if (work->file >= 0)
        ENTER2(__NR_ftruncate, work->file, 0);
    finish_files(work);
}

const struct steps pread_sparse_tmpfs_steps = {.prepare = prepare_sparse_tmpfs, .run = run_pread_sparse, .finish = finish_sparse};
const struct steps pread_sparse_ext4_steps = {.prepare = prepare_sparse_ext4, .run = run_pread_sparse, .finish = finish_sparse};
