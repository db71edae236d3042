/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "gram-error.h"

#include "optimise/objective.h"

static DpsStatus evaluate(const Objective *e, const DpsImage *image, double *style)
{
    Tape *tape = objective_tape(e);
    Device *dev = tape_device(tape);
    Tensor *x = dev->be->tensor(dev, 3, image->height, image->width);
    Tensor *g = dev->be->tensor(dev, 3, image->height, image->width);
    double slot[SLOTS];
    DpsStatus status = DPS_NO_MEMORY;

    if (x && g) {
        dev->be->upload(x, image->data);
        tape_eval(tape, x, g);
        status = dev->be->read(dev, 0, tape_losses(tape), slot);
        if (!status)
            *style = objective_losses(e, slot).style;
    }
    if (x)
        dev->be->drop(x);
    if (g)
        dev->be->drop(g);
    return status;
}

DpsStatus gram_error(Device *dev, const MeasureSet *set, int regions, const DpsRegion *region,
                     const char *path, const DpsWork *work, double *out, DpsMessage *message)
{
    const ObjectiveOptions o = { .weight = { [LOSS_STYLE] = 1, [LOSS_CONTENT] = 1 },
                                 .window_radius = 1 };
    RegionSet masks = { 0 };
    Network *network = NULL;
    Objective *e = NULL;

    DpsStatus status = network_load(dev, path, NULL, &network, message);
    if (!status)
        status = regions_prepare(
            regions, region,
            &(Canvas) { set->content.width, set->content.height, set->content_coverage },
            &(Canvas) { set->style.width, set->style.height, set->style_coverage }, work, NULL,
            &masks, message);
    const DpsImage *picture[] = { &set->content, &set->style };
    for (int i = 0; i < 2 && !status; i++)
        status = network_check_size(network, picture[i]->width, picture[i]->height, message);
    if (!status)
        status = objective_new(network, &set->content, &set->style, &masks, &o, work, &e);
    if (!status)
        status = evaluate(e, &set->result, out);
    objective_free(e);
    regions_clear(&masks);
    network_free(network);
    return status;
}
