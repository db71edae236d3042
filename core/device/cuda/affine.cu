/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Local affine colour maps applied to a photo of any size: it passes through in strips of whole
 * rows, by way of pinned memory, so that copying on the host goes on while the GPU works.  What it
 * computes is core/image/affine.c's, line by line. */
#include "cuda-private.h"

#include <string.h>

#define MAP 12 /* numbers of a map: for R, G, B those of R, G, B and the constant */

/* The field of maps, fh x fw of them in planes, and the photo's whole size. */
typedef struct {
    const float *map;
    int fh, fw, h, w;
} Field;

typedef struct {
    int from, to;
    float along;
} Between;

static __device__ inline Between between_maps(int i, int target, int field)
{
    double at = (i + 0.5) * field / target - 0.5;
    int from;

    at = at > 0 ? at : 0;
    from = (int) at < field - 1 ? (int) at : field - 1;
    return { from, from + 1 < field ? from + 1 : from, (float) (at - from) };
}

/* strip: 3 planes of n pixels, of whole rows from `row` on; changed in place. */
static __global__ void apply_maps(float *strip, Field f, int row, size_t n)
{
    size_t e = thread_number(), plane = (size_t) f.fh * f.fw;
    int i, j;

    if (e >= n)
        return;
    divide(e, f.w, &i, &j);
    Between y = between_maps(row + i, f.h, f.fh), x = between_maps(j, f.w, f.fw);
    float in[4] = { strip[e], strip[n + e], strip[2 * n + e], 1 }, out[3] = {};
    for (int k = 0; k < MAP; k++) {
        const float *a = f.map + k * plane + (size_t) y.from * f.fw;
        const float *b = f.map + k * plane + (size_t) y.to * f.fw;
        float left = a[x.from] + y.along * (b[x.from] - a[x.from]);
        float right = a[x.to] + y.along * (b[x.to] - a[x.to]);
        out[k / 4] += (left + x.along * (right - left)) * in[k % 4];
    }
    for (int c = 0; c < 3; c++)
        strip[c * n + e] = out[c];
}

/* A strip between the photo's planes and a buffer of its own. */
typedef struct {
    size_t first, n; /* pixels */
} Strip;

static void pack_strip(float *to, const float *photo, Strip s, size_t plane)
{
    for (int c = 0; c < 3; c++)
        memcpy(to + c * s.n, photo + c * plane + s.first, s.n * sizeof *to);
}

static void unpack_strip(float *photo, const float *from, Strip s, size_t plane)
{
    for (int c = 0; c < 3; c++)
        memcpy(photo + c * plane + s.first, from + c * s.n, s.n * sizeof *from);
}

/* Waits for the strip that `pinned` holds, if any, and takes it out. */
static bool collect(Cuda *cuda, int turn, Strip *s, float *out, size_t plane)
{
    if (!cuda_good(cuda, cudaEventSynchronize(cuda->pinned_free[turn])))
        return false;
    unpack_strip(out, cuda->pinned[turn], *s, plane);
    s->n = 0;
    return true;
}

static bool send(Cuda *cuda, int turn, float *strip, const Field &f, Strip s)
{
    size_t bytes = 3 * s.n * sizeof *strip;

    if (!cuda_good(cuda, cudaMemcpyAsync(strip, cuda->pinned[turn], bytes, cudaMemcpyHostToDevice,
                                         cuda->stream)))
        return false;
    LAUNCH(cuda, apply_maps, blocks_for(s.n, THREADS), THREADS, strip, f,
           (int) (s.first / (size_t) f.w), s.n);
    return cuda_good(cuda, cudaMemcpyAsync(cuda->pinned[turn], strip, bytes, cudaMemcpyDeviceToHost,
                                           cuda->stream)) &&
           cuda_good(cuda, cudaEventRecord(cuda->pinned_free[turn], cuda->stream));
}

/* Two strips are under way at a time.  A photo too wide for a strip of one row is refused. */
void cuda_carry(Device *d, const float *field, int fh, int fw, const float *photo, float *out,
                int h, int w)
{
    Cuda *cuda = cuda_of(d);
    size_t maps = (size_t) MAP * fh * fw * sizeof(float), plane = (size_t) h * w;
    size_t rows = STAGE / (3 * sizeof(float) * (size_t) w), most = rows * w;
    Strip busy[2] = {};
    int turn = 0;

    if (!cuda_goes_on(cuda))
        return;
    if (!rows) {
        cuda_fail(cuda, DPS_NO_MEMORY);
        return;
    }
    maps = (maps + 255) / 256 * 256;
    char *work = (char *) cuda_work(cuda, maps + 2 * STAGE);
    if (!work || !cuda_put(cuda, work, field, (size_t) MAP * fh * fw * sizeof(float)))
        return;
    Field f = { (float *) work, fh, fw, h, w };
    for (size_t first = 0; first < plane && cuda_goes_on(cuda); first += most, turn = !turn) {
        Strip s = { first, plane - first < most ? plane - first : most };
        if (!collect(cuda, turn, &busy[turn], out, plane))
            return;
        pack_strip(cuda->pinned[turn], photo, s, plane);
        if (!send(cuda, turn, (float *) (work + maps + turn * STAGE), f, s))
            return;
        busy[turn] = s;
    }
    for (int i = 0; i < 2 && cuda_goes_on(cuda); i++)
        if (!collect(cuda, i, &busy[i], out, plane))
            return;
}
