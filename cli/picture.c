/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "picture.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "colours.h"
#include "command.h"
#include "picture-private.h"

static const PictureFormat formats[] = {
#ifdef HAVE_VIPS
    { PICTURE_PNG, ".png", "PNG", { TRUE, TRUE, FALSE }, TRUE },
    { PICTURE_JPEG, ".jpg", "JPEG", { TRUE, FALSE, FALSE }, FALSE },
    { PICTURE_JPEG, ".jpeg", "JPEG", { TRUE, FALSE, FALSE }, FALSE },
    { PICTURE_TIFF, ".tif", "TIFF", { TRUE, TRUE, TRUE }, TRUE },
    { PICTURE_TIFF, ".tiff", "TIFF", { TRUE, TRUE, TRUE }, TRUE },
    { PICTURE_WEBP, ".webp", "WebP", { TRUE, FALSE, FALSE }, TRUE },
    { PICTURE_JXL, ".jxl", "JPEG XL", { TRUE, TRUE, FALSE }, TRUE },
    { PICTURE_AVIF, ".avif", "AVIF", { TRUE, TRUE, FALSE }, TRUE },
    { PICTURE_HEIC, ".heic", "HEIC", { TRUE, TRUE, FALSE }, TRUE },
#endif
    { PICTURE_PPM, ".ppm", "PPM", { TRUE, TRUE, FALSE }, FALSE },
    { PICTURE_PFM, ".pfm", "PFM", { FALSE, FALSE, TRUE }, FALSE },
};

/* How long a side may be: libjpeg's JPEG_MAX_DIMENSION, and what the headers of WebP, AVIF and HEIC as
 * libvips writes them have room for. */
static int longest_side(PictureCode code)
{
    return code == PICTURE_JPEG                           ? 65500
           : code == PICTURE_WEBP                         ? 16383
           : code == PICTURE_AVIF || code == PICTURE_HEIC ? 16384
                                                          : G_MAXINT;
}

/* The most pixels that are accepted: 400 million, 4.8 GB as floats. */
#define MOST_PIXELS 400000000.0

static gboolean is_plain(PictureCode code)
{
    return code == PICTURE_PPM || code == PICTURE_PFM;
}

static gboolean writes(PictureCode code)
{
#ifdef HAVE_VIPS
    return is_plain(code) || picture_vips_writes(code);
#else
    return is_plain(code);
#endif
}

static gboolean reads(PictureCode code)
{
#ifdef HAVE_VIPS
    return is_plain(code) || picture_vips_reads(code);
#else
    return is_plain(code);
#endif
}

/* Each format once, by its name or by its first ending. */
static char *list_formats(gboolean (*has)(PictureCode code), gboolean by_name, const char *between)
{
    GString *list = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if ((i == 0 || formats[i].code != formats[i - 1].code) && has(formats[i].code))
            g_string_append_printf(list, "%s%s", list->len ? between : "",
                                   by_name ? formats[i].name : formats[i].extension);
    return g_string_free(list, FALSE);
}

char *picture_readable(void)
{
    char *list = list_formats(reads, TRUE, ", ");
    char *with_pgm = g_strdup_printf("%s, PGM", list);
    g_free(list);
    return with_pgm;
}

gboolean picture_named(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (!dot || g_ascii_strcasecmp(dot, ".pgm") == 0)
        return dot != NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (g_ascii_strcasecmp(dot, formats[i].extension) == 0)
            return reads(formats[i].code);
    return FALSE;
}

const PictureFormat *picture_format(const char *path, GError **error)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < G_N_ELEMENTS(formats); i++)
        if (g_ascii_strcasecmp(dot, formats[i].extension) == 0 && writes(formats[i].code))
            return &formats[i];
    char *list = list_formats(writes, FALSE, " ");
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("%s: the ending says which format to write; use one of %s."), path, list);
    g_free(list);
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

gboolean picture_no_memory(const char *path, GError **error)
{
    command_file_error(error, path,
                       _("is too large for the free memory; close other programs or make it "
                         "smaller."));
    return FALSE;
}

gboolean picture_damaged(const char *path, GError **error)
{
    command_file_error(
        error, path,
        _("is cut short or damaged, or of a kind that can't be decoded; copy it again "
          "from its source, or convert it."));
    return FALSE;
}

gboolean picture_check_size(const char *path, double width, double height, GError **error)
{
    double pixels = width * height;
    if (width < 1 || height < 1) {
        command_file_error(error, path, _("has no pixels; use another picture."));
        return FALSE;
    }
    if (pixels > MOST_PIXELS || pixels * 3 * sizeof(float) > dps_memory_limit()) {
        command_file_error(error, path,
                           _("is %.0f by %.0f pixels, more than this program or this computer "
                             "can hold; make it smaller."),
                           width, height);
        return FALSE;
    }
    return TRUE;
}

gboolean picture_allocate(Picture *picture, int channels, int width, int height, gboolean alpha,
                          GError **error)
{
    double bytes = (double) width * height * (channels + (alpha ? 1 : 0)) * sizeof(float);
    if (!picture_check_size(picture->path, width, height, error))
        return FALSE;
    if (bytes + (double) dps_memory_used() > dps_memory_limit() ||
        !dps_image_init(&picture->rgb, channels + (alpha ? 1 : 0), width, height))
        return picture_no_memory(picture->path, error);
    picture->rgb.channels = channels;
    if (alpha)
        picture->alpha = picture->rgb.data + (gsize) channels * width * height;
    return TRUE;
}

