/* SPDX-License-Identifier: LGPL-3.0-or-later */
#define _GNU_SOURCE
#include "ref-private.h"
#include "ref.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ------------------------------------------------------------------------- memory */

#define CHUNK ((size_t) 1 << 20)

struct Chunk {
    Chunk *next;
    char *base;
    size_t size, used;
    long users;
};

static void protect(const Ref *r, int how)
{
    for (const Chunk *c = r->chunks; c; c = c->next)
        mprotect(c->base, c->size, how);
}

static Chunk *chunk_new(Ref *r, size_t bytes)
{
    Chunk *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->size = ((bytes > CHUNK ? bytes : CHUNK) + 4095) & ~(size_t) 4095;
    c->base = mmap(NULL, c->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (c->base == MAP_FAILED) {
        free(c);
        return NULL;
    }
    c->next = r->chunks;
    r->chunks = c;
    return c;
}

void *ref_room(Ref *r, size_t bytes, Chunk **chunk)
{
    Chunk *c = r->chunks;

    bytes = (bytes + 63) & ~(size_t) 63;
    if (!c || c->size - c->used < bytes)
        c = chunk_new(r, bytes);
    if (!c)
        return NULL;
    void *p = c->base + c->used;
    c->used += bytes;
    c->users++;
    *chunk = c;
    return p;
}

void ref_release(Ref *r, Chunk *chunk)
{
    if (!chunk || --chunk->users)
        return;
    for (Chunk **c = &r->chunks; *c; c = &(*c)->next)
        if (*c == chunk) {
            *c = chunk->next;
            munmap(chunk->base, chunk->size);
            free(chunk);
            return;
        }
}

void ref_unlock(Device *d)
{
    protect(ref_of(d), PROT_READ | PROT_WRITE);
}

void ref_leave(Device *d)
{
    protect(ref_of(d), PROT_NONE);
}

bool ref_enter(Device *d)
{
    Ref *r = ref_of(d);

    if (!r->status && r->options.cancelled && r->options.cancelled(r->options.data))
        r->status = DPS_CANCELLED;
    if (r->status)
        return false;
    ref_unlock(d);
    return true;
}

/* ------------------------------------------------------------------ device, tensors */

static Device *ref_open(const DpsWork *o)
{
    Ref *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->dev.be = &ref_backend;
    r->options = *o;
    r->slot = ref_room(r, SLOTS * sizeof *r->slot, &r->slot_chunk);
    if (r->slot)
        return &r->dev;
    free(r);
    return NULL;
}

static void ref_close(Device *d)
{
    if (!d)
        return;
    Ref *r = ref_of(d);
    ref_release(r, r->slot_chunk);
    free(r);
}

long ref_live(const Device *d)
{
    return ref_of(d)->live;
}

static void ref_about(Device *d, char *text, size_t size)
{
    (void) d;
    snprintf(text, size, "reference loops in double precision, one thread");
}

static Tensor *ref_tensor(Device *d, int c, int h, int w)
{
    RefTensor *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->t = (Tensor){ d, c, h, w };
    t->p = ref_room(ref_of(d), ref_count(&t->t) * sizeof(double), &t->chunk);
    if (!t->p) {
        free(t);
        return NULL;
    }
    ref_of(d)->live++;
    return &t->t;
}

static Tensor *ref_slice(Tensor *x, int c0, int c)
{
    RefTensor *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->t = (Tensor){ x->dev, c, x->h, x->w };
    t->p = ref_data(x) + (size_t) c0 * x->h * x->w;
    ref_of(x->dev)->live++;
    return &t->t;
}

static void ref_drop(Tensor *t)
{
    if (!t)
        return;
    ref_release(ref_of(t->dev), ((RefTensor *) t)->chunk);
    ref_of(t->dev)->live--;
    free(t);
}

static size_t ref_tensor_bytes(Device *d, int c, int h, int w)
{
    (void) d;
    return ((size_t) c * h * w * sizeof(double) + 63) & ~(size_t) 63;
}

static void ref_upload(Tensor *t, const float *v)
{
    if (!ref_enter(t->dev))
        return;
    for (size_t i = 0; i < ref_count(t); i++)
        ref_data(t)[i] = v[i];
    ref_leave(t->dev);
}

static void ref_download(const Tensor *t, float *v)
{
    if (!ref_enter(t->dev))
        return;
    for (size_t i = 0; i < ref_count(t); i++)
        v[i] = (float) ref_data(t)[i];
    ref_leave(t->dev);
}

/* ---------------------------------------------------------------- losses and vectors */

static void set_slot(const Tensor *t, int slot, double value)
{
    ref_of(t->dev)->slot[slot] = value;
}

static void ref_sqdiff(int slot, double w, Tensor *dx, const Tensor *x, const Tensor *t, bool add)
{
    double sum = 0;

    if (!ref_enter(x->dev))
        return;
    for (size_t i = 0; i < ref_count(x); i++) {
        double d = ref_data(x)[i] - ref_data(t)[i];
        sum += d * d;
        ref_data(dx)[i] = 2 * w * d + (add ? ref_data(dx)[i] : 0);
    }
    set_slot(x, slot, sum);
    ref_leave(x->dev);
}

static void ref_excess(int slot, double w, Tensor *dx, const Tensor *x, bool add)
{
    double sum = 0;

    if (!ref_enter(x->dev))
        return;
    for (size_t i = 0; i < ref_count(x); i++) {
        double v = ref_data(x)[i], d = v < 0 ? v : v > 1 ? v - 1 : 0;
        sum += d * d;
        ref_data(dx)[i] = 2 * w * d + (add ? ref_data(dx)[i] : 0);
    }
    set_slot(x, slot, sum);
    ref_leave(x->dev);
}

static void ref_dots(int slot, const Tensor *x, int n, Tensor *const *y)
{
    if (!ref_enter(x->dev))
        return;
    for (int k = 0; k < n; k++) {
        double sum = 0;
        for (size_t i = 0; i < ref_count(x); i++)
            sum += ref_data(x)[i] * ref_data(y[k])[i];
        set_slot(x, slot + k, sum);
    }
    ref_leave(x->dev);
}

/* A coefficient of zero leaves its vector out, whatever that holds. */
static void ref_lincomb(Tensor *y, int n, const double *a, Tensor *const *x)
{
    if (!ref_enter(y->dev))
        return;
    for (size_t i = 0; i < ref_count(y); i++) {
        double sum = 0;
        for (int k = 0; k < n; k++)
            if (a[k] != 0)
                sum += a[k] * ref_data(x[k])[i];
        ref_data(y)[i] = sum;
    }
    ref_leave(y->dev);
}

static void ref_adam(Tensor *d, Tensor *m, Tensor *v, const Tensor *g, double b1, double b2,
                     double eps, int t)
{
    if (!ref_enter(d->dev))
        return;
    for (size_t i = 0; i < ref_count(d); i++) {
        double gi = ref_data(g)[i];
        double mi = ref_data(m)[i] = b1 * ref_data(m)[i] + (1 - b1) * gi;
        double vi = ref_data(v)[i] = b2 * ref_data(v)[i] + (1 - b2) * gi * gi;
        ref_data(d)[i] = mi / (1 - pow(b1, t)) / (sqrt(vi / (1 - pow(b2, t))) + eps);
    }
    ref_leave(d->dev);
}

static DpsStatus ref_read(Device *d, int slot, int n, double *out)
{
    if (!ref_enter(d))
        return ref_of(d)->status;
    memcpy(out, ref_of(d)->slot + slot, (size_t) n * sizeof *out);
    ref_leave(d);
    return DPS_OK;
}

const Backend ref_backend = {
    .name = "reference",
    .open = ref_open,
    .close = ref_close,
    .about = ref_about,
    .tensor = ref_tensor,
    .slice = ref_slice,
    .drop = ref_drop,
    .upload = ref_upload,
    .download = ref_download,
    .tensor_bytes = ref_tensor_bytes,
    .conv_new = ref_conv_new,
    .conv_drop = ref_conv_drop,
    .conv = ref_conv,
    .conv_back = ref_conv_back,
    .pool = ref_pool,
    .pool_back = ref_pool_back,
    .rectify = ref_rectify,
    .rectify_back = ref_rectify_back,
    .masks = ref_masks,
    .masks_drop = ref_masks_drop,
    .gram = ref_gram,
    .gram_back = ref_gram_back,
    .moments = ref_moments,
    .moments_back = ref_moments_back,
    .sqdiff = ref_sqdiff,
    .excess = ref_excess,
    .sparse = ref_sparse,
    .matting = ref_matting,
    .linop_drop = ref_linop_drop,
    .apply = ref_apply,
    .chebyshev = ref_chebyshev,
    .dots = ref_dots,
    .lincomb = ref_lincomb,
    .adam = ref_adam,
    .read = ref_read,
};
