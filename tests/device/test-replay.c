/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Recording and replaying: the order of things on a device that only counts, and evaluations of a
 * tape on a device that records, against the reference device.
 *
 *     test-replay [DEVICE] */
#include "device/replay.h"
#include "device/tape.h"
#include "ops.h"

/* ------------------------------------------------------- a device that only counts */

static struct {
    int begun, ended, replayed, dropped, worked;
    bool refuses, moved; /* it can't record; what it has recorded is out of date */
} count;

static void begin(Device *d)
{
    (void) d;
    count.begun++;
}

static Recording *end(Device *d)
{
    static Recording kept;

    count.ended++;
    kept.dev = d;
    return count.refuses ? NULL : &kept;
}

static bool again(const Recording *r)
{
    (void) r;
    if (count.moved)
        return count.moved = false;
    count.replayed++;
    return true;
}

static void forget(Recording *r)
{
    (void) r;
    count.dropped++;
}

static void work(void *data)
{
    (*(int *) data)++;
}

static void expect(const char *when, int worked, int begun, int replayed, int dropped)
{
    CHECK(count.worked == worked && count.begun == begun && count.ended == begun &&
              count.replayed == replayed && count.dropped == dropped,
          "%s: worked %d, begun %d, ended %d, replayed %d, dropped %d", when, count.worked,
          count.begun, count.ended, count.replayed, count.dropped);
}

static void test_order(void)
{
    Backend counting = { .record_begin = begin, .record_end = end, .replay = again };
    Device device = { .be = &counting };
    Replay r = { .kept = NULL };

    counting.recording_drop = forget;
    replay_run(&r, &device, work, &count.worked);
    expect("first", 1, 0, 0, 0);
    replay_run(&r, &device, work, &count.worked);
    expect("recorded", 2, 1, 1, 0);
    replay_run(&r, &device, work, &count.worked);
    expect("replayed", 2, 1, 2, 0);
    count.moved = true;
    replay_run(&r, &device, work, &count.worked);
    expect("moved", 3, 2, 3, 1);
    count.moved = count.refuses = true;
    replay_run(&r, &device, work, &count.worked); /* tried once more, and then done */
    expect("refused", 5, 3, 3, 2);
    replay_run(&r, &device, work, &count.worked);
    expect("refused again", 7, 4, 3, 2);
    replay_run(&r, &device, work, &count.worked);
    expect("refused for the third time", 9, 5, 3, 2);
    replay_run(&r, &device, work, &count.worked);
    expect("never again", 10, 5, 3, 2);
    replay_drop(&r, &device);
    expect("nothing is kept", 10, 5, 3, 2);
}

static void test_without(void)
{
    Backend plain = { .name = "plain" };
    Device device = { .be = &plain };
    Replay r = { .kept = NULL };

    count.worked = 0;
    for (int i = 0; i < 3; i++)
        replay_run(&r, &device, work, &count.worked);
    replay_drop(&r, &device);
    CHECK(count.worked == 3, "worked %d times", count.worked);
}

/* ------------------------------------------------------------------- evaluations */

enum { PLANES = 3, HEIGHT = 13, WIDTH = 18 };

typedef struct {
    Conv *conv[2];
    Masks *masks;
    Tensor *target, *x, *g;
    Tape *tape;
} Net;

static Net net_new(Device *d, float *const *weight, const float *bias, const float *mask)
{
    Net n = { .tape = tape_new(d, PLANES, HEIGHT, WIDTH, true) };
    Node *y = tape_input(n.tape);

    for (int i = 0; i < 2; i++) {
        ConvShape s = {
            .cin = i ? 16 : PLANES, .cout = i ? 32 : 16, .k = 3, .stride = 1, .pad = 1
        };
        n.conv[i] = d->be->conv_new(d, &s, weight[i], bias);
        y = tape_conv(n.tape, y, n.conv[i]);
    }
    y = tape_pool(n.tape, y, &(PoolShape){ POOL_AVERAGE, 2, 2, 0 }, false);
    n.masks = d->be->masks(d, 2, HEIGHT / 2, WIDTH / 2, mask);
    y = tape_gram(n.tape, y, n.masks);
    n.target = d->be->tensor(d, 2, 32, 32);
    tape_sqdiff(n.tape, y, n.target, 1e-3);
    tape_excess(n.tape, tape_input(n.tape), 0.5);
    n.x = d->be->tensor(d, PLANES, HEIGHT, WIDTH);
    n.g = d->be->tensor(d, PLANES, HEIGHT, WIDTH);
    CHECK(tape_ready(n.tape), "memory");
    return n;
}

static void net_drop(Net *n)
{
    const Backend *b = n->x->dev->be;

    tape_free(n->tape);
    b->drop(n->x);
    b->drop(n->g);
    b->drop(n->target);
    b->masks_drop(n->masks);
    for (int i = 0; i < 2; i++)
        b->conv_drop(n->conv[i]);
}

static void evaluate(Net *n, const float *x, float *g, double losses[2])
{
    const Backend *b = n->x->dev->be;

    b->upload(n->x, x);
    tape_eval(n->tape, n->x, n->g);
    CHECK(b->read(n->x->dev, 0, tape_losses(n->tape), losses) == DPS_OK, "an evaluation");
    b->download(n->g, g);
}

/* An operation that needs more room than an evaluation, so that the workspace moves. */
static void outgrow(void)
{
    float *m = noise((size_t) 40 * 50, 1, 1);
    Masks *masks = be->masks(dev, 1, 40, 50, m);
    Tensor *x = be->tensor(dev, 96, 40, 50), *y = be->tensor(dev, 1, 96, 96);

    be->gram(y, x, masks);
    be->drop(x);
    be->drop(y);
    be->masks_drop(masks);
    free(m);
}

static void test_evaluations(void)
{
    size_t n = (size_t) PLANES * HEIGHT * WIDTH;
    float *weight[2] = { noise(9 * PLANES * 16, -0.2, 0.2), noise(9 * 16 * 32, -0.1, 0.1) };
    float *bias = noise(32, 0, 0.1), *mask = noise(2 * (HEIGHT / 2) * (WIDTH / 2), 0, 1);
    float *g[2] = { noise(n, 0, 0), noise(n, 0, 0) };
    double losses[2][2] = { { 0 } };
    Net on[2] = { net_new(dev, weight, bias, mask), net_new(ref, weight, bias, mask) };

    for (int round = 0; round < 6; round++) {
        float *x = noise(n, -0.2, 1.2);
        if (round == 4)
            outgrow();
        for (int k = 0; k < 2; k++)
            evaluate(&on[k], x, g[k], losses[k]);
        double d = distance(g[0], g[1], n), l = 0;
        for (int i = 0; i < 2; i++)
            l = fmax(l, fabs(losses[0][i] - losses[1][i]) / losses[1][i]);
        worst = fmax(worst, fmax(d, l));
        CHECK(d < 1e-5 && l < 1e-5, "round %d: gradient off by %g, losses by %g", round, d,
              l); /* 1e-6 */
        free(x);
    }
    report("evaluations");
    for (int k = 0; k < 2; k++) {
        net_drop(&on[k]);
        free(weight[k]);
        free(g[k]);
    }
    free(bias);
    free(mask);
}

int main(int argc, char **argv)
{
    test_order();
    test_without();
    devices_open(argc, argv);
    test_evaluations();
    return devices_close("replays");
}
