/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The paper's objective against golden vectors, term by term, on the reference device; and both
 * weightings' gradients against differences of their own losses. */

#include "device/cpu/cpu.h"
#include "device/ref/ref.h"
#include "objective-bench.h"

/* ------------------------------------------------------------------ golden */

static const ObjectiveOptions paper = { .weighting = WEIGHTING_PAPER,
                                        .weight = { [LOSS_STYLE] = 100,
                                                    [LOSS_CONTENT] = 5,
                                                    [LOSS_MATTING] = 1e4,
                                                    [LOSS_VARIATION] = 1e-3 },
                                        .window_radius = 1 };

static void check_term(GoldenCase *c, const Backend *be, const char *term,
                       const ObjectiveOptions *o, double tolerance)
{
    char name[40];
    float gradient[3 * 37 * 45];
    Bench b;
    DpsLosses l;

    bench_open(&b, be, c->file, &c->content, &c->style, &c->x, &c->set, o);
    snprintf(name, sizeof name, "loss.%s", term);
    double expected = *GOLDEN(c->golden, name, 1), total = loss_at(&b, b.x, &l);
    CHECK(fabs(total - expected) <= tolerance * fabs(expected), "%s on %s: %.9g, expected %.9g",
          name, be->name, total, expected);
    snprintf(name, sizeof name, "grad.%s", term);
    be->download(b.g, gradient);
    double error = golden_error(gradient, GOLDEN(c->golden, name, 3, 37, 45), 3 * 37 * 45);
    CHECK(error <= tolerance, "%s on %s: error %g", name, be->name, error);
    printf("%s on %s: loss %.1e, gradient %.1e\n", term, be->name,
           fabs(total - expected) / fabs(expected), error);
    bench_close(&b);
}

static void test_golden(GoldenCase *c, const Backend *be, double tolerance)
{
    ObjectiveOptions o = paper;

    memset(o.weight, 0, sizeof o.weight);
    o.weight[LOSS_CONTENT] = 5;
    check_term(c, be, "content", &o, tolerance);
    o.weight[LOSS_CONTENT] = 0;
    o.weight[LOSS_STYLE] = 100;
    check_term(c, be, "style", &o, tolerance);
    o.weight[LOSS_STYLE] = 0;
    o.weight[LOSS_VARIATION] = 1e-3;
    check_term(c, be, "tv", &o, tolerance);
    o.weight[LOSS_VARIATION] = 0;
    o.weight[LOSS_MATTING] = 1e4;
    /* the operator's coefficients follow float32 pixels */
    check_term(c, be, "matting", &o, tolerance * 5);
}

/* Means and deviations of features, their loss, and its gradient by complex steps. */
static void test_moments(const Backend *be, double tolerance)
{
    Golden *g = golden_open("moments.safetensors");
    Device *dev = be->open(&(DpsWork) { .threads = 1 });
    Tape *tape = tape_new(dev, 6, 9, 11, true);
    Masks *masks = be->masks(dev, 3, 9, 11, GOLDEN_FLOATS(g, "masks", 3, 9, 11));
    Tensor *x = be->tensor(dev, 6, 9, 11), *gradient = be->tensor(dev, 6, 9, 11);
    Tensor *target = be->tensor(dev, 3, 2, 6);
    float moments[3 * 2 * 6], slope[6 * 9 * 11];
    double loss;

    be->upload(x, GOLDEN_FLOATS(g, "x", 6, 9, 11));
    be->upload(target, GOLDEN_FLOATS(g, "target", 3, 2, 6));
    Node *y = tape_moments(tape, tape_input(tape), masks);
    tape_sqdiff(tape, y, target, 1);
    tape_eval(tape, x, gradient);
    be->download(node_value(y), moments);
    be->download(gradient, slope);
    CHECK(be->read(dev, 0, 1, &loss) == DPS_OK, "%s fails", be->name);
    double expected = *GOLDEN(g, "loss", 1);
    double error[] = { golden_error(moments, GOLDEN(g, "moments", 3, 2, 6), 3 * 2 * 6),
                       fabs(loss - expected) / expected,
                       golden_error(slope, GOLDEN(g, "gradient", 6, 9, 11), 6 * 9 * 11) };
    for (int i = 0; i < 3; i++)
        CHECK(error[i] < tolerance, "moments on %s: %g", be->name, error[i]);
    printf("moments on %s: %.1e, loss %.1e, gradient %.1e\n", be->name, error[0], error[1],
           error[2]);
    tape_free(tape);
    be->masks_drop(masks);
    be->drop(x);
    be->drop(gradient);
    be->drop(target);
    be->close(dev);
    golden_close(g);
}

/* ------------------------------------------------------------------ gradients */

/* x is moved by h v, in the device's own precision; g is then the gradient there. */
static double moved_loss(Bench *b, double h)
{
    DpsLosses l;

    b->dev->be->lincomb(b->moved, 2, (double[]) { 1, h }, (Tensor *[]) { b->x, b->v });
    return loss_at(b, b->moved, &l);
}

