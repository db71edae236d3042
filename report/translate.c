/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "translate.h"

#include <glib/gi18n.h>

#include "printable.h"

static const char *translate(const char *english)
{
    return _(english);
}

char *translate_message(const DpsMessage *message)
{
    char text[2 * DPS_MESSAGE];

    dps_message_print(message, translate, text, sizeof text);
    return printable(text);
}

char *translate_region_name(const DpsRegionReport *region)
{
    return printable(region->unnamed ? _(region->name) : region->name);
}

const char *translate_stage(DpsStage stage)
{
    const char *name = dps_stage_name(stage);

    return *name ? _(name) : name;
}

char **translate_notices(const DpsResult *result, gboolean all)
{
    GPtrArray *sentences = g_ptr_array_new();

    for (int i = 0; i < result->regions; i++)
        if (result->region[i].reason.code && (all || result->region[i].content_coverage > 0))
            g_ptr_array_add(sentences, translate_message(&result->region[i].reason));
    for (int i = 0; i < result->notices; i++)
        g_ptr_array_add(sentences, translate_message(&result->notice[i]));
    g_ptr_array_add(sentences, NULL);
    return (char **) g_ptr_array_free(sentences, FALSE);
}
