/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "conv-onednn.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Onednn {
    int threads;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
};

/* Weights in some order, shared by the plans that want that order. */
typedef struct Packed {
    struct Packed *next;
    dnnl_memory_t memory;
} Packed;

typedef struct Plan {
    struct Plan *next;
    bool back;
    int h, w;              /* of the input */
    size_t x_step, y_step; /* floats from one pixel to the next */
    dnnl_primitive_t primitive;
    dnnl_memory_t x, y, scratch; /* without data of their own */
    size_t scratch_bytes;
    Packed *weight;
} Plan;

struct OnednnConv {
    Onednn *o;
    ConvShape s;
    float *own; /* weight, then bias */
    dnnl_memory_t weight, bias;
    Packed *packed;
    Plan *plans;
};

/* ------------------------------------------------------------------ device, threads */

/* oneDNN takes as many threads as OpenMP would by default: told before it plans or computes. */
static int enter(const Onednn *o)
{
#ifdef _OPENMP
    int before = omp_get_max_threads();
    omp_set_num_threads(o->threads);
    return before;
#else
    return o->threads;
#endif
}

static void leave(int threads)
{
#ifdef _OPENMP
    omp_set_num_threads(threads);
#else
    (void) threads;
#endif
}

bool onednn_open(int threads, Onednn **onednn)
{
    const char *wish = getenv("DPS_ONEDNN");

    *onednn = NULL;
    if (wish && strcmp(wish, "0") == 0)
        return true;
    Onednn *o = calloc(1, sizeof *o);
    if (!o)
        return false;
    o->threads = threads;
    if (dnnl_engine_create(&o->engine, dnnl_cpu, 0) == dnnl_success &&
        dnnl_stream_create(&o->stream, o->engine, dnnl_stream_default_flags) == dnnl_success)
        *onednn = o;
    else
        onednn_close(o);
    return true;
}

void onednn_close(Onednn *o)
{
    if (!o)
        return;
    dnnl_stream_destroy(o->stream);
    dnnl_engine_destroy(o->engine);
    free(o);
}

void onednn_about(char *text, size_t size)
{
    const dnnl_version_t *v = dnnl_version();

    snprintf(text, size, "oneDNN %d.%d.%d", v->major, v->minor, v->patch);
}

/* Images go by our own kernels, and so do borders that are not zeros. */
bool onednn_takes(const Onednn *o, const ConvShape *s)
{
    bool zeros = s->pad == 0 || s->mode == PAD_CONSTANT;

    for (int i = 0; s->pad > 0 && s->border && i < s->cin; i++)
        zeros = zeros && s->border[i] == 0;
    return o && zeros && s->cin > IMAGE_PLANES && s->cout > IMAGE_PLANES;
}

/* ------------------------------------------------------------------- convolutions */

OnednnConv *onednn_conv_new(Onednn *o, const ConvShape *s, const float *weight, const float *bias)
{
    OnednnConv *c = calloc(1, sizeof *c);
    size_t n = (size_t) s->cin * s->cout * s->k * s->k;
    dnnl_memory_desc_t w = NULL, b = NULL;

    if (!c)
        return NULL;
    c->o = o;
    c->s = *s;
    c->s.border = NULL;
    c->own = cpu_alloc((n + s->cout) * sizeof(float));
    bool ok = c->own &&
              !dnnl_memory_desc_create_with_tag(&w, 4, (dnnl_dims_t){ s->cout, s->cin, s->k, s->k },
                                                dnnl_f32, dnnl_oihw) &&
              !dnnl_memory_desc_create_with_tag(&b, 1, (dnnl_dims_t){ s->cout }, dnnl_f32,
                                                dnnl_a) &&
              !dnnl_memory_create(&c->weight, w, o->engine, c->own) &&
              !dnnl_memory_create(&c->bias, b, o->engine, c->own + n);
    dnnl_memory_desc_destroy(w);
    dnnl_memory_desc_destroy(b);
    if (!ok) {
        onednn_conv_drop(c);
        return NULL;
    }
    memcpy(c->own, weight, n * sizeof(float));
    memcpy(c->own + n, bias, s->cout * sizeof(float));
    return c;
}

static void plan_drop(Plan *p)
{
    dnnl_primitive_destroy(p->primitive);
    dnnl_memory_destroy(p->x);
    dnnl_memory_destroy(p->y);
    dnnl_memory_destroy(p->scratch);
    free(p);
}

void onednn_conv_drop(OnednnConv *c)
{
    if (!c)
        return;
    for (Plan *p = c->plans, *next; p; p = next) {
        next = p->next;
        plan_drop(p);
    }
    for (Packed *p = c->packed, *next; p; p = next) {
        next = p->next;
        dnnl_memory_destroy(p->memory);
        free(p);
    }
    dnnl_memory_destroy(c->weight);
    dnnl_memory_destroy(c->bias);
    cpu_free(c->own);
    free(c);
}

