/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "vips-photos.h"

static const struct {
    PictureCode code;
    const char *load, *save;
} operations[] = {
    { PICTURE_PNG, "pngload", "pngsave" },    { PICTURE_JPEG, "jpegload", "jpegsave" },
    { PICTURE_TIFF, "tiffload", "tiffsave" }, { PICTURE_WEBP, "webpload", "webpsave" },
    { PICTURE_JXL, "jxlload", "jxlsave" },    { PICTURE_AVIF, "heifload", "heifsave" },
    { PICTURE_HEIC, "heifload", "heifsave" },
};

/* libvips reads much that is no photo, and by libraries that are not made for files of strangers. */
static void allow_photos_only(void)
{
    static const char *const photos[] = { "Png", "Jpeg", "Tiff", "Webp", "Jxl", "Heif" };
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(photos); i++) {
        char *name = g_strconcat("VipsForeignLoad", photos[i], NULL);
        vips_operation_block_set(name, FALSE);
        g_free(name);
    }
}

static void ignore_log(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

gboolean vips_photos_start(void)
{
    static gboolean started;
    if (started)
        return TRUE;
    g_log_set_handler("VIPS", G_LOG_LEVEL_MASK, ignore_log, NULL);
    if (vips_init(g_get_prgname()) == 0) {
        started = TRUE;
        vips_cache_set_max(0); /* every file is read once */
        allow_photos_only();
    }
    return started;
}

static gboolean has_operation(PictureCode code, gboolean save)
{
    for (size_t i = 0; vips_photos_start() && i < G_N_ELEMENTS(operations); i++)
        if (operations[i].code == code)
            return vips_type_find("VipsOperation",
                                  save ? operations[i].save : operations[i].load) != 0;
    return FALSE;
}

VipsForeignHeifCompression vips_photos_heif(PictureCode code)
{
    return code == PICTURE_AVIF ? VIPS_FOREIGN_HEIF_COMPRESSION_AV1
                                : VIPS_FOREIGN_HEIF_COMPRESSION_HEVC;
}

/* libheif's encoders are plug-ins that need not be there. */
static gboolean has_encoder(PictureCode code)
{
    VipsImage *black = NULL;
    void *file = NULL;
    size_t size;
    gboolean has = vips_black(&black, 64, 64, "bands", 3, NULL) == 0;
    if (has) {
        black->Type = VIPS_INTERPRETATION_sRGB;
        has = vips_heifsave_buffer(black, &file, &size, "compression", vips_photos_heif(code),
                                   NULL) == 0;
    }
    g_free(file);
    g_clear_object(&black);
    vips_error_clear();
    return has;
}

gboolean picture_vips_reads(PictureCode code)
{
    return has_operation(code, FALSE);
}

gboolean picture_vips_writes(PictureCode code)
{
    return has_operation(code, TRUE) &&
           ((code != PICTURE_AVIF && code != PICTURE_HEIC) || has_encoder(code));
}

/* Whether a field tells of the photo, not of how its file stores the pixels. */
static gboolean is_particular(const char *name)
{
    static const char *const names[] = { VIPS_META_EXIF_NAME,       VIPS_META_XMP_NAME,
                                         VIPS_META_IPTC_NAME,       VIPS_META_PHOTOSHOP_NAME,
                                         VIPS_META_RESOLUTION_UNIT, VIPS_META_LOADER };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(name, names[i]))
            return TRUE;
    return g_str_has_prefix(name, "png-comment-");
}

void *vips_photos_keep(VipsImage *image, const char *name, GValue *value, void *kept)
{
    if (is_particular(name))
        vips_image_set(kept, name, value);
    return NULL;
}

void picture_vips_forget(void *particulars)
{
    g_object_unref(particulars);
}
