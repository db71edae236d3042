/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* picture-gegl.c - PNG, JPEG and TIFF through GEGL's loaders and savers.
 *
 * The loaders read into a GEGL buffer in the file's own format; from there strips of rows
 * go into float planes and the buffer is dropped, so that a large photo is never held in
 * several forms for long.  Writing goes the same way back. */

#include <fcntl.h>
#include <gegl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "command.h"
#include "capture-stderr.h"
#include "metadata.h"
#include "picture-private.h"
#include "quantise.h"

#define STRIP_ROWS 64

static void start_gegl(void)
{
    static gboolean started;
    if (started)
        return;
    started = TRUE;
    /* babl's look-up tables take 370 MB and bring nothing for conversions as plain as ours. */
    g_setenv("BABL_LUT", "0", FALSE);
    gegl_init(NULL, NULL);
    /* Nothing is cached for long here, and nothing should go to a swap file. */
    g_object_set(gegl_config(), "swap", NULL, "tile-cache-size", (guint64) 32 << 20, "use-opencl",
                 FALSE, NULL);
}

/* The space in which a result can be written as RGB: not one of grey or of inks. */
static const Babl *rgb_space(const Babl *format)
{
    const Babl *space = babl_format_get_space(format);
    gboolean other = !space || babl_space_is_gray(space) || babl_space_is_cmyk(space);
    return other ? babl_space("sRGB") : space;
}

/* The encoding that the engine gets: the space's own curve, as photos are stored; the
 * perceptual one where the space stores linear light. */
static const Babl *work_format(const Babl *space)
{
    double place[8];
    const Babl *curve[3];
    babl_space_get(space, place, place + 1, place + 2, place + 3, place + 4, place + 5, place + 6,
                   place + 7, curve, curve + 1, curve + 2);
    gboolean linear = curve[0] == babl_trc("linear");
    return babl_format_with_space(linear ? "R~G~B~ float" : "R'G'B' float", space);
}

/* What the libraries' remarks mean: a failure or idle talk.  A profile that can't be used
 * is no failure, the numbers are taken as sRGB then. */
static gboolean remarks_tell_failure(const char *remarks)
{
    static const char *const signs[] = { "LIBPNG ERROR", "libpng error", "Premature end", "Bogus",
                                         "Unsupported" };
    for (size_t i = 0; remarks && i < G_N_ELEMENTS(signs); i++)
        if (strstr(remarks, signs[i]))
            return TRUE;
    char **lines = g_strsplit(remarks ? remarks : "", "\n", -1);
    gboolean failure = FALSE;
    for (char **line = lines; *line; line++)
        failure |= g_str_has_prefix(*line, "warning: ") && !strstr(*line, "icc");
    g_strfreev(lines);
    return failure;
}

/* The file as a GEGL buffer with its origin at 0, 0; NULL and *error on failure. */
static GeglBuffer *load(const char *path, const Identity *identity, GError **error)
{
    static const char *const loaders[] = { "gegl:png-load", "gegl:jpg-load", "gegl:tiff-load" };
    GeglBuffer *buffer = NULL;
    capture_stderr_begin(path);
    GeglNode *graph = gegl_node_new();
    GeglNode *source = gegl_node_new_child(graph, "operation", loaders[identity->format], "path",
                                           path, NULL);
    GeglNode *sink = gegl_node_new_child(graph, "operation", "gegl:buffer-sink", "buffer", &buffer,
                                         NULL);
    gegl_node_link(source, sink);
    GeglRectangle box = gegl_node_get_bounding_box(source);
    gboolean sound = box.width > 0 && box.height > 0 &&
                     (!identity->width ||
                      (box.width == identity->width && box.height == identity->height));
    gboolean fits = sound && identify_size(path, box.width, box.height, error);
    if (fits)
        gegl_node_process(sink);
    g_object_unref(graph);
    char *remarks = capture_stderr_end();
    if (fits && (!buffer || gegl_buffer_get_width(buffer) != box.width ||
                 gegl_buffer_get_height(buffer) != box.height || remarks_tell_failure(remarks)))
        sound = FALSE;
    if (!sound) {
        command_file_error(error, path,
                           _("is damaged or of a kind that can't be decoded; convert it first."));
        g_clear_object(&buffer);
    }
    g_free(remarks);
    return buffer;
}

/* Copies interleaved pixels to rows y... of the planes. */
static void copy_strip(DpsImage *image, const float *pixels, int y, int rows)
{
    size_t plane = (size_t) image->width * image->height;
    size_t start = (size_t) y * image->width, count = (size_t) rows * image->width;
    for (size_t i = 0; i < count; i++)
        for (int c = 0; c < image->channels; c++)
            image->data[c * plane + start + i] = *pixels++;
}

/* Where pixel (x, y) of an upright picture lies in a stored one of width x height whose
 * Exif orientation this is (Exif 2.3, tag 0x0112). */
static size_t stored_at(int orientation, int x, int y, int width, int height)
{
    gboolean turned = orientation >= 5;
    int column = turned ? y : x, row = turned ? x : y;
    if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        column = width - 1 - column;
    if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        row = height - 1 - row;
    return (size_t) row * width + column;
}

