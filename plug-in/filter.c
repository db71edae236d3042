/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "filter.h"

#include <glib/gi18n.h>

#include "report/field-text.h"

gboolean filter_possible(const DpsOptions *options, GError **error)
{
    const char *why = NULL;

    if (!gegl_has_operation(FIELD_TEXT_OPERATION))
        why = _("GIMP lacks the operation that such a filter needs, deep-photo-style:colour-field. "
                "Install the plug-in again and restart GIMP, or choose a new layer as the result.");
    else if (dps_options_paint(options))
        why = _("A painting can't be a filter, which changes the photo's colours and draws no "
                "strokes. Choose a new layer as the result, or another method.");
    else if (options->detail > 0)
        why = _("A filter can't lay the photo's detail over the result, for which it would have to "
                "see each pixel's surroundings. Choose a new layer as the result, or set the "
                "detail to 0.");
    if (why)
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0, why);
    return !why;
}

void filter_remove_ours(GimpDrawable *drawable)
{
    GimpDrawableFilter **filters = gimp_drawable_get_filters(drawable);

    for (int i = 0; filters && filters[i]; i++) {
        char *name = gimp_drawable_filter_get_operation_name(filters[i]);

        if (g_strcmp0(name, FIELD_TEXT_OPERATION) == 0)
            gimp_drawable_filter_delete(filters[i]);
        g_free(name);
    }
    g_free(filters);
}

static GimpDrawableFilter *make(const Request *request, const char *text)
{
    GimpDrawableFilter *filter = gimp_drawable_filter_new(request->drawable, FIELD_TEXT_OPERATION,
                                                          NULL);
    const DpsOptions *options = &request->job.options;

    if (filter)
        g_object_set(gimp_drawable_filter_get_config(filter), "field", text, "amount",
                     options->amount, "take", dps_choice_name("take", options->take), NULL);
    return filter;
}

gboolean filter_insert(const Request *request, const DpsField *field, GError **error)
{
    GimpImage *image;
    GimpDrawableFilter *filter;
    char *text;

    text = field_text_write(field);
    filter = text ? make(request, text) : NULL;
    if (!text)
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("The result is too large for a filter, which GIMP would not keep in "
                              "a file, so it is a new layer. A smaller working size makes it "
                              "smaller."));
    else if (!filter)
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("GIMP doesn't know the operation yet that the filter needs, so the "
                              "result is a new layer. Restart GIMP."));
    g_free(text);
    if (!filter)
        return FALSE;
    image = gimp_item_get_image(GIMP_ITEM(request->drawable));
    gimp_image_undo_group_start(image);
    filter_remove_ours(request->drawable);
    gimp_drawable_append_filter(request->drawable, filter);
    gimp_image_undo_group_end(image);
    gimp_displays_flush();
    return TRUE;
}
