/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* backend.h - what a device must be able to do, and nothing else.
 *
 * A Tensor is c planes of h x w numbers that live on one device, in whatever
 * order and precision that device likes: only upload and download know.  Calls
 * queue work and return; only download and read wait for it.  After a failure
 * every call does nothing, and read returns the first error: the code above is
 * free to read like the mathematics.
 *
 * "y" is overwritten.  "dx" is overwritten, or added to when add is set.
 * Slots are doubles on the device that losses and dot products write to and
 * read() brings back, all of them in one wait.
 *
 * Constructors return NULL when memory is short; everything they return is freed by the
 * matching drop, which takes NULL.  Addresses never change after construction, so a
 * device may record a sequence of calls and replay it.
 *
 * Nothing here knows of VGG, of what masks mean, or of style: see tape.h. */

#ifndef BACKEND_H
#define BACKEND_H

#include "dps.h"

#define SLOTS 2048

typedef struct Backend Backend;

typedef struct Device {
    const Backend *be;
} Device;

typedef struct Tensor {
    Device *dev;
    int c, h, w;
} Tensor;

typedef enum {
    PAD_CONSTANT,
    PAD_REFLECT
} PadMode; /* reflect: the border pixel itself is
                                                not repeated, unless the side is one pixel */

/* k x k convolution, bias, then ReLU unless `linear`.  y is (h + 2 pad - k) / stride + 1 high, and as wide.
 * With PAD_CONSTANT, input channel i is continued by border[i] (0 where border is NULL). */
typedef struct {
    int cin, cout, k, stride, pad;
    PadMode mode;
    bool linear;
    const float *border;
} ConvShape;

typedef struct Conv {
    Device *dev;
    ConvShape shape; /* border is NULL here: the device keeps its own copy */
} Conv;

typedef enum { POOL_MAX, POOL_AVERAGE } PoolKind;

/* k x k windows every `stride` pixels, the first one `pad` < k pixels before the edge.  Windows that reach past
 * the edges (also in ceil mode) are cut to the picture; an average divides by the pixels it has.  y's size
 * tells floor from ceil. */
typedef struct {
    PoolKind kind;
    int k, stride, pad;
} PoolShape;

/* An image's planes, at most. */
#define IMAGE_PLANES 4

/* K soft masks of h x w on the device, prepared so that only their own pixels are visited. */
typedef struct Masks {
    Device *dev;
    int k, h, w;
} Masks;

/* Keeps the deviation of features that are the same everywhere from having an infinite gradient; as in batch
 * normalisation and AdaIN (X. Huang and S. Belongie, ICCV 2017). */
#define MOMENTS_EPS 1e-5

/* What planes first .. first + target->c - 1 of some features are held to: |f - target|^2 goes to a slot. */
typedef struct {
    const Tensor *target;
    int first, slot;
    double weight;
} Held;

/* A symmetric linear operator from one plane of h x w to one plane, applied plane by plane. */
typedef struct Linop {
    Device *dev;
    int h, w;
} Linop;

/* Calls that a device has kept, to do them again. */
typedef struct Recording {
    Device *dev;
} Recording;

struct Backend {
    const char *name;

    /* Asks before every operation whether to go on; if not, the device fails with DPS_CANCELLED. */
    Device *(*open)(const DpsWork *);
    void (*close)(Device *);
    void (*about)(Device *, char *text,
                  size_t size); /* for people: processor, libraries, threads */

    Tensor *(*tensor)(Device *, int c, int h, int w); /* zeros */
    Tensor *(*slice)(Tensor *, int c0, int c);        /* shares planes c0 .. c0 + c - 1 */
    void (*drop)(Tensor *);
    void (*upload)(Tensor *, const float *chw);
    void (*download)(const Tensor *, float *chw); /* waits */
    size_t (*tensor_bytes)(Device *, int c, int h, int w);

    /* weight: (cout, cin, k, k); bias: (cout). */
    Conv *(*conv_new)(Device *, const ConvShape *, const float *weight, const float *bias);
    void (*conv_drop)(Conv *);
    void (*conv)(Tensor *y, const Conv *, const Tensor *x); /* y = relu(w * x + b) */
    /* dx = w^T * (dy where y > 0, or everywhere if the convolution is linear); dy may be changed. */
    void (*conv_back)(Tensor *dx, const Conv *, Tensor *dy, const Tensor *y, bool add);

    void (*pool)(Tensor *y, const Tensor *x, const PoolShape *);
    void (*pool_back)(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x,
                      const PoolShape *, bool add);

    /* y = relu(scale x + shift), plane by plane; scale, shift: (c, 1, 1), both NULL for y = relu(x).  y may
     * be x. */
    void (*rectify)(Tensor *y, const Tensor *x, const Tensor *scale, const Tensor *shift);
    /* dx = scale dy where y > 0. */
    void (*rectify_back)(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *scale,
                         bool add);

    /* mask: (k, h, w). */
    Masks *(*masks)(Device *, int k, int h, int w, const float *mask);
    void (*masks_drop)(Masks *);
    /* y is (K, C, C): y[k] = F diag(m_k^2) F', F being x as a matrix of planes by pixels. */
    void (*gram)(Tensor *y, const Tensor *x, const Masks *);
    /* dx = sum_k (dy[k] + dy[k]') F diag(m_k^2). */
    void (*gram_back)(Tensor *dx, const Tensor *dy, const Tensor *x, const Masks *, bool add);

