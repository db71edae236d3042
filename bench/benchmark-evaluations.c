/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One evaluation, the step that a transfer repeats: forward, all losses, backward to the picture. */

#include "benchmark.h"
#include "message.h"
#include "device/device.h"
#include "image/random.h"
#include "network/architectures.h"
#include "optimise/objective.h"
#include "transfer/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZES 3
static const int sizes[SIZES][2] = { { 512, 341 }, { 700, 466 }, { 1024, 682 } };

#define LONG_ENOUGH 5.0 /* seconds for one figure */
#define WARM_UP 0.5     /* seconds: a GPU idles at a fraction of its speed */

/* ---------------------------------------------------- VGG-19 that nobody trained */

/* Uniform, of the variance that keeps features as large as they are from layer to layer (He et al.,
 * "Delving deep into rectifiers", ICCV 2015). */
static int add_random_conv(Network *n, int cin, int cout, Random *r)
{
    const ConvShape shape = { .cin = cin, .cout = cout, .k = 3, .stride = 1, .pad = 1 };
    size_t count = (size_t) cin * cout * 9;
    float *weight = malloc(count * sizeof *weight), *bias = calloc((size_t) cout, sizeof *bias);
    double most = sqrt(6 / (9.0 * cin));
    int layer = -1;

    for (size_t i = 0; weight && i < count; i++)
        weight[i] = (float) (most * (2 * random_uniform(r) - 1));
    if (weight && bias)
        layer = network_add_conv(n, n->layers - 1, &shape, weight, bias);
    free(weight);
    free(bias);
    return layer;
}

static DpsStatus random_vgg(Device *dev, Network **network, DpsMessage *message)
{
    const Architecture *a = &architectures[ARCHITECTURE_VGG19];
    Network *n = calloc(1, sizeof *n);
    Random r = { 1 };
    int level = 0, cin = 3;
    bool ok = n != NULL;

    *network = n;
    if (!n)
        return DPS_NO_MEMORY;
    n->dev = dev;
    n->least = 1;
    snprintf(n->name, sizeof n->name, "%s", DPS_RANDOM_VGG);
    for (int i = 0; i < architecture_rows(a) && ok; i++) {
        if (a->row[i].kind == ROW_POOL) {
            network_add_pool(n, n->layers - 1, POOL_MAX, a->ceil);
            level++;
            continue;
        }
        int layer = add_random_conv(n, cin, benchmark_vgg_planes[level], &r);
        cin = benchmark_vgg_planes[level];
        if ((ok = layer >= 0))
            snprintf(n->layer[layer].name, sizeof n->layer[layer].name, "%s", a->row[i].name);
    }
    const NetworkChoice choice = { .style = a->style, .content = a->content };
    return ok ? network_choose(n, &choice, message) : DPS_NO_MEMORY;
}

/* -------------------------------------------------------------------- evaluations */

typedef struct {
    Benchmark *m;
    const char *name; /* NULL: of the file */
    int width, height;
    Device *dev;
    DpsImage content, style;
    RegionSet set;
    Network *network;
    Objective *objective;
} Evaluation;

/* The objective that a transfer with the defaults has at its largest size, but for one network alone: a
 * transfer with a file's network has the built-in one beside it. */
static DpsStatus make_objective(Evaluation *e)
{
    DpsOptions defaults;
    Schedule s;

    dps_options_default(&defaults);
    DpsStatus status = options_schedule(&defaults, e->width, &s, e->m->message);
    if (!status)
        status = network_check_size(e->network, e->width, e->height, e->m->message);
    if (status)
        return status;
    ObjectiveOptions o = s.level[s.levels - 1].objective;
    o.estimate = &e->content; /* which picture it is makes no difference to the time */
    return objective_new(e->network, &e->content, &e->style, &e->set, &o, &e->m->work,
                         &e->objective);
}

