/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* main.c - the plug-in: its procedure, its arguments, and the three ways to run it. */

#include <glib/gi18n.h>
#include <libgimp/gimp.h>
#include <string.h>

#include "dialog.h"
#include "plug-in/found.h"
#include "plug-in/job.h"
#include "plug-in/remember.h"
#include "plug-in/request.h"
#include "plug-in/result.h"
#include "report/report.h"

#define PROCEDURE "plug-in-deep-photo-style"

#define DPS_TYPE_PLUG_IN (dps_plug_in_get_type())
G_DECLARE_FINAL_TYPE(DpsPlugIn, dps_plug_in, DPS, PLUG_IN, GimpPlugIn)

struct _DpsPlugIn {
    GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE(DpsPlugIn, dps_plug_in, GIMP_TYPE_PLUG_IN)
GIMP_MAIN(DPS_TYPE_PLUG_IN)

/* GIMP can't save drawables with the settings. */
#define UNSAVED (G_PARAM_READWRITE | GIMP_PARAM_DONT_SERIALIZE)
/* Without these flags GIMP refuses an array that is empty or left out. */
#define OPTIONAL_ARRAY (UNSAVED | G_PARAM_LAX_VALIDATION | GIMP_PARAM_NO_VALIDATE)

/* ------------------------------------------------------------ without a window */

typedef struct {
    Job *job;
    GMainLoop *loop;
    DpsStage stage;
} Wait;

static gboolean on_tick(gpointer data)
{
    Wait *wait = data;
    JobState state;

    job_poll(wait->job, &state);
    if (state.stage != wait->stage)
        gimp_progress_set_text(job_stage_name(state.stage));
    wait->stage = state.stage;
    gimp_progress_update(state.fraction);
    if (!state.finished)
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(wait->loop);
    return G_SOURCE_REMOVE;
}

static GimpPDBStatusType run_silently(GimpDrawable *content, GimpProcedureConfig *config,
                                      Request *request, Job **job, GError **error)
{
    Wait wait = { 0 };

    if (!request_read(request, content, config, error))
        return GIMP_PDB_EXECUTION_ERROR;
    gimp_progress_init(_("Transferring style"));
    wait.job = *job = job_start(&request->job, found_prepare, request);
    wait.loop = g_main_loop_new(NULL, FALSE);
    g_timeout_add(50, on_tick, &wait);
    g_main_loop_run(wait.loop);
    g_main_loop_unref(wait.loop);
    gimp_progress_end();
    return GIMP_PDB_SUCCESS;
}

/* ---------------------------------------------------------------------- running */

static gboolean write_report(GimpProcedureConfig *config, const Request *request,
                             const DpsResult *result, GError **error)
{
    const char *const none[] = { NULL };
    GFile *file = NULL;
    gboolean ok;

    g_object_get(config, "report", &file, NULL);
    if (!file)
        return TRUE;
    ok = report_write(report_transfer(result, &request->job.options, none), g_file_peek_path(file),
                      error);
    g_object_unref(file);
    return ok;
}

/* From a finished job to a layer. */
static GimpPDBStatusType finish(const Request *request, Job *job, GimpProcedureConfig *config,
                                GimpLayer **layer, GError **error)
{
    const DpsResult *result;
    DpsStatus status = job_finish(job, &result);

    if (status == DPS_CANCELLED)
        return GIMP_PDB_CANCEL;
    if (status != DPS_OK) {
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0, result->message);
        return GIMP_PDB_EXECUTION_ERROR;
    }
    if (!write_report(config, request, result, error))
        return GIMP_PDB_EXECUTION_ERROR;
    *layer = result_insert(request, &result->image, error);
    if (!*layer)
        return GIMP_PDB_EXECUTION_ERROR;
    for (int i = 0; i < result->notices; i++)
        g_message("%s", result->notice[i]);
    return GIMP_PDB_SUCCESS;
}

