/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* damage.c - pictures as a damaged disk or a bad cable would leave them.
 *
 *     damage FOLDER COUNT SEED SCRATCH
 *
 * changes the files in FOLDER in a few places, COUNT times, reads them as photos and now and then as
 * masks and label maps, and writes what could be read in another format.  Wrong is whatever ends the
 * process that does it, takes longer than a minute or more than a gigabyte, or fails without one
 * sentence; what a library prints is, too.  Files with which something went wrong stay in SCRATCH. */

#include <dirent.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/picture.h"
#include "fuzz.h"

#define SECONDS 60
#define MEMORY ((rlim_t) 1 << 30)
#define SPARE 256

typedef struct {
    char *extension;
    char *bytes;
    gsize size;
} Whole;

/* Between the process that watches and the one that works. */
typedef struct {
    int next, read, refused;
} Shared;

typedef struct {
    GArray *files; /* of Whole */
    int count;
    uint64_t seed;
    const char *scratch;
    Shared *shared;
} Damage;

static void load(Damage *damage, const char *folder)
{
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char *path = g_build_filename(folder, names[i]->d_name, NULL);
        Whole file = { 0 };
        if (names[i]->d_name[0] != '.' &&
            g_file_get_contents(path, &file.bytes, &file.size, NULL)) {
            file.extension = g_strdup(strrchr(names[i]->d_name, '.'));
            g_array_append_val(damage->files, file);
        }
        g_free(path);
        free(names[i]);
    }
    free(names);
    fuzz_must(damage->files->len > 0, "the folder has no files");
}

static void drop(gpointer file)
{
    g_free(((Whole *) file)->extension);
    g_free(((Whole *) file)->bytes);
}

static void check_sentence(const GError *error, const char *path)
{
    fuzz_must(error != NULL, "a failure without an error");
    fuzz_must(g_str_has_prefix(error->message, path), "a message that doesn't name the file");
    fuzz_must(g_str_has_suffix(error->message, "."), "a message that is no sentence");
    fuzz_must(!strchr(error->message, '\n'), "a message of several lines");
}

static void write_again(const Damage *damage, int i, const Picture *picture)
{
    static const char *const endings[] = { ".png", ".jpg", ".tif", ".webp", ".ppm" };
    char *path = g_strconcat(damage->scratch, "/out", endings[i % G_N_ELEMENTS(endings)], NULL);
    GPtrArray *notices = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;
    PictureTarget target = { .path = path, .shown = path, .format = picture_format(path, NULL) };
    DpsImage rgb = picture->rgb;
    rgb.channels = 3;
    target.depth = picture_format_depth(target.format, picture->depth);
    g_unlink(path);
    if (picture_fits(&target, rgb.width, rgb.height, &error) &&
        !picture_write(&rgb, picture, &target, notices, &error))
        check_sentence(error, path);
    g_clear_error(&error);
    g_ptr_array_unref(notices);
    g_free(path);
}

static void attempt(const Damage *damage, int i, const char *path)
{
    GPtrArray *notices = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;
    Picture picture = { 0 };
    DpsImage plane = { 0 };
    gboolean read;
    if (i % 5 == 3)
        read = picture_read_mask(&plane, path, notices, &error);
    else if (i % 5 == 4)
        read = picture_read_labels(&plane, path, notices, &error);
    else
        read = picture_read(&picture, path, NULL, notices, &error);
    if (read && picture.rgb.data)
        write_again(damage, i, &picture);
    else if (!read)
        check_sentence(error, path);
    if (read)
        damage->shared->read++;
    else
        damage->shared->refused++;
    g_clear_error(&error);
    dps_image_clear(&plane);
    picture_clear(&picture);
    g_ptr_array_unref(notices);
}

/* The changed file number i; its name is to be freed. */
static char *make_file(const Damage *damage, int i)
{
    uint64_t state = damage->seed + (uint64_t) i;
    const Whole *whole = &g_array_index(damage->files, Whole,
                                        fuzz_below(&state, damage->files->len));
    uint8_t *bytes = g_malloc(whole->size + SPARE);
    char *path = g_strdup_printf("%s/in%s", damage->scratch, whole->extension);
    memcpy(bytes, whole->bytes, whole->size);
    gsize size = fuzz_change(bytes, whole->size, whole->size + SPARE, NULL, &state);
    g_unlink(path); /* a file that is truncated goes to the disk at once */
    FILE *file = g_fopen(path, "wb");
    fuzz_must(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0,
              "the scratch folder can't be written");
    g_free(bytes);
    return path;
}

static void work(const Damage *damage)
{
    struct rlimit memory = { MEMORY, MEMORY };
    int noise = g_open("noise", O_WRONLY | O_CREAT | O_APPEND, 0600);
    setrlimit(RLIMIT_AS, &memory);
    dup2(noise, STDERR_FILENO);
    for (int i; (i = damage->shared->next) < damage->count; damage->shared->next++) {
        char *path = make_file(damage, i);
        alarm(SECONDS);
        attempt(damage, i, path);
        g_free(path);
    }
    _exit(0);
}

/* What went wrong with file number i, which is kept. */
static void keep(const Damage *damage, int i, int status)
{
    char *path = make_file(damage, i),
         *kept = g_strdup_printf("%s/failed-%d%s", damage->scratch, i, strrchr(path, '.'));
    g_rename(path, kept);
    if (WIFSIGNALED(status))
        g_print("%s: %s\n", kept,
                WTERMSIG(status) == SIGALRM ? "hangs" : g_strsignal(WTERMSIG(status)));
    else
        g_print("%s: ends the process with %d\n", kept, WEXITSTATUS(status));
    g_free(kept);
    g_free(path);
}

/* FALSE: something was printed. */
static gboolean is_quiet(void)
{
    char *text = NULL;
    gsize size = 0;
    g_file_get_contents("noise", &text, &size, NULL);
    if (size > 0)
        g_print("printed:\n%.2000s\n", text);
    g_free(text);
    return size == 0;
}

int main(int argc, char **argv)
{
    fuzz_must(argc == 5, "call it as damage FOLDER COUNT SEED SCRATCH");
    g_set_prgname("damage");
    Damage damage = { .files = g_array_new(FALSE, FALSE, sizeof(Whole)),
                      .count = atoi(argv[2]),
                      .seed = (uint64_t) atoll(argv[3]) << 32,
                      .scratch = argv[4] };
    int failures = 0, status;
    g_array_set_clear_func(damage.files, drop);
    load(&damage, argv[1]);
    fuzz_must(chdir(damage.scratch) == 0, "there is no scratch folder");
    damage.shared = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                         -1, 0);
    fuzz_must(damage.shared != MAP_FAILED, "out of memory");
    while (damage.shared->next < damage.count) {
        pid_t worker = fork();
        if (worker == 0)
            work(&damage);
        fuzz_must(worker > 0 && waitpid(worker, &status, 0) == worker, "no process");
        if (status != 0) {
            keep(&damage, damage.shared->next++, status);
            failures++;
        }
    }
    failures += !is_quiet();
    g_array_unref(damage.files);
    g_print("damage: %d files: %d read, %d refused, %d failures\n", damage.count,
            damage.shared->read, damage.shared->refused, failures);
    return failures > 0;
}
