/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* main.c - the plug-in: its procedure, its arguments, and the three ways to run it. */

#include <glib/gi18n.h>
#include <libgimp/gimp.h>
#include <string.h>

#include "dialog.h"
#include "help.h"
#include "plug-in/arguments.h"
#include "plug-in/filter.h"
#include "plug-in/found.h"
#include "plug-in/job.h"
#include "plug-in/layer-recipe.h"
#include "plug-in/learnt-layer.h"
#include "plug-in/look-layer.h"
#include "plug-in/remember.h"
#include "plug-in/request.h"
#include "plug-in/result.h"
#include "plug-in/under.h"
#include "report/report.h"
#include "report/translate.h"

#define PROCEDURE "plug-in-deep-photo-style"

#define DPS_TYPE_PLUG_IN (dps_plug_in_get_type())
G_DECLARE_FINAL_TYPE(DpsPlugIn, dps_plug_in, DPS, PLUG_IN, GimpPlugIn)

struct _DpsPlugIn {
    GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE(DpsPlugIn, dps_plug_in, GIMP_TYPE_PLUG_IN)

int main(int argc, char **argv)
{
    dps_wait_passively(argv);
    return gimp_main(DPS_TYPE_PLUG_IN, argc, argv);
}

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
        gimp_progress_set_text(translate_stage(state.stage));
    wait->stage = state.stage;
    gimp_progress_update(state.fraction);
    if (!state.finished)
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(wait->loop);
    return G_SOURCE_REMOVE;
}

static gboolean follow_recipe(GimpProcedureConfig *config, GError **error)
{
    GimpDrawable *layer = NULL;
    GFile *file = NULL;
    gboolean good;

    g_object_get(config, "recipe-layer", &layer, "recipe", &file, NULL);
    good = (!layer || layer_recipe_apply(layer, config, FALSE, error)) &&
           (!file || layer_recipe_apply_file(file, config, error));
    g_clear_object(&layer);
    g_clear_object(&file);
    return good;
}

static GimpPDBStatusType run_silently(GimpDrawable *content, GimpProcedureConfig *config,
                                      Request *request, Job **job, GError **error)
{
    Wait wait = { 0 };
    DpsJob what;

    if (!follow_recipe(config, error) || !request_read(request, content, config, error))
        return GIMP_PDB_EXECUTION_ERROR;
    gimp_progress_init(_("Transferring style"));
    what = request_job(request);
    wait.job = *job = job_start(&what, found_prepare, request, NULL, NULL);
    wait.loop = g_main_loop_new(NULL, FALSE);
    g_timeout_add(50, on_tick, &wait);
    g_main_loop_run(wait.loop);
    g_main_loop_unref(wait.loop);
    gimp_progress_end();
    return GIMP_PDB_SUCCESS;
}

/* ---------------------------------------------------------------------- running */

/* Of what was done; for the layer, and for a file where one was asked for.  NULL and an error if that
 * can't be written. */
static char *make_report(GimpProcedureConfig *config, const Request *request,
                         const DpsResult *result, GError **error)
{
    const char *const none[] = { NULL };
    JsonBuilder *builder = report_transfer(result, &request->job.options, none);
    GFile *file = NULL;
    char *text;

    layer_recipe_add(builder, request->drawable, config);
    text = report_finish(builder);
    g_object_get(config, "report", &file, NULL);
    if (file && !report_save(text, g_file_peek_path(file), error))
        g_clear_pointer(&text, g_free);
    g_clear_object(&file);
    return text;
}

/* What a run has come to, wherever it was run. */
typedef struct {
    const Request *request;
    const DpsResult *result;
    const DpsImage *picture; /* in full size */
    const DpsField *field;
    GimpDrawable *replaced; /* an earlier result that goes, or NULL */
} Outcome;

/* The result where it was asked for; the layer that shows it, or NULL and an error. */
static GimpLayer *place(const Outcome *outcome, const char *report, GimpRunMode run_mode,
                        GError **error)
{
    const Request *request = outcome->request;
    const DpsImage *picture = outcome->picture;
    GError *trouble = NULL;

    if (!result_fits(request, picture->width, picture->height, error))
        return NULL;
    if (request->kind == RESULT_FILTER && filter_insert(request, outcome->field, &trouble))
        return GIMP_LAYER(request->drawable);
    if (trouble)
        g_message("%s", trouble->message);
    g_clear_error(&trouble);
    if (request->kind == RESULT_IMAGE)
        return result_open(request, picture, report, run_mode != GIMP_RUN_NONINTERACTIVE);
    return result_insert(request, picture, report, outcome->replaced);
}