static double slope_at_x(Bench *b)
{
    double slope;
    DpsLosses l;

    loss_at(b, b->x, &l);
    b->dev->be->dots(0, b->g, 1, &b->v);
    b->dev->be->read(b->dev, 0, 1, &slope);
    return slope;
}

static void random_direction(Bench *b, unsigned seed)
{
    size_t n = (size_t) 3 * b->x->h * b->x->w;
    float *v = malloc(n * sizeof *v);

    for (size_t i = 0; i < n; i++)
        v[i] = host_random(&seed) - 0.5f;
    b->dev->be->upload(b->v, v);
    free(v);
}

/* Central differences, with a step so short that rectifiers and poolings rarely switch within it; and the remainder of the first-order model, over the step, must halve
 * with the step. */
static void check_gradient(Bench *b, const char *name)
{
    double worst = 0;

    for (unsigned seed = 1; seed <= 5; seed++) {
        random_direction(b, seed);
        double f = moved_loss(b, 0), slope = slope_at_x(b), h = 1e-6;
        double difference = (moved_loss(b, h) - moved_loss(b, -h)) / (2 * h);
        worst = fmax(worst, fabs(difference - slope) / fabs(slope));
        double before = fabs(moved_loss(b, 4e-4) - f - 4e-4 * slope) / 4e-4;
        double after = fabs(moved_loss(b, 2e-4) - f - 2e-4 * slope) / 2e-4;
        CHECK(after < 0.7 * before, "%s, direction %u: remainder %g, with half the step %g", name,
              seed, before, after);
    }
    CHECK(worst < 1e-5, "%s: slope and differences disagree by %g", name, worst);
    printf("%s: central differences %.1e\n", name, worst);
}

static void test_gradients(GoldenCase *c)
{
    const ObjectiveOptions relative = { .weight = { [LOSS_STYLE] = 100,
                                                    [LOSS_CONTENT] = 3,
                                                    [LOSS_MATTING] = 1e4,
                                                    [LOSS_GAMUT] = 100 },
                                        .window_radius = 1 };
    const char *const files[] = { GOLDEN_DIR "/network-vgg16.safetensors",
                                  GOLDEN_DIR "/network-squeezenet.safetensors",
                                  GOLDEN_DIR "/network-resnet50.safetensors",
                                  GOLDEN_DIR "/network-densenet121.safetensors" };
    ObjectiveOptions wide = relative;
    Bench b;

    bench_open(&b, &ref_backend, c->file, &c->content, &c->style, &c->x, &c->set, &paper);
    check_gradient(&b, "paper, VGG"); /* 1.6e-8 */
    bench_close(&b);
    bench_open(&b, &ref_backend, c->file, &c->content, &c->style, &c->x, &c->set, &relative);
    check_gradient(&b, "relative, VGG");
    bench_close(&b);
    bench_open(&b, &ref_backend, NULL, &c->content, &c->style, &c->x, &c->set, &relative);
    check_gradient(&b, "relative, builtin");
    bench_close(&b);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        bench_open(&b, &ref_backend, files[i], &c->content, &c->style, &c->x, &c->set, &paper);
        check_gradient(&b, files[i]);
        bench_close(&b);
        bench_open(&b, &ref_backend, files[i], &c->content, &c->style, &c->x, &c->set, &relative);
        check_gradient(&b, files[i]);
        bench_close(&b);
    }
    ObjectiveOptions held = relative;
    held.weight[LOSS_ESTIMATE] = 300;
    held.estimate = &c->content;
    held.min_region_pixels = 300;
    bench_open(&b, &ref_backend, NULL, &c->content, &c->style, &c->x, &c->set, &held);
    check_gradient(&b, "relative, builtin, held to a guess");
    bench_close(&b);
    held.weight[LOSS_GRADIENT] = 3e4;
    held.gradient_size = 20;
    bench_open(&b, &ref_backend, NULL, &c->content, &c->style, &c->x, &c->set, &held);
    check_gradient(&b, "relative, builtin, held to a guess's gradient");
    bench_close(&b);
    ObjectiveOptions moments = relative;
    moments.statistics = DPS_STATISTICS_MOMENTS;
    moments.min_region_pixels = 300;
    bench_open(&b, &ref_backend, NULL, &c->content, &c->style, &c->x, &c->set, &moments);
    check_gradient(&b, "relative, builtin, means and deviations");
    bench_close(&b);
    moments.weighting = paper.weighting;
    bench_open(&b, &ref_backend, c->file, &c->content, &c->style, &c->x, &c->set, &moments);
    check_gradient(&b, "paper, VGG, means and deviations");
    bench_close(&b);
    wide.window_radius = 2;
    bench_open(&b, &ref_backend, NULL, &c->content, &c->style, &c->x, &c->set, &wide);
    check_gradient(&b, "relative, builtin, windows of 5x5");
    bench_close(&b);
}

/* The content itself has no content loss and no matting energy; the style's own picture no style
 * loss. */
