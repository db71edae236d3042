/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "options.h"

#include <glib/gi18n.h>

#include "command.h"

GOptionContext *options_context(const char *arguments, const char *summary, const char *examples)
{
    GOptionContext *context = g_option_context_new(arguments);
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, examples);
    return context;
}

gboolean options_parse(GOptionContext *context, int *argc, char ***argv, int count,
                       const char *names, GError **error)
{
    gboolean good = g_option_context_parse(context, argc, argv, error);
    g_option_context_free(context);
    /* A "--" before names that begin with a dash stays in the arguments. */
    if (good && *argc > 1 && g_str_equal((*argv)[1], "--")) {
        (*argv)++;
        (*argc)--;
    }
    if (good && *argc - 1 != count) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    *argc - 1 < count ? _("something is missing; name %s.")
                                      : _("there is something too much; name %s, nothing else."),
                    names);
        good = FALSE;
    }
    return good;
}

gboolean options_range(const char *option, double value, double low, double high, GError **error)
{
    if (value >= low && value <= high)
        return TRUE;
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("%s %g: is out of range; use a number from %g to %g."), option, value, low, high);
    return FALSE;
}

static void add_expert(GOptionContext *context, EngineOptions *options)
{
    const GOptionEntry entries[] = {
        { "minimiser", 0, 0, G_OPTION_ARG_STRING, &options->minimiser,
          N_("What brings the losses down: preconditioned (usual), lbfgs, adam or descent"),
          N_("NAME") },
        { "start", 0, 0, G_OPTION_ARG_STRING, &options->start,
          N_("What to begin with: guess (usual), content, style or noise"), N_("NAME") },
        { "start-image", 0, 0, G_OPTION_ARG_FILENAME, &options->start_image,
          N_("A picture to begin with instead"), N_("FILE") },
        { "pooling", 0, 0, G_OPTION_ARG_STRING, &options->pooling,
          N_("How a network from a file shrinks its features: max or average"), N_("NAME") },
        { "style-layers", 0, 0, G_OPTION_ARG_STRING, &options->style_layers,
          N_("The network's layers that see the style, with weights other than 1, such as "
             "relu1_1,relu3_1=0.5"),
          N_("LIST") },
        { "content-layer", 0, 0, G_OPTION_ARG_STRING, &options->content_layer,
          N_("The network's layer that sees the structure, such as relu4_2"), N_("LAYER") },
        { 0 }
    };
    GOptionGroup *group = g_option_group_new(
        "expert", _("Options for experts:"),
        _("Show the options for experts: networks, minimisers, starts"), NULL, NULL);
    g_option_group_set_translation_domain(group, GETTEXT_PACKAGE);
    g_option_group_add_entries(group, entries);
    g_option_context_add_group(context, group);
}

void options_engine_add(GOptionContext *context, EngineOptions *options)
{
    DpsOptions *engine = &options->engine;
    dps_options_default(engine);
    options->seed = engine->seed;
    const GOptionEntry entries[] = {
        { "preset", 'p', 0, G_OPTION_ARG_STRING, &options->preset,
          N_("How much care is taken: draft, normal (the default), best; reference, the paper's "
             "own slow procedure, which needs a --network; or artistic, a painting"),
          N_("NAME") },
        { "amount", 'a', 0, G_OPTION_ARG_DOUBLE, &engine->amount,
          N_("How much of the transfer: 0 leaves the photo as it is, 1 is all"), N_("0-1") },
        { "take", 0, 0, G_OPTION_ARG_STRING, &options->take,
          N_("What is taken over: all (usual), colour, which keeps the photo's brightness, or "
             "brightness, which keeps its colour"),
          N_("WHAT") },
        { "detail", 0, 0, G_OPTION_ARG_DOUBLE, &engine->detail,
          N_("How much of the photo's fine detail is laid over the result"), N_("0-1") },
        { "size", 's', 0, G_OPTION_ARG_INT, &engine->size,
          N_("Long side at which the style is worked out; the result keeps the photo's size"),
          N_("PIXELS") },
        { "photorealism", 0, 0, G_OPTION_ARG_DOUBLE, &engine->photorealism,
          N_("Weight of staying photographic (10000)"), N_("NUMBER") },
        { "content-weight", 0, 0, G_OPTION_ARG_DOUBLE, &engine->content_weight,
          N_("Weight of keeping the photo's structure"), N_("NUMBER") },
        { "style-weight", 0, 0, G_OPTION_ARG_DOUBLE, &engine->style_weight,
          N_("Weight of taking the style"), N_("NUMBER") },
        { "unmatched", 0, 0, G_OPTION_ARG_STRING, &options->unmatched,
          N_("What a region does that the style lacks: keep its look (usual), or take it from the "
             "nearest region or the whole of the style: keep, nearest or whole"),
          N_("RULE") },
        { "network", 'n', 0, G_OPTION_ARG_FILENAME, &options->network,
          N_("What looks at the photos: builtin, or, beside it, a VGG or SqueezeNet from a "
             ".safetensors file"),
          N_("FILE") },
        { "device", 'd', 0, G_OPTION_ARG_STRING, &options->device,
          N_("Where to compute: auto, or a name that \"photo-style devices\" shows"), N_("NAME") },
        { "threads", 't', 0, G_OPTION_ARG_INT, &engine->threads,
          N_("Processor threads; with 1, results repeat to the last bit"), N_("NUMBER") },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed,
          N_("Start of all random numbers: the same seed gives the same picture"), N_("NUMBER") },
        { 0 }
    };
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    add_expert(context, options);
}

