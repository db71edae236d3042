/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Adam and gradient descent: how far they come on quadratic losses with known minima, that they keep
 * the best point and report no other, that they move only what may move, and when they stop.
 * L-BFGS through the same function. */

#include "check.h"
#include "device/quadratic.h"
#include "device/ref/ref.h"
#include "host.h"
#include "image/matting.h"
#include "optimise/minimise.h"

#define SIDE 24
#define VALUES (3 * SIDE * SIDE)

/* f(x) = lambda x'Lx + |x - t|^2, L being the matting Laplacian of a photo. */
typedef struct {
    Device *dev;
    Tape *tape;
    Linop *l, *half; /* half: what lies in the left half may not change */
    Tensor *target, *x;
    DpsImage photo;
} Problem;

static void problem_open(Problem *p, double lambda, bool (*cancelled)(void *), void *data)
{
    const Backend *be = &ref_backend;
    const DpsWork o = { .threads = 1, .cancelled = cancelled, .data = data };
    DpsImage target = host_photo(3, SIDE, SIDE, 8);
    static double stats[9 * SIDE * SIDE];
    float free_part[SIDE * SIDE];

    p->photo = host_photo(3, SIDE, SIDE, 3);
    p->dev = be->open(&o);
    matting_stats(&p->photo, 1, MATTING_EPS, THREADS(1), stats);
    p->l = be->matting(p->dev, SIDE, SIDE, 1, p->photo.data, stats);
    for (int i = 0; i < SIDE * SIDE; i++)
        free_part[i] = i % SIDE < SIDE / 2 ? 0 : 1;
    p->half = quadratic_diagonal(p->dev, SIDE, SIDE, free_part);
    p->target = be->tensor(p->dev, 3, SIDE, SIDE);
    p->x = be->tensor(p->dev, 3, SIDE, SIDE);
    be->upload(p->target, target.data);
    be->upload(p->x, p->photo.data);
    p->tape = tape_new(p->dev, 3, SIDE, SIDE, true);
    tape_sqdiff(p->tape, tape_input(p->tape), p->target, 1);
    tape_quad(p->tape, tape_input(p->tape), p->l, NULL, lambda);
    CHECK(tape_ready(p->tape), "no memory");
    dps_image_clear(&target);
}

static void problem_close(Problem *p)
{
    tape_free(p->tape);
    ref_backend.drop(p->target);
    ref_backend.drop(p->x);
    ref_backend.linop_drop(p->l);
    ref_backend.linop_drop(p->half);
    CHECK(ref_live(p->dev) == 0, "%ld left", ref_live(p->dev));
    ref_backend.close(p->dev);
    dps_image_clear(&p->photo);
}

static double loss(Problem *p)
{
    Tensor *g = ref_backend.tensor(p->dev, 3, SIDE, SIDE);
    double slot[2];

    tape_eval(p->tape, p->x, g);
    ref_backend.read(p->dev, 0, 2, slot);
    ref_backend.drop(g);
    return tape_total(p->tape, slot);
}

typedef struct {
    const Problem *p;
    int calls, stop_at, evaluations;
    double last;
} Watch;

static bool watch(int evaluations, double f, const double *losses, const Tensor *x, void *data)
{
    Watch *w = data;

    CHECK(w->calls == 0 || f <= w->last, "the loss rose from %g to %g", w->last, f);
    CHECK(evaluations > w->evaluations, "%d evaluations after %d", evaluations, w->evaluations);
    CHECK(fabs(tape_total(w->p->tape, losses) - f) <= 1e-12 * f, "the losses are another point's");
    CHECK(x == w->p->x, "the point is not the best");
    w->last = f;
    w->evaluations = evaluations;
    return ++w->calls != w->stop_at;
}

static const LbfgsOptions options = {
    .memory = 10, .evaluations = 100, .first_step = 0.02, .search = true
};

/* The loss after 100 evaluations. */
static double minimum(Method method, double lambda)
{
    Problem p;
    int used = 0;

    problem_open(&p, lambda, NULL, NULL);
    Watch w = { .p = &p };
    double before = loss(&p);
    DpsStatus status = minimise(p.tape, p.x, method, &options, watch, &w, &used);
    double after = loss(&p);
    CHECK(status == DPS_OK, "status %d", status);
    CHECK(used <= 100 && used >= w.evaluations, "%d evaluations, %d reported", used, w.evaluations);
    CHECK(after < before, "%g is not below %g", after, before);
    CHECK(fabs(after - w.last) <= 1e-12 * after, "x has %g, reported was %g", after, w.last);
    problem_close(&p);
    return after / before;
}