static void test_zeros(GoldenCase *c)
{
    const ObjectiveOptions o = {
        .weight = { [LOSS_STYLE] = 100, [LOSS_CONTENT] = 3, [LOSS_MATTING] = 1e4 },
        .window_radius = 1
    };
    RegionSet whole;
    DpsMessage message[1];
    Bench b;
    DpsLosses l;

    bench_open(&b, &ref_backend, NULL, &c->content, &c->style, &c->content, &c->set, &o);
    loss_at(&b, b.x, &l);
    CHECK(l.content < 1e-20, "content %g", l.content);
    /* what is left is eps |a|^2, once per plane */
    CHECK(l.matting >= 0 && l.matting < 1e-6, "matting %g", l.matting); /* 2.7e-7 */
    CHECK(l.style > 1e-4, "style %g", l.style);
    bench_close(&b);
    regions_prepare(0, NULL, OPAQUE(45, 37), OPAQUE(45, 37), THREADS(1), NULL, &whole, message);
    bench_open(&b, &ref_backend, NULL, &c->content, &c->content, &c->content, &whole, &o);
    loss_at(&b, b.x, &l);
    CHECK(l.style < 1e-20, "style %g", l.style);
    bench_close(&b);
    ObjectiveOptions moments = o;
    moments.statistics = DPS_STATISTICS_MOMENTS;
    bench_open(&b, &ref_backend, NULL, &c->content, &c->content, &c->content, &whole, &moments);
    loss_at(&b, b.x, &l);
    CHECK(l.style < 1e-20, "style by means and deviations %g", l.style);
    bench_close(&b);
    regions_clear(&whole);
}

/* The loss with layers chosen; *b has what is left to do at it. */
static DpsLosses losses_of(const GoldenCase *c, const ObjectiveOptions *o,
                           const NetworkChoice *choice, Bench *b)
{
    DpsMessage message[1] = { 0 };
    DpsLosses l;

    bench_open(b, &ref_backend, NULL, &c->content, &c->style, &c->x, &c->set, o);
    objective_free(b->objective);
    DpsStatus status = network_choose(b->network, choice, message);
    CHECK(status == DPS_OK, "%s", message->text);
    status = objective_new(b->network, &c->content, &c->style, &c->set, o, THREADS(1),
                           &b->objective);
    CHECK(status == DPS_OK, "status %d", status);
    loss_at(b, b->x, &l);
    return l;
}

static double loss_of(const GoldenCase *c, const ObjectiveOptions *o, const char *style,
                      const char *content)
{
    Bench b;
    DpsLosses l = losses_of(c, o, &(NetworkChoice) { .style = style, .content = content }, &b);

    bench_close(&b);
    return style ? l.style : l.content;
}

/* The losses of features are the layers' weighted means. */
static void test_layers(const GoldenCase *c)
{
    const ObjectiveOptions o = { .weight = { [LOSS_STYLE] = 100, [LOSS_CONTENT] = 3 },
                                 .window_radius = 1 };

    for (int content = 0; content < 2; content++) {
        const char *const lists[] = { "level1", "level3", "level1, level3=3", "level1=7" };
        double loss[4];
        for (int i = 0; i < 4; i++)
            loss[i] = loss_of(c, &o, content ? NULL : lists[i], content ? lists[i] : NULL);
        double mean = (loss[0] + 3 * loss[1]) / 4;
        CHECK(fabs(loss[0] - loss[1]) > 0.01 * loss[0], "%g and %g", loss[0], loss[1]);
        CHECK(fabs(loss[2] - mean) < 1e-12 * mean, "%g, expected %g", loss[2], mean); /* 2e-16 */
        CHECK(fabs(loss[3] - loss[0]) < 1e-12 * loss[0], "a single layer's weight counts");
    }
}

/* In the paper's weighting the layers' content losses are added, each with its weight. */
static void test_content_layers(const GoldenCase *c)
{
    const NetworkChoice both = { .content = "level1=2,level2=0.5" };
    double first = loss_of(c, &paper, NULL, "level1"), second = loss_of(c, &paper, NULL, "level2");
    double sum = 2 * first + 0.5 * second;
    Bench b;
    DpsLosses l = losses_of(c, &paper, &both, &b);

    CHECK(fabs(l.content - sum) < 1e-12 * sum, "%g, expected %g", l.content, sum); /* 1e-16 */
    check_gradient(&b, "paper, two content layers");
    bench_close(&b);
}

int main(void)
{
    GoldenCase c;

    golden_case_open(&c);
    test_golden(&c, &ref_backend, 1e-6);
    test_golden(&c, &cpu_backend, 2e-5);
    test_moments(&ref_backend, 1e-6); /* 1e-7 */
    test_moments(&cpu_backend, 1e-5); /* 1e-6 */
    test_gradients(&c);
    test_zeros(&c);
    test_layers(&c);
    test_content_layers(&c);
    golden_case_close(&c);
    return check_done("objective");
}