static GimpPDBStatusType insert(const Outcome *outcome, GimpProcedureConfig *config,
                                GimpRunMode run_mode, GimpLayer **layer, GError **error)
{
    char *report = make_report(config, outcome->request, outcome->result, error);

    *layer = report ? place(outcome, report, run_mode, error) : NULL;
    g_free(report);
    return *layer ? GIMP_PDB_SUCCESS : GIMP_PDB_EXECUTION_ERROR;
}

/* From a finished job to a layer. */
static GimpPDBStatusType finish(const Request *request, Job *job, GimpProcedureConfig *config,
                                GimpRunMode run_mode, GimpLayer **layer, GError **error)
{
    const DpsResult *result;
    DpsStatus status = job_finish(job, &result);
    Outcome outcome = { request, result, &result->image, &result->field, NULL };
    char **notices;

    if (status == DPS_CANCELLED)
        return GIMP_PDB_CANCEL;
    if (status != DPS_OK) {
        char *trouble = translate_message(&result->message);

        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0, trouble);
        g_free(trouble);
        return GIMP_PDB_EXECUTION_ERROR;
    }
    if (insert(&outcome, config, run_mode, layer, error) != GIMP_PDB_SUCCESS)
        return GIMP_PDB_EXECUTION_ERROR;
    notices = translate_notices(result, FALSE);
    for (int i = 0; notices[i]; i++)
        g_message("%s", notices[i]);
    g_strfreev(notices);
    return GIMP_PDB_SUCCESS;
}

/* With a window.  `earlier` is the result that the filter was called on, where it was one. */
static GimpPDBStatusType run_dialog(GimpProcedure *procedure, GimpDrawable *content,
                                    GimpDrawable *earlier, GimpProcedureConfig *config,
                                    GimpLayer **layer, GError **error)
{
    Live *live = dialog_run(procedure, content, &earlier, config);
    GimpPDBStatusType status;
    DpsImage picture;
    DpsField field;

    if (!live)
        return GIMP_PDB_CANCEL;
    live_take_picture(live, &picture);
    field = live_field(live);
    status = insert(&(Outcome) { live_request(live), live_result(live), &picture, &field, earlier },
                    config, GIMP_RUN_INTERACTIVE, layer, error);
    if (status == GIMP_PDB_SUCCESS)
        remember_store(config, content);
    dps_image_clear(&picture);
    live_free(live);
    return status;
}

/* With the arguments of the caller, or those of the last run. */
static GimpPDBStatusType run_without(GimpDrawable *content, GimpProcedureConfig *config,
                                     GimpRunMode run_mode, GimpLayer **layer, GError **error)
{
    Request request = { 0 };
    GimpPDBStatusType status = GIMP_PDB_EXECUTION_ERROR;
    Job *job = NULL;

    if (run_mode != GIMP_RUN_WITH_LAST_VALS || remember_restore(config, content, error))
        status = run_silently(content, config, &request, &job, error);
    if (status == GIMP_PDB_SUCCESS)
        status = finish(&request, job, config, run_mode, layer, error);
    job_free(job);
    request_clear(&request);
    return status;
}

