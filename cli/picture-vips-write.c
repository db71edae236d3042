/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Results through libvips: made in strips when they are asked for, rounded here, with what is known about
 * the content besides its pixels. */

#include <glib/gi18n.h>

#include "colours.h"
#include "command.h"
#include "interrupt.h"
#include "metadata.h"
#include "vips-photos.h"

/* Makes the rows that a saver asks for, until a signal comes. */
static int generate(VipsRegion *out, void *sequence, void *data, void *b, gboolean *stop)
{
    VipsRect *area = &out->valid;
    for (int y = area->top; y < VIPS_RECT_BOTTOM(area); y++) {
        if (interrupted())
            return -1;
        picture_put_row(data, area->left, y, area->width, VIPS_REGION_ADDR(out, area->left, y));
    }
    return 0;
}

/* The result as libvips sees it: its pixels are made when they are asked for. */
static VipsImage *as_image(PictureRows *rows, const Picture *origin)
{
    static const VipsBandFormat formats[] = { VIPS_FORMAT_UCHAR, VIPS_FORMAT_USHORT,
                                              VIPS_FORMAT_FLOAT };
    VipsImage *image = vips_image_new(), *kept = origin->particulars;
    vips_image_init_fields(image, rows->rgb->width, rows->rgb->height, rows->alpha ? 4 : 3,
                           formats[rows->depth], VIPS_CODING_NONE,
                           rows->depth == PICTURE_16 ? VIPS_INTERPRETATION_RGB16
                                                        : VIPS_INTERPRETATION_sRGB,
                           kept ? kept->Xres : 1, kept ? kept->Yres : 1);
    if (kept) {
        vips_image_map(kept, vips_photos_keep, image);
        vips_image_remove(image, "jpeg-thumbnail-data"); /* it shows the content */
        vips_image_set_int(image, VIPS_META_ORIENTATION, 1);
    }
    if (rows->colours) {
        gsize size;
        const void *profile = colours_profile(rows->colours, &size);
        vips_image_set_blob_copy(image, VIPS_META_ICC_NAME, profile, size);
    }
    if (vips_image_pipelinev(image, VIPS_DEMAND_STYLE_THINSTRIP, NULL) ||
        vips_image_generate(image, NULL, generate, NULL, rows, NULL))
        g_clear_object(&image);
    return image;
}

/* Classic TIFF has 32-bit offsets. */
static gboolean is_big(const VipsImage *image)
{
    return VIPS_IMAGE_SIZEOF_PEL(image) * (double) VIPS_IMAGE_N_PELS(image) > 4.2e9;
}

static int save(VipsImage *image, const PictureTarget *target)
{
    switch (target->format->code) {
    case PICTURE_PNG:
        return vips_pngsave(image, target->path, "compression", 3, "filter",
                            VIPS_FOREIGN_PNG_FILTER_ALL, NULL);
    case PICTURE_JPEG:
        return vips_jpegsave(image, target->path, "Q", 95, NULL);
    case PICTURE_TIFF:
        return vips_tiffsave(image, target->path, "bigtiff", is_big(image), NULL);
    case PICTURE_WEBP:
        return vips_webpsave(image, target->path, "Q", 95, NULL);
    case PICTURE_JXL:
        return vips_jxlsave(image, target->path, "lossless", TRUE, "effort", 3, NULL);
    case PICTURE_AVIF:
    case PICTURE_HEIC:
        return vips_heifsave(image, target->path, "Q", 90, "compression",
                             vips_photos_heif(target->format->code), "bitdepth",
                             target->depth == PICTURE_16 ? 12 : 8, NULL);
    case PICTURE_PPM:
    case PICTURE_PFM:
        break;
    }
    return -1;
}

static gboolean came_from(const VipsImage *kept, const char *format)
{
    const char *loader;
    return vips_image_get_string(kept, VIPS_META_LOADER, &loader) == 0 &&
           g_str_has_prefix(loader, format);
}

static gboolean has_iptc_place(PictureCode code)
{
    return code == PICTURE_JPEG || code == PICTURE_PNG || code == PICTURE_TIFF;
}

/* What libvips doesn't read or write: the Exif of TIFFs, and the IPTC of PNGs. */
static gboolean needs_help(const VipsImage *kept, PictureCode code)
{
    return came_from(kept, "tiff") || code == PICTURE_TIFF ||
           (came_from(kept, "png") && has_iptc_place(code)) ||
           (code == PICTURE_PNG && vips_image_get_typeof(kept, VIPS_META_IPTC_NAME));
}

/* FALSE: there is no room for it. */
static gboolean carry_particulars(const Picture *origin, const PictureTarget *target, int width,
                                  int height, GPtrArray *notices)
{
    const VipsImage *kept = origin->particulars;
    PictureCode code = target->format->code;
    gboolean carried = TRUE;
    if (!kept)
        return TRUE;
    if (needs_help(kept, code) &&
        !metadata_copy(origin->path, target->path, width, height, &carried))
        return FALSE;
    if (!carried)
        g_ptr_array_add(notices, g_strdup_printf(_("the metadata of %s couldn't be carried over."),
                                                 origin->path));
    else if (vips_image_get_typeof(kept, VIPS_META_IPTC_NAME) && !has_iptc_place(code))
        g_ptr_array_add(notices,
                        g_strdup_printf(_("%s: %s has no place for the content's IPTC data; "
                                          ".jpg, .png and .tif keep them."),
                                        target->shown, target->format->name));
    return TRUE;
}

gboolean picture_vips_write(const DpsImage *rgb, const Picture *origin, const PictureTarget *target,
                            GPtrArray *notices, GError **error)
{
    gboolean keep = target->format->alpha;
    PictureRows rows = { .rgb = rgb,
                        .alpha = keep ? origin->alpha : NULL,
                        .matte = keep ? NULL : origin->alpha,
                        .colours = origin->colours,
                        .depth = target->depth };
    VipsImage *image = vips_photos_start() ? as_image(&rows, origin) : NULL;
    gboolean good = image && save(image, target) == 0 &&
                    carry_particulars(origin, target, rgb->width, rgb->height, notices);
    VIPS_UNREF(image);
    vips_error_clear();
    if (!good && !interrupt_check(error))
        command_file_error(error, target->shown,
                           _("can't be written; make room on the disk or in the memory, or choose "
                             "another folder."));
    return good;
}
