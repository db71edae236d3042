/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whole transfers, from photos in memory to the picture: dps_run for each preset. */

#include "benchmark.h"

#include <stdio.h>

#define SIZES 2
static const int sizes[SIZES][2] = { { 700, 466 }, { 6000, 4000 } };

#define STYLE_WIDTH 700
#define STYLE_HEIGHT 466

#define LONG_ENOUGH 2.0 /* seconds for one figure */

typedef struct {
    Benchmark *m;
    const char *file; /* of the network; NULL: built in */
    DpsImage content, style;
} Transfers;

static DpsStatus transfer(Transfers *t, DpsPreset preset)
{
    Benchmark *m = t->m;
    DpsJob job = { .content = &t->content,
                   .style = &t->style,
                   .regions = m->b.regions,
                   .region = m->stripes,
                   .cancelled = m->b.cancelled,
                   .data = m->b.data };
    DpsFigure f = { .kind = DPS_FIGURE_TRANSFER,
                    .preset = preset,
                    .width = t->content.width,
                    .height = t->content.height };
    BenchmarkTimes times = { 0 };
    DpsStatus status = DPS_OK;

    dps_options_default(&job.options);
    job.options.preset = preset;
    job.options.device = m->be->name;
    job.options.network = t->file;
    job.options.threads = m->b.threads;
    while (benchmark_again(&times, m->b.repeats, LONG_ENOUGH) && !status) {
        DpsResult result;
        status = dps_run(&job, &result);
        for (int i = 0; i < result.notices; i++)
            benchmark_notice(m, &result.notice[i]);
        *m->message = result.message;
        snprintf(f.network, sizeof f.network, "%s", result.network);
        snprintf(f.device, sizeof f.device, "%s", result.device);
        f.count = result.evaluations;
        benchmark_took(&times, result.seconds);
        dps_result_clear(&result);
    }
    if (status) {
        char what[DPS_NAME];
        snprintf(what, sizeof what, "a transfer with the preset %s",
                 dps_choice_name("preset", preset));
        return benchmark_left_out(m, status, what, f.width, f.height);
    }
    f.repeats = times.n;
    f.seconds = benchmark_median(&times);
    benchmark_figure(m, &f);
    return DPS_OK;
}

static DpsStatus transfers(Benchmark *m, const char *file, int width, int height)
{
    Transfers t = { .m = m, .file = file };
    int style_width = width < STYLE_WIDTH ? width : STYLE_WIDTH;
    int style_height = height < STYLE_HEIGHT ? height : STYLE_HEIGHT;
    bool ok = benchmark_photo(width, height, 0, &t.content) &&
              benchmark_photo(style_width, style_height, 0.2f, &t.style);
    DpsStatus status = ok ? DPS_OK
                          : benchmark_left_out(m, DPS_NO_MEMORY, "a transfer", width, height);

    for (int i = 0; i < m->b.presets && ok && !status; i++)
        status = transfer(&t, m->b.preset[i]);
    dps_image_clear(&t.content);
    dps_image_clear(&t.style);
    return status;
}

DpsStatus benchmark_transfers(Benchmark *m)
{
    const char *file[] = { NULL, m->file };
    int networks = m->file ? 2 : 1, count = m->b.width ? 1 : SIZES;
    DpsStatus status = DPS_OK;

    for (int n = 0; n < networks; n++)
        for (int i = 0; i < count && !status; i++)
            status = transfers(m, file[n], m->b.width ? m->b.width : sizes[i][0],
                               m->b.width ? m->b.height : sizes[i][1]);
    return status;
}
