/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The minimiser on quadratic losses with known minima; what it asks of a device; when it stops. */

#include "check.h"
#include "device/ref/ref.h"
#include "host.h"
#include "image/matting.h"
#include "optimise/lbfgs.h"

#define SIDE 24

static long reads, transfers;

static DpsStatus counting_read(Device *dev, int slot, int n, double *out)
{
    reads++;
    return ref_backend.read(dev, slot, n, out);
}

static void counting_download(const Tensor *x, float *chw)
{
    transfers++;
    ref_backend.download(x, chw);
}

static void counting_upload(Tensor *x, const float *chw)
{
    transfers++;
    ref_backend.upload(x, chw);
}

/* f(x) = lambda x'Lx + |x - t|^2, L being the matting Laplacian of a photo. */
typedef struct {
    Backend be;
    Device *dev;
    Tape *tape;
    Linop *l;
    Tensor *target, *x;
} Problem;

static void problem_open(Problem *p, double lambda, bool (*cancelled)(void *), void *data)
{
    const DpsWork o = { .threads = 1, .cancelled = cancelled, .data = data };
    DpsImage photo = host_photo(3, SIDE, SIDE, 3), target = host_photo(3, SIDE, SIDE, 8);
    static double stats[9 * SIDE * SIDE];

    p->be = ref_backend;
    p->be.read = counting_read;
    p->be.upload = counting_upload;
    p->be.download = counting_download;
    p->dev = ref_backend.open(&o);
    p->dev->be = &p->be;
    matting_stats(&photo, 1, MATTING_EPS, THREADS(1), stats);
    p->l = p->be.matting(p->dev, SIDE, SIDE, 1, photo.data, stats);
    p->target = p->be.tensor(p->dev, 3, SIDE, SIDE);
    p->x = p->be.tensor(p->dev, 3, SIDE, SIDE);
    p->be.upload(p->target, target.data);
    p->be.upload(p->x, photo.data);
    p->tape = tape_new(p->dev, 3, SIDE, SIDE, true);
    tape_sqdiff(p->tape, tape_input(p->tape), p->target, 1);
    tape_quad(p->tape, tape_input(p->tape), p->l, NULL, lambda);
    CHECK(tape_ready(p->tape), "no memory");
    dps_image_clear(&photo);
    dps_image_clear(&target);
}

static void problem_close(Problem *p)
{
    tape_free(p->tape);
    p->be.drop(p->target);
    p->be.drop(p->x);
    p->be.linop_drop(p->l);
    CHECK(ref_live(p->dev) == 0, "%ld left", ref_live(p->dev));
    ref_backend.close(p->dev);
}

/* The gradient's length at x. */
static double gradient(Problem *p, double *f)
{
    Tensor *g = p->be.tensor(p->dev, 3, SIDE, SIDE);
    double slot[3];

    tape_eval(p->tape, p->x, g);
    p->be.dots(2, g, 1, &g);
    p->be.read(p->dev, 0, 3, slot);
    *f = tape_total(p->tape, slot);
    p->be.drop(g);
    return sqrt(slot[2]);
}

static LbfgsOptions options(const Problem *p, bool preconditioned, int evaluations)
{
    LbfgsOptions o = {
        .memory = 10, .evaluations = evaluations, .first_step = 0.01, .search = true
    };

    if (preconditioned)
        o.preconditioner =
            (Preconditioner){ .a = p->l, .shift = 1e-3, .lo = 0.05, .hi = 9, .steps = 25 };
    return o;
}

static double minimise(double lambda, bool preconditioned, int evaluations, double *f)
{
    Problem p;
    int used = 0;

    problem_open(&p, lambda, NULL, NULL);
    LbfgsOptions o = options(&p, preconditioned, evaluations);
    double before, start = gradient(&p, &before);
    reads = transfers = 0;
    DpsStatus status = lbfgs(p.tape, p.x, &o, NULL, NULL, &used);
    CHECK(status == DPS_OK, "status %d", status);
    CHECK(used <= evaluations, "%d evaluations instead of %d", used, evaluations);
    /* one wait for each, and one for the length of the first direction */
    CHECK(reads == used + 1, "%ld waits for %d evaluations", reads, used);
    CHECK(transfers == 0, "%ld transfers", transfers);
    double left = gradient(&p, f) / start;
    CHECK(*f < before, "%g is not below %g", *f, before);
    problem_close(&p);
    return left;
}

