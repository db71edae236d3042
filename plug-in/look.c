/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "look.h"

#include <glib/gi18n.h>
#include <string.h>

#include "report/look-parts.h"
#include "report/look-text.h"
#include "report/translate.h"

struct LookFit {
    Photo *content;
    DpsField field;
    DpsOptions options;
    GFile *file;
    int regions;
    DpsRegion *region; /* with the content's masks alone */
    WorkerDone done;
    gpointer data;
    Worker *worker;
    LookParts parts; /* this and what follows are the worker's until it has finished */
    DpsMessage message;
};

/* --------------------------------------------------------------------- fitting */

static DpsStatus work(gpointer data)
{
    LookFit *fit = data;
    const DpsImage *content = &fit->content->pixels;
    const DpsWork how = { fit->options.threads, worker_cancelled, fit->worker };
    double step = (double) fit->field.width / content->width;
    char *name = g_file_get_basename(fit->file);
    DpsImage result = { 0 };
    DpsStatus status = dps_field_finish(&fit->field, step / 2, step / 2, step, &fit->options,
                                        content, &how, &result);

    if (status == DPS_OK && !look_parts_init(&fit->parts, name, fit->regions, fit->region, content))
        status = DPS_NO_MEMORY;
    if (status == DPS_OK)
        status = look_parts_fit(&fit->parts, content, &result, &how, &fit->message);
    dps_image_clear(&result);
    g_free(name);
    return status;
}

static void on_done(gpointer data)
{
    LookFit *fit = data;

    fit->done(fit->data);
}

static gboolean copy(const DpsImage *from, DpsImage *to)
{
    if (!from->data)
        return TRUE;
    if (!dps_image_init(to, from->channels, from->width, from->height))
        return FALSE;
    memcpy(to->data, from->data,
           (gsize) from->channels * from->width * from->height * sizeof *to->data);
    return TRUE;
}

LookFit *look_fit_start(Photo *content, const DpsField *field, const DpsOptions *options,
                        GFile *file, int regions, const DpsRegion *region, WorkerDone done,
                        gpointer data)
{
    LookFit *fit = g_new0(LookFit, 1);
    gboolean good = copy(&field->maps, &fit->field.maps);

    fit->content = photo_ref(content);
    fit->field.width = field->width;
    fit->field.height = field->height;
    fit->options = *options;
    fit->file = g_object_ref(file);
    fit->regions = regions;
    fit->region = g_new0(DpsRegion, regions + 1);
    fit->done = done;
    fit->data = data;
    for (int k = 0; k < regions; k++) {
        fit->region[k].name = g_strdup(region[k].name);
        good = good && copy(&region[k].content, &fit->region[k].content);
    }
    if (good)
        worker_start(&fit->worker, work, on_done, fit);
    else
        g_clear_pointer(&fit, look_fit_free);
    return fit;
}

void look_fit_free(LookFit *fit)
{
    if (!fit)
        return;
    if (fit->worker)
        worker_free(fit->worker);
    photo_unref(fit->content);
    dps_field_clear(&fit->field);
    look_parts_clear(&fit->parts);
    for (int k = 0; k < fit->regions; k++) {
        dps_image_clear(&fit->region[k].content);
        g_free((char *) fit->region[k].name);
    }
    g_free(fit->region);
    g_object_unref(fit->file);
    g_free(fit);
}

/* --------------------------------------------------------------------- writing */

static gboolean save_cube(const LookPart *part, GFile *file, GError **error)
{
    char *text = look_cube(&part->look, part->mask ? part->name : "Deep Photo Style");
    gboolean good = g_file_replace_contents(file, text, strlen(text), NULL, FALSE,
                                            G_FILE_CREATE_NONE, NULL, NULL, error);

    g_free(text);
    return good;
}

/* GIMP writes the picture, from an image that nobody sees. */
static gboolean save_picture(const DpsImage *picture, GimpPrecision precision, GFile *file,
                             GError **error)
{
    GimpLayer *layer = layers_new_image(picture, precision, "Hald CLUT");
    GimpImage *image = gimp_item_get_image(GIMP_ITEM(layer));
    gboolean good = gimp_file_save(GIMP_RUN_NONINTERACTIVE, image, file, NULL);
    gimp_image_delete(image);
    if (!good)
        g_set_error(error, GIMP_PLUG_IN_ERROR, 0, "%s", gimp_pdb_get_last_error(gimp_get_pdb()));
    return good;
}

static gboolean save_hald(const DpsLook *look, GFile *file, GError **error)
{
    DpsImage hald = { 0 };
    gboolean good = look_hald(look, LOOK_HALD_LEVEL, &hald) ||
                    layers_no_memory(LOOK_HALD_SIDE, LOOK_HALD_SIDE, error);

    good = good && save_picture(&hald, GIMP_PRECISION_U16_NON_LINEAR, file, error);
    dps_image_clear(&hald);
    return good;
}

static gboolean save_mask(const LookPart *part, GFile *folder, GError **error)
{
    GFile *file = g_file_get_child(folder, part->mask_path);
    DpsImage grey = { 0 };
    gboolean good = look_parts_grey(part->mask, &grey) ||
                    layers_no_memory(part->mask->width, part->mask->height, error);

    good = good && save_picture(&grey, GIMP_PRECISION_U8_NON_LINEAR, file, error);
    dps_image_clear(&grey);
    g_object_unref(file);
    return good;
}

static gboolean save_part(const LookPart *part, GFile *folder, GError **error)
{
    GFile *file = g_file_get_child(folder, part->path);
    gboolean good = look_is_cube(part->path) ? save_cube(part, file, error)
                                             : save_hald(&part->look, file, error);

    g_object_unref(file);
    return good && (!part->mask || save_mask(part, folder, error));
}

static gboolean is_free(GFile *folder, const char *name, GError **error)
{
    GFile *file = g_file_get_child(folder, name);
    gboolean good = !g_file_query_exists(file, NULL);

    if (!good)
        g_set_error(error, GIMP_PLUG_IN_ERROR, 0,
                    _("There is a file “%s” already. Choose another name for the look."), name);
    g_object_unref(file);
    return good;
}

/* Files beside a new one that nobody was asked about are left alone. */
static gboolean check_files(const LookFit *fit, GFile *folder, GError **error)
{
    gboolean good = TRUE;

    for (int i = 1; i < fit->parts.count && good && !g_file_query_exists(fit->file, NULL); i++)
        good = is_free(folder, fit->parts.part[i].path, error) &&
               is_free(folder, fit->parts.part[i].mask_path, error);
    return good;
}

static char *say_lost(const LookFit *fit)
{
    char *name = g_file_get_parse_name(fit->file);
    char *whole = look_say_lost(name, fit->parts.part[0].lost), *together, *both;

    g_free(name);
    if (fit->parts.count == 1)
        return whole;
    together = look_parts_say_together(&fit->parts);
    both = g_strconcat(whole, "\n", together, NULL);
    g_free(together);
    g_free(whole);
    return both;
}

char *look_fit_save(LookFit *fit, GError **error)
{
    DpsStatus status = worker_wait(fit->worker);
    GFile *folder = g_file_get_parent(fit->file);
    gboolean good = status == DPS_OK;

    if (!good) {
        char *sentence = translate_message(&fit->message);

        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            *sentence ? sentence
                                      : _("There is not enough memory for a table of colours."));
        g_free(sentence);
    }
    good = good && check_files(fit, folder, error);
    for (int i = 0; i < fit->parts.count && good; i++)
        good = save_part(&fit->parts.part[i], folder, error);
    g_clear_object(&folder);
    return good ? say_lost(fit) : NULL;
}
