/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Tensors, losses and vectors of a device against the reference device, and how it fails.
 *
 *     test-ops [DEVICE [THREADS]] */
#include "ops.h"

#include <limits.h>

/* ---------------------------------------------------------------- losses, vectors */

static void test_losses(void)
{
    for (int n = 0; n < SIZES; n++)
        for (int c = 3; c < 13; c += 9)
            for (int sliced = 0; sliced < 4; sliced++)
                for (int add = 0; add < 2; add++) {
                    int h = sizes[n][0], w = sizes[n][1];
                    Pair x = pair(c, h, w, sliced & 1, -1, 2), t = pair(c, h, w, sliced & 2, -1, 2);
                    Pair a = pair(c, h, w, sliced & 1, -1, 1), b = pair(c, h, w, sliced & 2, -1, 1);
                    be->sqdiff(0, 0.7, a.t[0], x.t[0], t.t[0], add);
                    be->excess(1, 0.3, b.t[0], x.t[0], add);
                    ref->be->sqdiff(0, 0.7, a.t[1], x.t[1], t.t[1], add);
                    ref->be->excess(1, 0.3, b.t[1], x.t[1], add);
                    double d = fmax(fmax(differ(&a), differ(&b)), differ_slots(2));
                    CHECK(d < 1e-6, "losses %d %dx%d slice %d add %d: %g", c, h, w, sliced, add,
                          d); /* 1e-7 */
                    pair_drop(&x);
                    pair_drop(&t);
                    pair_drop(&a);
                    pair_drop(&b);
                }
    report("losses");
}

#define VECTORS 31

static void vectors_case(int c, int h, int w, bool sliced, int n)
{
    Pair v[VECTORS];
    Tensor *on[2][VECTORS];
    double a[VECTORS];

    for (int i = 0; i < VECTORS; i++) {
        v[i] = pair(c, h, w, sliced, -1, 1);
        on[0][i] = v[i].t[0];
        on[1][i] = v[i].t[1];
        a[i] = i % 5 == 4 ? 0 : uniform() - 0.5;
    }
    be->dots(0, on[0][0], n, on[0]);
    ref->be->dots(0, on[1][0], n, on[1]);
    double d = differ_slots(n);
    CHECK(d < 1e-6, "dots of %d, %d %dx%d slice %d: %g", n, c, h, w, sliced, d); /* 2e-8 */
    for (int y = 0; y < 2;
         y++) { /* into a vector that is not among the terms, and into one that is */
        int to = y ? n / 2 : VECTORS - 1;
        be->lincomb(on[0][to], n, a, on[0]);
        ref->be->lincomb(on[1][to], n, a, on[1]);
        d = differ(&v[to]);
        CHECK(d < 1e-6, "lincomb of %d, %d %dx%d slice %d: %g", n, c, h, w, sliced, d); /* 2e-7 */
    }
    for (int i = 0; i < VECTORS; i++)
        pair_drop(&v[i]);
}

static void test_vectors(void)
{
    for (int n = 0; n < SIZES; n++)
        for (int c = 3; c < 13; c += 9)
            for (int sliced = 0; sliced < 2; sliced++)
                vectors_case(c, sizes[n][0], sizes[n][1], sliced, 1 + (7 * n + c) % (VECTORS - 1));
    vectors_case(3, 111, 93, false, 30);
    report("dots and combinations");

    /* A coefficient of zero leaves its vector out, and that is how a tensor is cleared. */
    Pair x = pair(3, 5, 5, false, NAN, NAN);
    float out[75];
    be->lincomb(x.t[0], 1, (double[]){ 0 }, x.t);
    be->download(x.t[0], out);
    CHECK(out[0] == 0 && out[74] == 0, "clearing: %g %g", out[0], out[74]);
    pair_drop(&x);
}