static void test_minima(void)
{
    double f, plain, least, easy = minimise(0, false, 30, &f);

    CHECK(easy < 1e-6 && f < 1e-9, "gradient %g, loss %g", easy, f); /* 7e-12, 1e-21 */
    minimise(1e4, true, 200, &least);
    minimise(1e4, false, 30, &plain);
    minimise(1e4, true, 30, &f);
    CHECK(f - least < 0.05 * (plain - least), "preconditioned %g, plain %g, least %g", f, plain,
          least); /* 81.59, 92.4, 81.59 */
    printf("after 30 evaluations: preconditioned %g, plain %g, least %g\n", f, plain, least);
}

typedef struct {
    int calls, stop_at;
    double last;
} Watch;

static bool watch(int evaluations, double f, const double *losses, const Tensor *x, void *data)
{
    Watch *w = data;

    (void) losses;
    (void) x;
    CHECK(w->calls == 0 || f <= w->last, "the loss rose from %g to %g", w->last, f);
    CHECK(evaluations > w->calls, "%d evaluations after %d steps", evaluations, w->calls);
    w->last = f;
    return ++w->calls != w->stop_at;
}

static void test_stops(void)
{
    Problem p;
    Watch w = { .stop_at = 4 };
    int used;

    problem_open(&p, 1e4, NULL, NULL);
    LbfgsOptions o = options(&p, true, 50);
    CHECK(lbfgs(p.tape, p.x, &o, watch, &w, &used) == DPS_OK, "an early stop is no failure");
    CHECK(w.calls == 4, "%d steps", w.calls);
    problem_close(&p);
}

/* Ends when nothing is gained any more: not before LBFGS_PATIENCE steps, and near the least loss. */
static void test_least_gain(void)
{
    Problem p;
    Watch all = { 0 }, some = { 0 };
    int used[2];

    problem_open(&p, 1e4, NULL, NULL);
    LbfgsOptions o = options(&p, true, 60);
    CHECK(lbfgs(p.tape, p.x, &o, watch, &all, &used[0]) == DPS_OK, "status");
    problem_close(&p);
    problem_open(&p, 1e4, NULL, NULL);
    o = options(&p, true, 60);
    o.least_gain = 1e-3;
    CHECK(lbfgs(p.tape, p.x, &o, watch, &some, &used[1]) == DPS_OK, "status");
    problem_close(&p);
    CHECK(used[1] < used[0] && some.calls >= LBFGS_PATIENCE, "%d evaluations, %d steps; all: %d",
          used[1], some.calls, used[0]);
    CHECK(some.last < all.last * (1 + 1e-5), "%g, and %g with all evaluations", some.last,
          all.last); /* 4e-7 more */
    printf("ends after %d evaluations with %.9g, and with all of %d at %.9g\n", used[1], some.last,
           used[0], all.last);
    o.least_gain = 1;
    some = (Watch){ 0 };
    problem_open(&p, 1e4, NULL, NULL);
    o.preconditioner.a = p.l;
    CHECK(lbfgs(p.tape, p.x, &o, watch, &some, &used[1]) == DPS_OK, "status");
    problem_close(&p);
    CHECK(some.calls == LBFGS_PATIENCE, "%d steps", some.calls);
}

static bool after(void *data)
{
    return --*(int *) data < 0;
}

static void test_cancel(void)
{
    for (int operations = 20; operations < 500; operations += 120) {
        Problem p;
        int left = operations, used;

        problem_open(&p, 1e4, after, &left);
        LbfgsOptions o = options(&p, true, 50);
        DpsStatus status = lbfgs(p.tape, p.x, &o, NULL, NULL, &used);
        CHECK(status == DPS_CANCELLED, "status %d after %d operations", status, operations);
        problem_close(&p);
    }
}

int main(void)
{
    test_minima();
    test_stops();
    test_least_gain();
    test_cancel();
    return check_done("lbfgs");
}