/* ---------------------------------------------------------------------- planning */

/* The weights in the order that `want` describes. */
static Packed *packed(OnednnConv *c, const_dnnl_memory_desc_t want)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_t reorder = NULL;
    const_dnnl_memory_desc_t have;

    for (Packed *p = c->packed; p; p = p->next)
        if (!dnnl_memory_get_memory_desc(p->memory, &have) && dnnl_memory_desc_equal(have, want))
            return p;
    Packed *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    bool ok = !dnnl_memory_get_memory_desc(c->weight, &have) &&
              !dnnl_memory_create(&p->memory, want, c->o->engine, DNNL_MEMORY_ALLOCATE) &&
              !dnnl_reorder_primitive_desc_create(&pd, have, c->o->engine, want, c->o->engine,
                                                  NULL) &&
              !dnnl_primitive_create(&reorder, pd) &&
              !dnnl_primitive_execute(reorder, c->o->stream, 2,
                                      (dnnl_exec_arg_t[]){ { DNNL_ARG_FROM, c->weight },
                                                           { DNNL_ARG_TO, p->memory } }) &&
              !dnnl_stream_wait(c->o->stream);
    dnnl_primitive_destroy(reorder);
    dnnl_primitive_desc_destroy(pd);
    if (!ok) {
        dnnl_memory_destroy(p->memory);
        free(p);
        return NULL;
    }
    p->next = c->packed;
    c->packed = p;
    return p;
}

/* Pixels of features, `step` floats apart. */
static dnnl_status_t features(dnnl_memory_desc_t *d, int c, int h, int w, size_t step)
{
    dnnl_dim_t s = (dnnl_dim_t) step;

    return dnnl_memory_desc_create_with_strides(d, 4, (dnnl_dims_t){ 1, c, h, w }, dnnl_f32,
                                                (dnnl_dims_t){ s * h * w, 1, s * w, s });
}

static dnnl_primitive_desc_t describe(const OnednnConv *c, bool back, dnnl_memory_desc_t x,
                                      dnnl_memory_desc_t y)
{
    const ConvShape *s = &c->s;
    const dnnl_dims_t strides = { s->stride, s->stride }, dilates = { 0, 0 };
    const dnnl_dims_t pad = { s->pad, s->pad };
    const_dnnl_memory_desc_t bias = NULL;
    dnnl_memory_desc_t any = NULL;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_post_ops_t relu = NULL;
    dnnl_primitive_desc_t forward = NULL, pd = NULL;

    bool ok = !dnnl_memory_get_memory_desc(c->bias, &bias) &&
              !dnnl_memory_desc_create_with_tag(&any, 4,
                                                (dnnl_dims_t){ s->cout, s->cin, s->k, s->k },
                                                dnnl_f32, dnnl_format_tag_any) &&
              !dnnl_primitive_attr_create(&attr) &&
              !dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
    if (ok && back)
        ok = !dnnl_convolution_forward_primitive_desc_create(
                 &forward, c->o->engine, dnnl_forward_training, dnnl_convolution_direct, x, any,
                 bias, y, strides, dilates, pad, pad, NULL) &&
             !dnnl_convolution_backward_data_primitive_desc_create(
                 &pd, c->o->engine, dnnl_convolution_direct, x, any, y, strides, dilates, pad, pad,
                 forward, attr);
    else if (ok)
        ok = !dnnl_post_ops_create(&relu) &&
             (s->linear || !dnnl_post_ops_append_eltwise(relu, dnnl_eltwise_relu, 0, 0)) &&
             !dnnl_primitive_attr_set_post_ops(attr, relu) &&
             !dnnl_convolution_forward_primitive_desc_create(
                 &pd, c->o->engine, dnnl_forward_inference, dnnl_convolution_direct, x, any, bias,
                 y, strides, dilates, pad, pad, attr);
    dnnl_memory_desc_destroy(any);
    dnnl_post_ops_destroy(relu);
    dnnl_primitive_attr_destroy(attr);
    dnnl_primitive_desc_destroy(forward);
    return ok ? pd : NULL;
}