/* Three calls, since the moments carry over; the direction into a vector of its own, and into g. */
static void adam_case(int c, int h, int w, bool sliced, bool own)
{
    Pair d = pair(c, h, w, sliced, -1, 1), m = pair(c, h, w, !sliced, -1e-3, 1e-3);
    Pair v = pair(c, h, w, sliced, 0, 1e-6);

    for (int t = 1; t <= 3; t++) {
        Pair g = pair(c, h, w, sliced, -1e-2, 1e-2);
        be->adam((own ? &d : &g)->t[0], m.t[0], v.t[0], g.t[0], 0.9, 0.999, 1e-8, t);
        ref->be->adam((own ? &d : &g)->t[1], m.t[1], v.t[1], g.t[1], 0.9, 0.999, 1e-8, t);
        double e = fmax(differ(own ? &d : &g), fmax(differ(&m), differ(&v)));
        CHECK(e < 2e-6, "adam %d %dx%d slice %d step %d: %g", c, h, w, sliced, t, e); /* 3e-7 */
        pair_drop(&g);
    }
    pair_drop(&d);
    pair_drop(&m);
    pair_drop(&v);
}

static void test_adam(void)
{
    for (int n = 0; n < SIZES; n++)
        for (int c = 3; c < 13; c += 9)
            for (int sliced = 0; sliced < 2; sliced++)
                adam_case(c, sizes[n][0], sizes[n][1], sliced, n % 2);
    report("Adam");
}

/* With factors and without, into a tensor of its own and into x. */
static void rectify_case(int c, int h, int w, bool sliced, bool scaled, bool own)
{
    Pair x = pair(c, h, w, sliced, -1, 1), y = pair(c, h, w, sliced, -1, 1), *to = own ? &y : &x;
    Pair scale = pair(c, 1, 1, false, -2, 2), shift = pair(c, 1, 1, false, -1, 1);

    be->rectify(to->t[0], x.t[0], scaled ? scale.t[0] : NULL, scaled ? shift.t[0] : NULL);
    ref->be->rectify(to->t[1], x.t[1], scaled ? scale.t[1] : NULL, scaled ? shift.t[1] : NULL);
    double d = differ(to);
    CHECK(d < 1e-6, "rectify %d %dx%d slice %d scaled %d: %g", c, h, w, sliced, scaled,
          d); /* 9e-8 */
    for (int add = 0; add < 2; add++) {
        Pair dy = pair(c, h, w, sliced, -1, 1), dx = pair(c, h, w, !sliced, -1, 1);
        Pair mask = pair(c, h, w, sliced, -1, 1); /* of one array, as it must not hang on rounding */
        be->rectify_back(dx.t[0], dy.t[0], mask.t[0], scaled ? scale.t[0] : NULL, add);
        ref->be->rectify_back(dx.t[1], dy.t[1], mask.t[1], scaled ? scale.t[1] : NULL, add);
        d = differ(&dx);
        CHECK(d < 1e-6, "rectify_back %d %dx%d slice %d scaled %d add %d: %g", c, h, w, sliced,
              scaled, add, d); /* 9e-8 */
        pair_drop(&dy);
        pair_drop(&dx);
        pair_drop(&mask);
    }
    pair_drop(&x);
    pair_drop(&y);
    pair_drop(&scale);
    pair_drop(&shift);
}

static void test_rectify(void)
{
    for (int n = 0; n < SIZES; n++)
        for (int c = 3; c < 40; c += 9)
            for (int how = 0; how < 8; how++)
                rectify_case(c, sizes[n][0], sizes[n][1], how & 1, how & 2, how & 4);
    report("rectification");
}

/* ------------------------------------------------------------- tensors and failure */

static void test_tensors(void)
{
    for (int c = 1; c < 12; c += 5) {
        Pair x = pair(c, 7, 9, false, -1, 1);
        float *out = malloc(pair_count(&x) * sizeof *out);
        Tensor *t = be->tensor(dev, c, 7, 9);
        be->download(t, out);
        double sum = 0;
        for (size_t i = 0; i < pair_count(&x); i++)
            sum += fabsf(out[i]);
        CHECK(sum == 0, "a new tensor is zeros");
        be->download(x.t[0], out);
        CHECK(memcmp(out, x.host, pair_count(&x) * sizeof *out) == 0,
              "%d planes come back as they went", c);
        CHECK(be->tensor_bytes(dev, c, 7, 9) >= pair_count(&x) * 4, "bytes of a tensor");
        be->drop(t);
        pair_drop(&x);
        free(out);
    }
    be->drop(NULL);
    be->conv_drop(NULL);
    be->masks_drop(NULL);
    be->linop_drop(NULL);
}

typedef struct {
    long asked, limit;
} Patience;