void picture_drop_colours(Picture *picture)
{
    DpsImage *rgb = &picture->rgb;
    size_t pixels = (size_t) rgb->width * rgb->height;
    if (!picture->alpha) {
        dps_image_clear(rgb);
        return;
    }
    memmove(rgb->data, picture->alpha, pixels * sizeof *rgb->data);
    float *smaller = realloc(rgb->data, pixels * sizeof *rgb->data);
    rgb->data = smaller ? smaller : rgb->data;
    rgb->channels = 1;
    picture->alpha = rgb->data;
}

void picture_clear(Picture *picture)
{
    dps_image_clear(&picture->rgb);
    picture->alpha = NULL;
    g_clear_pointer(&picture->path, g_free);
#ifdef HAVE_VIPS
    g_clear_pointer(&picture->colours, colours_free);
    g_clear_pointer(&picture->particulars, picture_vips_forget);
#endif
}

/* Asked before the file is opened: opening a pipe waits for somebody who writes to it. */
static gboolean is_ordinary(const char *path, GError **error)
{
    GStatBuf about;
    gboolean known = g_stat(path, &about) == 0;
    if (known && S_ISDIR(about.st_mode))
        command_file_error(error, path, _("is a folder; name a picture in it."));
    else if (known && !S_ISREG(about.st_mode))
        command_file_error(error, path,
                           _("is a pipe, a device or a socket; save the picture in a file first."));
    else if (known && about.st_size == 0)
        command_file_error(error, path, _("is empty; use another picture."));
    else
        return TRUE;
    return FALSE;
}

/* The file's first bytes. */
static gboolean read_magic(const char *path, guchar magic[3], GError **error)
{
    FILE *file = is_ordinary(path, error) ? g_fopen(path, "rb") : NULL;
    if (!file) {
        if (!*error)
            command_file_error(error, path, _("can't be read (%s); check the name."),
                               g_strerror(errno));
        return FALSE;
    }
    memset(magic, 0, 3);
    gboolean read = fread(magic, 1, 3, file) > 0;
    int trouble = errno;
    fclose(file);
    if (!read)
        command_file_error(error, path, _("can't be read (%s); check the file."),
                           g_strerror(trouble));
    return read;
}

#ifdef HAVE_VIPS
/* From the file's colours to those that the engine works in: its own, or those of `like`. */
static gboolean convert(Picture *picture, const Picture *like, GError **error)
{
    struct Colours *stored = g_steal_pointer(&picture->colours);
    const struct Colours *to = like ? like->colours : NULL;
    if (!like && stored && colours_channels(stored) == 3)
        to = picture->colours = stored;
    gboolean good = colours_convert(&picture->rgb, stored, to) ||
                    picture_no_memory(picture->path, error);
    picture->rgb.channels = 3;
    if (picture->colours != stored)
        colours_free(stored);
    return good;
}
#endif

static gboolean read_any(Picture *picture, const char *path, PictureKind kind, const Picture *like,
                         GPtrArray *notices, GError **error)
{
    guchar magic[3];
    *picture = (Picture) { .path = g_strdup(path) };
    gboolean good = read_magic(path, magic, error);
    if (good && picture_pnm_begins(magic))
        good = picture_pnm_read(picture, kind, error);
    else if (good) {
#ifdef HAVE_VIPS
        good = picture_vips_read(picture, kind, notices, error);
#else
        char *list = picture_readable();
        command_file_error(error, path,
                           _("can't be read: this build reads only %s; convert it first."), list);
        g_free(list);
        good = FALSE;
#endif
    }
#ifdef HAVE_VIPS
    good = good && (kind != PICTURE_PHOTO || convert(picture, like, error));
#endif
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

/* The alpha becomes the photo's fourth plane, where it hides anything. */
static void add_alpha(Picture *picture)
{
    size_t pixels = (size_t) picture->rgb.width * picture->rgb.height;
    float *fourth = picture->rgb.data + 3 * pixels;
    if (opaque(picture->alpha, pixels))
        picture->alpha = NULL;
    if (picture->alpha) {
        memmove(fourth, picture->alpha, pixels * sizeof *fourth);
        picture->alpha = fourth;
        picture->rgb.channels = 4;
    }
}

gboolean picture_read(Picture *picture, const char *path, const Picture *like, GPtrArray *notices,
                      GError **error)
{
    if (!read_any(picture, path, PICTURE_PHOTO, like, notices, error))
        return FALSE;
    size_t pixels = (size_t) picture->rgb.width * picture->rgb.height;
    guint64 broken = count_broken(picture->rgb.data, pixels * 3);
    if (picture->alpha)
        broken += count_broken(picture->alpha, pixels);
    if (broken)
        g_ptr_array_add(notices, g_strdup_printf(_("%s: %lu values were no numbers (NaN or "
                                                   "infinite); they were taken as black."),
                                                 path, (gulong) broken));
    add_alpha(picture);
    return TRUE;
}

gboolean picture_read_labels(DpsImage *labels, const char *path, GPtrArray *notices, GError **error)
{
    Picture picture;
    if (!read_any(&picture, path, PICTURE_LABELS, NULL, notices, error))
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

gboolean picture_read_mask(DpsImage *mask, const char *path, GPtrArray *notices, GError **error)
{
    Picture picture;
    if (!read_any(&picture, path, PICTURE_MASK, NULL, notices, error))
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
    int most = longest_side(target->format->code);
    if (width <= most && height <= most)
        return TRUE;
    command_file_error(error, target->shown,
                       _("a %s has at most %d pixels on a side; write .png or .tif."),
                       target->format->name, most);
    return FALSE;
}

gboolean picture_write(const DpsImage *rgb, const Picture *origin, const PictureTarget *target,
                       GPtrArray *notices, GError **error)
{
    if (is_plain(target->format->code))
        return picture_pnm_write(rgb, origin->alpha, target, error);
#ifdef HAVE_VIPS
    return picture_vips_write(rgb, origin, target, notices, error);
#else
    g_assert_not_reached();
#endif
}