    /* y is (K, 2, C): means and deviations of x's planes in each region, whose pixels count with the
     * weights m_k^2, both times the sum s of these: y[k][0] = s mean, and
     * y[k][1] = s sqrt(variance + MOMENTS_EPS). */
    void (*moments)(Tensor *y, const Tensor *x, const Masks *);
    /* dx = sum_k m_k^2 (dy[k][0] + dy[k][1] (s x - y[k][0]) / y[k][1]), y being what moments made of x. */
    void (*moments_back)(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x,
                         const Masks *, bool add);

    /* slot = |x - t|^2; dx = 2 w (x - t). */
    void (*sqdiff)(int slot, double w, Tensor *dx, const Tensor *x, const Tensor *t, bool add);
    /* slot = |x - clamp(x, 0, 1)|^2; dx = 2 w (x - clamp(x, 0, 1)). */
    void (*excess)(int slot, double w, Tensor *dx, const Tensor *x, bool add);

    /* The n = h w square matrix in compressed rows: row[n + 1], col and val[row[n]]. */
    Linop *(*sparse)(Device *, int h, int w, const int *row, const int *col, const float *val);
    /* The matting Laplacian, matrix-free.  image: (3, h, w).  stats: (9, h, w), for the window of
     * (2 radius + 1)^2 pixels about each pixel whose window lies inside the image: 3 means, and the
     * 6 entries 00 01 02 11 12 22 of (covariance + eps / n)^-1 / n, n being the pixels of a window.
     * See matting.h for the formulas; the values come from there so that one piece of code has them.
     * Doubles, because in flat and in grey windows the inverse has entries near 1e7 of which only
     * a few units matter: rounded to floats, they make the operator indefinite. */
    Linop *(*matting)(Device *, int h, int w, int radius, const float *image, const double *stats);
    void (*linop_drop)(Linop *);
    void (*apply)(Tensor *y, const Linop *, const Tensor *x); /* y = A x, plane by plane */
    /* y = p(A + shift) x, plane by plane: `steps` Chebyshev iterations, from zero, for the solution
     * of (A + shift) y = x, tuned to eigenvalues of A + shift in [lo, hi].  A fixed polynomial of the
     * operator, so linear and symmetric (Saad, "Iterative Methods for Sparse Linear Systems",
     * algorithm 12.1).  scratch: 3 tensors of x's shape; none of the five may overlap. */
    void (*chebyshev)(Tensor *y, const Linop *, const Tensor *x, double shift, double lo, double hi,
                      int steps, Tensor *const *scratch);

    void (*dots)(int slot, const Tensor *x, int n, Tensor *const *y); /* slot + i = x . y[i] */
    /* y = sum of a[i] x[i]; y may be among x; where a[i] is 0, x[i] is not read. */
    void (*lincomb)(Tensor *y, int n, const double *a, Tensor *const *x);
    /* Adam's moments and direction (Kingma and Ba, "Adam", ICLR 2015, algorithm 1), element by
     * element, t >= 1 counting the calls:
     *     m = b1 m + (1 - b1) g,   v = b2 v + (1 - b2) g^2,
     *     d = (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps).
     * All four have one shape; d may be g. */
    void (*adam)(Tensor *d, Tensor *m, Tensor *v, const Tensor *g, double b1, double b2, double eps,
                 int t);
    DpsStatus (*read)(Device *, int slot, int n, double *out); /* waits */

    /* What follows may be NULL. */

    /* Gram matrices of features f = conv(x) of an image, of at most IMAGE_PLANES planes, where nothing
     * else asks for them, so that they need not be stored: y[k] = f diag(m_k^2) f'; and dx = the
     * gradient of <dy, y> and, where `held` is not NULL, of its weight times |f - target|^2. */
    void (*conv_gram)(Tensor *y, const Conv *, const Tensor *x, const Masks *);
    void (*conv_gram_back)(Tensor *dx, const Tensor *dy, const Conv *, const Tensor *x,
                           const Masks *, const Held *held, bool add);

    /* For devices with memory of their own. */
    size_t (*memory_free)(Device *); /* bytes of the device's own memory that can still be had */
    /* Bytes that operations take beside the tensors, for pictures of so many pixels: an upper
     * bound. */
    size_t (*workspace)(Device *, size_t pixels, int regions);

    /* What is called between the two is kept instead of done: operations that neither wait nor
     * move data to or from the host.  record_end returns NULL where that can't be; then nothing has
     * been done either.  replay does it all again, with the addresses and numbers it had; false:
     * nothing was done, as something has moved since, and it has to be recorded again. */
    void (*record_begin)(Device *);
    Recording *(*record_end)(Device *);
    bool (*replay)(const Recording *);
    void (*recording_drop)(Recording *);

    /* out = the maps of affine.h's field, (12, fh, fw), interpolated to the photo's size and applied
     * to its pixels.  photo, out: (3, h, w), both the host's, as the field.  Waits. */
    void (*carry)(Device *, const float *field, int fh, int fw, const float *photo, float *out,
                  int h, int w);

    /* For benchmarks: floating-point operations per second of a product of two matrices of `side`
     * rows and columns, and bytes per second of copying one.  Both 0 on failure. */
    void (*ceilings)(Device *, int side, double *flops, double *bytes);
};

#endif