typedef gboolean (*FromName)(const char *name, int *value);

static gboolean minimiser_from_name(const char *name, int *value)
{
    DpsMinimiser minimiser = 0;
    gboolean found = dps_minimiser_from_name(name, &minimiser);
    *value = minimiser;
    return found;
}

static gboolean start_from_name(const char *name, int *value)
{
    DpsStart start = 0;
    gboolean found = dps_start_from_name(name, &start) && start != DPS_START_IMAGE;
    *value = start;
    return found;
}

static gboolean pooling_from_name(const char *name, int *value)
{
    DpsPooling pooling = 0;
    gboolean found = dps_pooling_from_name(name, &pooling);
    *value = pooling;
    return found;
}

static gboolean take_from_name(const char *name, int *value)
{
    DpsTake take = 0;
    gboolean found = dps_take_from_name(name, &take);
    *value = take;
    return found;
}

static gboolean unmatched_from_name(const char *name, int *value)
{
    DpsUnmatched unmatched = 0;
    gboolean found = dps_unmatched_from_name(name, &unmatched);
    *value = unmatched;
    return found;
}

/* One of several things, by name; `choices` lists them for people. */
static gboolean choose(const char *option, const char *name, FromName from_name,
                       const char *choices, int *value, GError **error)
{
    *value = 0;
    if (!name || from_name(name, value))
        return TRUE;
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("%s %s: there is no such thing; use %s."), option, name, choices);
    return FALSE;
}

static gboolean finish_expert(EngineOptions *options, GError **error)
{
    DpsOptions *engine = &options->engine;
    int minimiser, start, pooling;
    if (!choose("--minimiser", options->minimiser, minimiser_from_name,
                "auto, preconditioned, lbfgs, adam, descent", &minimiser, error) ||
        !choose("--start", options->start, start_from_name, "auto, guess, content, style, noise",
                &start, error) ||
        !choose("--pooling", options->pooling, pooling_from_name, "auto, max, average", &pooling,
                error))
        return FALSE;
    if (options->start && options->start_image) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--start and --start-image say different things; use one of them."));
        return FALSE;
    }
    engine->minimiser = minimiser;
    engine->start = options->start_image ? DPS_START_IMAGE : (DpsStart) start;
    engine->pooling = pooling;
    engine->style_layers = options->style_layers;
    engine->content_layer = options->content_layer;
    return TRUE;
}

static gboolean finish_look(EngineOptions *options, GError **error)
{
    int take, unmatched;
    if (!choose("--take", options->take, take_from_name, "all, colour, brightness", &take, error) ||
        !choose("--unmatched", options->unmatched, unmatched_from_name, "keep, nearest, whole",
                &unmatched, error))
        return FALSE;
    options->engine.take = take;
    options->engine.unmatched = unmatched;
    return TRUE;
}

gboolean options_engine_finish(EngineOptions *options, GError **error)
{
    DpsOptions *engine = &options->engine;
    if (options->preset && !dps_preset_from_name(options->preset, &engine->preset)) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--preset %s: there is no such preset; use draft, normal, best, reference "
                      "or artistic."),
                    options->preset);
        return FALSE;
    }
    engine->network = options->network;
    engine->device = options->device;
    engine->seed = (unsigned) options->seed;
    return finish_expert(options, error) && finish_look(options, error) &&
           options_range("--amount", engine->amount, 0, 1, error) &&
           options_range("--detail", engine->detail, 0, 1, error) &&
           options_range("--size", engine->size, 0, 100000, error) &&
           options_range("--photorealism", engine->photorealism, 0, 1e12, error) &&
           options_range("--content-weight", engine->content_weight, 0, 1e12, error) &&
           options_range("--style-weight", engine->style_weight, 0, 1e12, error) &&
           options_range("--threads", engine->threads, 0, 1024, error) &&
           options_range("--seed", (double) options->seed, 0, G_MAXUINT32, error);
}

void options_engine_clear(EngineOptions *options)
{
    g_clear_pointer(&options->preset, g_free);
    g_clear_pointer(&options->take, g_free);
    g_clear_pointer(&options->unmatched, g_free);
    g_clear_pointer(&options->network, g_free);
    g_clear_pointer(&options->device, g_free);
    g_clear_pointer(&options->minimiser, g_free);
    g_clear_pointer(&options->start, g_free);
    g_clear_pointer(&options->start_image, g_free);
    g_clear_pointer(&options->pooling, g_free);
    g_clear_pointer(&options->style_layers, g_free);
    g_clear_pointer(&options->content_layer, g_free);
}
