/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Every operation of a device against the reference device: odd sizes, slices with guard planes
 * about them, gradients overwritten and added to, masks of every kind.
 *
 *     test-ops [DEVICE [THREADS]]
 *
 * A comparison's measure is max |a - b| / max |b| over a tensor, b being the reference's. */
#include "check.h"
#include "device.h"
#include "ref.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define GUARD 2 /* planes on either side of a slice */

static const Backend *be; /* the device under test, and the reference */
static Device *dev, *ref;
static double worst; /* of the section under way */

/* ------------------------------------------------------------------------- tools */

static uint64_t state = 1;

static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double) (state >> 11) / 9007199254740992.0;
}

static float *noise(size_t n, double lo, double hi)
{
    float *v = malloc((n ? n : 1) * sizeof *v);

    for (size_t i = 0; i < n; i++)
        v[i] = (float) (lo + (hi - lo) * uniform());
    return v;
}

/* The same tensor on both devices: whole, or planes GUARD .. GUARD + c - 1 of a larger one. */
typedef struct {
    Tensor *base[2], *t[2];
    float *host; /* what base was filled with */
    int c, h, w, guard;
} Pair;

static size_t pair_count(const Pair *p)
{
    return (size_t) (p->c + 2 * p->guard) * p->h * p->w;
}

static Pair pair(int c, int h, int w, bool sliced, double lo, double hi)
{
    Pair p = { .c = c, .h = h, .w = w, .guard = sliced ? GUARD : 0 };
    Device *d[] = { dev, ref };

    p.host = noise(pair_count(&p), lo, hi);
    /* Guards hold what no operation may read: a NaN would spread. */
    for (size_t i = 0; sliced && i < pair_count(&p); i++)
        if (i < (size_t) GUARD * h * w || i >= (size_t) (GUARD + c) * h * w)
            p.host[i] = NAN;
    for (int k = 0; k < 2; k++) {
        p.base[k] = d[k]->be->tensor(d[k], c + 2 * p.guard, h, w);
        d[k]->be->upload(p.base[k], p.host);
        p.t[k] = sliced ? d[k]->be->slice(p.base[k], GUARD, c) : p.base[k];
    }
    return p;
}

static void pair_drop(Pair *p)
{
    for (int k = 0; k < 2; k++) {
        const Backend *b = k ? ref->be : be;
        if (p->t[k] != p->base[k])
            b->drop(p->t[k]);
        b->drop(p->base[k]);
    }
    free(p->host);
}

static double distance(const float *a, const float *b, size_t n)
{
    double diff = 0, size = 1e-30;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i]))
            return INFINITY;
        diff = fmax(diff, fabs((double) a[i] - b[i]));
        size = fmax(size, fabs(b[i]));
    }
    return diff / size;
}

/* How far the device's tensor is from the reference's; infinite when a guard plane changed. */
static double differ(const Pair *p)
{
    size_t n = pair_count(p), plane = (size_t) p->h * p->w, skip_guard = p->guard * plane;
    float *a = malloc(n * sizeof *a), *b = malloc(n * sizeof *b);

    be->download(p->base[0], a);
    ref->be->download(p->base[1], b);
    double d = distance(a + skip_guard, b + skip_guard, p->c * plane);
    for (size_t i = 0; i < skip_guard; i++)
        if (!isnan(a[i]) || !isnan(a[n - 1 - i]))
            d = INFINITY;
    free(a);
    free(b);
    worst = fmax(worst, d);
    return d;
}

/* How far slots 0 .. n - 1 are apart, relative to the largest. */
static double differ_slots(int n)
{
    double a[64], b[64], diff = 0, size = 1e-30;

    CHECK(be->read(dev, 0, n, a) == DPS_OK, "reading slots");
    ref->be->read(ref, 0, n, b);
    for (int i = 0; i < n; i++) {
        diff = fmax(diff, isfinite(a[i]) ? fabs(a[i] - b[i]) : INFINITY);
        size = fmax(size, fabs(b[i]));
    }
    worst = fmax(worst, diff / size);
    return diff / size;
}

static void report(const char *section)
{
    printf("%-24s worst %.1e\n", section, worst);
    worst = 0;
}

static const int sizes[][2] = { { 1, 1 }, { 2, 3 }, { 3, 1 }, { 7, 5 }, { 33, 17 }, { 64, 64 } };
#define SIZES ((int) (sizeof sizes / sizeof *sizes))