static GimpValueArray *run(GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
                           GimpDrawable **drawables, GimpProcedureConfig *config, gpointer data)
{
    Request request = { 0 };
    Job *job = NULL;
    GimpLayer *layer = NULL;
    GimpDrawable *content;
    GimpPDBStatusType status = GIMP_PDB_SUCCESS;
    GimpValueArray *values;
    GError *error = NULL;

    gegl_init(NULL, NULL);
    content = request_find_layer(image, drawables, run_mode != GIMP_RUN_NONINTERACTIVE, &error);
    if (!content)
        status = GIMP_PDB_CALLING_ERROR;
    else if (run_mode == GIMP_RUN_INTERACTIVE)
        status = dialog_run(procedure, content, config, &request, &job);
    else if (run_mode == GIMP_RUN_WITH_LAST_VALS && !remember_restore(config, content, &error))
        status = GIMP_PDB_EXECUTION_ERROR;
    else
        status = run_silently(content, config, &request, &job, &error);

    if (status == GIMP_PDB_SUCCESS)
        status = finish(&request, job, config, &layer, &error);
    if (status == GIMP_PDB_SUCCESS && run_mode == GIMP_RUN_INTERACTIVE)
        remember_store(config, content);
    job_free(job);
    request_clear(&request);

    values = gimp_procedure_new_return_values(procedure, status, error);
    if (status == GIMP_PDB_SUCCESS)
        GIMP_VALUES_SET_LAYER(values, 1, layer);
    return values;
}

/* -------------------------------------------------------------------- arguments */

static void add_pictures(GimpProcedure *p)
{
    GimpChoice *pairing = gimp_choice_new_with_values(
        "auto", 0, _("By name where the names match, otherwise by order"), NULL, "name", 1,
        _("By name"), NULL, "order", 2, _("By order"), NULL, NULL);
    GimpChoice *unmatched = gimp_choice_new_with_values(
        "keep", DPS_UNMATCHED_KEEP, _("keep their look"), NULL, "nearest", DPS_UNMATCHED_NEAREST,
        _("use the most similar region of the style"), NULL, "whole", DPS_UNMATCHED_WHOLE,
        _("use the whole style"), NULL, NULL);

    gimp_procedure_add_drawable_argument(p, "style", _("St_yle"),
                                         _("The photo whose light and colours you want: a layer "
                                           "of any open image"),
                                         TRUE, UNSAVED);
    gimp_procedure_add_core_object_array_argument(
        p, "content-masks", _("Masks of the content"),
        _("Layers, channels or layer masks that mark regions of the content; each is paired with "
          "one of the style's masks"),
        GIMP_TYPE_DRAWABLE, OPTIONAL_ARRAY);
    gimp_procedure_add_core_object_array_argument(
        p, "style-masks", _("Masks of the style"),
        _("Layers, channels or layer masks that mark the same regions in the style"),
        GIMP_TYPE_DRAWABLE, OPTIONAL_ARRAY);
    gimp_procedure_add_choice_argument(p, "pairing", _("Pairing of the masks"),
                                       _("Which mask of the content goes with which mask of the "
                                         "style"),
                                       pairing, "auto", UNSAVED);
    gimp_procedure_add_boolean_argument(p, "auto-regions", _("_Find regions"),
                                        _("Instead of masks: find regions that both photos have, "
                                          "such as sky and land"),
                                        FALSE, G_PARAM_READWRITE);
    gimp_procedure_add_choice_argument(p, "unmatched", _("E_xtra regions"),
                                       _("What regions do that your photo has and the style "
                                         "hasn't"),
                                       unmatched, "keep", G_PARAM_READWRITE);
    gimp_procedure_add_drawable_argument(
        p, "content-labels", _("Label map of the content"),
        _("Instead of masks: one picture that marks the content's regions in the nine colours "
          "blue, green, black, white, red, yellow, grey, light blue and purple"),
        TRUE, UNSAVED);
    gimp_procedure_add_drawable_argument(p, "style-labels", _("Label map of the style"),
                                         _("The same for the style"), TRUE, UNSAVED);
}

