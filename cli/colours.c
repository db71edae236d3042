/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "colours.h"

#include <lcms2.h>
#include <math.h>
#include <string.h>

struct Colours {
    cmsHPROFILE profile;
    GBytes *bytes;
    int channels;
    gboolean linear;
};

/* Profiles whose colours differ by less than this are the same for us. */
#define ALIKE 5e-4f
#define STEPS 6 /* along each axis of the cube of colours that is compared */

static gboolean is_linear(cmsHPROFILE profile)
{
    const cmsToneCurve *curve = cmsReadTag(profile, cmsSigRedTRCTag);
    return curve && cmsIsToneCurveLinear(curve);
}

static cmsUInt32Number sample_format(int channels)
{
    return channels == 1 ? TYPE_GRAY_FLT : channels == 3 ? TYPE_RGB_FLT : TYPE_CMYK_FLT;
}

static cmsHTRANSFORM transform_new(const Colours *from, const Colours *to)
{
    cmsHPROFILE srgb = cmsCreate_sRGBProfile();
    cmsHTRANSFORM transform = cmsCreateTransform(
        from ? from->profile : srgb, sample_format(from ? from->channels : 3),
        to ? to->profile : srgb, TYPE_RGB_FLT, INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOCACHE);
    cmsCloseProfile(srgb);
    return transform;
}

Colours *colours_new(const void *profile, gsize size, int channels)
{
    static const cmsColorSpaceSignature spaces[] = { 0, cmsSigGrayData, 0, cmsSigRgbData,
                                                     cmsSigCmykData };
    cmsHPROFILE opened = size <= G_MAXUINT32 ? cmsOpenProfileFromMem(profile, (guint32) size)
                                             : NULL;
    if (!opened)
        return NULL;
    Colours *colours = g_new(Colours, 1);
    *colours = (Colours) { opened, g_bytes_new(profile, size), channels, is_linear(opened) };
    /* Both ways: the one in which a style comes, and the one in which a content is looked at. */
    cmsHTRANSFORM in = NULL;
    if (cmsGetColorSpace(opened) == spaces[channels])
        in = transform_new(colours, NULL);
    gboolean sound = in != NULL;
    if (sound && channels == 3) {
        cmsHTRANSFORM out = transform_new(NULL, colours);
        sound = out != NULL;
        if (out)
            cmsDeleteTransform(out);
    }
    if (in)
        cmsDeleteTransform(in);
    if (!sound)
        g_clear_pointer(&colours, colours_free);
    return colours;
}

void colours_free(Colours *colours)
{
    if (!colours)
        return;
    cmsCloseProfile(colours->profile);
    g_bytes_unref(colours->bytes);
    g_free(colours);
}

const void *colours_profile(const Colours *colours, gsize *size)
{
    return g_bytes_get_data(colours->bytes, size);
}

int colours_channels(const Colours *colours)
{
    return colours->channels;
}

/* Whether the transform changes nothing that could be seen. */
static gboolean changes_nothing(cmsHTRANSFORM transform)
{
    for (int i = 0; i < STEPS * STEPS * STEPS; i++) {
        const float in[3] = { (float) (i % STEPS) / (STEPS - 1),
                              (float) (i / STEPS % STEPS) / (STEPS - 1),
                              (float) (i / STEPS / STEPS) / (STEPS - 1) };
        float out[3];
        cmsDoTransform(transform, in, out, 1);
        for (int c = 0; c < 3; c++)
            if (!(fabsf(out[c] - in[c]) < ALIKE))
                return FALSE;
    }
    return TRUE;
}

/* Row by row: planes to pixels, through the transform, and back. */
static gboolean transform_planes(DpsImage *image, cmsHTRANSFORM transform, int channels)
{
    int width = image->width;
    gsize plane = (gsize) width * image->height;
    float *in = g_try_new(float, (gsize) width *channels),
          *out = g_try_new(float, (gsize) width * 3);
    float scale = channels == 4 ? 100 : 1; /* inks are in per cent */
    gboolean enough = in && out;
    for (int y = 0; enough && y < image->height; y++) {
        float *row = image->data + (gsize) y * width;
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++)
                in[x * channels + c] = row[c * plane + x] * scale;
        cmsDoTransform(transform, in, out, (guint) width);
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
                row[c * plane + x] = out[3 * x + c];
    }
    g_free(in);
    g_free(out);
    return enough;
}

float colours_curve(float linear)
{
    return linear > 0.0031308f ? 1.055f * powf(linear, 1 / 2.4f) - 0.055f : 12.92f * linear;
}

static float straight(float value)
{
    return value > 0.04045f ? powf((value + 0.055f) / 1.055f, 2.4f) : value / 12.92f;
}

static gboolean same_profile(const Colours *a, const Colours *b)
{
    return a == b || (a && b && g_bytes_equal(a->bytes, b->bytes));
}

gboolean colours_convert(DpsImage *image, const Colours *from, const Colours *to)
{
    int channels = from ? from->channels : 3;
    gsize values = (gsize) image->width * image->height * 3;
    gboolean good = TRUE;
    if (!same_profile(from, to)) {
        cmsHTRANSFORM transform = transform_new(from, to);
        good = transform && ((channels == 3 && changes_nothing(transform)) ||
                             transform_planes(image, transform, channels));
        if (transform)
            cmsDeleteTransform(transform);
    }
    if (good && to && to->linear)
        for (gsize i = 0; i < values; i++)
            image->data[i] = colours_curve(image->data[i]);
    return good;
}

void colours_store(const Colours *colours, float *values, gsize count)
{
    if (colours && colours->linear)
        for (gsize i = 0; i < count; i++)
            values[i] = straight(values[i]);
}
