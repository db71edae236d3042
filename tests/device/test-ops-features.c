/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions, pooling, Gram matrices, means and deviations of a device against the reference device: odd sizes,
 * slices with guard planes about them, gradients overwritten and added to, masks of every kind.
 *
 *     test-ops-features [DEVICE [THREADS [convolution | gram]]]
 *
 * With "convolution" or "gram" nothing else. */
#include "device/conv-shape.h"
#include "ops.h"

/* -------------------------------------------------------------------- convolution */

typedef struct {
    ConvShape s;
    Conv *on[2];
} ConvPair;

/* Of every 48 outputs, 16 see a window's first pixel alone, and 16 are flat over the window. */
static void make_sparse(float *w, const ConvShape *s)
{
    int kk = s->k * s->k;

    for (int o = 0; o < s->cout; o++)
        for (int i = 0; i < s->cin * kk; i++) {
            float *v = w + (size_t) o * s->cin * kk + i;
            if (o / 16 % 3 == 0)
                *v = i % kk ? 0 : *v;
            if (o / 16 % 3 == 1)
                *v = v[-(i % kk)];
        }
}

static ConvPair conv_pair(ConvShape s, bool sparse)
{
    size_t n = (size_t) s.cin * s.cout * s.k * s.k;
    double scale = 1 / sqrt(s.cin * s.k * s.k);
    float *w = noise(n, -scale, scale), *b = noise(s.cout, -0.3, 0.3);
    float *border = noise(s.cin, -1, 1);

    if (sparse)
        make_sparse(w, &s);

    if (s.mode == PAD_CONSTANT && s.cin % 2)
        s.border = border;
    ConvPair c = { s, { be->conv_new(dev, &s, w, b), ref->be->conv_new(ref, &s, w, b) } };
    free(w);
    free(b);
    free(border);
    return c;
}

static void conv_case(ConvShape s, int h, int w, bool sliced, bool sparse)
{
    int yh = conv_side(&s, h), yw = conv_side(&s, w);

    if (h + 2 * s.pad < s.k || w + 2 * s.pad < s.k)
        return;
    ConvPair c = conv_pair(s, sparse);
    Pair x = pair(s.cin, h, w, sliced, -1, 1), y = pair(s.cout, yh, yw, sliced, -1, 1);
    ref->be->conv(y.t[1], c.on[1], x.t[1]);
    for (int round = 0; round < 2;
         round++) { /* what is kept from the first call serves the second */
        be->conv(y.t[0], c.on[0], x.t[0]);
        double d = differ(&y);
        CHECK(d < 2e-5 + products,
              "conv %dx%d %d -> %d k %d stride %d pad %d mode %d linear %d slice %d: %g", h, w,
              s.cin, s.cout, s.k, s.stride, s.pad, s.mode, s.linear, sliced, d); /* 8.9e-6, by minimal filtering */
    }
    for (int add = 0; add < 2; add++) {
        Pair dy = pair(s.cout, yh, yw, sliced, -1, 1), dx = pair(s.cin, h, w, sliced, -1, 1);
        /* Which values are positive must not hang on rounding: both masks come from one array. */
        Pair mask = pair(s.cout, yh, yw, sliced, -1, 1);
        be->conv_back(dx.t[0], c.on[0], dy.t[0], mask.t[0], add);
        ref->be->conv_back(dx.t[1], c.on[1], dy.t[1], mask.t[1], add);
        double d = differ(&dx);
        CHECK(d < 2e-5 + products,
              "conv_back %dx%d %d -> %d k %d stride %d pad %d mode %d linear %d slice %d add %d: %g",
              h, w, s.cin, s.cout, s.k, s.stride, s.pad, s.mode, s.linear, sliced, add,
              d); /* 1.03e-5, by minimal filtering */
        pair_drop(&dy);
        pair_drop(&dx);
        pair_drop(&mask);
    }
    pair_drop(&x);
    pair_drop(&y);
    be->conv_drop(c.on[0]);
    ref->be->conv_drop(c.on[1]);
}

