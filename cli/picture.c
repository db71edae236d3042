/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "picture.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "command.h"
#include "picture-private.h"

static const PictureFormat formats[] = {
#ifdef HAVE_GEGL
    { ".png", "PNG", { TRUE, TRUE, FALSE }, TRUE },
    { ".jpg", "JPEG", { TRUE, FALSE, FALSE }, FALSE },
    { ".jpeg", "JPEG", { TRUE, FALSE, FALSE }, FALSE },
    { ".tif", "TIFF", { TRUE, TRUE, TRUE }, TRUE },
    { ".tiff", "TIFF", { TRUE, TRUE, TRUE }, TRUE },
#endif
    { ".ppm", "PPM", { TRUE, TRUE, FALSE }, FALSE },
    { ".pfm", "PFM", { FALSE, FALSE, TRUE }, FALSE },
};

/* libjpeg's JPEG_MAX_DIMENSION. */
#define JPEG_MOST 65500

#ifdef HAVE_GEGL
#define WRITABLE ".png .jpg .tif .ppm .pfm"
#else
#define WRITABLE ".ppm .pfm"
#endif

const char *picture_readable(void)
{
#ifdef HAVE_GEGL
    return "PNG, JPEG, TIFF, PPM, PGM, PFM";
#else
    return "PPM, PGM, PFM";
#endif
}

const PictureFormat *picture_format(const char *path, GError **error)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < G_N_ELEMENTS(formats); i++)
        if (g_ascii_strcasecmp(dot, formats[i].extension) == 0)
            return &formats[i];
    char *name = g_filename_display_name(path);
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("%s: the ending says which format to write; use one of %s."), name, WRITABLE);
    g_free(name);
    return NULL;
}

PictureDepth picture_format_depth(const PictureFormat *format, PictureDepth wanted)
{
    if (format->depths[wanted])
        return wanted;
    if (wanted == PICTURE_8)
        return format->depths[PICTURE_16] ? PICTURE_16 : PICTURE_FLOAT;
    if (wanted == PICTURE_FLOAT && format->depths[PICTURE_16])
        return PICTURE_16;
    return format->depths[PICTURE_FLOAT] ? PICTURE_FLOAT : PICTURE_8;
}

gboolean picture_no_memory(const Picture *picture, GError **error)
{
    command_file_error(error, picture->path,
                       _("is too large for the free memory; close other programs or make it "
                         "smaller."));
    return FALSE;
}

gboolean picture_allocate(Picture *picture, int channels, int width, int height, gboolean alpha,
                          GError **error)
{
    if (!identify_size(picture->path, width, height, error))
        return FALSE;
    gboolean enough = dps_image_init(&picture->rgb, channels, width, height);
    if (enough && alpha) {
        picture->alpha = g_try_new(float, (gsize) width *height);
        enough = picture->alpha != NULL;
    }
    if (!enough)
        picture_no_memory(picture, error);
    return enough;
}

void picture_clear(Picture *picture)
{
    dps_image_clear(&picture->rgb);
    g_clear_pointer(&picture->alpha, g_free);
    g_clear_pointer(&picture->hidden, g_free);
    g_clear_pointer(&picture->path, g_free);
}

static gboolean read_any(Picture *picture, const char *path, PictureKind kind, const Picture *like,
                         GError **error)
{
    Identity identity;
    *picture = (Picture) { .path = g_strdup(path), .space = like ? like->space : NULL };
    gboolean good = identify_file(&identity, path, error);
    if (good && (identity.format == FILE_PNM || identity.format == FILE_PFM))
        good = picture_pnm_read(picture, &identity, kind, error);
    else if (good) {
#ifdef HAVE_GEGL
        good = picture_gegl_read(picture, &identity, kind, like != NULL, error);
#else
        command_file_error(error, path,
                           _("can't be read: this build reads only %s; convert it first."),
                           picture_readable());
        good = FALSE;
#endif
    }
    if (!good)
        picture_clear(picture);
    return good;
}

static guint64 count_broken(float *values, size_t count)
{
    guint64 broken = 0;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i])) {
            values[i] = 0;
            broken++;
        }
    return broken;
}

static gboolean opaque(const float *alpha, size_t count)
{
    for (size_t i = 0; alpha && i < count; i++)
        if (alpha[i] < 1)
            return FALSE;
    return TRUE;
}

/* Puts `mean` where alpha is 0, and what was there into a list. */
static gboolean hide(Picture *picture, const float mean[3])
{
    size_t pixels = (size_t) picture->rgb.width * picture->rgb.height, count = 0;
    for (size_t i = 0; i < pixels; i++)
        count += !(picture->alpha[i] > 0);
    float *hidden = picture->hidden = g_try_new(float, 3 * count);
    for (size_t i = 0; hidden && i < pixels; i++)
        for (int c = 0; !(picture->alpha[i] > 0) && c < 3; c++) {
            *hidden++ = picture->rgb.data[c * pixels + i];
            picture->rgb.data[c * pixels + i] = mean[c];
        }
    return count == 0 || picture->hidden;
}

