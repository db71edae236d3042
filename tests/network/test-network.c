/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* VGG-19's features against golden vectors, layer by layer; files that are no VGG-19; and what the
 * built-in bank promises. */

#include "device/cpu/cpu.h"
#include "device/ref/ref.h"
#include "objective-golden.h"

static const struct {
    const char *name;
    int layer, c, h, w;
} taps[] = {
    { "relu1_1", 0, 4, 37, 45 }, { "relu2_1", 3, 8, 19, 23 }, { "relu3_1", 6, 12, 10, 12 },
    { "relu4_1", 11, 16, 5, 6 }, { "relu4_2", 12, 16, 5, 6 }, { "relu5_1", 16, 16, 3, 3 }
};

static void test_features(GoldenCase *c, const Backend *be, double tolerance)
{
    const DpsWork options = { .threads = 1 };
    Device *dev = be->open(&options);
    Node *node[NETWORK_LAYERS];
    DpsMessage message[1] = { 0 };
    char name[40];
    Network *n;

    CHECK(network_load(dev, c->file, NULL, &n, message) == DPS_OK, "%s", message->text);
    Tape *tape = tape_new(dev, 3, 37, 45, false);
    Tensor *x = be->tensor(dev, 3, 37, 45);
    network_record(n, n->layers, tape, node);
    be->upload(x, c->x.data);
    tape_forward(tape, x);
    for (size_t i = 0; i < sizeof taps / sizeof *taps; i++) {
        float value[4 * 37 * 45];
        const Tensor *y = node_value(node[taps[i].layer]);
        snprintf(name, sizeof name, "features.x.%s", taps[i].name);
        CHECK(y->c == taps[i].c && y->h == taps[i].h && y->w == taps[i].w, "%s is %dx%dx%d", name,
              y->c, y->h, y->w);
        be->download(y, value);
        double error = golden_error(value, GOLDEN(c->golden, name, taps[i].c, taps[i].h, taps[i].w),
                                    (long) y->c * y->h * y->w);
        CHECK(error < tolerance, "%s on %s: error %g", name, be->name, error);
        printf("%s on %s: %.1e\n", name, be->name, error);
    }
    CHECK(n->styles == 5 && n->content[0] == 12, "%d style layers, content at %d", n->styles,
          n->content[0]);
    tape_free(tape);
    be->drop(x);
    network_free(n);
    be->close(dev);
}

/* ------------------------------------------------------------------ refusals */

/* A copy of the good file with one piece of its header replaced by another of the same length. */
static void refuse(const char *good, const char *from, const char *to, const char *expect)
{
    const DpsWork options = { .threads = 1 };
    Device *dev = ref_backend.open(&options);
    static char bytes[1 << 20];
    char path[] = "/tmp/network-XXXXXX";
    DpsMessage message[1] = { 0 };
    Network *n = (Network *) 1;

    FILE *in = fopen(good, "rb"), *out = fdopen(mkstemp(path), "wb");
    if (!in || !out)
        abort();
    size_t size = fread(bytes, 1, sizeof bytes, in);
    char *at = memmem(bytes, size, from, strlen(from));
    CHECK(at && strlen(from) == strlen(to), "the test's own replacement of %s", from);
    memcpy(at, to, strlen(to));
    fwrite(bytes, 1, size, out);
    fclose(in);
    fclose(out);
    DpsStatus status = network_load(dev, path, NULL, &n, message);
    CHECK(status == DPS_BAD_FILE && !n, "%s: status %d", to, status);
    CHECK(strstr(message->text, expect) && strstr(message->text, path), "%s: %s", to,
          message->text);
    CHECK(ref_live(dev) == 0, "%s: %ld left", to, ref_live(dev));
    unlink(path);
    ref_backend.close(dev);
}