static void test_conv(void)
{
    static const int channels[][2] = { { 3, 64 }, { 3, 16 }, { 1, 5 }, { 8, 3 },   { 16, 32 },
                                       { 5, 7 },  { 3, 3 },  { 2, 1 }, { 33, 17 }, { 64, 64 } };
    static const int geometry[][3] = { { 3, 1, 1 }, { 3, 2, 0 }, { 1, 1, 0 }, { 3, 1, 0 },
                                       { 3, 2, 1 }, { 5, 1, 2 }, { 1, 2, 0 } };

    for (size_t ch = 0; ch < sizeof channels / sizeof *channels; ch++)
        for (size_t g = 0; g < sizeof geometry / sizeof *geometry; g++)
            for (int n = 0; n < SIZES; n++)
                for (int mode = 0; mode < 2; mode++) {
                    int cin = channels[ch][0], cout = channels[ch][1];
                    ConvShape s = { .cin = cin,
                                    .cout = cout,
                                    .k = geometry[g][0],
                                    .stride = geometry[g][1],
                                    .pad = geometry[g][2],
                                    .mode = mode ? PAD_REFLECT : PAD_CONSTANT };
                    if (sizes[n][0] * sizes[n][1] * cin * cout > 40000 || (g > 1 && n + ch > 9))
                        continue; /* the reference is slow */
                    conv_case(s, sizes[n][0], sizes[n][1], (n + g + ch) % 2, (n + g) % 2);
                }
    /* Wide enough for pieces, ragged ends and a second thread. */
    conv_case(
        (ConvShape){ .cin = 3, .cout = 64, .k = 3, .stride = 1, .pad = 1, .mode = PAD_REFLECT }, 21,
        301, false, true);
    conv_case((ConvShape){ .cin = 3, .cout = 48, .k = 3, .stride = 1, .pad = 1 }, 19, 35, false,
              false);
    /* So large that it is written past the caches. */
    conv_case((ConvShape){ .cin = 3, .cout = 64, .k = 1, .stride = 1, .pad = 0 }, 370, 360, false,
              false);
    conv_case((ConvShape){ .cin = 64, .cout = 64, .k = 3, .stride = 1, .pad = 1 }, 12, 17, false,
              false);
    conv_case(
        (ConvShape){ .cin = 48, .cout = 96, .k = 3, .stride = 1, .pad = 1, .mode = PAD_REFLECT }, 9,
        14, true, false);
    /* Tiles that are cut on all sides, wide ones among them, and columns that end within a step. */
    conv_case((ConvShape){ .cin = 48, .cout = 80, .k = 3, .stride = 1, .pad = 1 }, 11, 13, false,
              false);
    conv_case((ConvShape){ .cin = 16, .cout = 144, .k = 1, .stride = 1, .pad = 0 }, 15, 10, false,
              false);
    conv_case((ConvShape){ .cin = 144, .cout = 16, .k = 3, .stride = 2, .pad = 1 }, 17, 14, false,
              false);
    /* Whole chunks of planes, an even and an odd number of them, in pictures that end inside a block and at
     * its end, on one line of blocks and on several. */
    conv_case((ConvShape){ .cin = 128, .cout = 128, .k = 3, .stride = 1, .pad = 1 }, 16, 19, false,
              false);
    conv_case((ConvShape){ .cin = 64, .cout = 128, .k = 3, .stride = 1, .pad = 1 }, 7, 33, false,
              false);
    conv_case((ConvShape){ .cin = 64, .cout = 192, .k = 3, .stride = 1, .pad = 1 }, 25, 3, false,
              false);
    conv_case((ConvShape){ .cin = 192, .cout = 64, .k = 3, .stride = 1, .pad = 1 }, 2, 16, false,
              false);
    for (size_t ch = 0; ch < sizeof channels / sizeof *channels; ch++)
        for (int sliced = 0; sliced < 2; sliced++)
            conv_case((ConvShape){ .cin = channels[ch][0],
                                   .cout = channels[ch][1],
                                   .k = ch % 2 ? 3 : 1,
                                   .stride = 1 + sliced,
                                   .pad = ch % 2,
                                   .linear = true },
                      9, 11, sliced, false);
    /* As residual and dense networks begin. */
    conv_case((ConvShape){ .cin = 3, .cout = 16, .k = 7, .stride = 2, .pad = 3 }, 15, 20, false,
              false);
    report("convolution");
}

