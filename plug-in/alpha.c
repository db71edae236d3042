/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "alpha.h"

#include <glib/gi18n.h>

gboolean alpha_read(GimpDrawable *drawable, Cover *cover, GError **error)
{
    char *name;
    double sum = 0;

    if (!layers_read_alpha(drawable, LAYERS_MASK_SIDE, &cover->alpha, &cover->opaque, error))
        return FALSE;
    if (cover->opaque)
        return TRUE;
    for (gsize i = 0; i < (gsize) cover->alpha.width * cover->alpha.height; i++)
        sum += cover->alpha.data[i];
    if (sum > 0)
        return TRUE;
    name = gimp_item_get_name(GIMP_ITEM(drawable));
    g_set_error(error, GIMP_PLUG_IN_ERROR, 0,
                _("The layer “%s” is transparent everywhere: there is nothing to see in it. "
                  "Choose another layer."),
                name);
    g_free(name);
    return FALSE;
}

static gboolean copy_mask(const DpsImage *from, DpsImage *to)
{
    if (!dps_image_init(to, 1, from->width, from->height))
        return FALSE;
    memcpy(to->data, from->data, (gsize) from->width * from->height * sizeof *to->data);
    return TRUE;
}

/* A mask of what no other mask covers, of the size of the cover, or 1x1 for an opaque photo
 * without masks. */
static gboolean uncovered(const Cover *cover, const DpsRegion *region, int regions,
                          gboolean of_style, DpsImage *out)
{
    if (cover->opaque) {
        int width = 1, height = 1;

        for (int k = 0; k < regions; k++) {
            const DpsImage *mask = of_style ? &region[k].style : &region[k].content;

            width = MAX(width, mask->width);
            height = MAX(height, mask->height);
        }
        if (!dps_image_init(out, 1, width, height))
            return FALSE;
        for (gsize i = 0; i < (gsize) width * height; i++)
            out->data[i] = 1.0f;
    } else if (!copy_mask(&cover->alpha, out)) {
        return FALSE;
    }
    for (int y = 0; y < out->height; y++)
        for (int x = 0; x < out->width; x++) {
            float covered = 0.0f;

            for (int k = 0; k < regions; k++) {
                const DpsImage *mask = of_style ? &region[k].style : &region[k].content;

                if (mask->channels)
                    covered += layers_sample(mask, (x + 0.5) / out->width, (y + 0.5) / out->height);
            }
            out->data[(gsize) y * out->width + x] *= 1.0f - CLAMP(covered, 0.0f, 1.0f);
        }
    return TRUE;
}

static gboolean covers_nothing(const DpsImage *mask)
{
    double sum = 0;

    for (gsize i = 0; i < (gsize) mask->width * mask->height; i++)
        sum += mask->data[i];
    return sum < 1e-4 * mask->width * mask->height;
}

static void add_rest(Request *request, DpsRegion *rest)
{
    int n = request->job.regions;

    if (n && covers_nothing(&rest->content) && covers_nothing(&rest->style)) {
        dps_image_clear(&rest->content);
        dps_image_clear(&rest->style);
        return;
    }
    request->region[n] = *rest;
    request->region[n].name = g_strdup(n ? _("the rest") : _("the whole picture"));
    request->job.regions = n + 1;
}

gboolean alpha_respect(Request *request, GError **error)
{
    const Cover *content = &request->of_content, *style = &request->of_style;
    int n = request->job.regions;
    DpsRegion rest = { 0 };

    if (content->opaque && style->opaque)
        return TRUE;
    request->region = g_realloc_n(request->region, n + 1, sizeof *request->region);
    request->job.region = request->region;
    if (!uncovered(content, request->region, n, FALSE, &rest.content) ||
        !uncovered(style, request->region, n, TRUE, &rest.style)) {
        dps_image_clear(&rest.content);
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("There isn't enough memory for the masks."));
        return FALSE;
    }
    for (int k = 0; k < n; k++) {
        if (request->region[k].content.channels && !content->opaque)
            layers_multiply(&request->region[k].content, &content->alpha);
        if (request->region[k].style.channels && !style->opaque)
            layers_multiply(&request->region[k].style, &style->alpha);
    }
    add_rest(request, &rest);
    request->job.only_regions = true;
    return TRUE;
}