static gboolean hide_invisible(Picture *picture)
{
    size_t pixels = (size_t) picture->rgb.width * picture->rgb.height;
    double sum[3] = { 0 }, weights = 0;
    float mean[3];
    for (size_t i = 0; i < pixels; i++)
        if (picture->alpha[i] > 0) {
            for (int c = 0; c < 3; c++)
                sum[c] += picture->alpha[i] * picture->rgb.data[c * pixels + i];
            weights += picture->alpha[i];
        }
    for (int c = 0; c < 3; c++)
        mean[c] = (float) (weights > 0 ? sum[c] / weights : 0);
    return hide(picture, mean);
}

void picture_restore_hidden(const Picture *picture, DpsImage *result)
{
    size_t pixels = (size_t) result->width * result->height;
    const float *hidden = picture->hidden;
    for (size_t i = 0; hidden && i < pixels; i++)
        for (int c = 0; !(picture->alpha[i] > 0) && c < 3; c++)
            result->data[c * pixels + i] = *hidden++;
}

gboolean picture_read(Picture *picture, const char *path, const Picture *like, GError **error)
{
    if (!read_any(picture, path, PICTURE_PHOTO, like, error))
        return FALSE;
    size_t pixels = (size_t) picture->rgb.width * picture->rgb.height;
    picture->repaired = count_broken(picture->rgb.data, pixels * 3);
    if (picture->alpha)
        picture->repaired += count_broken(picture->alpha, pixels);
    if (opaque(picture->alpha, pixels))
        g_clear_pointer(&picture->alpha, g_free);
    if (picture->alpha && !hide_invisible(picture)) {
        picture_no_memory(picture, error);
        picture_clear(picture);
        return FALSE;
    }
    return TRUE;
}

gboolean picture_read_labels(DpsImage *labels, const char *path, GError **error)
{
    Picture picture;
    if (!read_any(&picture, path, PICTURE_LABELS, NULL, error))
        return FALSE;
    gboolean good = count_broken(picture.rgb.data,
                                 (size_t) 3 * picture.rgb.width * picture.rgb.height) == 0;
    if (good) {
        *labels = picture.rgb;
        picture.rgb = (DpsImage) { 0 };
    } else
        command_file_error(error, path,
                           _("holds pixels that are no number; paint the labels again."));
    picture_clear(&picture);
    return good;
}

gboolean picture_read_mask(DpsImage *mask, const char *path, GError **error)
{
    Picture picture;
    if (!read_any(&picture, path, PICTURE_MASK, NULL, error))
        return FALSE;
    size_t pixels = (size_t) picture.rgb.width * picture.rgb.height;
    gboolean good = count_broken(picture.rgb.data, pixels) == 0 &&
                    (!picture.alpha || count_broken(picture.alpha, pixels) == 0);
    if (good) {
        for (size_t i = 0; i < pixels; i++) {
            float coverage = picture.rgb.data[i] * (picture.alpha ? picture.alpha[i] : 1);
            picture.rgb.data[i] = CLAMP(coverage, 0, 1);
        }
        *mask = picture.rgb;
        picture.rgb = (DpsImage) { 0 };
    } else
        command_file_error(error, path,
                           _("holds pixels that are no number; paint the mask again."));
    picture_clear(&picture);
    return good;
}

gboolean picture_fits(const PictureTarget *target, int width, int height, GError **error)
{
    static const int bytes[] = { 1, 2, 4 };
    gboolean jpeg = g_str_equal(target->format->name, "JPEG");
    gboolean tiff = g_str_equal(target->format->name, "TIFF");
    if (jpeg && (width > JPEG_MOST || height > JPEG_MOST)) {
        command_file_error(error, target->shown,
                           _("a JPEG has at most %d pixels on a side; write .png or .tif."),
                           JPEG_MOST);
        return FALSE;
    }
    if (tiff && (double) width * height * 4 * bytes[target->depth] > G_MAXINT32) {
        command_file_error(error, target->shown,
                           _("is too large for a TIFF; use a smaller --depth or write .png."));
        return FALSE;
    }
    return TRUE;
}

gboolean picture_write(const DpsImage *rgb, const Picture *origin, const PictureTarget *target,
                       GError **error)
{
    const char *name = target->format->name;
    if (g_str_equal(name, "PPM") || g_str_equal(name, "PFM"))
        return picture_pnm_write(rgb, origin->alpha, target, error);
#ifdef HAVE_GEGL
    return picture_gegl_write(rgb, origin, target, error);
#else
    g_assert_not_reached();
#endif
}