/* -------------------------------------------------------------------- convolution */

typedef struct {
    ConvShape s;
    Conv *on[2];
} ConvPair;

static ConvPair conv_pair(ConvShape s)
{
    size_t n = (size_t) s.cin * s.cout * s.k * s.k;
    double scale = 1 / sqrt(s.cin * s.k * s.k);
    float *w = noise(n, -scale, scale), *b = noise(s.cout, -0.3, 0.3);
    float *border = noise(s.cin, -1, 1);

    if (s.mode == PAD_CONSTANT && s.cin % 2)
        s.border = border;
    ConvPair c = { s, { be->conv_new(dev, &s, w, b), ref->be->conv_new(ref, &s, w, b) } };
    free(w);
    free(b);
    free(border);
    return c;
}

static void conv_case(ConvShape s, int h, int w, bool sliced)
{
    int yh = (h + 2 * s.pad - s.k) / s.stride + 1, yw = (w + 2 * s.pad - s.k) / s.stride + 1;

    if (h + 2 * s.pad < s.k || w + 2 * s.pad < s.k)
        return;
    ConvPair c = conv_pair(s);
    Pair x = pair(s.cin, h, w, sliced, -1, 1), y = pair(s.cout, yh, yw, sliced, -1, 1);
    ref->be->conv(y.t[1], c.on[1], x.t[1]);
    for (int round = 0; round < 2; round++) { /* what is kept from the first call serves the second */
        be->conv(y.t[0], c.on[0], x.t[0]);
        double d = differ(&y);
        CHECK(d < 1e-5, "conv %dx%d %d -> %d k %d stride %d pad %d mode %d slice %d: %g", h, w, s.cin,
              s.cout, s.k, s.stride, s.pad, s.mode, sliced, d); /* 3.4e-6 */
    }
    for (int add = 0; add < 2; add++) {
        Pair dy = pair(s.cout, yh, yw, sliced, -1, 1), dx = pair(s.cin, h, w, sliced, -1, 1);
        /* Which values are positive must not hang on rounding: both masks come from one array. */
        Pair mask = pair(s.cout, yh, yw, sliced, -1, 1);
        be->conv_back(dx.t[0], c.on[0], dy.t[0], mask.t[0], add);
        ref->be->conv_back(dx.t[1], c.on[1], dy.t[1], mask.t[1], add);
        double d = differ(&dx);
        CHECK(d < 2e-6, "conv_back %dx%d %d -> %d k %d stride %d pad %d mode %d slice %d add %d: %g",
              h, w, s.cin, s.cout, s.k, s.stride, s.pad, s.mode, sliced, add, d); /* 9e-7 */
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
    static const int channels[][2] = { { 3, 64 }, { 3, 16 }, { 1, 5 }, { 8, 3 },  { 16, 32 },
                                       { 5, 7 },  { 3, 3 },  { 2, 1 }, { 33, 17 }, { 64, 64 } };
    static const int geometry[][3] = { { 3, 1, 1 }, { 3, 2, 0 }, { 1, 1, 0 }, { 3, 1, 0 },
                                       { 3, 2, 1 }, { 5, 1, 2 }, { 1, 2, 0 } };

    for (size_t ch = 0; ch < sizeof channels / sizeof *channels; ch++)
        for (size_t g = 0; g < sizeof geometry / sizeof *geometry; g++)
            for (int n = 0; n < SIZES; n++)
                for (int mode = 0; mode < 2; mode++) {
                    int cin = channels[ch][0], cout = channels[ch][1];
                    ConvShape s = { .cin = cin, .cout = cout, .k = geometry[g][0],
                                    .stride = geometry[g][1], .pad = geometry[g][2],
                                    .mode = mode ? PAD_REFLECT : PAD_CONSTANT };
                    if (sizes[n][0] * sizes[n][1] * cin * cout > 40000 || (g > 1 && n + ch > 9))
                        continue; /* the reference is slow */
                    conv_case(s, sizes[n][0], sizes[n][1], (n + g + ch) % 2);
                }
    /* Wide enough for pieces, ragged ends and a second thread. */
    conv_case((ConvShape){ .cin = 3, .cout = 64, .k = 3, .stride = 1, .pad = 1, .mode = PAD_REFLECT },
              21, 301, false);
    /* So large that it is written past the caches. */
    conv_case((ConvShape){ .cin = 3, .cout = 64, .k = 1, .stride = 1, .pad = 0 }, 370, 360, false);
    conv_case((ConvShape){ .cin = 64, .cout = 64, .k = 3, .stride = 1, .pad = 1 }, 12, 17, false);
    conv_case((ConvShape){ .cin = 48, .cout = 96, .k = 3, .stride = 1, .pad = 1, .mode = PAD_REFLECT },
              9, 14, true);
    report("convolution");
}

/* <conv(x), y> = <x, conv_back(y)> where the ReLU passes everything and the bias is zero. */
static void test_conv_adjoint(void)
{
    for (int mode = 0; mode < 2; mode++)
        for (int cin = 3; cin < 20; cin += 13) {
            ConvShape s = { .cin = cin, .cout = 24, .k = 3, .stride = 1, .pad = 1,
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
            CHECK(fabs(v[0] / v[1] - 1) < 1e-6, "<Ax,y> %.9g, <x,A'y> %.9g", v[0], v[1]); /* 8e-8 */
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
    int yh = (h - p.k + (ceil ? p.stride - 1 : 0)) / p.stride + 1;
    int yw = (w - p.k + (ceil ? p.stride - 1 : 0)) / p.stride + 1;

    yh = h < p.k ? 1 : yh;
    yw = w < p.k ? 1 : yw;
    Pair x = pair(c, h, w, sliced, ties ? 0 : -1, ties ? 0 : 1), y = pair(c, yh, yw, sliced, -1, 1);
    be->pool(y.t[0], x.t[0], &p);
    ref->be->pool(y.t[1], x.t[1], &p);
    double d = differ(&y);
    CHECK(d < 5e-7, "pool %d k %d stride %d, %d %dx%d: %g", p.kind, p.k, p.stride, c, h, w, d); /* 2e-7 */
    for (int add = 0; add < 2; add++) {
        Pair dy = pair(c, yh, yw, sliced, -1, 1), dx = pair(c, h, w, sliced, -1, 1);
        be->pool_back(dx.t[0], dy.t[0], y.t[0], x.t[0], &p, add);
        ref->be->pool_back(dx.t[1], dy.t[1], y.t[1], x.t[1], &p, add);
        d = differ(&dx);
        CHECK(d < 5e-7, "pool_back %d k %d stride %d, %d %dx%d ties %d add %d: %g", p.kind, p.k,
              p.stride, c, h, w, ties, add, d); /* 2e-7 */
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
                        pool_case((PoolShape){ kind ? POOL_AVERAGE : POOL_MAX, k, 2 },
                                  (int[]){ 3, 16, 7 }[c], sizes[n][0], sizes[n][1], ceil, (n + c) % 2,
                                  kind == 0 && n % 2);
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
    CHECK(d < 2e-6, "gram %d of %d masks, %d %dx%d slice %d: %g", kind, k, c, h, w, sliced, d); /* 4e-7 */
    for (int add = 0; add < 2; add++) {
        Pair dy = pair(k, c, c, sliced, -1, 1), dx = pair(c, h, w, sliced, -1, 1);
        be->gram_back(dx.t[0], dy.t[0], x.t[0], on[0], add);
        ref->be->gram_back(dx.t[1], dy.t[1], x.t[1], on[1], add);
        d = differ(&dx);
        CHECK(d < 2e-6, "gram_back %d of %d masks, %d %dx%d slice %d add %d: %g", kind, k, c, h, w,
              sliced, add, d); /* 4e-7 */
        pair_drop(&dy);
        pair_drop(&dx);
    }
    be->masks_drop(on[0]);
    ref->be->masks_drop(on[1]);
    pair_drop(&x);
    pair_drop(&y);
    free(m);
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
    report("Gram matrices");
}

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
                    CHECK(d < 1e-6, "losses %d %dx%d slice %d add %d: %g", c, h, w, sliced, add, d); /* 1e-7 */
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
    for (int y = 0; y < 2; y++) { /* into a vector that is not among the terms, and into one that is */
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

/* ---------------------------------------------------------------------- operators */

typedef struct {
    int h, w, radius;
    float *image;
    double *stats, *dense; /* dense: n x n */
} Matting;

/* In long double: the determinant of a grey window is a difference of all but equal numbers. */
static void inverse(const double a[6], double r[6])
{
    const long double m[6] = { a[0], a[1], a[2], a[3], a[4], a[5] };
    long double c0 = m[3] * m[5] - m[4] * m[4], c1 = m[2] * m[4] - m[1] * m[5];
    long double c2 = m[1] * m[4] - m[2] * m[3], det = m[0] * c0 + m[1] * c1 + m[2] * c2;

    r[0] = (double) (c0 / det);
    r[1] = (double) (c1 / det);
    r[2] = (double) (c2 / det);
    r[3] = (double) ((m[0] * m[5] - m[2] * m[2]) / det);
    r[4] = (double) ((m[1] * m[2] - m[0] * m[4]) / det);
    r[5] = (double) ((m[0] * m[3] - m[1] * m[1]) / det);
}

/* One window's statistics and its part of the dense matrix, from the definition. */
static void matting_window(Matting *m, int i, int j, double eps)
{
    static const int entry[3][3] = { { 0, 1, 2 }, { 1, 3, 4 }, { 2, 4, 5 } };
    int r = m->radius, side = 2 * r + 1, size = side * side, n = m->h * m->w;
    double mu[3] = { 0 }, cov[6] = { 0 }, inv[6], *st = m->stats + i * m->w + j;
    int *at = malloc(size * sizeof *at);

    for (int k = 0; k < size; k++)
        at[k] = (i - r + k / side) * m->w + j - r + k % side;
    for (int c = 0; c < 3; c++)
        for (int k = 0; k < size; k++)
            mu[c] += m->image[c * n + at[k]] / (double) size;
    for (int a = 0; a < 3; a++)
        for (int b = a; b < 3; b++) {
            for (int k = 0; k < size; k++)
                cov[entry[a][b]] += (m->image[a * n + at[k]] - mu[a]) *
                                    (m->image[b * n + at[k]] - mu[b]) / size;
            cov[entry[a][b]] += a == b ? eps / size : 0;
        }
    inverse(cov, inv);
    for (int c = 0; c < 3; c++)
        st[(size_t) c * n] = mu[c];
    for (int e = 0; e < 6; e++)
        st[(size_t) (3 + e) * n] = inv[e] / size;
    for (int p = 0; p < size; p++)
        for (int q = 0; q < size; q++) {
            double s = 1.0 / size;
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 3; b++)
                    s += (m->image[a * n + at[p]] - mu[a]) * inv[entry[a][b]] / size *
                         (m->image[b * n + at[q]] - mu[b]);
            m->dense[(size_t) at[p] * n + at[q]] += (p == q) - s;
        }
    free(at);
}

/* grey: three equal planes, whose covariances are all but singular. */
static Matting matting_new(int h, int w, int radius, bool grey)
{
    int n = h * w;
    Matting m = { h, w, radius, noise((size_t) 3 * n, 0, 1), calloc((size_t) 9 * n, sizeof(double)),
                  calloc((size_t) n * n, sizeof(double)) };

    for (int i = 0; i < 3 * n; i++) /* smooth, with an edge, a flat corner and some noise */
        m.image[i] = i % w < w / 4 ? 0.5f
                                   : (float) (0.4 + 0.3 * sin(i * 0.05) + 0.02 * m.image[i] +
                                              (i % w > w / 2 ? 0.2 : 0));
    for (int i = n; grey && i < 3 * n; i++)
        m.image[i] = m.image[i % n];
    for (int i = radius; i < h - radius; i++)
        for (int j = radius; j < w - radius; j++)
            matting_window(&m, i, j, 1e-7);
    return m;
}

static void matting_free(Matting *m)
{
    free(m->image);
    free(m->stats);
    free(m->dense);
}

static Linop *sparse_from(Device *d, const Matting *m)
{
    int n = m->h * m->w, nnz = 0;
    int *row = malloc((n + 1) * sizeof *row), *col = malloc((size_t) n * n * sizeof *col);
    float *val = malloc((size_t) n * n * sizeof *val);

    for (int i = 0; i < n; i++) {
        row[i] = nnz;
        for (int j = 0; j < n; j++)
            if (m->dense[(size_t) i * n + j] != 0) {
                col[nnz] = j;
                val[nnz++] = (float) m->dense[(size_t) i * n + j];
            }
    }
    row[n] = nnz;
    Linop *l = d->be->sparse(d, m->h, m->w, row, col, val);
    free(row);
    free(col);
    free(val);
    return l;
}

/* y = A x by the dense matrix, as a host array of 3 planes. */
static float *dense_product(const Matting *m, const float *x)
{
    int n = m->h * m->w;
    float *y = malloc((size_t) 3 * n * sizeof *y);

    for (int c = 0; c < 3; c++)
        for (int i = 0; i < n; i++) {
            double s = 0;
            for (int j = 0; j < n; j++)
                s += m->dense[(size_t) i * n + j] * x[c * n + j];
            y[c * n + i] = (float) s;
        }
    return y;
}

static void chebyshev_case(Linop *const l[2], int h, int w, int steps, double tolerance)
{
    Pair x = pair(3, h, w, false, -1, 1), y = pair(3, h, w, false, -1, 1), s[3];

    for (int i = 0; i < 3; i++)
        s[i] = pair(3, h, w, false, -1, 1);
    for (int k = 0; k < 2; k++)
        (k ? ref->be : be)->chebyshev(y.t[k], l[k], x.t[k], 1e-3, 0.05, 9.1, steps,
                                      (Tensor *[]){ s[0].t[k], s[1].t[k], s[2].t[k] });
    double d = differ(&y);
    CHECK(d < tolerance, "chebyshev of %d steps, %dx%d: %g", steps, h, w, d);
    pair_drop(&x);
    pair_drop(&y);
    for (int i = 0; i < 3; i++)
        pair_drop(&s[i]);
}

static void operator_case(int h, int w, int radius, bool grey)
{
    Matting m = matting_new(h, w, radius, grey);
    Linop *matting[2] = { be->matting(dev, h, w, radius, m.image, m.stats),
                          ref->be->matting(ref, h, w, radius, m.image, m.stats) };
    Linop *sparse[2] = { sparse_from(dev, &m), sparse_from(ref, &m) };
    Pair x = pair(3, h, w, false, 0, 1), y = pair(3, h, w, false, 0, 1);
    float *dense = dense_product(&m, x.host), *out = malloc(pair_count(&y) * sizeof *out);
    double size = 1e-30;

    for (size_t i = 0; i < pair_count(&y); i++)
        size = fmax(size, fabs(dense[i]));
    for (int form = 0; form < 2; form++) {
        Linop *const *l = form ? sparse : matting;
        be->apply(y.t[0], l[0], x.t[0]);
        ref->be->apply(y.t[1], l[1], x.t[1]);
        double d = differ(&y);
        be->download(y.t[0], out);
        double from_dense = size > 1e-20 ? distance(out, dense, pair_count(&y)) : 0;
        worst = fmax(worst, from_dense);
        CHECK(d < 2e-6, "%s %dx%d radius %d grey %d: %g", form ? "sparse" : "matting", h, w, radius,
              grey, d); /* 3e-7 */
        CHECK(from_dense < 2e-6, "%s against the dense matrix, %dx%d radius %d grey %d: %g",
              form ? "sparse" : "matting", h, w, radius, grey, from_dense); /* 3e-7 */
        for (int steps = 0; steps < 26; steps += steps < 3 ? 1 : 11)
            chebyshev_case(l, h, w, steps, 5e-6); /* 9e-7 */
        be->linop_drop(l[0]);
        ref->be->linop_drop(l[1]);
    }
    pair_drop(&x);
    pair_drop(&y);
    free(dense);
    free(out);
    matting_free(&m);
}

/* What the device computes must be symmetric and must not make energy out of nothing. */
static void test_operator_energy(void)
{
    for (int grey = 0; grey < 2; grey++) {
        Matting m = matting_new(31, 40, 1, grey);
        Linop *l = be->matting(dev, 31, 40, 1, m.image, m.stats);
        Pair x = pair(3, 31, 40, false, 0, 1), y = pair(3, 31, 40, false, 0, 1);
        Pair ax = pair(3, 31, 40, false, 0, 1), ay = pair(3, 31, 40, false, 0, 1);
        double v[4];
        be->apply(ax.t[0], l, x.t[0]);
        be->apply(ay.t[0], l, y.t[0]);
        be->dots(0, ax.t[0], 1, &y.t[0]);
        be->dots(1, ay.t[0], 1, &x.t[0]);
        be->upload(x.t[0], m.image);
        be->apply(ax.t[0], l, x.t[0]);
        be->dots(2, ax.t[0], 1, &x.t[0]);
        be->dots(3, x.t[0], 1, &x.t[0]);
        be->read(dev, 0, 4, v);
        CHECK(fabs(v[0] - v[1]) < 1e-5 * fabs(v[0]), "<Ax,y> %.9g, <x,Ay> %.9g", v[0], v[1]); /* 3e-7 */
        /* The image's own energy is eps times the squared slopes, all but nothing. */
        CHECK(v[2] > -1e-8 * v[3] && v[2] < 1e-6 * v[3], "energy of the image itself: %g of %g", v[2],
              v[3]); /* 4e-9 */
        be->linop_drop(l);
        pair_drop(&x);
        pair_drop(&y);
        pair_drop(&ax);
        pair_drop(&ay);
        matting_free(&m);
    }
}

static void test_operators(void)
{
    static const int shapes[][3] = { { 1, 1, 1 },  { 2, 3, 1 },  { 3, 3, 1 },   { 4, 3, 1 },  { 3, 9, 1 },
                                     { 7, 5, 1 },  { 33, 17, 1 }, { 20, 70, 1 }, { 12, 11, 2 }, { 5, 5, 2 },
                                     { 5, 4, 2 },  { 4, 4, 2 },  { 24, 31, 3 } };

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int grey = 0; grey < 2; grey++)
            operator_case(shapes[i][0], shapes[i][1], shapes[i][2], grey);
    report("operators");
    test_operator_energy();
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
        CHECK(memcmp(out, x.host, pair_count(&x) * sizeof *out) == 0, "%d planes come back as they went", c);
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
    Device *d = be->open(&(DeviceOptions){ .threads = threads, .cancelled = impatient, .data = &patience });
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

/* A long operation gives up between its pieces. */
static void test_cancel_inside(int threads)
{
    ConvShape s = { .cin = 3, .cout = 64, .k = 3, .stride = 1, .pad = 1, .mode = PAD_REFLECT };
    Patience patience = { 0, 1000000 };
    Device *d = be->open(&(DeviceOptions){ .threads = threads, .cancelled = impatient, .data = &patience });
    float *w = noise(27 * 64, -1, 1);
    Conv *c = be->conv_new(d, &s, w, w);
    Tensor *x = be->tensor(d, 3, 600, 400), *y = be->tensor(d, 64, 600, 400);
    double slot;

    be->conv(y, c, x);
    long once = patience.asked;
    CHECK(once > 2, "asked %ld times during one convolution", once);
    patience = (Patience){ 0, once / 2 };
    be->conv(y, c, x);
    CHECK(be->read(d, 0, 1, &slot) == DPS_CANCELLED, "cancelled half-way");
    CHECK(patience.asked <= once / 2 + 1, "asked no more after the answer: %ld", patience.asked);
    be->conv_drop(c);
    be->drop(x);
    be->drop(y);
    be->close(d);
    free(w);
}

/* The same calls give the same bits. */
static void test_repeatable(void)
{
    float *m = mask_planes(MASKS_SOFT, 2, 90, 70), first[2 * 64 * 64], second[2 * 64 * 64];
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
    const char *name = argc > 1 ? argv[1] : "cpu";
    int threads = argc > 2 ? atoi(argv[2]) : 0;
    char about[DPS_MESSAGE];

    be = device_find(name);
    if (!be)
        skip("this build has no such device");
    dev = be->open(&(DeviceOptions){ .threads = threads });
    ref = ref_backend.open(&(DeviceOptions){ 0 });
    CHECK(dev && ref, "opening %s", name);
    be->about(dev, about, sizeof about);
    printf("%s: %s\n", be->name, about);
    if (getenv("DPS_SIMD") && strncmp(about, getenv("DPS_SIMD"), strlen(getenv("DPS_SIMD"))) != 0)
        skip("this processor has no such instructions");
    test_tensors();
    test_conv();
    test_conv_adjoint();
    test_pool();
    test_gram();
    test_losses();
    test_vectors();
    test_adam();
    test_operators();
    test_cancel(threads);
    test_cancel_inside(threads);
    test_repeatable();
    CHECK(ref_live(ref) == 0, "%ld things on the reference device were never dropped", ref_live(ref));
    ref->be->close(ref);
    be->close(dev);
    return check_done("operations");
}
