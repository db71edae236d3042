/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "look.h"

#include <glib/gi18n.h>
#include <string.h>

#include "report/look-text.h"
#include "report/translate.h"

struct LookFit {
    Photo *content;
    DpsField field;
    DpsOptions options;
    WorkerDone done;
    gpointer data;
    Worker *worker;
    DpsLook look; /* this and what follows are the worker's until it has finished */
    double lost;
    DpsMessage message;
};

/* --------------------------------------------------------------------- fitting */

static DpsStatus work(gpointer data)
{
    LookFit *fit = data;
    const DpsImage *content = &fit->content->pixels;
    const DpsWork how = { fit->options.threads, worker_cancelled, fit->worker };
    double step = (double) fit->field.width / content->width;
    DpsImage result = { 0 };
    DpsStatus status = dps_field_finish(&fit->field, step / 2, step / 2, step, &fit->options,
                                        content, &how, &result);

    if (status == DPS_OK)
        status = dps_look_fit(content, &result, NULL, &how, &fit->look, &fit->message);
    if (status == DPS_OK)
        fit->lost = dps_looks_difference(content, &result, 1, &fit->look,
                                         (const DpsImage *const[]) { NULL });
    dps_image_clear(&result);
    return status;
}

static void on_done(gpointer data)
{
    LookFit *fit = data;

    fit->done(fit->data);
}

LookFit *look_fit_start(Photo *content, const DpsField *field, const DpsOptions *options,
                        WorkerDone done, gpointer data)
{
    LookFit *fit = g_new0(LookFit, 1);
    const DpsImage *maps = &field->maps;

    fit->content = photo_ref(content);
    fit->field = (DpsField) { .width = field->width, .height = field->height };
    fit->options = *options;
    fit->done = done;
    fit->data = data;
    if (!dps_image_init(&fit->field.maps, maps->channels, maps->width, maps->height)) {
        look_fit_free(fit);
        return NULL;
    }
    memcpy(fit->field.maps.data, maps->data,
           (gsize) maps->channels * maps->width * maps->height * sizeof(float));
    worker_start(&fit->worker, work, on_done, fit);
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
    dps_look_clear(&fit->look);
    g_free(fit);
}

/* --------------------------------------------------------------------- writing */

static gboolean save_cube(const DpsLook *look, GFile *file, GError **error)
{
    char *text = look_cube(look, "Deep Photo Style");
    gboolean good = g_file_replace_contents(file, text, strlen(text), NULL, FALSE,
                                            G_FILE_CREATE_NONE, NULL, NULL, error);

    g_free(text);
    return good;
}

/* GIMP writes the picture, from an image that nobody sees. */
static gboolean save_picture(const DpsImage *picture, GFile *file, GError **error)
{
    GimpLayer *layer = layers_new_image(picture, GIMP_PRECISION_U16_NON_LINEAR, "Hald CLUT");
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

    good = good && save_picture(&hald, file, error);
    dps_image_clear(&hald);
    return good;
}

gboolean look_fit_save(LookFit *fit, GFile *file, double *lost, GError **error)
{
    DpsStatus status = worker_wait(fit->worker);
    char *name = g_file_get_basename(file);
    gboolean good = FALSE;

    *lost = fit->lost;
    if (status != DPS_OK) {
        char *sentence = translate_message(&fit->message);

        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            *sentence ? sentence
                                      : _("There is not enough memory for a table of colours."));
        g_free(sentence);
    } else if (look_is_cube(name)) {
        good = save_cube(&fit->look, file, error);
    } else {
        good = save_hald(&fit->look, file, error);
    }
    g_free(name);
    return good;
}