/* <conv(x), y> = <x, conv_back(y)> where the ReLU passes everything and the bias is zero. */
static void test_conv_adjoint(void)
{
    for (int mode = 0; mode < 2; mode++)
        for (int cin = 3; cin < 20; cin += 13) {
            ConvShape s = { .cin = cin,
                            .cout = 24,
                            .k = 3,
                            .stride = 1,
                            .pad = 1,
                            .mode = mode ? PAD_REFLECT : PAD_CONSTANT };
            float *w = noise((size_t) cin * 24 * 9, 0, 0.1), *b = calloc(24, sizeof *b);
            Conv *c = be->conv_new(dev, &s, w, b);
            Pair x = pair(cin, 21, 30, false, 0.1, 1), y = pair(24, 21, 30, false, 0, 1);
            Pair dy = pair(24, 21, 30, false, 0, 1), dx = pair(cin, 21, 30, false, 0, 1);
            double v[2];
            be->conv(y.t[0], c, x.t[0]);
            be->dots(0, y.t[0], 1, &dy.t[0]);
            be->conv_back(dx.t[0], c, dy.t[0], y.t[0], false);
            be->dots(1, x.t[0], 1, &dx.t[0]);
            be->read(dev, 0, 2, v);
            worst = fmax(worst, fabs(v[0] / v[1] - 1));
            CHECK(fabs(v[0] / v[1] - 1) < 1e-6 + products, "<Ax,y> %.9g, <x,A'y> %.9g", v[0],
                  v[1]); /* 8e-8 */
            be->conv_drop(c);
            pair_drop(&x);
            pair_drop(&y);
            pair_drop(&dy);
            pair_drop(&dx);
            free(w);
            free(b);
        }
    report("convolution, adjoint");
}

/* ------------------------------------------------------------------------ pooling */

static void pool_case(PoolShape p, int c, int h, int w, bool ceil, bool sliced, bool ties)
{
    int yh = pool_side(&p, h, ceil), yw = pool_side(&p, w, ceil);

    Pair x = pair(c, h, w, sliced, ties ? 0 : -1, ties ? 0 : 1), y = pair(c, yh, yw, sliced, -1, 1);
    be->pool(y.t[0], x.t[0], &p);
    ref->be->pool(y.t[1], x.t[1], &p);
    double d = differ(&y);
    CHECK(d < 5e-7, "pool %d k %d stride %d pad %d, %d %dx%d: %g", p.kind, p.k, p.stride, p.pad,
          c, h, w, d); /* 2e-7 */
    for (int add = 0; add < 2; add++) {
        Pair dy = pair(c, yh, yw, sliced, -1, 1), dx = pair(c, h, w, sliced, -1, 1);
        be->pool_back(dx.t[0], dy.t[0], y.t[0], x.t[0], &p, add);
        ref->be->pool_back(dx.t[1], dy.t[1], y.t[1], x.t[1], &p, add);
        d = differ(&dx);
        CHECK(d < 5e-7, "pool_back %d k %d stride %d pad %d, %d %dx%d ties %d add %d: %g", p.kind,
              p.k, p.stride, p.pad, c, h, w, ties, add, d); /* 2e-7 */
        pair_drop(&dy);
        pair_drop(&dx);
    }
    pair_drop(&x);
    pair_drop(&y);
}

