/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How fast a device's operations are on the shapes that matter: the built-in network at 700 x 466
 * and VGG-19's layers at 512 x 512.
 *
 *     bench-ops [DEVICE [THREADS [PART]]]
 *
 * Each figure is the best of several calls: others may be using the machine.  Floating-point
 * operations are those of the formula, whatever the device does to save some. */
#include "device.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS 0.4 /* spent on each figure */
#define VECTORS 30
#define LARGE 8192 /* rows and columns of the product that is the yardstick */

static const Backend *be;
static Device *dev;
static double evaluation;             /* milliseconds added up */
static double most_gflop, most_gbyte; /* per second, as measured; 0: unknown */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static float *noise(size_t n, float lo, float hi)
{
    static uint64_t state = 1;
    float *v = malloc(n * sizeof *v);

    if (!v)
        exit(1);
    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        v[i] = lo + (hi - lo) * (float) (state >> 40) / (float) (1 << 24);
    }
    return v;
}

static Tensor *tensor(int c, int h, int w, float lo, float hi)
{
    Tensor *t = be->tensor(dev, c, h, w);
    float *v = noise((size_t) c * h * w, lo, hi);

    if (!t)
        exit(1);
    be->upload(t, v);
    free(v);
    return t;
}

typedef struct {
    Tensor *x, *y, *dx, *dy;
    Conv *conv;
    PoolShape pool;
    Masks *masks;
    Linop *linop;
    Tensor *v[VECTORS], *scratch[3];
    int n;
} Operands;

typedef void Operation(Operands *);

static void wait_for_device(void)
{
    double slot;

    be->read(dev, 0, 1, &slot);
}

/* Prints the best time of `op`, and gflop or gbyte per second; adds it to `evaluation`. */
static void measure(const char *name, Operation *op, Operands *o, double gflop, double gbyte)
{
    double best = INFINITY, end = now() + SECONDS;

    op(o);
    wait_for_device();
    do {
        double t = now();
        op(o);
        wait_for_device();
        best = fmin(best, now() - t);
    } while (now() < end);
    printf("%-34s %9.2f ms", name, 1e3 * best);
    if (gflop > 0)
        printf(" %8.1f GFLOP/s", gflop / best);
    if (gflop > 0 && most_gflop > 0)
        printf(" %3.0f %%", 100 * gflop / best / most_gflop);
    if (gbyte > 0)
        printf(" %8.1f GB/s", gbyte / best);
    if (gbyte > 0 && most_gbyte > 0)
        printf(" %3.0f %%", 100 * gbyte / best / most_gbyte);
    printf("\n");
    fflush(stdout);
    evaluation += 1e3 * best;
}

static void conv(Operands *o)
{
    be->conv(o->y, o->conv, o->x);
}

static void conv_back(Operands *o)
{
    be->conv_back(o->dx, o->conv, o->dy, o->y, false);
}

static void pool(Operands *o)
{
    be->pool(o->y, o->x, &o->pool);
}

static void pool_back(Operands *o)
{
    be->pool_back(o->dx, o->dy, o->y, o->x, &o->pool, false);
}

static void gram(Operands *o)
{
    be->gram(o->dy, o->x, o->masks);
}

static void gram_back(Operands *o)
{
    be->gram_back(o->dx, o->dy, o->x, o->masks, false);
}

static void apply(Operands *o)
{
    be->apply(o->y, o->linop, o->x);
}

static void chebyshev(Operands *o)
{
    be->chebyshev(o->y, o->linop, o->x, 1e-3, 0.1, 9.1, o->n, o->scratch);
}

static void dots(Operands *o)
{
    be->dots(0, o->x, o->n, o->v);
}

static void lincomb(Operands *o)
{
    double a[VECTORS];

    for (int i = 0; i < o->n; i++)
        a[i] = 0.01 * (i + 1);
    be->lincomb(o->y, o->n, a, o->v);
}

static void sqdiff(Operands *o)
{
    be->sqdiff(0, 0.5, o->dx, o->x, o->y, false);
}