static void test_refusals(const char *good)
{
    refuse(good, "features.21.weight", "features.21.weighs",
           "there is no tensor features.21.weight");
    refuse(good, "features.21.bias", "features.21.bios", "features.21.bias");
    refuse(good, "[8,4,3,3]", "[4,8,3,3]", "features.5.weight must have the shape (any, 4, 3, 3)");
    refuse(good, "[8,4,3,3]", "[8,3,4,3]", "this is not a VGG-19");
    refuse(good, "BGR in [0,256]", "BGR in [0,127]", "unknown here");
    refuse(good, "\"zeros\"", "\"zones\"", "padding \"zones\"");
    refuse(good, "\"ceil\"", "\"sail\"", "pooling \"sail\"");
}

/* ------------------------------------------------------------------ builtin */

static double fraction_active(const Tensor *y, int plane, float *values)
{
    size_t n = (size_t) y->h * y->w, active = 0;

    for (size_t i = 0; i < n; i++)
        active += values[plane * n + i] > 0;
    return (double) active / (double) n;
}

/* Over the pair that made them, thresholds lie between the 10 and 90 % quantiles of a filter's
 * responses. */
static void test_builtin(void)
{
    const DpsWork options = { .threads = 1 };
    Device *dev = cpu_backend.open(&options);
    DpsImage photo = host_photo(3, 90, 70, 1);
    Node *node[NETWORK_LAYERS];
    Network *n, *again;

    CHECK(network_builtin(dev, &photo, &photo, 64, 7, THREADS(1), &n) == DPS_OK, "no memory");
    CHECK(network_builtin(dev, &photo, &photo, 64, 7, THREADS(1), &again) == DPS_OK, "no memory");
    CHECK(n->styles == 5, "%d levels", n->styles);
    for (int pass = 0; pass < 2; pass++) {
        static float values[2][64 * 90 * 70];
        Tape *tape = tape_new(dev, 3, 70, 90, false);
        Tensor *x = cpu_backend.tensor(dev, 3, 70, 90);
        network_record(pass ? again : n, n->layers, tape, node);
        cpu_backend.upload(x, photo.data);
        tape_forward(tape, x);
        const Tensor *y = node_value(node[n->style[0]]);
        cpu_backend.download(y, values[pass]);
        for (int f = 0; f < 64; f++) {
            double active = fraction_active(y, f, values[pass]);
            CHECK(active > 0.05 && active < 0.95, "filter %d is active at %g", f, active);
        }
        CHECK(!pass || !memcmp(values[0], values[1], sizeof *values),
              "the bank is not reproducible");
        tape_free(tape);
        cpu_backend.drop(x);
    }
    network_free(n);
    network_free(again);
    dps_image_clear(&photo);
    cpu_backend.close(dev);
}

static void features(const Network *n, int layer, const DpsImage *photo, float *out)
{
    Node *node[NETWORK_LAYERS];
    Tape *tape = tape_new(n->dev, 3, photo->height, photo->width, false);
    Tensor *x = cpu_backend.tensor(n->dev, 3, photo->height, photo->width);

    network_record(n, n->layers, tape, node);
    cpu_backend.upload(x, photo->data);
    tape_forward(tape, x);
    cpu_backend.download(node_value(node[layer]), out);
    tape_free(tape);
    cpu_backend.drop(x);
}

/* Every second filter of the bank's first half sees no grey, at any level; the others do.  Two grey photos
 * leave their features finite. */