static void turn_plane(float *plane, float *spare, int orientation, int width, int height)
{
    int columns = orientation >= 5 ? height : width, rows = orientation >= 5 ? width : height;
    memcpy(spare, plane, (size_t) width * height * sizeof *plane);
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++)
            plane[(size_t) y * columns + x] = spare[stored_at(orientation, x, y, width, height)];
}

/* Turns the picture as the camera was held. */
static gboolean turn_upright(Picture *picture, int orientation, GError **error)
{
    int width = picture->rgb.width, height = picture->rgb.height;
    size_t pixels = (size_t) width * height;
    if (orientation == 1)
        return TRUE;
    float *spare = g_try_new(float, pixels);
    if (!spare)
        return picture_no_memory(picture, error);
    for (int c = 0; c < picture->rgb.channels; c++)
        turn_plane(picture->rgb.data + c * pixels, spare, orientation, width, height);
    if (picture->alpha)
        turn_plane(picture->alpha, spare, orientation, width, height);
    if (orientation >= 5) {
        picture->rgb.width = height;
        picture->rgb.height = width;
    }
    g_free(spare);
    return TRUE;
}

static PictureDepth depth_of(const Babl *format)
{
    const Babl *type = babl_format_get_type(format, 0);
    if (type == babl_type("u8"))
        return PICTURE_8;
    return type == babl_type("u16") ? PICTURE_16 : PICTURE_FLOAT;
}

static const Babl *read_format(const Babl *stored, PictureKind kind, const Picture *picture)
{
    if (kind == PICTURE_MASK)
        return babl_format_with_space("Y' float", babl_format_get_space(stored));
    if (kind == PICTURE_LABELS)
        return babl_format_with_space("R'G'B' float", rgb_space(stored));
    return work_format(picture->space);
}

/* Colours and alpha are read one by one: babl converts colours with alpha less exactly. */
static gboolean read_buffer(Picture *picture, GeglBuffer *buffer, PictureKind kind, GError **error)
{
    const Babl *stored = gegl_buffer_get_format(buffer);
    const Babl *format = read_format(stored, kind, picture);
    gboolean alpha = kind != PICTURE_LABELS && babl_format_has_alpha(stored);
    int channels = kind == PICTURE_MASK ? 1 : 3;
    int width = gegl_buffer_get_width(buffer), height = gegl_buffer_get_height(buffer);
    float *strip = g_try_malloc((gsize) width * STRIP_ROWS * channels * sizeof *strip);
    gboolean good = strip ? picture_allocate(picture, channels, width, height, alpha, error)
                          : picture_no_memory(picture, error);
    for (int y = 0; good && y < height; y += STRIP_ROWS) {
        const GeglRectangle *area = GEGL_RECTANGLE(0, y, width, MIN(STRIP_ROWS, height - y));
        gegl_buffer_get(buffer, area, 1.0, format, strip, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        copy_strip(&picture->rgb, strip, y, area->height);
        if (alpha)
            gegl_buffer_get(buffer, area, 1.0, babl_format("A float"),
                            picture->alpha + (size_t) y * width, GEGL_AUTO_ROWSTRIDE,
                            GEGL_ABYSS_NONE);
    }
    g_free(strip);
    return good;
}

gboolean picture_gegl_read(Picture *picture, const Identity *identity, PictureKind kind,
                           gboolean convert, GError **error)
{
    start_gegl();
    GeglBuffer *buffer = load(picture->path, identity, error);
    if (!buffer)
        return FALSE;
    picture->depth = depth_of(gegl_buffer_get_format(buffer));
    if (!convert)
        picture->space = rgb_space(gegl_buffer_get_format(buffer));
    else if (!picture->space)
        picture->space = babl_space("sRGB");
    gboolean good = read_buffer(picture, buffer, kind, error);
    g_object_unref(buffer);
    return good && turn_upright(picture, metadata_orientation(picture->path), error);
}

/* One row in the file's samples: colours from `encoded`, three to a pixel, and alpha. */
static void round_row(const float *encoded, const float *alpha, int width, int y,
                      PictureDepth depth, void *out)
{
    int samples = alpha ? 4 : 3;
    for (int i = 0; i < width * samples; i++) {
        int x = i / samples, c = i % samples;
        float value = c == 3 ? alpha[x] : encoded[3 * x + c];
        if (depth == PICTURE_FLOAT)
            ((float *) out)[i] = value;
        else if (depth == PICTURE_16)
            ((guint16 *) out)[i] = quantise_16(value);
        else if (c == 3)
            ((guint8 *) out)[i] = (guint8) (CLAMP(value, 0, 1) * 255 + 0.5f);
        else
            ((guint8 *) out)[i] = quantise_8(value, x, y, c);
    }
}

/* The result as a GEGL buffer in the file's format: rows are encoded for the space and
 * rounded here, so that the saver has nothing left to convert.  `alpha` goes into the file,
 * or the picture goes over white by `matte`; both may be NULL. */
static GeglBuffer *fill_buffer(const DpsImage *rgb, const float *alpha, const float *matte,
                               const Babl *space, PictureDepth depth)
{
    static const char *const names[2][3] = { { "R'G'B' u8", "R'G'B' u16", "R'G'B' float" },
                                             { "R'G'B'A u8", "R'G'B'A u16", "R'G'B'A float" } };
    int width = rgb->width;
    size_t plane = (size_t) width * rgb->height;
    const Babl *format = babl_format_with_space(names[alpha != NULL][depth], space);
    const Babl *encode = babl_fish(work_format(space),
                                   babl_format_with_space("R'G'B' float", space));
    GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, rgb->height), format);
    float *row = g_new(float, (size_t) width * 3), *encoded = g_new(float, (size_t) width * 3);
    float *samples = g_new(float, (size_t) width * 4);
    for (int y = 0; y < rgb->height; y++) {
        size_t start = (size_t) y * width;
        for (int i = 0; i < 3 * width; i++) {
            size_t pixel = start + i / 3;
            row[i] = picture_over_white(rgb->data[i % 3 * plane + pixel], matte, pixel);
        }
        babl_process(encode, row, encoded, width);
        round_row(encoded, alpha ? alpha + start : NULL, width, y, depth, samples);
        gegl_buffer_set(buffer, GEGL_RECTANGLE(0, y, width, 1), 0, format, samples,
                        GEGL_AUTO_ROWSTRIDE);
    }
    g_free(samples);
    g_free(encoded);
    g_free(row);
    return buffer;
}

