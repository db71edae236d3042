/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "model.h"

#include <glib/gi18n.h>
#include <math.h>

#include "image/image.h"
#include "kinds.h"
#include "model-run.h"

G_DEFINE_QUARK(photo - style - model - error, model_error)

void model_file_error(GError **error, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args), *name = g_filename_display_name(file);
    va_end(args);
    g_set_error(error, MODEL_ERROR, MODEL_ERROR_FILE, "%s: %s", name, text);
    g_free(name);
    g_free(text);
}

static gboolean check_task(const ModelDescription *description, gboolean rating, GError **error)
{
    if ((description->task == MODEL_RATING) == rating)
        return TRUE;
    model_file_error(error, description->file,
                     rating ? _("finds regions and rates no pictures; name a model of ratings.")
                            : _("rates pictures and finds no regions; name a model of classes or "
                                "mattes."));
    return FALSE;
}

/* Opens a model for ratings, or for regions; its terms go to *licence. */
static gboolean open_for(Model *model, const char *file, gboolean rating, int threads,
                         char **licence, GError **error)
{
    if (!model_open(model, file, threads, error) || !check_task(model->description, rating, error))
        return FALSE;
    if (licence)
        *licence = g_strdup(model->description->licence);
    return TRUE;
}

char *model_licence(const char *file, GError **error)
{
    ModelDescription *description = model_description_read(file, error);
    char *licence = NULL;
    if (description && check_task(description, FALSE, error))
        licence = g_strdup(description->licence);
    g_clear_pointer(&description, model_description_free);
    return licence;
}

/* -------------------------------------------------------------------- probabilities */

/* Whether the planes are shares that sum to 1 at every pixel. */
static gboolean are_shares(const DpsImage *planes)
{
    size_t n = image_pixels(planes);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < planes->channels; k++) {
            float v = planes->data[(size_t) k * n + i];
            if (v < -1e-3f)
                return FALSE;
            sum += (double) v;
        }
        if (fabs(sum - 1) > 1e-2)
            return FALSE;
    }
    return TRUE;
}

/* Scores become shares: exp(s_k) / sum over j of exp(s_j). */
static void softmax(DpsImage *planes)
{
    size_t n = image_pixels(planes);
    for (size_t i = 0; i < n; i++) {
        float most = planes->data[i], sum = 0;
        for (int k = 1; k < planes->channels; k++)
            most = fmaxf(most, planes->data[(size_t) k * n + i]);
        for (int k = 0; k < planes->channels; k++) {
            float *at = planes->data + (size_t) k * n + i;
            *at = expf(*at - most);
            sum += *at;
        }
        for (int k = 0; k < planes->channels; k++)
            planes->data[(size_t) k * n + i] /= sum;
    }
}

/* ------------------------------------------------------------------------- regions */

/* A plane for each kind, from one for each class or from the numbers of classes. */
static gboolean add_up_classes(const Model *model, const Kinds *kinds, DpsImage *planes,
                               DpsImage *seen)
{
    char **classes = model->description->classes;
    int count = (int) g_strv_length(classes);
    size_t n = image_pixels(planes);
    int *kind = g_new(int, count);
    gboolean good = dps_image_init(seen, kinds->count, planes->width, planes->height);
    for (int k = 0; k < count; k++)
        kind[k] = kinds_of_class(kinds, classes[k]);
    if (planes->channels > 1 && !are_shares(planes))
        softmax(planes);
    for (int k = 0; good && planes->channels > 1 && k < count; k++)
        for (size_t i = 0; i < n; i++)
            image_plane(seen, kind[k])[i] += image_plane(planes, k)[i];
    for (size_t i = 0; good && planes->channels == 1 && i < n; i++) {
        float number = planes->data[i];
        gboolean known = number >= 0 && number < (float) count;
        image_plane(seen, known ? kind[(int) number] : kinds->rest)[i] = 1;
    }
    g_free(kind);
    return good;
}