static void test_minima(void)
{
    double adam = minimum(MINIMISE_ADAM, 0), descent = minimum(MINIMISE_DESCENT, 0);

    CHECK(adam < 3e-3, "Adam leaves %g of the distance", adam);           /* 3e-4 */
    CHECK(descent < 1e-20, "descent leaves %g of the distance", descent); /* 0 */
    printf("distance to a target: Adam leaves %.1e, descent %.1e\n", adam, descent);
    double lbfgs = minimum(MINIMISE_LBFGS, 1e4);
    adam = minimum(MINIMISE_ADAM, 1e4);
    descent = minimum(MINIMISE_DESCENT, 1e4);
    CHECK(lbfgs < adam && lbfgs < descent, "L-BFGS %g, Adam %g, descent %g", lbfgs, adam,
          descent); /* 0.482, 0.963, 0.998 */
    printf("with a matting energy: L-BFGS leaves %.3g, Adam %.3g, descent %.3g\n", lbfgs, adam,
           descent);
}

/* Where the diagonal is 0 nothing moves; elsewhere it does. */
static void test_scale(Method method)
{
    Problem p;
    LbfgsOptions o = options;
    float out[VALUES];
    int used;

    problem_open(&p, 0, NULL, NULL);
    o.preconditioner.scale = p.half;
    CHECK(minimise(p.tape, p.x, method, &o, NULL, NULL, &used) == DPS_OK, "method %d", method);
    ref_backend.download(p.x, out);
    double held = 0, moved = 0;
    for (int i = 0; i < VALUES; i++) {
        double d = fabs((double) out[i] - p.photo.data[i]);
        double *worst = i % SIDE < SIDE / 2 ? &held : &moved;
        *worst = fmax(*worst, d);
    }
    CHECK(held == 0 && moved > 0.1, "method %d: what is held moved %g, the rest %g", method, held,
          moved);
    problem_close(&p);
}

static void test_stops(Method method)
{
    Problem p;
    int used;

    problem_open(&p, 1e4, NULL, NULL);
    Watch w = { .p = &p, .stop_at = 4 };
    CHECK(minimise(p.tape, p.x, method, &options, watch, &w, &used) == DPS_OK,
          "an early stop is no failure");
    CHECK(w.calls == 4, "%d calls", w.calls);
    problem_close(&p);
}

static bool after(void *data)
{
    return --*(int *) data < 0;
}

static void test_cancel(Method method)
{
    for (int operations = 10; operations < 200; operations += 47) {
        Problem p;
        int left = operations, used;

        problem_open(&p, 1e4, after, &left);
        DpsStatus status = minimise(p.tape, p.x, method, &options, NULL, NULL, &used);
        CHECK(status == DPS_CANCELLED, "status %d after %d operations", status, operations);
        problem_close(&p);
    }
}

/* At the minimum there is nowhere to go. */
static void test_minimum_to_begin_with(Method method)
{
    Problem p;
    int used;

    problem_open(&p, 0, NULL, NULL);
    ref_backend.lincomb(p.x, 1, (double[]){ 1 }, &p.target);
    CHECK(minimise(p.tape, p.x, method, &options, NULL, NULL, &used) == DPS_OK, "method %d",
          method);
    CHECK(loss(&p) == 0, "method %d left the minimum", method);
    problem_close(&p);
}

int main(void)
{
    static const Method methods[] = { MINIMISE_LBFGS, MINIMISE_ADAM, MINIMISE_DESCENT };

    test_minima();
    for (int i = 0; i < 3; i++) {
        test_scale(methods[i]);
        test_stops(methods[i]);
        test_cancel(methods[i]);
        test_minimum_to_begin_with(methods[i]);
    }
    CHECK(minimise_vectors(MINIMISE_ADAM, &options) < minimise_vectors(MINIMISE_LBFGS, &options),
          "Adam needs more memory than L-BFGS");
    return check_done("minimise");
}
