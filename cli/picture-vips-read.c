/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Photos through libvips: decoded in strips, straight into float planes, so that no other copy of a large
 * one is held. */

#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "colours.h"
#include "command.h"
#include "interrupt.h"
#include "jpeg-check.h"
#include "png-profile.h"
#include "vips-photos.h"

#define STRIP_ROWS 64

/* Pages whose sizes are looked at. */
#define MOST_PAGES 1000

/* XMP says once more which way up the photo was; its pixels are upright now. */
static void upright_xmp(VipsImage *kept)
{
    static const char tag[] = "tiff:Orientation";
    const void *data;
    size_t size;
    if (!vips_image_get_typeof(kept, VIPS_META_XMP_NAME) ||
        vips_image_get_blob(kept, VIPS_META_XMP_NAME, &data, &size))
        return;
    char *text = g_strndup(data, size), *digit = strstr(text, tag);
    if (digit && (digit += strcspn(digit, "12345678<")) && g_ascii_isdigit(*digit)) {
        *digit = '1';
        vips_image_set_blob_copy(kept, VIPS_META_XMP_NAME, text, size);
    }
    g_free(text);
}

static VipsImage *keep_particulars(VipsImage *image)
{
    VipsImage *kept = vips_image_new();
    vips_image_map(image, vips_photos_keep, kept);
    kept->Xres = image->Xres;
    kept->Yres = image->Yres;
    upright_xmp(kept);
    return kept;
}

/* A file that is being read. */
typedef struct {
    const char *path;
    int page;
    gboolean jpeg, png, tiff, jxl, heif;
    int channels; /* of colour: 1, 3 or 4 */
    gboolean linear;
} File;

