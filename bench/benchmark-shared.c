/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the parts of a benchmark share: taking times, made-up photos, devices, saying something. */

#include "benchmark.h"
#include "message.h"
#include "image/image.h"
#include "work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const int benchmark_vgg_planes[] = { 64, 128, 256, 512, 512 };

/* ------------------------------------------------------------------------ time */

double benchmark_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

bool benchmark_again(const BenchmarkTimes *t, int most, double seconds)
{
    return t->n < most && (t->n == 0 || t->all < seconds);
}

void benchmark_took(BenchmarkTimes *t, double seconds)
{
    t->took[t->n++] = seconds;
    t->all += seconds;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

double benchmark_median(BenchmarkTimes *t)
{
    qsort(t->took, (size_t) t->n, sizeof *t->took, ascending);
    return t->took[t->n / 2];
}

/* -------------------------------------------------------------------- pictures */

/* Waves along the columns and along the rows: a photo of 24 megapixels is made in a moment. */
bool benchmark_photo(int width, int height, float warm, DpsImage *out)
{
    float *hill = malloc((size_t) width * sizeof *hill);
    float *grain = malloc((size_t) width * sizeof *grain);
    bool ok = hill && grain && dps_image_init(out, 3, width, height);

    for (int j = 0; j < width && ok; j++) {
        float x = (float) j / (float) width;
        hill[j] = 0.5f + 0.1f * sinf(9 * x) + 0.03f * sinf(41 * x);
        grain[j] = 0.06f * sinf(700 * x + 3 * sinf(50 * x));
    }
    for (int c = 0; c < 3 && ok; c++)
        for (int i = 0; i < height; i++) {
            float y = (float) i / (float) height, wave = sinf(900 * y + 2 * sinf(70 * y));
            float sky = 0.8f - 0.4f * y + warm * (float) (1 - c), land = c == 1 ? 0.4f : 0.3f;
            float *row = image_plane(out, c) + (size_t) i * (size_t) width;
            for (int j = 0; j < width; j++)
                row[j] = image_clipped((y < hill[j] ? sky : land) + grain[j] * wave);
        }
    free(hill);
    free(grain);
    return ok;
}

/* ----------------------------------------------------------- devices and reporting */

Device *benchmark_open(const Benchmark *m)
{
    return m->be->open(&m->work);
}

void benchmark_figure(const Benchmark *m, const DpsFigure *figure)
{
    if (m->b.figure)
        m->b.figure(figure, m->b.data);
}

void benchmark_notice(Benchmark *m, const DpsMessage *notice)
{
    if (m->b.notice && strcmp(notice->text, m->last) != 0)
        m->b.notice(notice, m->b.data);
    snprintf(m->last, sizeof m->last, "%s", notice->text);
}

DpsStatus benchmark_left_out(Benchmark *m, DpsStatus status, const char *what, int width,
                             int height)
{
    DpsMessage notice;

    if (status && work_cancelled(&m->work))
        return DPS_CANCELLED; /* what couldn't be made then didn't fail for lack of memory */
    if (status != DPS_NO_MEMORY || m->b.width)
        return status;
    say(&notice, DPS_SAY_LEFT_OUT,
        N_("There is not enough memory for %s at %d by %d pixels; it was left out."), what, width,
        height);
    benchmark_notice(m, &notice);
    *m->message = (DpsMessage){ 0 };
    return DPS_OK;
}
