/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "metadata.h"

#include <fcntl.h>
#include <gexiv2/gexiv2.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* In 0.16 the plain names are what these were before, and these are deprecated. */
#if GEXIV2_CHECK_VERSION(0, 15, 0)
#define gexiv2_metadata_try_clear_tag gexiv2_metadata_clear_tag
#define gexiv2_metadata_try_erase_exif_thumbnail gexiv2_metadata_erase_exif_thumbnail
#define gexiv2_metadata_try_has_tag gexiv2_metadata_has_tag
#define gexiv2_metadata_try_set_tag_long gexiv2_metadata_set_tag_long
#endif

/* Tags about how a file stores its pixels, which are wrong in any other file. */
static const char *const storage_tags[] = {
    "Exif.Image.NewSubfileType",
    "Exif.Image.SubfileType",
    "Exif.Image.ImageWidth",
    "Exif.Image.ImageLength",
    "Exif.Image.BitsPerSample",
    "Exif.Image.Compression",
    "Exif.Image.PhotometricInterpretation",
    "Exif.Image.FillOrder",
    "Exif.Image.StripOffsets",
    "Exif.Image.SamplesPerPixel",
    "Exif.Image.RowsPerStrip",
    "Exif.Image.StripByteCounts",
    "Exif.Image.PlanarConfiguration",
    "Exif.Image.Predictor",
    "Exif.Image.ColorMap",
    "Exif.Image.TileWidth",
    "Exif.Image.TileLength",
    "Exif.Image.TileOffsets",
    "Exif.Image.TileByteCounts",
    "Exif.Image.SubIFDs",
    "Exif.Image.ExtraSamples",
    "Exif.Image.SampleFormat",
    "Exif.Image.SMinSampleValue",
    "Exif.Image.SMaxSampleValue",
    "Exif.Image.JPEGTables",
    "Exif.Image.YCbCrCoefficients",
    "Exif.Image.YCbCrSubSampling",
    "Exif.Image.YCbCrPositioning",
    "Exif.Image.InterColorProfile",
    "Exif.Image.XMLPacket",
    "Exif.Image.IPTCNAA",
    "Exif.Image.ImageResources",
};

static GExiv2Metadata *open_metadata(const char *path)
{
    gexiv2_log_set_level(GEXIV2_LOG_LEVEL_MUTE);
    GExiv2Metadata *metadata = gexiv2_metadata_new();
    if (!gexiv2_metadata_open_path(metadata, path, NULL))
        g_clear_object(&metadata);
    return metadata;
}

/* Changes a tag that is there; adds none. */
static void update_tag(GExiv2Metadata *metadata, const char *tag, glong value)
{
    if (gexiv2_metadata_try_has_tag(metadata, tag, NULL))
        gexiv2_metadata_try_set_tag_long(metadata, tag, value, NULL);
}

/* exiv2 doesn't say when the metadata didn't all fit; but then nothing else fits either. */
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

gboolean metadata_copy(const char *from, const char *to, int width, int height, gboolean *carried)
{
    GExiv2Metadata *metadata = open_metadata(from);
    *carried = TRUE;
    if (!metadata)
        return TRUE;
    for (size_t i = 0; i < G_N_ELEMENTS(storage_tags); i++)
        gexiv2_metadata_try_clear_tag(metadata, storage_tags[i], NULL);
    gexiv2_metadata_try_erase_exif_thumbnail(metadata, NULL);
    gboolean any = gexiv2_metadata_has_exif(metadata) || gexiv2_metadata_has_iptc(metadata) ||
                   gexiv2_metadata_has_xmp(metadata);
    if (any) {
        update_tag(metadata, "Exif.Image.Orientation", GEXIV2_ORIENTATION_NORMAL);
        update_tag(metadata, "Xmp.tiff.Orientation", GEXIV2_ORIENTATION_NORMAL);
        update_tag(metadata, "Exif.Photo.PixelXDimension", width);
        update_tag(metadata, "Exif.Photo.PixelYDimension", height);
        *carried = gexiv2_metadata_save_file(metadata, to, NULL);
    }
    g_object_unref(metadata);
    return !any || room_is_left(to);
}
