/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* batch.c - photo-style batch: many photos, several at a time.
 *
 * Each photo is a photo-style transfer of its own, in a process of its own: what one does to memory or to
 * itself is over with it.  One that fails beside others is tried once more alone, in case it was for want of
 * memory. */

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <unistd.h>

#include "batch-list.h"
#include "batch-report.h"
#include "command.h"
#include "interrupt.h"
#include "kept-style.h"
#include "options.h"
#include "progress.h"

/* Of the memory that there is, what photos at a time may take; and what is expected of one before the
 * first is done, bytes: 100 megapixels take less. */
#define MEMORY_SHARE 0.8
#define MEMORY_EXPECTED 1.5e9

/* Which of a process's files the kept style is, and how many styles are kept. */
#define KEPT 3
#define MOST_KEPT 64

typedef struct {
    OptionSet settings;
    char **styles;
    char *list, *out, *depth;
    char *jobs_text;
    gboolean find, resume;
    int jobs;

    GPtrArray *photos, *again; /* of BatchPhoto; those to be tried alone are borrowed */
    GPtrArray *running;        /* of Run */
    GHashTable *shared;        /* a style's file: what its photos share, see kept-style.h */
    guint next;                /* photo to begin */
    guint kept;                /* results that were there */
    BatchReport report;
    GMainLoop *loop;
    Progress progress;
    gint64 begun;
    gboolean stopped; /* all that was running has been told to stop */
} Batch;

typedef struct {
    Batch *batch;
    const BatchPhoto *photo;
    GSubprocess *process;
    gboolean alone;
} Run;

/* ------------------------------------------------------------------ command line */

static gboolean check(Batch *batch, GError **error)
{
    const char *missing = !batch->styles ? _("--style FILE") : !batch->out ? _("-o PATTERN") : NULL;
    if (missing) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE, _("something is missing; name %s."),
                    missing);
        return FALSE;
    }
    return options_integer("--jobs", batch->jobs_text, 0, 1024, &batch->jobs, error);
}

static gboolean parse(Batch *batch, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "style", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &batch->styles,
          N_("The photo whose look is wanted; may be given several times"), N_("FILE") },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &batch->out,
          N_("What results are called: {name}, {style}, {ending} stand for the photos' own"),
          N_("PATTERN") },
        { "list", 0, 0, G_OPTION_ARG_FILENAME, &batch->list,
          N_("More photos, one to a line of this file; - is the standard input"), N_("FILE") },
        { "jobs", 'j', 0, G_OPTION_ARG_STRING, &batch->jobs_text,
          N_("Photos at a time; 0: as many as processors and memory allow (0)"), N_("NUMBER") },
        { "resume", 0, 0, G_OPTION_ARG_NONE, &batch->resume, N_("Leave out results that are there"),
          NULL },
        { "auto-regions", 0, 0, G_OPTION_ARG_NONE, &batch->find,
          N_("Find regions that the photos have in common"), NULL },
        { "depth", 0, 0, G_OPTION_ARG_STRING, &batch->depth,
          N_("Bits per colour of OUT, by default those of the content photo: 8, 16, float"),
          N_("BITS") },
        { "report", 'r', 0, G_OPTION_ARG_FILENAME, &batch->report.file,
          N_("Write what was done as JSON, a line for each photo"), N_("FILE") },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &batch->report.quiet, N_("Print nothing but errors"),
          NULL },
        { 0 }
    };
    GOptionContext *context = options_context(
        _("CONTENT… --style FILE -o PATTERN"),
        _("Gives many photos, or all in a folder, the look of another, several at a time.  Photos\n"
          "that can't be used are left out and named at the end."),
        _("Examples:\n"
          "  All photos of a folder, into another one:\n"
          "    photo-style batch holiday --style dusk.jpg -o evening/{name}.jpg\n"
          "  Two styles, and on from where it was stopped:\n"
          "    photo-style batch *.tif --style dusk.jpg --style snow.jpg \\\n"
          "      -o out/{name}-{style}{ending} --resume"),
        &batch->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    options_engine_add(context, &batch->settings, DPS_FOR_TRANSFER);
    if (!options_parse(context, &argc, &argv, 0, G_MAXINT, "", error) || !check(batch, error))
        return FALSE;
    char **contents = g_new0(char *, argc);
    for (int i = 1; i < argc; i++)
        contents[i - 1] = argv[i];
    batch->photos = batch_list(contents, batch->list, batch->styles, batch->out, error);
    g_free(contents);
    return batch->photos != NULL;
}

/* ---------------------------------------------------------------------- one photo */

static int threads(const Batch *batch)
{
    int asked = batch->settings.options.threads;
    return asked ? asked : (int) g_get_num_processors();
}