static void add_look(GimpProcedure *p, const DpsOptions *defaults)
{
    GimpChoice *preset = gimp_choice_new_with_values(
        "draft", DPS_PRESET_DRAFT, _("Draft: a quick look"), NULL, "normal", DPS_PRESET_NORMAL,
        _("Normal: good for most photos"), NULL, "best", DPS_PRESET_BEST,
        _("Best: takes several times as long"), NULL, "reference", DPS_PRESET_REFERENCE,
        _("Reference: the published procedure, very slow"), NULL, "artistic", DPS_PRESET_ARTISTIC,
        _("Artistic: a painting in the manner of the style"), NULL, NULL);
    GimpChoice *take = gimp_choice_new_with_values(
        "all", DPS_TAKE_ALL, _("Brightness and colour"), NULL, "colour", DPS_TAKE_COLOUR,
        _("Colour only: the photo's brightness is kept"), NULL, "brightness", DPS_TAKE_BRIGHTNESS,
        _("Brightness only: the photo's colour is kept"), NULL, NULL);

    gimp_procedure_add_choice_argument(p, "preset", _("_Quality"),
                                       _("How much time to spend: “Draft” is for trying things "
                                         "out, “Normal” for nearly everything"),
                                       preset, dps_preset_name(defaults->preset),
                                       G_PARAM_READWRITE);
    gimp_procedure_add_double_argument(p, "amount", _("_Amount"),
                                       _("How much of the transfer is applied: 0 leaves the "
                                         "photo as it is, 1 is all of it"),
                                       0, 1, defaults->amount, G_PARAM_READWRITE);
    gimp_procedure_add_choice_argument(p, "take", _("Ta_ke over"),
                                       _("What is taken over from the style: with one of the "
                                         "two, your photo keeps the other"),
                                       take, dps_take_name(defaults->take), G_PARAM_READWRITE);
    gimp_procedure_add_double_argument(p, "content-weight", _("Struct_ure"),
                                       _("How firmly the photo's own structure is kept; less "
                                         "gives the style more freedom"),
                                       0, 1e6, defaults->content_weight, G_PARAM_READWRITE);
    gimp_procedure_add_double_argument(p, "photorealism", _("_Photorealism"),
                                       _("How strictly colours change together where the photo "
                                         "is smooth; less allows more drastic changes, but also "
                                         "distortions"),
                                       0, 1e9, defaults->photorealism, G_PARAM_READWRITE);
    gimp_procedure_add_double_argument(p, "detail", _("_Detail"),
                                       _("How much of the photo's own fine detail is laid over "
                                         "the result"),
                                       0, 1, defaults->detail, G_PARAM_READWRITE);
    gimp_procedure_add_double_argument(p, "style-weight", _("Style _weight"),
                                       _("How strongly the style is pursued, against structure "
                                         "and photorealism"),
                                       0, 1e6, defaults->style_weight, G_PARAM_READWRITE);
}

static void add_means(GimpProcedure *p, const DpsOptions *defaults)
{
    gimp_procedure_add_string_argument(p, "network", _("_Network"),
                                       _("What looks at the photos: “builtin”, or, beside it, a "
                                         "trained VGG or SqueezeNet: the path of a safetensors "
                                         "file"),
                                       "builtin", G_PARAM_READWRITE);
    gimp_procedure_add_int_argument(p, "size", _("Working si_ze"),
                                    _("Long side in pixels at which the transfer is computed; "
                                      "the result always has the photo's full size. 0: as the "
                                      "quality says"),
                                    0, 16384, defaults->size, G_PARAM_READWRITE);
    gimp_procedure_add_string_argument(p, "device", _("De_vice"),
                                       _("The device that computes: “auto”, “cpu” or another "
                                         "that this computer has"),
                                       "auto", G_PARAM_READWRITE);
    gimp_procedure_add_int_argument(p, "threads", _("Num_ber of threads"),
                                    _("Processor threads to compute with. 0: as many as GIMP "
                                      "uses. With 1 the result is the same to the last bit "
                                      "every time"),
                                    0, 1024, defaults->threads, G_PARAM_READWRITE);
    gimp_procedure_add_int_argument(p, "seed", _("S_eed"),
                                    _("Start of the random numbers; another seed gives a "
                                      "slightly different result"),
                                    0, G_MAXINT, defaults->seed, G_PARAM_READWRITE);
    gimp_procedure_add_file_argument(p, "report", _("Report"),
                                     _("A file to write a report about the run to, in JSON"),
                                     GIMP_FILE_CHOOSER_ACTION_SAVE, TRUE, NULL, UNSAVED);
}