static Conv *make_conv(int cin, int cout, PadMode mode)
{
    float scale = 1 / sqrtf((float) cin * 9);
    float *w = noise((size_t) cin * cout * 9, -scale, scale),
          *b = noise((size_t) cout, -0.1f, 0.1f);
    ConvShape s = { .cin = cin, .cout = cout, .k = 3, .stride = 1, .pad = 1, .mode = mode };
    Conv *c = be->conv_new(dev, &s, w, b);

    free(w);
    free(b);
    if (!c)
        exit(1);
    return c;
}

/* Regions side by side, scaled as a loss would scale them. */
static Masks *make_masks(int regions, int h, int w)
{
    float *m = calloc((size_t) regions * h * w, sizeof *m);

    for (int i = 0; m && i < h * w; i++)
        m[(size_t) (i % w * regions / w) * h * w + i] = 0.01f;
    Masks *masks = m ? be->masks(dev, regions, h, w, m) : NULL;
    free(m);
    if (!masks)
        exit(1);
    return masks;
}

static void drop(Operands *o)
{
    Tensor *all[] = { o->x, o->y, o->dx, o->dy };

    for (int i = 0; i < 4; i++)
        be->drop(all[i]);
    be->conv_drop(o->conv);
    be->masks_drop(o->masks);
}

static void layer(const char *name, int cin, int cout, int h, int w, PadMode mode, int regions)
{
    double gpixel = 1e-9 * h * w, feature = 4 * gpixel * cout;
    char text[64];
    Operands o = { .x = tensor(cin, h, w, -1, 1),
                   .y = tensor(cout, h, w, -1, 1),
                   .dx = tensor(cin, h, w, -1, 1),
                   .dy = tensor(cout, h, w, -1, 1),
                   .conv = make_conv(cin, cout, mode) };

    snprintf(text, sizeof text, "%s conv %d > %d, %dx%d", name, cin, cout, w, h);
    measure(text, conv, &o, 18 * gpixel * cin * cout, 4 * gpixel * cin + feature);
    snprintf(text, sizeof text, "%s conv back", name);
    measure(text, conv_back, &o, 18 * gpixel * cin * cout, 4 * gpixel * cin + 2 * feature);
    drop(&o);
    if (!regions)
        return;
    o = (Operands){ .x = tensor(cout, h, w, 0, 1),
                    .dx = tensor(cout, h, w, 0, 1),
                    .dy = tensor(regions, cout, cout, -1, 1),
                    .masks = make_masks(regions, h, w) };
    snprintf(text, sizeof text, "%s Gram, %d regions", name, regions);
    measure(text, gram, &o, gpixel * cout * (cout + 1), feature);
    snprintf(text, sizeof text, "%s Gram back", name);
    measure(text, gram_back, &o, 2 * gpixel * cout * cout, 2 * feature);
    drop(&o);
}

static void pooling(const char *name, int c, int h, int w, PoolKind kind)
{
    char text[64];
    double gbyte = 4e-9 * c * h * w;
    Operands o = { .x = tensor(c, h, w, 0, 1),
                   .y = tensor(c, h / 2, w / 2, 0, 1),
                   .dx = tensor(c, h, w, 0, 1),
                   .dy = tensor(c, h / 2, w / 2, 0, 1),
                   .pool = { kind, 2, 2 } };

    snprintf(text, sizeof text, "%s pool %d, %dx%d", name, c, w, h);
    measure(text, pool, &o, 0, 1.25 * gbyte);
    snprintf(text, sizeof text, "%s pool back", name);
    measure(text, pool_back, &o, 0, kind == POOL_MAX ? 2.25 * gbyte : 1.25 * gbyte);
    drop(&o);
}

static void builtin(void)
{
    int h = 466, w = 700;

    evaluation = 0;
    for (int level = 0; level < 5; level++, h /= 2, w /= 2) {
        char name[32];
        snprintf(name, sizeof name, "%d", level + 1);
        layer(name, 3, 64, h, w, PAD_REFLECT, 4);
        if (level < 4)
            pooling(name, 3, h, w, POOL_AVERAGE);
    }
    printf("builtin network, all              %9.2f ms\n\n", evaluation);
}