/* How many photos at a time: for small pictures one thread each goes furthest. */
static int jobs(const Batch *batch)
{
    double each = batch->report.most_memory > 0 ? batch->report.most_memory : MEMORY_EXPECTED;
    double room = MEMORY_SHARE * dps_memory_limit() / each;
    return (int) MAX(1, MIN(room, batch->jobs ? batch->jobs : threads(batch)));
}

/* The command line of one photo. */
static GPtrArray *arguments(const Batch *batch, const BatchPhoto *photo, int at_a_time)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    char *self = g_file_read_link("/proc/self/exe", NULL);
    g_ptr_array_add(list, self ? self : g_strdup("photo-style"));
    g_ptr_array_add(list, g_strdup("transfer"));
    for (int i = 0; dps_option(i); i++) {
        const DpsOption *option = dps_option(i);
        if (!option_set_given(&batch->settings, option) || g_str_equal(option->name, "threads"))
            continue;
        char *value = option_set_print(option, &batch->settings.options);
        g_ptr_array_add(list, g_strdup_printf("--%s=%s", option->name, value));
        g_free(value);
    }
    g_ptr_array_add(list, g_strdup_printf("--threads=%d", MAX(1, threads(batch) / at_a_time)));
    if (batch->find)
        g_ptr_array_add(list, g_strdup("--auto-regions"));
    if (batch->depth)
        g_ptr_array_add(list, g_strdup_printf("--depth=%s", batch->depth));
    g_ptr_array_add(list, g_strdup("--quiet"));
    g_ptr_array_add(list, g_strdup("--report=-"));
    g_ptr_array_add(list, g_strdup_printf("--output=%s", photo->out));
    g_ptr_array_add(list, g_strdup("--"));
    g_ptr_array_add(list, g_strdup(photo->content));
    g_ptr_array_add(list, g_strdup(photo->style));
    g_ptr_array_add(list, NULL);
    return list;
}

/* ------------------------------------------------------------------- all of them */

static void go_on(Batch *batch);

static void on_finished(GObject *process, GAsyncResult *result, gpointer data)
{
    Run *run = data;
    Batch *batch = run->batch;
    char *out = NULL, *printed = NULL;
    g_subprocess_communicate_utf8_finish(G_SUBPROCESS(process), result, &out, &printed, NULL);
    progress_end(&batch->progress);
    if (g_subprocess_get_successful(run->process))
        batch_report_result(&batch->report, run->photo, out ? out : "");
    else if (!interrupted() && !run->alone)
        g_ptr_array_add(batch->again, (gpointer) run->photo);
    else if (!interrupted())
        batch_report_failure(&batch->report, run->photo, printed);
    g_ptr_array_remove_fast(batch->running, run);
    g_object_unref(run->process);
    g_free(run);
    g_free(out);
    g_free(printed);
    go_on(batch);
}

/* The open file that photos with this style share; -1: there is none. */
static int kept_style(Batch *batch, const char *style)
{
    gpointer file;
    if (!g_hash_table_lookup_extended(batch->shared, style, NULL, &file)) {
        file = GINT_TO_POINTER(g_hash_table_size(batch->shared) < MOST_KEPT ? kept_style_new() : -1);
        g_hash_table_insert(batch->shared, (gpointer) style, file);
    }
    return GPOINTER_TO_INT(file);
}

/* In the process of a photo: it ends as if interrupted when that of the batch is killed. */
static void end_with_batch(gpointer batch_process)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != GPOINTER_TO_INT(batch_process))
        _exit(1);
#endif
}

static void begin(Batch *batch, const BatchPhoto *photo, int at_a_time)
{
    GPtrArray *list = arguments(batch, photo, at_a_time);
    GSubprocessLauncher *launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                              G_SUBPROCESS_FLAGS_STDERR_PIPE);
    Run *run = g_new(Run, 1);
    GError *error = NULL;
    int kept = kept_style(batch, photo->style), copy = kept < 0 ? -1 : dup(kept);
    if (copy >= 0) {
        g_subprocess_launcher_take_fd(launcher, copy, KEPT);
        g_ptr_array_insert(list, 2, g_strdup_printf("--kept-style=%d", KEPT));
    }
    g_subprocess_launcher_set_child_setup(launcher, end_with_batch, GINT_TO_POINTER(getpid()), NULL);
    *run = (Run) { batch, photo, NULL, at_a_time == 1 };
    run->process = g_subprocess_launcher_spawnv(launcher, (const char *const *) list->pdata, &error);
    g_object_unref(launcher);
    g_ptr_array_unref(list);
    if (run->process) {
        g_ptr_array_add(batch->running, run);
        g_subprocess_communicate_utf8_async(run->process, NULL, NULL, on_finished, run);
        return;
    }
    batch_report_failure(&batch->report, photo, error->message);
    g_error_free(error);
    g_free(run);
}