/* For scripts: the dialog leaves these alone. */
static void add_expert(GimpProcedure *p)
{
    GimpChoice *minimiser = gimp_choice_new_with_values(
        "auto", DPS_MINIMISER_AUTO, _("As the quality says"), NULL, "preconditioned",
        DPS_MINIMISER_PRECONDITIONED, _("Preconditioned L-BFGS"), NULL, "lbfgs",
        DPS_MINIMISER_LBFGS, _("Plain L-BFGS"), NULL, "adam", DPS_MINIMISER_ADAM, _("Adam"), NULL,
        "descent", DPS_MINIMISER_DESCENT, _("Gradient descent"), NULL, NULL);
    GimpChoice *start = gimp_choice_new_with_values(
        "auto", DPS_START_AUTO, _("As the quality says"), NULL, "guess", DPS_START_GUESS,
        _("The content with its colours matched"), NULL, "content", DPS_START_CONTENT,
        _("The content"), NULL, "style", DPS_START_STYLE, _("The style"), NULL, "noise",
        DPS_START_NOISE, _("Noise"), NULL, "image", DPS_START_IMAGE, _("The picture “start-image”"),
        NULL, NULL);
    GimpChoice *pooling = gimp_choice_new_with_values(
        "auto", DPS_POOLING_AUTO, _("As the network was trained"), NULL, "max", DPS_POOLING_MAX,
        _("Maxima"), NULL, "average", DPS_POOLING_AVERAGE, _("Averages"), NULL, NULL);

    gimp_procedure_add_choice_argument(p, "minimiser", _("Minimiser"),
                                       _("What brings the losses down; for comparisons"), minimiser,
                                       "auto", G_PARAM_READWRITE);
    gimp_procedure_add_choice_argument(p, "start", _("Start"),
                                       _("The picture that the computation begins with"), start,
                                       "auto", G_PARAM_READWRITE);
    gimp_procedure_add_drawable_argument(p, "start-image", _("Picture to start with"),
                                         _("A layer of any open image, for the start “image”"),
                                         TRUE, UNSAVED);
    gimp_procedure_add_choice_argument(p, "pooling", _("Pooling"),
                                       _("How a network from a file shrinks its features"), pooling,
                                       "auto", G_PARAM_READWRITE);
    gimp_procedure_add_string_argument(p, "style-layers", _("Style layers"),
                                       _("The network's layers that see the style, with weights "
                                         "other than 1, such as “relu1_1,relu3_1=0.5”; empty: the "
                                         "network's own choice"),
                                       "", G_PARAM_READWRITE);
    gimp_procedure_add_string_argument(p, "content-layer", _("Content layer"),
                                       _("The network's layer that sees the structure, such as "
                                         "“relu4_2”; empty: the network's own choice"),
                                       "", G_PARAM_READWRITE);
}

/* ----------------------------------------------------------------- registration */

static GList *query_procedures(GimpPlugIn *plug_in)
{
    return g_list_append(NULL, g_strdup(PROCEDURE));
}

static GimpProcedure *create_procedure(GimpPlugIn *plug_in, const char *name)
{
    GimpProcedure *p;
    DpsOptions defaults;

    if (strcmp(name, PROCEDURE) != 0)
        return NULL;
    dps_options_default(&defaults);

    p = gimp_image_procedure_new(plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);
    gimp_procedure_set_image_types(p, "RGB*, GRAY*");
    gimp_procedure_set_sensitivity_mask(p, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
    gimp_procedure_set_icon_name(p, "deep-photo-style");
    gimp_procedure_set_menu_label(p, _("_Photo Style Transfer..."));
    gimp_procedure_add_menu_path(p, "<Image>/Filters/Artistic");
    gimp_procedure_set_documentation(
        p, _("Give a photo the light, weather, season or time of day of another"),
        _("The result keeps the structure of the layer and takes light and colours from another "
          "photo, the style. Masks, in pairs, say which region of one belongs to which region of "
          "the other: sky to sky, water to water. The result is a new layer above the layer; "
          "the layer itself stays as it is. If there is a selection, the new layer shows within "
          "it. Returns the new layer."),
        NULL);
    gimp_procedure_set_attribution(p, "The Deep Photo Style developers",
                                   "The Deep Photo Style developers", "2026");
    add_pictures(p);
    add_look(p, &defaults);
    add_means(p, &defaults);
    add_expert(p);
    gimp_procedure_add_layer_return_value(p, "layer", _("Layer"), _("The new layer"), FALSE,
                                          G_PARAM_READWRITE);
    return p;
}

static void dps_plug_in_class_init(DpsPlugInClass *class)
{
    GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS(class);

    /* babl's look-up tables take 370 MB and bring nothing for conversions as plain as ours; this
     * is in time, before babl starts. */
    g_setenv("BABL_LUT", "0", FALSE);
    plug_in_class->query_procedures = query_procedures;
    plug_in_class->create_procedure = create_procedure;
}

static void dps_plug_in_init(DpsPlugIn *plug_in)
{
}