static void vgg(void)
{
    static const int width[] = { 64, 128, 256, 512, 512 }, convs[] = { 2, 2, 4, 4, 1 };
    int cin = 3, side = 512;

    evaluation = 0;
    for (int level = 0; level < 5; level++, side /= 2) {
        for (int i = 0; i < convs[level]; i++, cin = width[level]) {
            char name[32];
            snprintf(name, sizeof name, "%d_%d", level + 1, i + 1);
            layer(name, cin, width[level], side, side, PAD_CONSTANT, i == 0 ? 4 : 0);
        }
        if (level < 4)
            pooling("", width[level], side, side, POOL_MAX);
    }
    printf("VGG-19, all                       %9.2f ms\n\n", evaluation);
}

/* The operator's values don't matter here, only its pattern. */
static void vectors(void)
{
    int h = 466, w = 700, n = h * w;
    double plane = 4e-9 * n, *stats = calloc((size_t) 9 * n, sizeof *stats);
    float *image = noise((size_t) 3 * n, 0, 1);
    Operands o = { .x = tensor(3, h, w, -1, 1),
                   .y = tensor(3, h, w, -1, 1),
                   .dx = tensor(3, h, w, -1, 1),
                   .n = VECTORS };

    for (int i = 3 * n; stats && i < 9 * n; i++)
        stats[i] = 0.1;
    for (int i = 0; i < VECTORS; i++)
        o.v[i] = tensor(3, h, w, -1, 1);
    for (int i = 0; i < 3; i++)
        o.scratch[i] = tensor(3, h, w, 0, 0);
    for (int radius = 1; radius < 3; radius++) {
        char text[64];
        double t = now();
        o.linop = stats ? be->matting(dev, h, w, radius, image, stats) : NULL;
        if (!o.linop)
            exit(1);
        printf("matting operator, radius %d, made in %.1f ms\n", radius, 1e3 * (now() - t));
        measure("apply", apply, &o, 0, 18 * plane);
        o.n = 26;
        snprintf(text, sizeof text, "chebyshev, %d steps", o.n);
        measure(text, chebyshev, &o, 0, (o.n - 1) * 24 * plane);
        be->linop_drop(o.linop);
    }
    o.n = VECTORS;
    measure("30 dots", dots, &o, 0, 3 * plane * (VECTORS + 1));
    measure("lincomb of 30", lincomb, &o, 0, 3 * plane * (VECTORS + 2));
    o.n = 1;
    measure("one dot", dots, &o, 0, 6 * plane);
    o.n = 2;
    measure("lincomb of 2", lincomb, &o, 0, 12 * plane);
    measure("squared difference", sqdiff, &o, 0, 12 * plane);
    for (int i = 0; i < VECTORS; i++)
        be->drop(o.v[i]);
    for (int i = 0; i < 3; i++)
        be->drop(o.scratch[i]);
    drop(&o);
    free(stats);
    free(image);
}

/* What the device can do at best, where it can tell: percentages are of that. */
static void ceilings(void)
{
    double flops, bytes;

    if (!be->ceilings)
        return;
    be->ceilings(dev, LARGE, &flops, &bytes);
    most_gflop = 1e-9 * flops;
    most_gbyte = 1e-9 * bytes;
    printf("ceilings: a product of %d x %d x %d: %.1f TFLOP/s; a copy of %.0f MB: %.0f GB/s\n\n",
           LARGE, LARGE, LARGE, 1e-12 * flops, 4e-6 * LARGE * LARGE, 1e-9 * bytes);
}

int main(int argc, char **argv)
{
    const char *part = argc > 3 ? argv[3] : "";
    char about[DPS_MESSAGE];

    be = device_find(argc > 1 ? argv[1] : "auto");
    dev = be ? be->open(&(DeviceOptions){ .threads = argc > 2 ? atoi(argv[2]) : 0 }) : NULL;
    if (!dev) {
        fprintf(stderr, "bench-ops: there is no device of that name\n");
        return 1;
    }
    be->about(dev, about, sizeof about);
    printf("%s: %s\n\n", be->name, about);
    ceilings();
    if (!*part || strcmp(part, "builtin") == 0)
        builtin();
    if (!*part || strcmp(part, "vectors") == 0)
        vectors();
    if (!*part || strcmp(part, "vgg") == 0)
        vgg();
    be->close(dev);
    return 0;
}
