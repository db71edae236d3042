/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "look-parts.h"

#include <glib/gi18n.h>
#include <string.h>

/* A region that covers less of the content has no table of its own. */
#define LEAST_COVER 0.002

/* What no mask covers, as large as the content, so that the regions' looks make up the whole. */
static gboolean make_rest(int regions, const DpsRegion *region, const DpsImage *content,
                          DpsImage *rest)
{
    int width = content->width, height = content->height;

    if (!dps_image_init(rest, 1, width, height))
        return FALSE;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float left = 1;
            for (int k = 0; k < regions; k++) {
                const DpsImage *m = &region[k].content;
                gsize u = (gsize) ((x + 0.5) * m->width / width);
                gsize v = (gsize) ((y + 0.5) * m->height / height);
                if (m->data)
                    left -= m->data[v * m->width + u];
            }
            rest->data[(gsize) y * width + x] = CLAMP(left, 0, 1);
        }
    return TRUE;
}

static gboolean covers(const DpsImage *mask)
{
    gsize n = (gsize) mask->width * mask->height;
    double sum = 0;

    for (gsize i = 0; i < n; i++)
        sum += mask->data[i];
    return sum > LEAST_COVER * n;
}

/* "dusk.cube" and "the sky" to "dusk-the-sky.cube". */
static char *path_of(const char *out, const char *name, const char *ending)
{
    const char *dot = strrchr(out, '.');
    char *word = g_strdup(name);
    char *path;

    g_strcanon(word, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_", '-');
    path = g_strdup_printf("%.*s-%s%s", (int) (dot - out), out, word, ending ? ending : dot);
    g_free(word);
    return path;
}

static void add_part(LookParts *parts, const char *out, const char *name, const DpsImage *mask)
{
    parts->part[parts->count++] =
        (LookPart){ .name = name,
                    .mask = mask,
                    .path = mask ? path_of(out, name, NULL) : g_strdup(out),
                    .mask_path = mask ? path_of(out, name, "-mask.png") : NULL };
}

gboolean look_parts_init(LookParts *parts, const char *out, int regions, const DpsRegion *region,
                         const DpsImage *content)
{
    *parts = (LookParts){ .part = g_new0(LookPart, regions + 2) };
    add_part(parts, out, "whole", NULL);
    for (int k = 0; k < regions; k++)
        if (region[k].content.data && covers(&region[k].content))
            add_part(parts, out, region[k].name, &region[k].content);
    if (parts->count == 1)
        return TRUE;
    if (!make_rest(regions, region, content, &parts->rest))
        return FALSE;
    if (covers(&parts->rest))
        add_part(parts, out, "rest", &parts->rest);
    return TRUE;
}

void look_parts_clear(LookParts *parts)
{
    for (int i = 0; i < parts->count; i++) {
        dps_look_clear(&parts->part[i].look);
        g_free(parts->part[i].path);
        g_free(parts->part[i].mask_path);
    }
    g_free(parts->part);
    dps_image_clear(&parts->rest);
    *parts = (LookParts){ 0 };
}

static double lost_together(const LookParts *parts, const DpsImage *content, const DpsImage *result)
{
    int regions = parts->count - 1;
    DpsLook *looks = g_new(DpsLook, regions);
    const DpsImage **masks = g_new(const DpsImage *, regions);
    double lost;

    for (int k = 0; k < regions; k++) {
        looks[k] = parts->part[k + 1].look;
        masks[k] = parts->part[k + 1].mask;
    }
    lost = dps_looks_difference(content, result, regions, looks, masks);
    g_free(looks);
    g_free(masks);
    return lost;
}

DpsStatus look_parts_fit(LookParts *parts, const DpsImage *content, const DpsImage *result,
                         const DpsWork *work, DpsMessage *message)
{
    for (int i = 0; i < parts->count; i++) {
        LookPart *part = &parts->part[i];
        DpsStatus status = dps_look_fit(content, result, part->mask, work, &part->look, message);

        if (status != DPS_OK)
            return status;
        part->lost = dps_looks_difference(content, result, 1, &part->look, &part->mask);
    }
    parts->together = parts->count > 1 ? lost_together(parts, content, result)
                                       : parts->part[0].lost;
    return DPS_OK;
}

gboolean look_parts_grey(const DpsImage *mask, DpsImage *grey)
{
    gsize plane = (gsize) mask->width * mask->height;
    gboolean good = dps_image_init(grey, 3, mask->width, mask->height);

    for (int c = 0; c < 3 && good; c++)
        memcpy(grey->data + c * plane, mask->data, plane * sizeof(float));
    return good;
}

char *look_parts_say_together(const LookParts *parts)
{
    return g_strdup_printf(_("all regions together: %.2f ΔE2000 lost on average"), parts->together);
}