/* GEGL's JPEG saver never ends on a full disk, nor where files may not become so large, so see first
 * whether there is room for the largest file that can come out. */
static gboolean room_for(const PictureTarget *target, const DpsImage *rgb, GError **error)
{
    struct statvfs disk;
    struct rlimit largest;
    char *folder = g_path_get_dirname(target->path);
    double wanted = 3.0 * rgb->width * rgb->height + 65536;
    gboolean known = statvfs(folder, &disk) == 0;
    gboolean limited = g_str_equal(target->format->name, "JPEG") &&
                       getrlimit(RLIMIT_FSIZE, &largest) == 0 && largest.rlim_cur != RLIM_INFINITY;
    g_free(folder);
    if (known && (double) disk.f_bavail * (double) disk.f_frsize < wanted)
        command_file_error(error, target->shown, _("the disk is nearly full; make room."));
    else if (limited && (double) largest.rlim_cur < wanted)
        command_file_error(
            error, target->shown,
            _("may become larger than files may be here; raise the limit (ulimit -f)."));
    else
        return TRUE;
    return FALSE;
}

/* What writes metadata doesn't say when they didn't all fit; but then nothing else fits either. */
static gboolean room_is_left(const char *path)
{
    struct stat about;
    int fd = g_open(path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    gboolean left = fd >= 0 && fstat(fd, &about) == 0 && write(fd, "", 1) == 1;
    left = left && ftruncate(fd, about.st_size) == 0;
    if (fd >= 0)
        close(fd);
    return left;
}

static GeglNode *saver(GeglNode *graph, const PictureTarget *target)
{
    if (g_str_equal(target->format->name, "PNG"))
        return gegl_node_new_child(graph, "operation", "gegl:png-save", "path", target->path,
                                   "bitdepth", target->depth == PICTURE_16 ? 16 : 8, NULL);
    if (g_str_equal(target->format->name, "JPEG"))
        return gegl_node_new_child(graph, "operation", "gegl:jpg-save", "path", target->path,
                                   "quality", 95, NULL);
    return gegl_node_new_child(graph, "operation", "gegl:tiff-save", "path", target->path, NULL);
}

gboolean picture_gegl_write(const DpsImage *rgb, const Picture *origin, const PictureTarget *target,
                            GError **error)
{
    Identity identity;
    start_gegl();
    if (!room_for(target, rgb, error))
        return FALSE;
    const Babl *space = origin->space ? origin->space : babl_space("sRGB");
    gboolean keep = target->format->alpha;
    GeglBuffer *buffer = fill_buffer(rgb, keep ? origin->alpha : NULL, keep ? NULL : origin->alpha,
                                     space, target->depth);
    /* Where a file is there, GIO writes another one beside it that nobody would remove. */
    g_unlink(target->path);
    capture_stderr_begin(target->shown);
    GeglNode *graph = gegl_node_new();
    GeglNode *source = gegl_node_new_child(graph, "operation", "gegl:buffer-source", "buffer",
                                           buffer, NULL);
    GeglNode *sink = saver(graph, target);
    gegl_node_link(source, sink);
    gegl_node_process(sink);
    g_object_unref(graph);
    g_object_unref(buffer);
    char *remarks = capture_stderr_end();
    gboolean good = !remarks_tell_failure(remarks) && identify_file(&identity, target->path, NULL);
    gboolean carried = good && metadata_copy(origin->path, target->path, rgb->width, rgb->height);
    good = good && room_is_left(target->path);
    if (!good)
        command_file_error(error, target->shown,
                           _("can't be written; make room or choose another folder."));
    else if (!carried)
        command_note(_("the metadata of %s couldn't be carried over."), origin->path);
    g_free(remarks);
    return good;
}