static void test_pool(void)
{
    for (int kind = 0; kind < 2; kind++)
        for (int n = 0; n < SIZES; n++)
            for (int k = 2; k < 4; k++)
                for (int ceil = 0; ceil < 2; ceil++)
                    for (int c = 0; c < 3; c++)
                        for (int pad = 0; pad < 2; pad++)
                            pool_case((PoolShape){ kind ? POOL_AVERAGE : POOL_MAX, k, 2, pad },
                                      (int[]){ 3, 16, 7 }[c], sizes[n][0], sizes[n][1],
                                      ceil && !pad, (n + c) % 2, kind == 0 && n % 2);
    report("pooling");
}

/* ------------------------------------------------------------------ Gram matrices */

enum { MASKS_ONES, MASKS_EMPTY, MASKS_SOFT, MASKS_HALVES, MASKS_SPECKLED, MASK_KINDS };

static float *mask_planes(int kind, int k, int h, int w)
{
    float *m = noise((size_t) k * h * w, 0, 1);

    for (int r = 0; r < k; r++)
        for (int i = 0; i < h * w; i++) {
            float *v = &m[(size_t) r * h * w + i];
            if (kind == MASKS_ONES)
                *v = 1;
            if (kind == MASKS_EMPTY)
                *v = r == 0 ? 0 : *v;
            if (kind == MASKS_HALVES)
                *v = (i % w < w / 2) == (r % 2 == 0);
            if (kind == MASKS_SPECKLED)
                *v = *v < 0.7f ? 0 : *v;
        }
    return m;
}

static void gram_case(int kind, int k, int c, int h, int w, bool sliced)
{
    float *m = mask_planes(kind, k, h, w);
    Masks *on[2] = { be->masks(dev, k, h, w, m), ref->be->masks(ref, k, h, w, m) };
    Pair x = pair(c, h, w, sliced, -0.5, 1), y = pair(k, c, c, sliced, -1, 1);

    be->gram(y.t[0], x.t[0], on[0]);
    ref->be->gram(y.t[1], x.t[1], on[1]);
    double d = differ(&y);
    CHECK(d < 2e-6 + products, "gram %d of %d masks, %d %dx%d slice %d: %g", kind, k, c, h, w,
          sliced, d); /* 4e-7 */
    for (int add = 0; add < 2; add++) {
        Pair dy = pair(k, c, c, sliced, -1, 1), dx = pair(c, h, w, sliced, -1, 1);
        be->gram_back(dx.t[0], dy.t[0], x.t[0], on[0], add);
        ref->be->gram_back(dx.t[1], dy.t[1], x.t[1], on[1], add);
        d = differ(&dx);
        CHECK(d < 5e-6 + products, "gram_back %d of %d masks, %d %dx%d slice %d add %d: %g", kind,
              k, c, h, w, sliced, add, d); /* 2.4e-6, of one plane whose dy all but cancels */
        pair_drop(&dy);
        pair_drop(&dx);
    }
    be->masks_drop(on[0]);
    ref->be->masks_drop(on[1]);
    pair_drop(&x);
    pair_drop(&y);
    free(m);
}

/* Regions without pixels have no deviation to divide by, and features of one pixel next to none: both
 * devices' gradients come from the same y. */