/* The picture, not yet decoded.  NULL: it can't be. */
static VipsImage *open_page(const File *file, int page)
{
    VipsSource *source = vips_source_new_from_file(file->path);
    VipsImage *image = NULL;
    if (source)
        image = vips_image_new_from_source(source, "", "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                           VIPS_FAIL_ON_ERROR, page ? "page" : NULL, page, NULL);
    VIPS_UNREF(source);
    vips_error_clear();
    return image;
}

/* What kind of file it is, by its content; FALSE: none that is read here. */
static gboolean find_kind(File *file)
{
    VipsSource *source = vips_source_new_from_file(file->path);
    const char *loader = source ? vips_foreign_find_load_source(source) : NULL;
    if (loader) {
        file->jpeg = g_str_has_prefix(loader, "VipsForeignLoadJpeg");
        file->png = g_str_has_prefix(loader, "VipsForeignLoadPng");
        file->tiff = g_str_has_prefix(loader, "VipsForeignLoadTiff");
        file->jxl = g_str_has_prefix(loader, "VipsForeignLoadJxl");
        file->heif = g_str_has_prefix(loader, "VipsForeignLoadHeif");
    }
    VIPS_UNREF(source);
    vips_error_clear();
    return loader != NULL;
}

/* The first page of a TIFF may be a thumbnail: the largest one is the photo. */
static VipsImage *choose_page(File *file, VipsImage *image, GPtrArray *notices)
{
    int pages = vips_image_get_n_pages(image);
    for (int i = 1; file->tiff && i < MIN(pages, MOST_PAGES); i++) {
        VipsImage *other = open_page(file, i);
        if (other && VIPS_IMAGE_N_PELS(other) > VIPS_IMAGE_N_PELS(image)) {
            VIPS_SWAP(VipsImage *, image, other);
            file->page = i;
        }
        VIPS_UNREF(other);
    }
    if (pages > 1 && file->tiff)
        g_ptr_array_add(notices,
                        g_strdup_printf(_("%s: holds %d pages; only the largest, page %d, was "
                                          "taken."),
                                        file->path, pages, file->page + 1));
    else if (pages > 1)
        g_ptr_array_add(notices, g_strdup_printf(_("%s: holds %d pictures or frames; only one was "
                                                   "taken."),
                                                 file->path, pages));
    return image;
}

/* Lab and the like become RGB, and inks do where it is no photo that has them.  Takes the reference. */
static VipsImage *as_rgb(VipsImage *image, PictureKind kind)
{
    VipsImage *rgb = NULL;
    gboolean other = image->Type == VIPS_INTERPRETATION_LAB ||
                     image->Type == VIPS_INTERPRETATION_LABS ||
                     image->Type == VIPS_INTERPRETATION_XYZ ||
                     (image->Type == VIPS_INTERPRETATION_CMYK && kind != PICTURE_PHOTO);
    if (!other)
        return image;
    if (vips_colourspace(image, &rgb, VIPS_INTERPRETATION_RGB16, NULL) == 0)
        vips_image_remove(rgb, VIPS_META_ICC_NAME);
    g_object_unref(image);
    return rgb;
}

/* Turned as the camera was held, for which all pixels have to be there.  Takes the reference. */
static VipsImage *upright(VipsImage *image)
{
    VipsImage *turned = NULL;
    if (vips_image_get_orientation(image) == 1)
        return image;
    VipsImage *whole = vips_image_copy_memory(image);
    if (whole)
        vips_autorot(whole, &turned, NULL);
    VIPS_UNREF(whole);
    g_object_unref(image);
    return turned;
}

#define SCALED(type, scale)                    \
    for (int i = 0; i < count; i++)            \
        out[i] = (float) (((const type *) row)[i] / (scale))

/* A row's samples from 0 to 1.  FALSE: a type that no photo has. */
static gboolean to_floats(const void *row, VipsBandFormat format, int count, float *out)
{
    if (format == VIPS_FORMAT_UCHAR)
        SCALED(guint8, 255.0f);
    else if (format == VIPS_FORMAT_USHORT)
        SCALED(guint16, 65535.0f);
    else if (format == VIPS_FORMAT_UINT)
        SCALED(guint32, 4294967295.0);
    else if (format == VIPS_FORMAT_DOUBLE)
        SCALED(double, 1);
    else if (format == VIPS_FORMAT_FLOAT)
        SCALED(float, 1);
    else
        return FALSE;
    return TRUE;
}

/* Puts the samples of row y into the planes. */
static void put_row(Picture *picture, const File *file, const float *row, int bands, int y)
{
    DpsImage *rgb = &picture->rgb;
    gsize plane = (gsize) rgb->width * rgb->height, at = (gsize) y * rgb->width;
    for (int c = 0; c < rgb->channels; c++) {
        float *out = rgb->data + c * plane + at;
        const float *in = row + (file->channels == 1 ? 0 : c);
        for (int x = 0; x < rgb->width; x++)
            out[x] = in[x * bands];
        if (rgb->channels == 1 && file->channels > 1)
            for (int x = 0; x < rgb->width; x++)
                out[x] = dps_luma(in[x * bands], in[x * bands + 1], in[x * bands + 2]);
        for (int x = 0; file->linear && rgb->channels > 1 && x < rgb->width; x++)
            out[x] = colours_curve(out[x]);
    }
    for (int x = 0; picture->alpha && x < rgb->width; x++)
        picture->alpha[at + x] = row[x * bands + file->channels];
}

/* Decodes into the planes; the number of rows that came. */
static int read_rows(Picture *picture, const File *file, VipsImage *image)
{
    VipsRegion *region = vips_region_new(image);
    float *samples = g_try_new(float, VIPS_IMAGE_N_ELEMENTS(image));
    gboolean good = samples != NULL;
    int y = 0;
    while (good && y < image->Ysize && !interrupted()) {
        VipsRect strip = { 0, y, image->Xsize, MIN(STRIP_ROWS, image->Ysize - y) };
        good = vips_region_prepare(region, &strip) == 0;
        for (int i = 0; good && i < strip.height; i++, y++) {
            good = to_floats(VIPS_REGION_ADDR(region, 0, y), image->BandFmt,
                             (int) VIPS_IMAGE_N_ELEMENTS(image), samples);
            if (good)
                put_row(picture, file, samples, image->Bands, y);
        }
    }
    g_free(samples);
    g_object_unref(region);
    vips_error_clear();
    return y;
}

static PictureDepth depth_of(const VipsImage *image)
{
    return image->BandFmt == VIPS_FORMAT_UCHAR    ? PICTURE_8
           : image->BandFmt == VIPS_FORMAT_USHORT ? PICTURE_16
                                                  : PICTURE_FLOAT;
}

/* The profile in the file; NULL: it has none. */
static GBytes *embedded_profile(const File *file, VipsImage *image)
{
    const void *profile;
    size_t size;
    if (file->png)
        return png_profile(file->path);
    if (!vips_image_get_typeof(image, VIPS_META_ICC_NAME) ||
        vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &size))
        return NULL;
    return g_bytes_new(profile, size);
}

/* A grey photo may have a profile for RGB: then it is RGB with equal values. */
static struct Colours *embedded_colours(GBytes *embedded, int channels)
{
    gsize size;
    const void *profile = g_bytes_get_data(embedded, &size);
    struct Colours *colours = profile ? colours_new(profile, size, channels) : NULL;
    return colours || channels != 1 || !profile ? colours : colours_new(profile, size, 3);
}

