/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "live-output.h"

#include <string.h>

void live_output_clear(LiveOutput *output)
{
    dps_field_clear(&output->whole);
    dps_field_clear(&output->weak);
    g_clear_pointer(&output->strength, g_free);
}

/* Where memory is short the whole field stands in. */
static void weaken(LiveOutput *output, const Request *request)
{
    const DpsWork work = { .threads = gimp_get_num_processors() };
    const DpsImage *maps = &output->whole.maps;
    DpsField *weak = &output->weak;

    dps_field_clear(weak);
    if (!request || !maps->data || !output->strength || !*output->strength ||
        !dps_image_init(&weak->maps, maps->channels, maps->width, maps->height))
        return;
    weak->width = output->whole.width;
    weak->height = output->whole.height;
    memcpy(weak->maps.data, maps->data,
           (gsize) maps->channels * maps->width * maps->height * sizeof *maps->data);
    if (!dps_field_weaken(weak, output->strength, request->job.options.merge_regions,
                          request->job.regions, request->job.region, &work))
        dps_field_clear(weak);
}

void live_output_set(LiveOutput *output, DpsField *field, const Request *request)
{
    dps_field_clear(&output->whole);
    output->whole = *field;
    weaken(output, request);
}

void live_output_set_strength(LiveOutput *output, const char *strength, const Request *request)
{
    g_free(output->strength);
    output->strength = g_strdup(strength);
    weaken(output, request);
}

const DpsField *live_output_get(const LiveOutput *output)
{
    return output->weak.maps.data ? &output->weak : &output->whole;
}