static bool impatient(void *data)
{
    Patience *p = data;

    return p->asked++ >= p->limit;
}

/* After the caller says stop, nothing is written and read says why. */
static void test_cancel(int threads)
{
    Patience patience = { 0, 1000000 };
    Device *d =
        be->open(&(DpsWork){ .threads = threads, .cancelled = impatient, .data = &patience });
    Tensor *x = be->tensor(d, 3, 8, 8), *y = be->tensor(d, 3, 8, 8);
    float *v = noise(192, 1, 2);
    double slot = -1;

    be->upload(x, v);
    be->dots(0, x, 1, &x);
    CHECK(be->read(d, 0, 1, &slot) == DPS_OK && slot > 0, "before: %g", slot);
    CHECK(patience.asked > 0, "the caller is asked");
    patience.limit = 0;
    slot = -1;
    be->lincomb(y, 1, (double[]){ 1 }, &x);
    CHECK(be->read(d, 0, 1, &slot) == DPS_CANCELLED && slot == -1, "cancelled: %g", slot);
    patience.limit = 1000000;
    CHECK(be->read(d, 0, 1, &slot) == DPS_CANCELLED, "it stays cancelled");
    be->drop(x);
    be->drop(y);
    be->close(d);
    free(v);
}

/* A long operation gives up between its pieces.  Only the calling thread asks, so how often it does
 * depends on how many pieces the others take.  Alone it asks equally often each time, and stops
 * half-way; among others it may not come to ask inside: then the next call does. */
static void test_cancel_inside(int threads)
{
    ConvShape s = { .cin = 3, .cout = 64, .k = 3, .stride = 1, .pad = 1, .mode = PAD_REFLECT };
    Patience patience = { 0, LONG_MAX };
    Device *d =
        be->open(&(DpsWork){ .threads = threads, .cancelled = impatient, .data = &patience });
    float *w = noise(27 * 64, -1, 1);
    Conv *c = be->conv_new(d, &s, w, w);
    Tensor *x = be->tensor(d, 3, 600, 400), *y = be->tensor(d, 64, 600, 400);
    bool alone = threads == 1;
    double slot;

    be->conv(y, c, x);
    long once = patience.asked, limit = alone ? once / 2 : 1;
    CHECK(!alone || once > 2, "asked %ld times during one convolution", once);
    patience = (Patience){ 0, limit };
    be->conv(y, c, x);
    CHECK(!alone || patience.asked == limit + 1, "asked %ld times, not %ld", patience.asked,
          limit + 1);
    CHECK(be->read(d, 0, 1, &slot) == DPS_CANCELLED, "cancelled half-way");
    CHECK(patience.asked == limit + 1, "asked no more after the answer: %ld", patience.asked);
    be->conv_drop(c);
    be->drop(x);
    be->drop(y);
    be->close(d);
    free(w);
}

/* The same calls give the same bits. */
static void test_repeatable(void)
{
    float *m = noise(2 * 90 * 70, 0, 1), first[2 * 64 * 64], second[2 * 64 * 64];
    Masks *masks = be->masks(dev, 2, 90, 70, m);
    Pair x = pair(64, 90, 70, false, -1, 1);
    Tensor *y = be->tensor(dev, 2, 64, 64);
    double a, b;

    be->gram(y, x.t[0], masks);
    be->dots(0, x.t[0], 1, x.t);
    be->download(y, first);
    be->read(dev, 0, 1, &a);
    be->gram(y, x.t[0], masks);
    be->dots(0, x.t[0], 1, x.t);
    be->download(y, second);
    be->read(dev, 0, 1, &b);
    CHECK(memcmp(first, second, sizeof first) == 0 && a == b, "twice the same");
    be->masks_drop(masks);
    be->drop(y);
    pair_drop(&x);
    free(m);
}

int main(int argc, char **argv)
{
    int threads = devices_open(argc, argv);
    test_tensors();
    test_losses();
    test_vectors();
    test_adam();
    test_rectify();
    test_cancel(threads);
    if (strcmp(be->name, "cuda") != 0) { /* a GPU's operations are over before anyone could ask */
        test_cancel_inside(1);
        test_cancel_inside(threads);
    }
    test_repeatable();
    return devices_close("vectors");
}