/* By the profile in the file; for inks without one by that of libvips. */
static gboolean take_colours(Picture *picture, const File *file, VipsImage *image,
                             GPtrArray *notices)
{
    GBytes *embedded = embedded_profile(file, image);
    VipsBlob *inks = NULL;
    if (embedded)
        picture->colours = embedded_colours(embedded, file->channels);
    if (!picture->colours && file->channels == 4 && vips_profile_load("cmyk", &inks, NULL) == 0) {
        size_t size;
        const void *profile = vips_blob_get(inks, &size);
        picture->colours = colours_new(profile, size, 4);
        vips_area_unref(VIPS_AREA(inks));
        g_ptr_array_add(notices,
                        g_strdup_printf(_("%s: has inks without a usable profile; they were "
                                          "taken for the usual ones in print."),
                                        file->path));
    } else if (embedded && !picture->colours)
        g_ptr_array_add(notices,
                        g_strdup_printf(_("%s: its colour profile is damaged or made for other "
                                          "pictures; the colours were taken for sRGB."),
                                        file->path));
    g_clear_pointer(&embedded, g_bytes_unref);
    vips_error_clear();
    return picture->colours || file->channels != 4;
}

/* Room for the picture, and what its header says. */
static gboolean begin(Picture *picture, File *file, VipsImage *image, PictureKind kind,
                      GPtrArray *notices, GError **error)
{
    int width = image->Xsize, height = image->Ysize;
    gboolean inks = image->Type == VIPS_INTERPRETATION_CMYK && image->Bands >= 4 &&
                    kind == PICTURE_PHOTO;
    file->channels = inks ? 4 : image->Bands < 3 ? 1 : 3;
    picture->depth = depth_of(image);
    if (vips_image_get_orientation_swap(image))
        VIPS_SWAP(int, width, height);
    if (kind == PICTURE_PHOTO) {
        if (!take_colours(picture, file, image, notices))
            return picture_damaged(file->path, error);
        picture->particulars = keep_particulars(image);
        /* The one format whose floats are linear light. */
        file->linear = file->jxl && picture->depth == PICTURE_FLOAT && !picture->colours;
    }
    return picture_allocate(picture, kind == PICTURE_MASK ? 1 : MAX(3, file->channels), width,
                            height, kind != PICTURE_LABELS && image->Bands > file->channels, error);
}

static void note_damage(const char *path, GPtrArray *notices)
{
    int share = jpeg_check(path);
    if (share)
        g_ptr_array_add(notices,
                        g_strdup_printf(_("%s: is damaged; up to %d %% of the picture may be "
                                          "wrong. Copy it again from its source."),
                                        path, share));
}

static gboolean read_image(Picture *picture, File *file, VipsImage **image, PictureKind kind,
                           GPtrArray *notices, GError **error)
{
    if (!begin(picture, file, *image, kind, notices, error))
        return FALSE;
    *image = upright(*image);
    int rows = *image ? read_rows(picture, file, *image) : 0;
    if (interrupt_check(error))
        return FALSE;
    if (rows < picture->rgb.height)
        return picture_damaged(file->path, error);
    if (file->jpeg)
        note_damage(file->path, notices);
    return TRUE;
}

/* libjxl prints where in its source a damaged file was given up, the decoders of AVIF what they miss.
 * Returns what end_silence takes. */
static int silence(void)
{
    int errors = dup(STDERR_FILENO), nowhere = g_open("/dev/null", O_WRONLY | O_CLOEXEC, 0);
    if (errors >= 0 && nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0)
        close(nowhere);
    return errors;
}

static void end_silence(int errors)
{
    if (errors < 0)
        return;
    dup2(errors, STDERR_FILENO);
    close(errors);
}

gboolean picture_vips_read(Picture *picture, PictureKind kind, GPtrArray *notices, GError **error)
{
    File file = { .path = picture->path };
    if (!vips_photos_start() || !find_kind(&file)) {
        char *list = picture_readable();
        command_file_error(error, picture->path,
                           _("is damaged, or none of the kinds of picture that this program reads "
                             "(%s); convert it first."),
                           list);
        g_free(list);
        return FALSE;
    }
    int errors = file.jxl || file.heif ? silence() : -1;
    VipsImage *image = open_page(&file, 0);
    if (image)
        image = as_rgb(choose_page(&file, image, notices), kind);
    gboolean good = image ? read_image(picture, &file, &image, kind, notices, error)
                          : picture_damaged(picture->path, error);
    VIPS_UNREF(image);
    end_silence(errors);
    return good;
}