/* The subject's kind and the rest.  Of two planes, the second is the subject's; scores become shares. */
static gboolean split_matte(const Model *model, const Kinds *kinds, DpsImage *planes,
                            DpsImage *seen)
{
    size_t n = image_pixels(planes);
    int kind = kinds_of_class(kinds, model->description->subject);
    float least, most;
    if (!dps_image_init(seen, kinds->count, planes->width, planes->height))
        return FALSE;
    if (planes->channels == 2 && !are_shares(planes))
        softmax(planes);
    const float *subject = image_plane(planes, planes->channels - 1);
    image_range(planes, &least, &most);
    gboolean scores = least < -1e-3f || most > 1 + 1e-3f;
    for (size_t i = 0; i < n; i++) {
        float share = scores ? 1 / (1 + expf(-subject[i])) : image_clipped(subject[i]);
        image_plane(seen, kind)[i] += share;
        image_plane(seen, kinds->rest)[i] += 1 - share;
    }
    return TRUE;
}

static gboolean see(const Model *model, const Kinds *kinds, const DpsImage *photo,
                    const DpsWork *work, DpsImage *seen, GError **error)
{
    gboolean classes = model->description->task == MODEL_CLASSES;
    OnnxTensor out = { 0 };
    DpsImage planes = { 0 };
    gboolean good = model_run(model, photo, work, &out, error) &&
                    model_planes(model, &out,
                                 classes ? (int) g_strv_length(model->description->classes) : 2,
                                 &planes, error);
    g_free(out.value);
    if (good && !(classes ? add_up_classes(model, kinds, &planes, seen)
                          : split_matte(model, kinds, &planes, seen))) {
        model_file_error(error, model->description->file, _("needs more memory than is free."));
        good = FALSE;
    }
    dps_image_clear(&planes);
    return good;
}

static gboolean find_regions(const Model *model, const Kinds *kinds, const DpsImage *content,
                             const DpsImage *style, int most, const DpsWork *work, int *regions,
                             DpsRegion **region, GError **error)
{
    DpsSeen seen = {
        kinds->count, kinds->kind, { 0 }, { 0 }, model->description->task == MODEL_MATTE
    };
    DpsMessage message;
    gboolean good = see(model, kinds, content, work, &seen.content, error) &&
                    see(model, kinds, style, work, &seen.style, error);
    if (good) {
        DpsStatus status = dps_regions_from_seen(content, style, &seen, most, work, regions, region,
                                                 &message);
        good = status == DPS_OK;
        if (!good)
            g_set_error_literal(error, MODEL_ERROR,
                                status == DPS_CANCELLED ? MODEL_ERROR_CANCELLED : MODEL_ERROR_FILE,
                                message.text);
    }
    dps_image_clear(&seen.content);
    dps_image_clear(&seen.style);
    return good;
}

gboolean model_regions(const char *file, const DpsImage *content, const DpsImage *style, int most,
                       const DpsWork *work, int *regions, DpsRegion **region, char **licence,
                       GError **error)
{
    Model model;
    Kinds *kinds = NULL;
    gboolean good = open_for(&model, file, FALSE, work->threads, licence, error) &&
                    (kinds = kinds_load(error)) &&
                    find_regions(&model, kinds, content, style, most, work, regions, region, error);
    kinds_free(kinds);
    model_close(&model);
    return good;
}

/* -------------------------------------------------------------------------- rating */

/* The mean of the ratings 1 to n, which are as probable as the numbers say, or as their exponentials do. */
static double mean_rating(float *share, int n)
{
    DpsImage planes = { n, 1, 1, share };
    double mean = 0;
    if (!are_shares(&planes))
        softmax(&planes);
    for (int i = 0; i < n; i++)
        mean += (i + 1) * (double) share[i];
    return mean;
}

gboolean model_rate(const char *file, const DpsImage *photo, const DpsWork *work, double *rating,
                    char **licence, GError **error)
{
    Model model;
    OnnxTensor out = { 0 };
    gboolean good = open_for(&model, file, TRUE, work->threads, licence, error) &&
                    model_run(&model, photo, work, &out, error);
    if (good && (out.shape.rank > 1 || (out.shape.rank == 1 && out.shape.size[0] > 1000))) {
        model_file_error(error, file, _("gives a picture and no rating."));
        good = FALSE;
    } else if (good)
        *rating = out.shape.rank ? mean_rating(out.value, (int) out.shape.size[0])
                                 : (double) out.value[0];
    g_free(out.value);
    model_close(&model);
    return good;
}