static void test_opponents(void)
{
    enum { FILTERS = 16, SIDE = 96 };
    static float value[FILTERS * SIDE * SIDE];
    const DpsWork options = { .threads = 1 };
    Device *dev = cpu_backend.open(&options);
    DpsImage photo = host_photo(3, SIDE, SIDE, 1), grey = host_photo(3, SIDE, SIDE, 2);
    Network *n;

    for (int c = 1; c < 3; c++)
        memcpy(image_plane(&grey, c), grey.data, image_pixels(&grey) * sizeof(float));
    for (int both = 0; both < 2; both++) {
        CHECK(network_builtin(dev, both ? &grey : &photo, &grey, FILTERS, 7, THREADS(1), &n) ==
                  DPS_OK,
              "no memory");
        for (int l = 0, side = SIDE; l < n->styles; l++, side /= 2) {
            features(n, n->style[l], &grey, value);
            for (int f = 0; f < FILTERS; f++) {
                size_t pixels = (size_t) (side * side);
                const float *y = value + (size_t) f * pixels;
                float least = INFINITY, most = -INFINITY;
                for (size_t i = 0; i < pixels; i++) {
                    least = fminf(least, y[i]);
                    most = fmaxf(most, y[i]);
                }
                bool opponent = f < FILTERS / 2 && f % 2;
                CHECK(isfinite(least) && isfinite(most), "level %d, filter %d is not finite", l, f);
                CHECK(!opponent || most - least < 1e-3f, "level %d, filter %d sees grey: %g", l, f,
                      (double) (most - least)); /* 0 */
                CHECK(opponent || most - least > 0.02f, "level %d, filter %d sees nothing: %g", l,
                      f, (double) (most - least)); /* 0 */
            }
        }
        network_free(n);
    }
    dps_image_clear(&photo);
    dps_image_clear(&grey);
    cpu_backend.close(dev);
}

/* ------------------------------------------------------------------ two beside each other */

static double sum(const double *share, int count)
{
    double total = 0;

    for (int i = 0; i < count; i++)
        total += share[i];
    return total;
}

/* Another network's layers come after a network's own and compute what they did; its style has the
 * share that was asked for; structure is kept by the first, or by the other if that was asked for. */
static void test_ensemble(void)
{
    static float alone[1 << 16], beside[1 << 16];
    const DpsWork options = { .threads = 1 };
    Device *dev = cpu_backend.open(&options);
    DpsImage photo = host_photo(3, 48, 40, 1);
    DpsMessage message[1] = { 0 };
    Network *file, *n;

    CHECK(network_load(dev, GOLDEN_DIR "/network-vgg16.safetensors", NULL, &file, message) ==
              DPS_OK,
          "%s", message->text);
    for (int content = 0; content < 2; content++) {
        CHECK(network_builtin(dev, &photo, &photo, 8, 7, THREADS(1), &n) == DPS_OK, "no memory");
        int own = n->layers, styles = n->styles, keeps = n->content[0];
        network_add_ensemble(n, file, 0.25, content);
        CHECK(n->layers == own + file->layers && n->styles == styles + file->styles, "%d layers",
              n->layers);
        CHECK(fabs(sum(n->share, styles) - 0.75) < 1e-12, "own share");
        CHECK(fabs(sum(n->share + styles, file->styles) - 0.25) < 1e-12, "the other's share");
        CHECK(n->contents == 1 && n->content[0] == (content ? own + file->content[0] : keeps),
              "layer %d", n->content[0]);
        CHECK(n->layer[n->content[0]].structure == (content ? 0 : 4), "planes from %d",
              n->layer[n->content[0]].structure);
        CHECK(n->least == file->least, "least size %d", n->least);
        for (int i = 0; i < file->styles; i++) {
            memset(alone, 0, sizeof alone);
            memset(beside, 0, sizeof beside);
            features(file, file->style[i], &photo, alone);
            features(n, n->style[styles + i], &photo, beside);
            CHECK(*n->layer[n->style[styles + i]].name && !memcmp(alone, beside, sizeof alone),
                  "layer %d computes something else", i);
        }
        network_free(n); /* leaves the file's convolutions alone */
    }
    network_free(file);
    dps_image_clear(&photo);
    cpu_backend.close(dev);
}

int main(void)
{
    GoldenCase c;

    golden_case_open(&c);
    test_features(&c, &ref_backend, 2e-7); /* 1.3e-7 */
    test_features(&c, &cpu_backend, 5e-6); /* 5e-7 */
    test_refusals(c.file);
    test_builtin();
    test_opponents();
    test_ensemble();
    golden_case_close(&c);
    return check_done("network");
}
