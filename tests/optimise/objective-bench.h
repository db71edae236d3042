/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* objective-bench.h - an objective on a device of its own and a point to evaluate it at, for test programs. */

#ifndef OBJECTIVE_BENCH_H
#define OBJECTIVE_BENCH_H

#include "device/ref/ref.h"
#include "objective-golden.h"

typedef struct {
    Device *dev;
    Network *network;
    Objective *objective;
    Tensor *x, *g, *v, *moved;
    const float *at; /* the point that x is set to */
} Bench;

static inline void bench_open(Bench *b, const Backend *be, const char *file,
                              const DpsImage *content, const DpsImage *style, const DpsImage *x,
                              const RegionSet *set, const ObjectiveOptions *o)
{
    const DpsWork options = { .threads = 1 };
    DpsMessage message[1] = { 0 };

    *b = (Bench) { .dev = be->open(&options), .at = x->data };
    DpsStatus status = file
                           ? network_load(b->dev, file, NULL, &b->network, message)
                           : network_builtin(b->dev, content, style, 8, 1, THREADS(1), &b->network);
    CHECK(status == DPS_OK, "%s", message->text);
    status = objective_new(b->network, content, style, set, o, THREADS(1), &b->objective);
    CHECK(status == DPS_OK, "status %d", status);
    Tensor **all[] = { &b->x, &b->g, &b->v, &b->moved };
    for (int i = 0; i < 4; i++)
        *all[i] = be->tensor(b->dev, 3, x->height, x->width);
    be->upload(b->x, x->data);
}

static inline void bench_close(Bench *b)
{
    const Backend *be = b->dev->be;
    Tensor *all[] = { b->x, b->g, b->v, b->moved };

    for (int i = 0; i < 4; i++)
        be->drop(all[i]);
    objective_free(b->objective);
    network_free(b->network);
    if (be == &ref_backend)
        CHECK(ref_live(b->dev) == 0, "%ld left", ref_live(b->dev));
    be->close(b->dev);
}

static inline double loss_at(Bench *b, Tensor *x, DpsLosses *losses)
{
    double slot[SLOTS];

    tape_eval(objective_tape(b->objective), x, b->g);
    DpsStatus status = b->dev->be->read(b->dev, 0, tape_losses(objective_tape(b->objective)), slot);
    CHECK(status == DPS_OK, "status %d", status);
    *losses = objective_losses(b->objective, slot);
    return losses->total;
}

#endif
