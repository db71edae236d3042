/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "conv-onednn.h"
#include "cpu-private.h"
#include "cpu.h"
#include "work.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------- memory */

void *cpu_alloc(size_t bytes)
{
    if (bytes > SIZE_MAX - ALIGN)
        return NULL;
    return aligned_alloc(ALIGN, (bytes + ALIGN) & ~(size_t) (ALIGN - 1));
}

void cpu_free(void *p)
{
    free(p);
}

void *cpu_work(Cpu *cpu, size_t bytes)
{
    if (bytes > cpu->work_bytes) {
        cpu_free(cpu->work);
        cpu->work = cpu_alloc(bytes);
        cpu->work_bytes = cpu->work ? bytes : 0;
        if (!cpu->work)
            cpu_fail(cpu, DPS_NO_MEMORY);
    }
    return cpu->work;
}

void cpu_fail(Cpu *cpu, DpsStatus status)
{
    if (!cpu->status)
        cpu->status = status;
}

bool cpu_goes_on(Cpu *cpu)
{
    DpsStatus status;

    if (cpu_thread() == 0 && !cpu->status && cpu->options.cancelled &&
        cpu->options.cancelled(cpu->options.data)) {
#pragma omp atomic write
        cpu->status = DPS_CANCELLED;
    }
#pragma omp atomic read
    status = cpu->status;
    return status == DPS_OK;
}

/* ------------------------------------------------------------------------- device */

/* About a tenth of a millisecond.  On a busy machine a thread may wait for its fellow for as long as the
 * scheduler gives to others, some milliseconds: small pictures' operations aren't worth that. */
#define LEAST_SHARED 4e6

static Device *cpu_open(const DpsWork *o)
{
    Cpu *cpu = calloc(1, sizeof *cpu);
    const char *share = getenv("DPS_SHARE");

    if (!cpu)
        return NULL;
    cpu->dev.be = &cpu_backend;
    cpu->options = *o;
    cpu->kernels = kernels_choose(getenv("DPS_SIMD"));
#ifdef _OPENMP
    cpu->threads = o->threads > 0 ? o->threads : omp_get_num_procs();
#else
    cpu->threads = 1;
#endif
    cpu->threads = cpu->threads < MAX_THREADS ? cpu->threads : MAX_THREADS;
    cpu->least_shared = share && strcmp(share, "all") == 0 ? 0 : LEAST_SHARED;
    if (!onednn_open(cpu->threads, &cpu->onednn)) {
        free(cpu);
        return NULL;
    }
    return &cpu->dev;
}

static void cpu_close(Device *d)
{
    if (!d)
        return;
    onednn_close(cpu_of(d)->onednn);
    cpu_free(cpu_of(d)->work);
    free(d);
    work_rest();
}

static void cpu_about(Device *d, char *text, size_t size)
{
    Cpu *cpu = cpu_of(d);

    char library[64] = "";

#ifdef HAVE_ONEDNN
    if (cpu->onednn)
        onednn_about(library, sizeof library);
#endif
    snprintf(text, size, "%s, %s%s%d %s", cpu->kernels->name, library, *library ? ", " : "",
             cpu->threads, cpu->threads == 1 ? "thread" : "threads");
}

static DpsStatus cpu_read(Device *d, int slot, int n, double *out)
{
    Cpu *cpu = cpu_of(d);

    if (cpu_goes_on(cpu))
        memcpy(out, cpu->slot + slot, (size_t) n * sizeof *out);
    return cpu->status;
}

/* ------------------------------------------------------------------------ tensors */

static size_t cpu_tensor_bytes(Device *d, int c, int h, int w)
{
    (void) d;
    return (size_t) c * h * w * sizeof(float) + ALIGN;
}

static Tensor *cpu_tensor_new(Device *d, int c, int h, int w)
{
    CpuTensor *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->t = (Tensor){ d, c, h, w };
    t->plane = c > IMAGE_PLANES ? 1 : pixel_count(&t->t);
    t->step = c > IMAGE_PLANES ? (size_t) c : 1;
    t->own = calloc(1, cpu_tensor_bytes(d, c, h, w)); /* much memory at once is zeros as it comes */
    if (!t->own) {
        free(t);
        return NULL;
    }
    t->p = (float *) (((uintptr_t) t->own + ALIGN - 1) / ALIGN * ALIGN);
    return &t->t;
}

static Tensor *cpu_slice(Tensor *x, int c0, int c)
{
    CpuTensor *t = malloc(sizeof *t);

    if (!t)
        return NULL;
    *t = *cpu_tensor(x);
    t->t.c = c;
    t->p += (size_t) c0 * t->plane;
    t->own = NULL;
    return &t->t;
}

static void cpu_drop(Tensor *t)
{
    if (!t)
        return;
    free(cpu_tensor(t)->own);
    free(t);
}

static void cpu_upload(Tensor *t, const float *v)
{
    const CpuTensor *x = cpu_tensor(t);
    Cpu *cpu = cpu_of(t->dev);
    size_t n = pixel_count(t);

    if (!cpu_goes_on(cpu))
        return;
    if (is_planar(x)) {
        memcpy(x->p, v, t->c * n * sizeof *v);
        return;
    }
    int team = cpu_team(cpu, (double) t->c * n);
#pragma omp parallel for num_threads(team)
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < t->c; c++)
            x->p[c * x->plane + i * x->step] = v[c * n + i];
}

static void cpu_download(const Tensor *t, float *v)
{
    const CpuTensor *x = cpu_tensor(t);
    Cpu *cpu = cpu_of(t->dev);
    size_t n = pixel_count(t);

    if (!cpu_goes_on(cpu))
        return;
    if (is_planar(x)) {
        memcpy(v, x->p, t->c * n * sizeof *v);
        return;
    }
    int team = cpu_team(cpu, (double) t->c * n);
#pragma omp parallel for num_threads(team)
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < t->c; c++)
            v[c * n + i] = x->p[c * x->plane + i * x->step];
}

const Backend cpu_backend = {
    .name = "cpu",
    .open = cpu_open,
    .close = cpu_close,
    .about = cpu_about,
    .tensor = cpu_tensor_new,
    .slice = cpu_slice,
    .drop = cpu_drop,
    .upload = cpu_upload,
    .download = cpu_download,
    .tensor_bytes = cpu_tensor_bytes,
    .conv_new = cpu_conv_new,
    .conv_drop = cpu_conv_drop,
    .conv = cpu_conv,
    .conv_back = cpu_conv_back,
    .pool = cpu_pool,
    .pool_back = cpu_pool_back,
    .rectify = cpu_rectify,
    .rectify_back = cpu_rectify_back,
    .masks = cpu_masks,
    .masks_drop = cpu_masks_drop,
    .gram = cpu_gram,
    .gram_back = cpu_gram_back,
    .moments = cpu_moments,
    .moments_back = cpu_moments_back,
    .conv_gram = cpu_conv_gram,
    .conv_gram_back = cpu_conv_gram_back,
    .sqdiff = cpu_sqdiff,
    .excess = cpu_excess,
    .sparse = cpu_sparse,
    .matting = cpu_matting,
    .linop_drop = cpu_linop_drop,
    .apply = cpu_apply,
    .chebyshev = cpu_chebyshev,
    .dots = cpu_dots,
    .lincomb = cpu_lincomb,
    .adam = cpu_adam,
    .read = cpu_read,
};