static GimpValueArray *run(GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
                           GimpDrawable **drawables, GimpProcedureConfig *config, gpointer data)
{
    GimpLayer *layer = NULL;
    GimpDrawable *content, *style = NULL, *earlier = NULL;
    GimpPDBStatusType status;
    GimpValueArray *values;
    GError *error = NULL;

    gegl_init(NULL, NULL);
    content = request_find_layer(image, drawables, run_mode != GIMP_RUN_NONINTERACTIVE, &error);
    if (content && run_mode != GIMP_RUN_NONINTERACTIVE && layer_recipe_source(content)) {
        earlier = content;
        content = layer_recipe_source(earlier);
    }
    if (!content)
        status = GIMP_PDB_CALLING_ERROR;
    else if (run_mode == GIMP_RUN_INTERACTIVE)
        status = run_dialog(procedure, content, earlier, config, &layer, &error);
    else
        status = run_without(content, config, run_mode, &layer, &error);
    if (status == GIMP_PDB_CANCEL && !gimp_item_is_valid(GIMP_ITEM(content)) &&
        gimp_image_is_valid(image)) {
        status = GIMP_PDB_EXECUTION_ERROR;
        g_set_error_literal(&error, GIMP_PLUG_IN_ERROR, 0,
                            _("The layer that Photo Style Transfer was working on has been "
                              "deleted, so its window was closed."));
    }

    g_object_get(config, "style", &style, NULL);
    under_discard(style);
    g_clear_object(&style);
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

    gimp_procedure_add_drawable_argument(p, "style", _("St_yle"),
                                         _("The photo whose light and colours you want: a layer "
                                           "of any open image"),
                                         TRUE, UNSAVED);
    gimp_procedure_add_boolean_argument(p, "under", _("What lies under the layer"),
                                        _("Instead of a style: what can be seen under the layer "
                                          "and around it, so that what was pasted into a picture "
                                          "takes its light"),
                                        FALSE, UNSAVED);
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
    gimp_procedure_add_drawable_argument(
        p, "content-labels", _("Label map of the content"),
        _("Instead of masks: one picture that marks the content's regions in the nine colours "
          "blue, green, black, white, red, yellow, grey, light blue and purple"),
        TRUE, UNSAVED);
    gimp_procedure_add_drawable_argument(p, "style-labels", _("Label map of the style"),
                                         _("The same for the style"), TRUE, UNSAVED);
}

/* Where settings come from, and where the result and what was done go. */
static void add_records(GimpProcedure *p)
{
    GimpChoice *result = gimp_choice_new_with_values(
        "layer", RESULT_LAYER, _("New layer"), NULL, "filter", RESULT_FILTER,
        _("Filter on the layer"), NULL, "image", RESULT_IMAGE, _("New image"), NULL, NULL);

    gimp_procedure_add_choice_argument(p, "result", _("R_esult"),
                                       _("What the result becomes; a filter on the layer stays "
                                         "editable, and the layer itself as it is"),
                                       result, "layer", G_PARAM_READWRITE);
    gimp_procedure_add_drawable_argument(p, "start-image", _("Picture to start with"),
                                         _("A layer of any open image, for the start “image”"),
                                         TRUE, UNSAVED);
    gimp_procedure_add_drawable_argument(
        p, "recipe-layer", _("Layer with a recipe"),
        _("A layer that this filter made: what made it is done again, but for the arguments that "
          "aren't at their defaults"),
        TRUE, UNSAVED);
    gimp_procedure_add_file_argument(p, "recipe", _("Recipe"),
                                     _("A report of an earlier run, whose settings are used, but "
                                       "for the arguments that aren't at "
                                       "their defaults"),
                                     GIMP_FILE_CHOOSER_ACTION_OPEN, TRUE, NULL, UNSAVED);
    gimp_procedure_add_file_argument(p, "report", _("Report"),
                                     _("A file to write a report about the run to, in JSON"),
                                     GIMP_FILE_CHOOSER_ACTION_SAVE, TRUE, NULL, UNSAVED);
}

/* ----------------------------------------------------------------- registration */

static GList *query_procedures(GimpPlugIn *plug_in)
{
    static const char *const names[] = { PROCEDURE, LEARNT_LOADER, LOOK_LOADER };
    GList *procedures = NULL;

    help_register(plug_in);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        procedures = g_list_append(procedures, g_strdup(names[i]));
    return procedures;
}

static GimpProcedure *create_procedure(GimpPlugIn *plug_in, const char *name)
{
    GimpProcedure *p;

    if (strcmp(name, LEARNT_LOADER) == 0)
        return learnt_layer_new_loader(plug_in);
    if (strcmp(name, LOOK_LOADER) == 0)
        return look_layer_new_loader(plug_in);
    if (strcmp(name, PROCEDURE) != 0)
        return NULL;

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
          "the other: sky to sky, water to water. The result is a new layer above the layer, a "
          "filter on the layer, or a new image; the layer itself stays as it is. If there is a "
          "selection, a layer or a filter shows within it. Returns the layer that shows the "
          "result."),
        PROCEDURE);
    gimp_procedure_set_attribution(p, "The Deep Photo Style developers",
                                   "The Deep Photo Style developers", "2026");
    add_pictures(p);
    arguments_add(p);
    add_records(p);
    gimp_procedure_add_layer_return_value(
        p, "layer", _("Layer"), _("The layer that shows the result"), FALSE, G_PARAM_READWRITE);
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
