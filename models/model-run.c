/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "model-run.h"

#include <glib/gi18n.h>
#include <math.h>

#include "image/photo.h"

/* Sides of inputs whose shape follows the photo's are multiples of this: networks halve them five times. */
#define MULTIPLE 32

/* A shorter side is none: the model counts planes there. */
#define LEAST_SIDE 8

gboolean model_open(Model *model, const char *file, int threads, GError **error)
{
    *model = (Model) { .description = model_description_read(file, error) };
    if (model->description)
        model->onnx = onnx_open(file, threads, error);
    return model->onnx != NULL;
}

void model_close(Model *model)
{
    g_clear_pointer(&model->description, model_description_free);
    g_clear_pointer(&model->onnx, onnx_close);
}

static gboolean no_memory(const Model *model, GError **error)
{
    model_file_error(error, model->description->file, _("needs more memory than is free."));
    return FALSE;
}

/* ----------------------------------------------------------------------- the input */

static int rounded(int side)
{
    return MAX(1, (side + MULTIPLE / 2) / MULTIPLE) * MULTIPLE;
}

/* What the model fixes goes first; else what its description says. */
static gboolean find_size(const Model *model, const DpsImage *photo, int *width, int *height,
                          GError **error)
{
    const ModelDescription *d = model->description;
    const OnnxShape *shape = onnx_input(model->onnx);
    int channels = d->planes_last ? 3 : 1, down = d->planes_last ? 1 : 2;
    gint64 fixed[2] = { shape->size[down + 1], shape->size[down] };
    if (shape->rank != 4 || (shape->size[channels] > 0 && shape->size[channels] != 3) ||
        shape->size[0] > 1 || (fixed[0] > 0 && fixed[0] < LEAST_SIDE) ||
        (fixed[1] > 0 && fixed[1] < LEAST_SIDE)) {
        model_file_error(error, d->file, _("takes no single picture in three colours (%s)."),
                         d->planes_last ? "NHWC" : "NCHW");
        return FALSE;
    }
    *width = d->width;
    *height = d->height;
    if (!d->height) {
        image_fit(photo->width, photo->height, d->width, true, width, height);
        *width = rounded(*width);
        *height = rounded(*height);
    }
    if (d->height &&
        ((fixed[0] > 0 && fixed[0] != *width) || (fixed[1] > 0 && fixed[1] != *height))) {
        model_file_error(error, d->file,
                         _("takes pictures of another size than its description says."));
        return FALSE;
    }
    *width = fixed[0] > 0 ? (int) MIN(fixed[0], G_MAXINT) : *width;
    *height = fixed[1] > 0 ? (int) MIN(fixed[1], G_MAXINT) : *height;
    return TRUE;
}

/* The photo's numbers as the model takes them. */
static void fill(const ModelDescription *d, const DpsImage *sized, float *value)
{
    size_t n = image_pixels(sized);
    for (int c = 0; c < 3; c++) {
        const float *plane = image_plane(sized, d->bgr ? 2 - c : c);
        for (size_t i = 0; i < n; i++)
            value[d->planes_last ? 3 * i + (size_t) c : (size_t) c * n + i] =
                (float) (((double) image_clipped(plane[i]) * d->range - d->mean[c]) /
                         d->deviation[c]);
    }
}

static gboolean make_input(const Model *model, const DpsImage *photo, const DpsWork *work,
                           OnnxTensor *in, GError **error)
{
    int width, height;
    DpsImage sized;
    if (!find_size(model, photo, &width, &height, error))
        return FALSE;
    if (!image_size_fits(3, width, height) ||
        !photo_resize(photo, image_resize_bilinear, width, height, work, &sized))
        return no_memory(model, error);
    in->shape = (OnnxShape) { 4, { 1, 3, height, width } };
    if (model->description->planes_last)
        in->shape = (OnnxShape) { 4, { 1, height, width, 3 } };
    in->value = g_try_new(float, image_values(&sized));
    if (in->value)
        fill(model->description, &sized, in->value);
    dps_image_clear(&sized);
    return in->value || no_memory(model, error);
}

/* ---------------------------------------------------------------------- the output */

static size_t count_values(const OnnxShape *shape)
{
    size_t n = 1;
    for (int i = 0; i < shape->rank; i++)
        n *= (size_t) shape->size[i];
    return n;
}

/* Drops dimensions of 1, which say nothing. */
static void squeeze(OnnxShape *shape)
{
    int rank = 0;
    for (int i = 0; i < shape->rank; i++)
        if (shape->size[i] != 1)
            shape->size[rank++] = shape->size[i];
    shape->rank = rank;
}

gboolean model_run(const Model *model, const DpsImage *photo, const DpsWork *work, OnnxTensor *out,
                   GError **error)
{
    OnnxTensor in = { 0 };
    gboolean ok = make_input(model, photo, work, &in, error) &&
                  onnx_run(model->onnx, &in, model->description->output, work, out, error);
    g_free(in.value);
    if (!ok)
        return FALSE;
    squeeze(&out->shape);
    size_t n = count_values(&out->shape), i = 0;
    while (i < n && isfinite(out->value[i]))
        i++;
    if (n && i == n)
        return TRUE;
    g_clear_pointer(&out->value, g_free);
    model_file_error(error, model->description->file,
                     _("gives what is no number, or nothing, for this photo."));
    return FALSE;
}

gboolean model_planes(const Model *model, const OnnxTensor *out, int planes, DpsImage *image,
                      GError **error)
{
    const OnnxShape *shape = &out->shape;
    gboolean one = shape->rank == 2, first = shape->rank == 3 && shape->size[0] == planes;
    gboolean last = shape->rank == 3 && !first && shape->size[2] == planes;
    if (!one && !first && !last) {
        model_file_error(error, model->description->file,
                         _("gives no picture with the %d planes that its description promises."),
                         planes);
        return FALSE;
    }
    const gint64 *side = shape->size + first;
    if (side[0] > G_MAXINT || side[1] > G_MAXINT ||
        !dps_image_init(image, one ? 1 : planes, (int) side[1], (int) side[0]))
        return no_memory(model, error);
    size_t n = image_pixels(image);
    for (int k = 0; k < image->channels; k++)
        for (size_t i = 0; i < n; i++)
            image_plane(image, k)[i] =
                out->value[last ? i * (size_t) planes + (size_t) k : (size_t) k * n + i];
    return TRUE;
}