static void moments_case(int kind, int k, int c, int h, int w, bool sliced)
{
    float *m = mask_planes(kind, k, h, w);
    Masks *on[2] = { be->masks(dev, k, h, w, m), ref->be->masks(ref, k, h, w, m) };
    Pair x = pair(c, h, w, sliced, -0.5, 1), y = pair(k, 2, c, sliced, -1, 1);

    be->moments(y.t[0], x.t[0], on[0]);
    ref->be->moments(y.t[1], x.t[1], on[1]);
    double d = differ(&y);
    CHECK(d < 1e-6, "moments %d of %d masks, %d %dx%d slice %d: %g", kind, k, c, h, w, sliced,
          d); /* 3e-7 */
    for (int add = 0; add < 2; add++) {
        Pair dy = pair(k, 2, c, sliced, -1, 1), dx = pair(c, h, w, sliced, -1, 1);
        be->moments_back(dx.t[0], dy.t[0], y.t[0], x.t[0], on[0], add);
        ref->be->moments_back(dx.t[1], dy.t[1], y.t[1], x.t[1], on[1], add);
        d = differ(&dx);
        CHECK(d < 1e-4, "moments_back %d of %d masks, %d %dx%d slice %d add %d: %g", kind, k, c, h,
              w, sliced, add, d); /* 2e-5, of one pixel, whose deviation is all but nothing */
        pair_drop(&dy);
        pair_drop(&dx);
    }
    be->masks_drop(on[0]);
    ref->be->masks_drop(on[1]);
    pair_drop(&x);
    pair_drop(&y);
    free(m);
}

static void test_moments(void)
{
    for (int kind = 0; kind < MASK_KINDS; kind++)
        for (int n = 0; n < SIZES; n++)
            for (int c = 0; c < 5; c++)
                moments_case(kind, 1 + (kind + n + c) % 3, (int[]){ 3, 33, 7, 1, 16 }[c],
                             sizes[n][0], sizes[n][1], (n + c) % 2);
    moments_case(MASKS_SPECKLED, 9, 16, 20, 20, false); /* more regions than an image has planes */
    moments_case(MASKS_HALVES, 2, 64, 90, 70, false);
    report("means and deviations");
}

static void test_gram(void)
{
    for (int kind = 0; kind < MASK_KINDS; kind++)
        for (int n = 0; n < SIZES; n++)
            for (int c = 0; c < (n < 5 ? 5 : 1); c++)
                gram_case(kind, 1 + (kind + n + c) % 3, (int[]){ 3, 33, 7, 1, 16 }[c], sizes[n][0],
                          sizes[n][1], (n + c) % 2);
    gram_case(MASKS_SPECKLED, 9, 16, 20, 20, false); /* more regions than an image has planes */
    gram_case(MASKS_SOFT, 2, 64, 40, 70, false);
    gram_case(MASKS_SPECKLED, 1, 80, 20, 31, false);
    gram_case(MASKS_HALVES, 2, 64, 30, 64, false);
    gram_case(MASKS_EMPTY, 3, 192, 13, 11, false); /* parts beside the diagonal */
    gram_case(MASKS_SPECKLED, 2, 128, 45, 40, false);
    report("Gram matrices");
}

/* ------------------------------------------ Gram matrices of features that are never stored */

/* What the reference does one after the other: y of x, and with half of the features held to something
 * what goes to dx and to slot 0. */
static void reference_back(const Pair *dx, const Pair *dy, const ConvPair *c, const Pair *x,
                           const Masks *masks, const Held *held, bool add)
{
    const Backend *r = ref->be;
    int h = conv_side(&c->s, x->h), w = conv_side(&c->s, x->w), planes = c->s.cout;
    Tensor *f = r->tensor(ref, planes, h, w), *df = r->tensor(ref, planes, h, w);

    r->conv(f, c->on[1], x->t[1]);
    r->gram_back(df, dy->t[1], f, masks, false);
    if (held) {
        Tensor *part = r->slice(f, held->first, held->target->c);
        Tensor *gradient = r->slice(df, held->first, held->target->c);
        r->sqdiff(held->slot, held->weight, gradient, part, held->target, true);
        r->drop(part);
        r->drop(gradient);
    }
    r->conv_back(dx->t[1], c->on[1], df, f, add);
    r->drop(f);
    r->drop(df);
}

