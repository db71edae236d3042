/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* test-plans.c - convolutions that come and go leave no memory behind on the processor, a library's
 * plans included.  The sanitizers can't tell for calls of oneDNN's that leak by themselves on some
 * processors (leaks-elsewhere.supp), so the heap is measured: rounds of new sizes must not make it
 * grow.  Where the C library can't say how large its heap is, the test skips. */
#include "check.h"
#include "device/device.h"

#include <malloc.h>

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* GCC has no header for it */
#endif
#ifdef HAVE_ONEDNN
#include <oneapi/dnnl/dnnl.h>
#endif

#define PLANS 12 /* of one round: forwards and backwards */
#define ROUNDS 40

static size_t heap(void)
{
#ifdef __SANITIZE_ADDRESS__
    return __sanitizer_get_current_allocated_bytes();
#else
    struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
#endif
}

/* A device, a convolution, and sizes that no round before had. */
static void round_of_plans(int n)
{
    const Backend *be = device_choose("cpu", NULL);
    Device *d = be->open(&(DpsWork){ .threads = 1 });
    ConvShape s = { .cin = 16, .cout = 24, .k = 3, .stride = 1, .pad = 1, .mode = PAD_CONSTANT };
    float *w = calloc(9 * 16 * 24, sizeof *w);
    double slot;

    Conv *c = be->conv_new(d, &s, w, w);
    for (int i = 0; i < PLANS / 2; i++) {
        int height = 4 + i, width = 4 + n;
        Tensor *x = be->tensor(d, 16, height, width), *dx = be->tensor(d, 16, height, width);
        Tensor *y = be->tensor(d, 24, height, width), *dy = be->tensor(d, 24, height, width);
        be->conv(y, c, x);
        be->conv_back(dx, c, dy, y, false);
        be->drop(x);
        be->drop(dx);
        be->drop(y);
        be->drop(dy);
    }
    CHECK(be->read(d, 0, 1, &slot) == DPS_OK, "round %d", n);
    be->conv_drop(c);
    be->close(d);
    free(w);
}

int main(void)
{
#ifdef HAVE_ONEDNN
    dnnl_set_primitive_cache_capacity(0); /* or its cache would grow */
#endif
    for (int n = 0; n < ROUNDS / 4; n++)
        round_of_plans(n);
    size_t before = heap();
    for (int n = ROUNDS / 4; n < ROUNDS; n++)
        round_of_plans(n);
    double each = ((double) heap() - (double) before) / (PLANS * (ROUNDS - ROUNDS / 4));
    printf("%.1f bytes stay of each plan\n", each);
    /* A plan that is not dropped is 10 kB, a description 300 bytes. */
    CHECK(each < 64, "%.0f bytes stay of each plan", each); /* 0 */
    return check_done("plans");
}
