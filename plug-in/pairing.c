/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pairing.h"

#include <glib/gi18n.h>

void mask_pair_free(MaskPair *pair)
{
    g_free(pair->name);
    g_free(pair);
}

static void add_pair(GPtrArray *pairs, GimpDrawable *content, GimpDrawable *style)
{
    MaskPair *pair = g_new0(MaskPair, 1);

    pair->content = content;
    pair->style = style;
    pair->name = gimp_item_get_name(GIMP_ITEM(content ? content : style));
    g_ptr_array_add(pairs, pair);
}

static char *folded_name(GimpDrawable *mask)
{
    char *name = gimp_item_get_name(GIMP_ITEM(mask));
    char *folded = g_utf8_casefold(g_strstrip(name), -1);

    g_free(name);
    return folded;
}

static gboolean same_name(GimpDrawable *a, GimpDrawable *b)
{
    char *name_a = folded_name(a), *name_b = folded_name(b);
    gboolean same = strcmp(name_a, name_b) == 0;

    g_free(name_a);
    g_free(name_b);
    return same;
}

static GimpDrawable *namesake(GimpDrawable *mask, GimpDrawable **list)
{
    for (int i = 0; list[i]; i++)
        if (same_name(mask, list[i]))
            return list[i];
    return NULL;
}

/* The first mask whose name an earlier one has, NULL if all names differ. */
static GimpDrawable *repeated_name(GimpDrawable **list)
{
    for (int i = 0; list[i]; i++)
        if (namesake(list[i], list) != list[i])
            return list[i];
    return NULL;
}

static gboolean all_named_in(GimpDrawable **list, GimpDrawable **other)
{
    for (int i = 0; list[i]; i++)
        if (!namesake(list[i], other))
            return FALSE;
    return TRUE;
}

static gboolean check_list(GimpDrawable **list, const char *argument, GError **error)
{
    for (int i = 0; list[i]; i++)
        if (!GIMP_IS_DRAWABLE(list[i]) || !gimp_item_is_valid(GIMP_ITEM(list[i]))) {
            g_set_error(error, GIMP_PLUG_IN_ERROR, 0,
                        _("Entry %d of “%s” is not a layer, channel or layer mask. Pass one of "
                          "these for each region."),
                        i + 1, argument);
            return FALSE;
        }
    return TRUE;
}

static gboolean pair_by_name(GPtrArray *pairs, GimpDrawable **content, GimpDrawable **style,
                             GError **error)
{
    GimpDrawable *twice = repeated_name(content) ? repeated_name(content) : repeated_name(style);

    if (twice) {
        char *name = gimp_item_get_name(GIMP_ITEM(twice));

        g_set_error(error, GIMP_PLUG_IN_ERROR, 0,
                    _("Two masks are called “%s”, so they can't be paired by name. Rename one of "
                      "them, or pair them by order."),
                    name);
        g_free(name);
        return FALSE;
    }
    for (int i = 0; content[i]; i++)
        add_pair(pairs, content[i], namesake(content[i], style));
    for (int i = 0; style[i]; i++)
        if (!namesake(style[i], content))
            add_pair(pairs, NULL, style[i]);
    return TRUE;
}

static gboolean pair_by_order(GPtrArray *pairs, GimpDrawable **content, GimpDrawable **style,
                              GError **error)
{
    int n = gimp_core_object_array_get_length((GObject **) content);
    int m = gimp_core_object_array_get_length((GObject **) style);

    if (n != m) {
        g_set_error(error, GIMP_PLUG_IN_ERROR, 0,
                    _("There are %d masks for the content and %d for the style, and their names "
                      "don't match. Give as many for one as for the other, or give those that "
                      "belong together the same name."),
                    n, m);
        return FALSE;
    }
    for (int i = 0; i < n; i++)
        add_pair(pairs, content[i], style[i]);
    return TRUE;
}

GPtrArray *masks_pair(GimpDrawable **content, GimpDrawable **style, const char *pairing,
                      GError **error)
{
    GPtrArray *pairs = g_ptr_array_new_with_free_func((GDestroyNotify) mask_pair_free);
    gboolean some_content = content && content[0], some_style = style && style[0];
    gboolean by_name = g_strcmp0(pairing, "name") == 0, ok;

    if (!some_content && !some_style)
        return pairs;
    if (!some_content || !some_style) {
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            some_content
                                ? _("There are masks for the content but none for the style. Give "
                                    "each region a mask in both photos, or no masks at all.")
                                : _("There are masks for the style but none for the content. Give "
                                    "each region a mask in both photos, or no masks at all."));
        ok = FALSE;
    } else if (!check_list(content, "content-masks", error) ||
               !check_list(style, "style-masks", error)) {
        ok = FALSE;
    } else {
        if (g_strcmp0(pairing, "order") != 0 && !by_name)
            by_name = !repeated_name(content) && !repeated_name(style) &&
                      (all_named_in(content, style) || all_named_in(style, content));
        ok = by_name ? pair_by_name(pairs, content, style, error)
                     : pair_by_order(pairs, content, style, error);
    }
    if (ok)
        return pairs;
    g_ptr_array_unref(pairs);
    return NULL;
}