static void conv_gram_case(ConvShape s, int kind, int k, int h, int w, bool sliced)
{
    int yh = conv_side(&s, h), yw = conv_side(&s, w), half = (s.cout + 1) / 2;
    float *m = mask_planes(kind, k, yh, yw);
    Masks *on[2] = { be->masks(dev, k, yh, yw, m), ref->be->masks(ref, k, yh, yw, m) };
    ConvPair c = conv_pair(s, true);
    Pair x = pair(s.cin, h, w, false, -1, 1), y = pair(k, s.cout, s.cout, sliced, -1, 1);
    Pair t = pair(half, yh, yw, sliced, 0, 1);
    Tensor *f = ref->be->tensor(ref, s.cout, yh, yw);

    be->conv_gram(y.t[0], c.on[0], x.t[0], on[0]);
    ref->be->conv(f, c.on[1], x.t[1]);
    ref->be->gram(y.t[1], f, on[1]);
    double d = differ(&y);
    CHECK(d < 2e-6, "conv_gram %d of %d masks, %d -> %d %dx%d: %g", kind, k, s.cin, s.cout, h, w,
          d); /* 3.1e-7 */
    for (int round = 0; round < 4; round++) {
        bool add = round % 2;
        Pair dy = pair(k, s.cout, s.cout, sliced, -1, 1), dx = pair(s.cin, h, w, false, -1, 1);
        Held held[] = { { t.t[0], s.cout - half, 0, 0.7 }, { t.t[1], s.cout - half, 0, 0.7 } };
        be->conv_gram_back(dx.t[0], dy.t[0], c.on[0], x.t[0], on[0], round < 2 ? NULL : &held[0],
                           add);
        reference_back(&dx, &dy, &c, &x, on[1], round < 2 ? NULL : &held[1], add);
        d = differ(&dx);
        CHECK(d < 1e-5, "conv_gram_back %d of %d masks, %d -> %d %dx%d add %d: %g", kind, k, s.cin,
              s.cout, h, w, add, d); /* 3.9e-6 */
        d = round < 2 ? 0 : differ_slots(1);
        CHECK(d < 1e-6, "what is held, %d -> %d %dx%d: %g", s.cin, s.cout, h, w, d); /* 2.7e-7 */
        pair_drop(&dy);
        pair_drop(&dx);
    }
    ref->be->drop(f);
    be->conv_drop(c.on[0]);
    ref->be->conv_drop(c.on[1]);
    be->masks_drop(on[0]);
    ref->be->masks_drop(on[1]);
    pair_drop(&x);
    pair_drop(&y);
    pair_drop(&t);
    free(m);
}

static void test_conv_gram(void)
{
    ConvShape bank = { .cin = 3, .cout = 64, .k = 3, .stride = 1, .pad = 1, .mode = PAD_REFLECT };
    ConvShape odd = { .cin = 1, .cout = 37, .k = 3, .stride = 2, .pad = 1 };
    ConvShape few = { .cin = 3, .cout = 3, .k = 1, .stride = 1, .pad = 0 };

    if (!be->conv_gram)
        return;
    for (int kind = 0; kind < MASK_KINDS; kind++)
        for (int n = 0; n < SIZES; n++) {
            int k = 1 + (kind + n) % 3, h = sizes[n][0], w = sizes[n][1];
            conv_gram_case(bank, kind, k, h, w, n % 2);
            conv_gram_case(odd, kind, k, h, w, n % 2);
            conv_gram_case(few, kind, k, h, w, n % 2);
        }
    /* Several blocks, the last of them short, and rows that end within a chunk. */
    conv_gram_case(bank, MASKS_HALVES, 2, 23, 301, false);
    conv_gram_case(odd, MASKS_SOFT, 1, 130, 150, false);
    report("Gram of a convolution");
}

int main(int argc, char **argv)
{
    const char *only = argc > 3 ? argv[3] : "";

    devices_open(argc, argv);
    if (strcmp(only, "gram") != 0) {
        test_conv();
        test_conv_adjoint();
    }
    if (!*only)
        test_pool();
    if (strcmp(only, "convolution") != 0) {
        test_gram();
        test_moments();
    }
    if (!*only)
        test_conv_gram();
    return devices_close("features");
}
