/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* train.c - photo-style train: a style learnt once, to be applied at once. */

#include <glib/gi18n.h>

#include "batch-list.h"
#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "output.h"
#include "picture.h"
#include "progress.h"
#include "report/learnt-read.h"
#include "store/store.h"
#include "style-file.h"

/* Of the last steps' losses, how much each counts in what is shown. */
#define RECENT 0.02

typedef struct {
    OptionSet settings;
    char *style, *out, **folders, *steps_text; /* files, and a number */
    int steps;
    gboolean quiet;
    GPtrArray *photos; /* files */
    GPtrArray *notices;
    Progress progress;
    double loss; /* lately */
    gint64 begun;
} Train;

static gboolean check(Train *train, GError **error)
{
    const char *missing = NULL;

    if (!train->folders || !train->folders[0])
        missing = _("the photos to learn from with --photos FOLDER");
    else if (!train->out || !*train->out)
        missing = _("the file to write with -o OUT");
    if (missing)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE, _("something is missing; name %s."),
                    missing);
    else if (!learnt_is_named(train->out))
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("%s: a learnt style's name ends with .dps; choose such a name."), train->out);
    return !*error && options_integer("--steps", train->steps_text, 1, 1000000, &train->steps, error);
}

static gboolean check_outputs(const Train *train, GError **error)
{
    GPtrArray *inputs = g_ptr_array_new();
    gboolean good;

    g_ptr_array_add(inputs, train->style);
    for (guint i = 0; i < train->photos->len; i++)
        g_ptr_array_add(inputs, train->photos->pdata[i]);
    if (train->settings.options.network)
        g_ptr_array_add(inputs, (gpointer) train->settings.options.network);
    g_ptr_array_add(inputs, NULL);
    good = output_check(train->out, (const char *const *) inputs->pdata, error);
    g_ptr_array_unref(inputs);
    return good;
}

static gboolean parse(Train *train, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "photos", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &train->folders,
          N_("A folder with photos to learn from, or one photo; may be given several times"),
          N_("FOLDER") },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &train->out,
          N_("The learnt style to write, a .dps file"), N_("OUT") },
        { "steps", 0, 0, G_OPTION_ARG_STRING, &train->steps_text,
          N_("How long to learn: steps, of which each looks at a few photos (4000)"), N_("NUMBER") },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &train->quiet, N_("Print nothing but errors"), NULL },
        { 0 }
    };
    GOptionContext *context = options_context(
        _("STYLE --photos FOLDER -o OUT.dps"),
        _("Learns the look of the photo STYLE from a folder of photos of any kind, once.  The file that\n"
          "it writes gives other photos this look at once: name it in place of the style photo in\n"
          "\"photo-style transfer\" and \"photo-style batch\".  It has a small copy of STYLE in it."),
        _("Examples:\n"
          "  photo-style train dusk.jpg --photos holiday -o dusk.dps\n"
          "  photo-style transfer noon.jpg dusk.dps -o evening.jpg"),
        &train->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    options_engine_add(context, &train->settings, DPS_FOR_LEARNING);
    if (!options_parse(context, &argc, &argv, 1, 1, _("STYLE"), error) || !check(train, error))
        return FALSE;
    train->style = argv[1];
    train->photos = batch_list_photos(train->folders, NULL, error);
    return train->photos && check_outputs(train, error);
}

/* The engine's way to the photos: one that can't be read is left out, and named. */
static bool on_photo(int i, DpsImage *photo, void *data)
{
    Train *train = data;
    const Picture srgb = { 0 };
    GError *error = NULL;
    Picture picture;

    progress_say(&train->progress, _("Reading the photos"));
    if (!picture_read(&picture, train->photos->pdata[i], &srgb, train->notices, &error)) {
        g_ptr_array_add(train->notices, g_strdup_printf(_("left out: %s"), error->message));
        g_error_free(error);
        return false;
    }
    *photo = picture.rgb;
    picture.rgb = (DpsImage) { 0 };
    picture_clear(&picture);
    return true;
}

static void on_step(int step, int steps, double loss, void *data)
{
    Train *train = data;
    double seconds = (double) (g_get_monotonic_time() - train->begun) / G_USEC_PER_SEC;
    char *text;

    train->loss = step == 1 ? loss : train->loss + RECENT * (loss - train->loss);
    /* Translators: of a training, on a terminal. */
    text = g_strdup_printf(_("Learning: step %d of %d, %.0f min left, loss %.3f of the first guess's"),
                           step, steps, seconds / step * (steps - step) / 60, train->loss);
    progress_say(&train->progress, text);
    g_free(text);
}

static bool on_cancelled(void *data)
{
    return interrupted();
}

static gboolean learn(Train *train, const Picture *style, DpsLearnt **learnt, GError **error)
{
    char *network = g_strdup(train->settings.options.network);
    DpsMessage message = { 0 };
    DpsLearnJob job = { .style = &style->rgb,
                        .photos = (int) train->photos->len,
                        .photo = on_photo,
                        .steps = train->steps,
                        .options = train->settings.options,
                        .progress = on_step,
                        .cancelled = on_cancelled,
                        .data = train };
    gboolean good = store_resolve(&network, error);

    job.options.network = network;
    train->begun = g_get_monotonic_time();
    if (good && dps_learn(&job, learnt, &message)) {
        good = FALSE;
        if (!interrupt_check(error))
            command_engine_error(error, &message);
    }
    g_free(network);
    return good;
}

static gboolean run(Train *train, GError **error)
{
    const Picture srgb = { 0 };
    Picture style = { 0 };
    DpsLearnt *learnt = NULL;

    progress_begin(&train->progress, train->quiet);
    gboolean good = command_check_threads(train->settings.options.threads, error) &&
                    picture_read(&style, train->style, &srgb, train->notices, error) &&
                    learn(train, &style, &learnt, error);
    progress_end(&train->progress);
    good = good && style_file_write(learnt, train->out, error);
    if (good && !train->quiet) {
        char *text = g_strdup_printf(_("learnt: the losses are %.3f of those of the first guess."),
                                     train->loss);
        command_print(text);
        g_free(text);
    }
    dps_learnt_free(learnt);
    picture_clear(&style);
    return good;
}

int command_train(int argc, char **argv)
{
    Train train = { .notices = g_ptr_array_new_with_free_func(g_free) };
    GError *error = NULL;

    option_set_init(&train.settings);
    interrupt_install();
    gboolean good = parse(&train, argc, argv, &error) && run(&train, &error);
    if (train.quiet)
        g_ptr_array_unref(train.notices);
    else
        command_notes(train.notices);
    if (train.photos)
        g_ptr_array_unref(train.photos);
    option_set_clear(&train.settings);
    g_strfreev(train.folders);
    g_free(train.out);
    g_free(train.steps_text);
    return good ? COMMAND_DONE : command_end("train", error);
}