static bool fill_plan(Plan *p, OnednnConv *c, const CpuTensor *x, const CpuTensor *y)
{
    dnnl_memory_desc_t xd = NULL, yd = NULL;
    dnnl_primitive_desc_t pd = NULL;
    const_dnnl_memory_desc_t scratch;
    dnnl_engine_t engine = c->o->engine;

    bool ok = !features(&xd, x->t.c, x->t.h, x->t.w, x->step) &&
              !features(&yd, y->t.c, y->t.h, y->t.w, y->step) &&
              (pd = describe(c, p->back, xd, yd)) && !dnnl_primitive_create(&p->primitive, pd) &&
              !dnnl_memory_create(&p->x, xd, engine, DNNL_MEMORY_NONE) &&
              !dnnl_memory_create(&p->y, yd, engine, DNNL_MEMORY_NONE) &&
              (scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0)) &&
              !dnnl_memory_create(&p->scratch, scratch, engine, DNNL_MEMORY_NONE) &&
              (p->weight = packed(c, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0)));
    if (ok)
        p->scratch_bytes = dnnl_memory_desc_get_size(scratch);
    dnnl_memory_desc_destroy(xd);
    dnnl_memory_desc_destroy(yd);
    dnnl_primitive_desc_destroy(pd);
    return ok;
}

/* The plan for these sizes and strides, made when they come up first; NULL on failure. */
static Plan *plan_for(OnednnConv *c, bool back, const CpuTensor *x, const CpuTensor *y)
{
    for (Plan *p = c->plans; p; p = p->next)
        if (p->back == back && p->h == x->t.h && p->w == x->t.w && p->x_step == x->step &&
            p->y_step == y->step)
            return p;
    Plan *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    *p = (Plan){ .back = back, .h = x->t.h, .w = x->t.w, .x_step = x->step, .y_step = y->step };
    if (!fill_plan(p, c, x, y)) {
        plan_drop(p);
        return NULL;
    }
    p->next = c->plans;
    c->plans = p;
    return p;
}

/* --------------------------------------------------------------------- execution */

static bool execute(const OnednnConv *c, const Plan *p, float *x, float *y, void *scratch)
{
    const dnnl_exec_arg_t args[] = {
        { p->back ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, p->x },
        { p->back ? DNNL_ARG_DIFF_DST : DNNL_ARG_DST, p->y },
        { DNNL_ARG_WEIGHTS, p->weight->memory },
        { DNNL_ARG_SCRATCHPAD, p->scratch },
        { DNNL_ARG_BIAS, c->bias },
    };

    return !dnnl_memory_set_data_handle(p->x, x) && !dnnl_memory_set_data_handle(p->y, y) &&
           !dnnl_memory_set_data_handle(p->scratch, scratch) &&
           !dnnl_primitive_execute(p->primitive, c->o->stream, p->back ? 4 : 5, args) &&
           !dnnl_stream_wait(c->o->stream);
}

void onednn_conv(Cpu *cpu, OnednnConv *c, const CpuTensor *y, const CpuTensor *x)
{
    int before = enter(c->o);
    Plan *p = plan_for(c, false, x, y);
    float *work = p ? cpu_work(cpu, p->scratch_bytes + ALIGN) : NULL;

    if (!p)
        cpu_fail(cpu, DPS_NO_MEMORY);
    if (work && !execute(c, p, x->p, y->p, work))
        cpu_fail(cpu, DPS_DEVICE_FAILED);
    leave(before);
}

/* Zeros in dy where y is not positive. */
static void rectify(Cpu *cpu, const CpuTensor *dy, const CpuTensor *y)
{
    size_t n = pixel_count(&y->t);
    int team = cpu_team(cpu, (double) n * y->t.c);

#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t i = 0; i < n; i++) {
        float *d = dy->p + i * dy->step;
        cpu->kernels->rectified(d, d, y->p + i * y->step, y->t.c);
    }
}

void onednn_conv_back(Cpu *cpu, OnednnConv *c, const CpuTensor *dx, const CpuTensor *dy,
                      const CpuTensor *y, bool add)
{
    CpuTensor to = *dx;
    size_t n = pixel_count(&dx->t), channels = dx->t.c;
    int before = enter(c->o);

    if (add)
        to.step = channels;
    Plan *p = plan_for(c, true, &to, dy);
    size_t floats = p ? p->scratch_bytes / sizeof(float) + ALIGN : 0;
    float *work = p ? cpu_work(cpu, (floats + (add ? n * channels : 0)) * sizeof(float)) : NULL;
    if (work) {
        if (!c->s.linear)
            rectify(cpu, dy, y);
        to.p = add ? work + floats / ALIGN * ALIGN : dx->p;
    }
    if (!p)
        cpu_fail(cpu, DPS_NO_MEMORY);
    if (work && !execute(c, p, to.p, dy->p, work))
        cpu_fail(cpu, DPS_DEVICE_FAILED);
    leave(before);
    if (!work || !add || cpu->status)
        return;
    int team = cpu_team(cpu, (double) n * channels);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t i = 0; i < n; i++)
        cpu->kernels->add(dx->p + i * dx->step, to.p + i * channels, channels);
}
