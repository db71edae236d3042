/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ops.h - what the tests of a device's operations share: the device under test beside the reference
 * device, and tensors that exist on both.  For a program of one source file, as check.h.
 *
 * A comparison's measure is max |a - b| / max |b| over a tensor, b being the reference's. */

#ifndef OPS_H
#define OPS_H

#include "check.h"
#include "device/device.h"
#include "device/ref/ref.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define GUARD 2 /* planes on either side of a slice */

static const Backend *be; /* the device under test, and the reference */
static Device *dev, *ref;
static double worst; /* of the section under way */

/* What products of matrices may be off beyond a test's tolerance: TF32 keeps 10 bits of the
 * factors, where the device works with it. */
static double products;
#define PRODUCTS_TF32 0.02 /* 9e-3, where a single small number is all there is */

/* ------------------------------------------------------------------------- tools */

static uint64_t state = 1;

static inline double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double) (state >> 11) / 9007199254740992.0;
}

static inline float *noise(size_t n, double lo, double hi)
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

static inline size_t pair_count(const Pair *p)
{
    return (size_t) (p->c + 2 * p->guard) * p->h * p->w;
}

static inline Pair pair(int c, int h, int w, bool sliced, double lo, double hi)
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

static inline void pair_drop(Pair *p)
{
    for (int k = 0; k < 2; k++) {
        const Backend *b = k ? ref->be : be;
        if (p->t[k] != p->base[k])
            b->drop(p->t[k]);
        b->drop(p->base[k]);
    }
    free(p->host);
}

static inline double distance(const float *a, const float *b, size_t n)
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
static inline double differ(const Pair *p)
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
static inline double differ_slots(int n)
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

static inline void report(const char *section)
{
    printf("%-24s worst %.1e\n", section, worst);
    worst = 0;
}

__attribute__((unused)) static const int sizes[][2] = { { 1, 1 }, { 2, 3 },   { 3, 1 },
                                                        { 7, 5 }, { 33, 17 }, { 64, 64 } };
#define SIZES ((int) (sizeof sizes / sizeof *sizes))

/* The device that the command line names, DEVICE [THREADS], and the reference. */
static inline int devices_open(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "cpu", *simd = getenv("DPS_SIMD");
    int threads = argc > 2 ? atoi(argv[2]) : 0;
    char about[DPS_MESSAGE];
    DpsMessage why[1];

    be = device_choose(name, why);
    if (!be)
        skip(why->text);
    dev = be->open(&(DpsWork){ .threads = threads });
    ref = ref_backend.open(&(DpsWork){ 0 });
    if (!dev && strcmp(be->name, "cpu") != 0)
        skip("the device can't be opened here");
    if (!CHECK(dev && ref, "opening %s", name))
        exit(1);
    be->about(dev, about, sizeof about);
    printf("%s: %s\n", be->name, about);
    products = strstr(about, "TF32") ? PRODUCTS_TF32 : 0;
    if (simd && strncmp(about, simd, strlen(simd)) != 0)
        skip("this processor has no such instructions");
    return threads;
}

static inline int devices_close(const char *what)
{
    CHECK(ref_live(ref) == 0, "%ld things on the reference device were never dropped",
          ref_live(ref));
    ref->be->close(ref);
    be->close(dev);
    return check_done(what);
}

#endif