/* The next photo that has no result yet; NULL: there is none. */
static const BatchPhoto *next_photo(Batch *batch)
{
    while (batch->next < batch->photos->len) {
        const BatchPhoto *photo = batch->photos->pdata[batch->next++];
        if (!batch->resume || !g_file_test(photo->out, G_FILE_TEST_EXISTS))
            return photo;
        batch->kept++;
    }
    return NULL;
}

static void go_on(Batch *batch)
{
    const BatchPhoto *photo;
    int most = jobs(batch);
    while (!interrupted() && (int) batch->running->len < most && (photo = next_photo(batch)))
        begin(batch, photo,
              MIN(most, (int) (batch->running->len + 1 + batch->photos->len - batch->next)));
    if (!interrupted() && !batch->running->len && batch->again->len) {
        photo = batch->again->pdata[0];
        g_ptr_array_remove_index(batch->again, 0);
        begin(batch, photo, 1);
    }
    if (!batch->running->len)
        g_main_loop_quit(batch->loop);
}

static void show(Batch *batch)
{
    guint done = batch->report.written + batch->report.failures->len;
    guint left = batch->photos->len - batch->kept - done;
    double seconds = (double) (g_get_monotonic_time() - batch->begun) / G_USEC_PER_SEC;
    char *text;
    if (done)
        /* Translators: "12 of 40 photos, 3 min left", on a terminal. */
        text = g_strdup_printf(_("%u of %u photos, %.0f min left"), batch->kept + done,
                               batch->photos->len, seconds / done * left / 60);
    else
        text = g_strdup_printf(_("%u of %u photos"), batch->kept, batch->photos->len);
    progress_say(&batch->progress, text);
    g_free(text);
}

/* Several times a second. */
static gboolean on_tick(gpointer data)
{
    Batch *batch = data;
    for (guint i = 0; interrupted() && i < batch->running->len; i++) {
        const Run *run = batch->running->pdata[i];
        g_subprocess_send_signal(run->process, SIGTERM);
    }
    batch->stopped = interrupted();
    if (batch->stopped)
        return G_SOURCE_REMOVE;
    show(batch);
    return G_SOURCE_CONTINUE;
}

static gboolean run_all(Batch *batch, GError **error)
{
    if (!batch_report_open(&batch->report, batch->photos, batch->resume, error))
        return FALSE;
    batch->loop = g_main_loop_new(NULL, FALSE);
    batch->begun = g_get_monotonic_time();
    progress_begin(&batch->progress, batch->report.quiet);
    guint tick = g_timeout_add(200, on_tick, batch);
    go_on(batch);
    if (batch->running->len)
        g_main_loop_run(batch->loop);
    if (!batch->stopped)
        g_source_remove(tick);
    progress_end(&batch->progress);
    g_main_loop_unref(batch->loop);
    if (!batch_report_close(&batch->report, error))
        return FALSE;
    if (interrupted())
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_INTERRUPTED,
                    _("interrupted; %u of %u results are there, and --resume goes on from there."),
                    batch->report.written + batch->kept, batch->photos->len);
    return !interrupted();
}

static int say_outcome(const Batch *batch)
{
    for (guint i = 0; i < batch->report.failures->len; i++)
        g_printerr("photo-style: %s\n", (const char *) batch->report.failures->pdata[i]);
    if (!batch->report.quiet) {
        char *text = g_strdup_printf(_("%u written, %u there before, %u failed."),
                                     batch->report.written, batch->kept,
                                     batch->report.failures->len);
        command_print(text);
        g_free(text);
    }
    return batch->report.failures->len ? COMMAND_FAILED : COMMAND_DONE;
}

int command_batch(int argc, char **argv)
{
    Batch batch = { .again = g_ptr_array_new(),
                    .running = g_ptr_array_new(),
                    .shared = g_hash_table_new(g_str_hash, g_str_equal) };
    GError *error = NULL;
    option_set_init(&batch.settings);
    interrupt_install();
    gboolean good = parse(&batch, argc, argv, &error) && run_all(&batch, &error);
    int code = good ? say_outcome(&batch) : command_end("batch", error);
    if (batch.photos)
        g_ptr_array_unref(batch.photos);
    g_ptr_array_unref(batch.again);
    g_ptr_array_unref(batch.running);
    g_hash_table_unref(batch.shared);
    if (batch.report.failures)
        g_ptr_array_unref(batch.report.failures);
    option_set_clear(&batch.settings);
    g_strfreev(batch.styles);
    g_free(batch.list);
    g_free(batch.out);
    g_free(batch.report.file);
    g_free(batch.depth);
    g_free(batch.jobs_text);
    return code;
}