static DpsStatus prepare(Evaluation *e)
{
    Benchmark *m = e->m;
    int w = e->width, h = e->height;

    if (!(e->dev = benchmark_open(m)) || !benchmark_photo(w, h, 0, &e->content) ||
        !benchmark_photo(w, h, 0.2f, &e->style))
        return DPS_NO_MEMORY;
    DpsStatus status = regions_prepare(m->b.regions, m->stripes, OPAQUE(w, h), OPAQUE(w, h),
                                       &m->work, NULL, &e->set, m->message);
    if (status)
        return status;
    if (!e->name)
        status = network_load(e->dev, m->file, NULL, &e->network, m->message);
    else if (strcmp(e->name, DPS_RANDOM_VGG) == 0)
        status = random_vgg(e->dev, &e->network, m->message);
    else
        status = network_builtin(e->dev, &e->content, &e->style, NETWORK_FILTERS, 0, &m->work,
                                 &e->network);
    return status ? status : make_objective(e);
}

static DpsStatus measure(Evaluation *e)
{
    const Backend *be = e->dev->be;
    Tape *tape = objective_tape(e->objective);
    Tensor *x = be->tensor(e->dev, 3, e->height, e->width);
    Tensor *g = be->tensor(e->dev, 3, e->height, e->width);
    DpsFigure f = { .kind = DPS_FIGURE_EVALUATION, .width = e->width, .height = e->height };
    DpsStatus status = x && g ? DPS_OK : DPS_NO_MEMORY;
    BenchmarkTimes times = { 0 };
    double slot[SLOTS];
    double warm = benchmark_now() + (be->replay ? WARM_UP : 0);
    int warm_up = be->replay ? 2 : 1; /* the second is recorded */

    if (!status)
        be->upload(x, e->content.data);
    while (benchmark_again(&times, e->m->b.repeats, LONG_ENOUGH) && !status) {
        double begun = benchmark_now();
        tape_eval(tape, x, g);
        status = be->read(e->dev, 0, tape_losses(tape), slot);
        if (warm_up-- <= 0 && begun >= warm)
            benchmark_took(&times, benchmark_now() - begun);
    }
    be->drop(x);
    be->drop(g);
    if (status)
        return status;
    snprintf(f.network, sizeof f.network, "%s", e->name ? e->name : e->network->name);
    f.repeats = times.n;
    f.seconds = benchmark_median(&times);
    benchmark_figure(e->m, &f);
    return DPS_OK;
}

static DpsStatus evaluate(Benchmark *m, const char *name, int width, int height)
{
    Evaluation e = { .m = m, .name = name, .width = width, .height = height };
    DpsStatus status = prepare(&e);
    char what[2 * DPS_NAME];

    if (!status)
        status = measure(&e);
    objective_free(e.objective);
    network_free(e.network);
    if (e.dev) {
        status = device_reason(e.dev, status);
        m->be->close(e.dev);
    }
    dps_image_clear(&e.content);
    dps_image_clear(&e.style);
    regions_clear(&e.set);
    snprintf(what, sizeof what, "an evaluation of %.60s", name ? name : m->file);
    return benchmark_left_out(m, status, what, width, height);
}

/* VGG-19 in its true size takes a processor ten seconds and gigabytes at 1024 pixels. */
static int count_sizes(Benchmark *m, const char *name)
{
    DpsMessage notice;

    if (m->b.width)
        return 1;
    if (m->be->memory_free || !name || strcmp(name, DPS_RANDOM_VGG) != 0)
        return SIZES;
    say(&notice, DPS_SAY_LEFT_OUT,
        N_("On a processor an evaluation of VGG-19 takes seconds: it is timed at the smallest size "
           "only; name a size to time it there."));
    benchmark_notice(m, &notice);
    return 1;
}

DpsStatus benchmark_evaluations(Benchmark *m)
{
    const char *name[] = { "builtin", m->file ? NULL : DPS_RANDOM_VGG };
    DpsStatus status = DPS_OK;

    for (int n = 0; n < 2 && !status; n++) {
        int count = count_sizes(m, name[n]);
        for (int i = 0; i < count && !status; i++)
            status = evaluate(m, name[n], m->b.width ? m->b.width : sizes[i][0],
                              m->b.width ? m->b.height : sizes[i][1]);
    }
    return status;
}
