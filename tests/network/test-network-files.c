/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* VGG-16, SqueezeNet 1.1, ResNet-50 and DenseNet-121 against golden vectors: every layer's features and a gradient
 * through all of them, with both poolings; which layers may be chosen; and files that are none of them. */

#include "check.h"
#include "device/cpu/cpu.h"
#include "device/ref/ref.h"
#include "golden.h"
#include "host.h"
#include "network/networks.h"

#include <math.h>
#include <unistd.h>

#define VGG16 GOLDEN_DIR "/network-vgg16.safetensors"
#define SQUEEZENET GOLDEN_DIR "/network-squeezenet.safetensors"
#define RESNET50 GOLDEN_DIR "/network-resnet50.safetensors"
#define DENSENET121 GOLDEN_DIR "/network-densenet121.safetensors"
#define VGG16_ALL                                                                              \
    "relu1_1,relu1_2,relu2_1,relu2_2,relu3_1,relu3_2,relu3_3,relu4_1,relu4_2,relu4_3,relu5_1," \
    "relu5_2,relu5_3"
#define SQUEEZENET_ALL "relu1,fire2,fire3,fire4,fire5,fire6,fire7,fire8,fire9"

#define RESNET50_ALL                                                                            \
    "relu,layer1.0,layer1.1,layer1.2,layer2.0,layer2.1,layer2.2,layer2.3,layer3.0,layer3.1,"    \
    "layer3.2,layer3.3,layer3.4,layer3.5,layer4.0,layer4.1,layer4.2"
#define DENSENET121_ALL                                                                         \
    "relu0,denseblock1,transition1,denseblock2,transition2,denseblock3,transition3,denseblock4"

static Device *open_device(const Backend *be)
{
    return be->open(&(DpsWork){ .threads = 2 });
}

/* --------------------------------------------------------------- golden vectors */

typedef struct {
    const char *file, *path, *all; /* golden file, its path, and the names of all layers */
    DpsPooling pooling;
} Case;

static double feature_error(Golden *g, const char *pooling, const char *layer, const Tensor *y)
{
    char name[40];
    float *value = malloc((size_t) y->c * y->h * y->w * sizeof *value);

    snprintf(name, sizeof name, "%s.%s", pooling, layer);
    y->dev->be->download(y, value);
    double error = golden_error(value, GOLDEN(g, name, y->c, y->h, y->w),
                                (long) y->c * y->h * y->w);
    free(value);
    return error;
}

static void test_golden(const Case *c, const Backend *be, double tolerance)
{
    const NetworkChoice choice = { .pooling = c->pooling, .style = c->all };
    const char *pooling = dps_choice_name("pooling", c->pooling);
    DpsMessage message[1] = { 0 };
    char name[40];
    Device *dev = open_device(be);
    Golden *g = golden_open(c->file);
    Node *node[NETWORK_LAYERS];
    Tensor *zero[NETWORK_STYLES];
    float gradient[3 * 29 * 35];
    double worst = 0;
    Network *n;

    CHECK(network_load(dev, c->path, &choice, &n, message) == DPS_OK, "%s", message->text);
    Tape *tape = tape_new(dev, 3, 29, 35, true);
    Tensor *x = be->tensor(dev, 3, 29, 35), *dx = be->tensor(dev, 3, 29, 35);
    network_record(n, n->layers, tape, node);
    for (int i = 0; i < n->styles; i++) {
        const Tensor *y = node_shape(node[n->style[i]]);
        zero[i] = be->tensor(dev, y->c, y->h, y->w);
        tape_sqdiff(tape, node[n->style[i]], zero[i], 1);
    }
    CHECK(tape_ready(tape), "no memory");
    be->upload(x, GOLDEN_FLOATS(g, "x", 3, 29, 35));
    tape_eval(tape, x, dx);
    for (int i = 0; i < n->styles; i++) {
        const char *layer = n->layer[n->style[i]].name;
        double error = feature_error(g, pooling, layer, node_value(node[n->style[i]]));
        CHECK(error < tolerance, "%s, %s pooling, %s on %s: error %g", c->file, pooling, layer,
              be->name, error);
        worst = fmax(worst, error);
        be->drop(zero[i]);
    }
    snprintf(name, sizeof name, "%s.gradient", pooling);
    be->download(dx, gradient);
    double error = golden_error(gradient, GOLDEN(g, name, 3, 29, 35), 3 * 29 * 35);
    CHECK(error < tolerance, "%s, %s on %s: error %g", c->file, name, be->name, error);
    printf("%s, %s pooling on %s: %d layers, features %.1e, gradient %.1e\n", c->file, pooling,
           be->name, n->styles, worst, error);
    tape_free(tape);
    be->drop(x);
    be->drop(dx);
    network_free(n);
    golden_close(g);
    be->close(dev);
}

/* --------------------------------------------------------------------- choosing */

static Network *load(Device *dev, const char *path, const char *style, const char *content)
{
    const NetworkChoice choice = { .style = style, .content = content };
    DpsMessage message[1] = { 0 };
    Network *n;

    CHECK(network_load(dev, path, &choice, &n, message) == DPS_OK, "%s", message->text);
    return n;
}

static void test_defaults(void)
{
    Device *dev = open_device(&ref_backend);
    Network *n = load(dev, VGG16, NULL, NULL);

    CHECK(n->styles == 5 && !strcmp(n->layer[n->style[4]].name, "relu5_1"), "%d layers", n->styles);
    CHECK(!strcmp(n->layer[n->content[0]].name, "relu4_2"), "%s", n->layer[n->content[0]].name);
    CHECK(n->contents == 1 && !n->layer[n->content[0]].structure, "%d layers", n->contents);
    CHECK(n->style[4] == n->layers - 1, "layers behind the last that is compared are loaded");
    network_free(n);
    n = load(dev, SQUEEZENET, NULL, NULL);
    CHECK(n->styles == 4 && !strcmp(n->layer[n->style[3]].name, "fire5"), "%d layers", n->styles);
    CHECK(!strcmp(n->layer[n->content[0]].name, "fire2"), "%s", n->layer[n->content[0]].name);
    CHECK(n->contents == 1 && n->least == 3, "%d layers, at least %d", n->contents, n->least);
    network_free(n);
    /* 6 at a quarter; 6, 2, 7, 2, 7 at a sixteenth; 7, 3, 10, 3, 10 at a sixty-fourth */
    double floats = network_size(SQUEEZENET, NULL).features;
    CHECK(fabs(floats - (6 / 4. + 24 / 16. + 33 / 64.)) < 1e-12, "%g floats per pixel", floats);
    n = load(dev, RESNET50, NULL, NULL);
    CHECK(n->styles == 4 && !strcmp(n->layer[n->style[3]].name, "layer3.5"), "%d layers", n->styles);
    CHECK(!strcmp(n->layer[n->content[0]].name, "layer2.3") && n->least == 1, "least %d", n->least);
    network_free(n);
    /* by parts; a part's first filters see the picture as the part before left it */
    floats = network_size(RESNET50, NULL).features;
    double first = 4 / 4. + (4 + 24 + 2 * 18) / 16.;
    double second = 3 / 16. + (3 + 8 + 8 + 8 + 3 * 22) / 64.;
    double third = 4 / 64. + (4 + 8 + 8 + 8 + 5 * 24) / 256.;
    CHECK(fabs(floats - (first + second + third)) < 1e-12, "%g floats per pixel", floats);
    n = load(dev, DENSENET121, NULL, NULL);
    CHECK(n->styles == 4 && !strcmp(n->layer[n->style[3]].name, "denseblock3"), "%d layers",
          n->styles);
    network_free(n);
    CHECK(ref_live(dev) == 0, "%ld left", ref_live(dev));
    ref_backend.close(dev);
}

static void test_choice(void)
{
    Device *dev = open_device(&ref_backend);
    Network *n = load(dev, VGG16, "relu1_1 = 0.25, relu2_2", "relu1_2");

    CHECK(n->styles == 2 && n->style[0] == 0 && n->style[1] == 4, "%d layers", n->styles);
    CHECK(n->share[0] == 0.25 && n->share[1] == 1, "%g and %g", n->share[0], n->share[1]);
    CHECK(n->content[0] == 1 && n->layers == 5, "%d, %d", n->content[0], n->layers);
    network_free(n);
    n = load(dev, VGG16, "relu1_1", "relu1_2=2,relu2_2");
    CHECK(n->contents == 2 && n->content[1] == 4 && n->layers == 5, "%d, %d", n->contents,
          n->layers);
    CHECK(n->content_share[0] == 2 && n->content_share[1] == 1, "%g", n->content_share[0]);
    network_free(n);
    CHECK(ref_live(dev) == 0, "%ld left", ref_live(dev));
    ref_backend.close(dev);
}

/* The built-in bank's layers are chosen in the same way. */
static void test_builtin(void)
{
    Device *dev = open_device(&ref_backend);
    DpsImage photo = host_photo(3, 40, 30, 1);
    DpsMessage message[1] = { 0 };
    Network *n;

    CHECK(network_builtin(dev, &photo, &photo, 8, 7, THREADS(1), &n) == DPS_OK, "no memory");
    DpsStatus status = network_choose(n, &(NetworkChoice){ .style = "level1,level3=2" }, message);
    CHECK(status == DPS_OK, "%s", message->text);
    CHECK(n->styles == 2 && n->layers == 5 && n->share[1] == 2, "%d of %d", n->styles, n->layers);
    status = network_choose(n, &(NetworkChoice){ .style = "level4" }, message);
    CHECK(status == DPS_BAD_INPUT, "level4 was dropped, but is found");
    network_free(n);
    CHECK(ref_live(dev) == 0, "%ld left", ref_live(dev));
    dps_image_clear(&photo);
    ref_backend.close(dev);
}

static void refuse_choice(const char *style, const char *content, const char *expect)
{
    const NetworkChoice choice = { .style = style, .content = content };
    DpsMessage message[1] = { 0 };
    Device *dev = open_device(&ref_backend);
    Network *n = (Network *) 1;

    DpsStatus status = network_load(dev, VGG16, &choice, &n, message);
    CHECK(status == DPS_BAD_INPUT && !n, "\"%s\": status %d", style, status);
    CHECK(strstr(message->text, expect), "\"%s\": %s", style, message->text);
    ref_backend.close(dev);
}

static void test_bad_choices(void)
{
    DpsMessage message[1] = { 0 };
    Network small = { .name = "x.safetensors", .least = 3 };

    refuse_choice("relu9_1", NULL, "no layer \"relu9_1\"; its layers are relu1_1 relu1_2");
    refuse_choice(NULL, "fire2", "no layer \"fire2\"");
    refuse_choice("relu1_1,", NULL, "no layer \"\"");
    refuse_choice("relu1_1=0", NULL, "name=weight");
    refuse_choice("relu1_1=x", NULL, "name=weight");
    refuse_choice("relu1_1=1e99", NULL, "name=weight");
    refuse_choice("relu1_1=nan", NULL, "name=weight");
    refuse_choice("relu1_1 relu2_1", NULL, "name=weight");
    refuse_choice("relu1_1,relu2_1,relu1_1=2", NULL, "relu1_1 is named twice");
    CHECK(network_check_size(&small, 2, 90, message) == DPS_BAD_INPUT &&
              strstr(message->text, "3 by 3"),
          "%s", message->text);
    CHECK(network_check_size(&small, 3, 3, message) == DPS_OK, "3 by 3 is refused");
}

/* --------------------------------------------------------------------- refusals */

/* A copy of a golden file with every `from` in its header replaced by as long a `to`. */
static void refuse(const char *good, const char *from, const char *to, const char *expect)
{
    static char bytes[1 << 20];
    char path[] = "/tmp/network-XXXXXX";
    DpsMessage message[1] = { 0 };
    Device *dev = open_device(&ref_backend);
    Network *n = (Network *) 1;
    FILE *in = fopen(good, "rb"), *out = fdopen(mkstemp(path), "wb");

    if (!in || !out)
        abort();
    size_t size = fread(bytes, 1, sizeof bytes, in), length = strlen(from);
    char *at = memmem(bytes, size, from, length);
    CHECK(at && strlen(to) == length, "the test's own replacement of %s", from);
    for (; at; at = memmem(at, size - (size_t) (at - bytes), from, length))
        memcpy(at, to, length);
    fwrite(bytes, 1, size, out);
    fclose(in);
    fclose(out);
    DpsStatus status = network_load(dev, path, NULL, &n, message);
    CHECK(status == DPS_BAD_FILE && !n, "%s: status %d", to, status);
    CHECK(strstr(message->text, expect) && strstr(message->text, path), "%s: %s", to,
          message->text);
    CHECK(ref_live(dev) == 0, "%s: %ld left", to, ref_live(dev));
    CHECK(network_size(path, NULL).features >= 0, "%s: no estimate", to);
    unlink(path);
    ref_backend.close(dev);
}

static void test_refusals(void)
{
    refuse(VGG16, "features.17.weight", "features.17.weighs",
           "there is no tensor features.17.weight, though this looks like a VGG-16");
    refuse(VGG16, "features.28.bias", "features.27.bias",
           "VGG-16, which this looks like otherwise, has no tensor features.27.bias");
    refuse(VGG16, "[6,4,3,3]", "[4,6,3,3]", "features.5.weight must have the shape (any, 4, 3, 3)");
    refuse(VGG16, "features.", "feathers.", "none of the networks known here");
    refuse(SQUEEZENET, "features.6.squeeze", "features.5.squeeze",
           "there is no tensor features.6.squeeze.weight, though this looks like a SqueezeNet 1.1");
    refuse(SQUEEZENET, "features.4.expand3x3.bias", "features.4.expand9x9.bias",
           "there is no tensor features.4.expand3x3.bias");
    refuse(SQUEEZENET, "[2,6,1,1]", "[6,2,1,1]",
           "features.3.squeeze.weight must have the shape (any, 6, 1, 1)");
    refuse(SQUEEZENET, "[3,2,1,1]", "[3,1,1,2]", "this is not a SqueezeNet 1.1");
    refuse(SQUEEZENET, "squeezenet1_1", "squeezenet1_0", "architecture \"squeezenet1_0\"");
    refuse(RESNET50, "layer2.1.bn2.running_var", "layer2.1.bn2.running_van",
           "there is no tensor layer2.1.bn2.running_var, though this looks like a ResNet-50");
    refuse(RESNET50, "layer4.2.conv3", "layer4.3.conv3",
           "a ResNet-50, which this looks like otherwise, has no tensor layer4.3.conv3.weight");
    refuse(RESNET50, "[3,6,1,1]", "[6,3,1,1]", "layer1.1.conv1.weight must have the shape (any, 6, 1, 1)");
    refuse(RESNET50, "layer2.0.downsample.0.weight\":{\"dtype\":\"F32\",\"shape\":[8,6,1,1]",
           "layer2.0.downsample.0.weight\":{\"dtype\":\"F32\",\"shape\":[6,8,1,1]",
           "layer2.0.downsample.0.weight must have the shape (any, 6, 1, 1)");
    refuse(DENSENET121, "features.transition2.norm.bias", "features.transition2.nor.bias1",
           "there is no tensor features.transition2.norm.bias");
    refuse(DENSENET121, "denselayer24.norm2.weight", "denselayer24.norm2.weighs",
           "there is no tensor features.denseblock3.denselayer24.norm2.weight");
}

/* ------------------------------------------------------------------------------ importing */

/* A copy of what a network consists of makes the same network; dense layers may have their first names. */
static void test_import(const char *path, const char *name)
{
    char copy[] = "/tmp/network-XXXXXX";
    DpsMessage message[1] = { 0 };
    Device *dev = open_device(&ref_backend);
    DpsNetwork of;
    Network *n;

    close(mkstemp(copy));
    CHECK(dps_network_import(path, copy, THREADS(1), &of, message) == DPS_OK, "%s", message->text);
    CHECK(!strcmp(of.name, name), "%s is a %s", path, of.name);
    NetworkSize was = network_size(path, NULL), is = network_size(copy, NULL);
    CHECK(is.features > 0 && is.features == was.features && is.filters == was.filters, "%s: %g, %g",
          path, is.features, was.features);
    CHECK(network_load(dev, copy, NULL, &n, message) == DPS_OK, "%s", message->text);
    network_free(n);
    unlink(copy);
    ref_backend.close(dev);
}

/* ------------------------------------------------------------------- the authors' scale */

/* Losses of Gram matrices grow with the fourth power of the features, those of the features themselves with the
 * second; every device finds the same. */
static void test_calibration(void)
{
    const NetworkChoice choice = { .style = "relu1_1,relu4_2=2", .content = "relu4_2=3,relu1_2" };
    const Backend *const backend[] = { &ref_backend, &cpu_backend };
    double share[2][4];
    DpsMessage message[1] = { 0 };
    Network *n;

    for (int b = 0; b < 2; b++) {
        Device *dev = open_device(backend[b]);
        CHECK(!network_load(dev, VGG16, &choice, &n, message), "%s", message->text);
        CHECK(!n->caffe && !n->original && !n->calibrated, "it is no authors' network");
        CHECK(!network_calibrate(n, DPS_STATISTICS_GRAM) && n->calibrated, "%s", backend[b]->name);
        for (int i = 0; i < 2; i++) {
            share[b][i] = n->share[i];
            share[b][2 + i] = n->content_share[i];
        }
        network_free(n);
        CHECK(!network_load(dev, SQUEEZENET, NULL, &n, message), "%s", message->text);
        double before = n->share[0];
        CHECK(!network_calibrate(n, DPS_STATISTICS_GRAM) && !n->calibrated && n->share[0] == before,
              "layers of unknown names keep their shares");
        network_free(n);
        backend[b]->close(dev);
    }
    for (int i = 0; i < 4; i++)
        CHECK(fabs(share[1][i] / share[0][i] - 1) < 1e-4, "share %d: %g and %g", i, share[0][i],
              share[1][i]); /* 1e-6 */
    CHECK(fabs(share[0][1] / 2 / pow(share[0][2] / 3, 2) - 1) < 1e-9, "%g and %g", share[0][1], share[0][2]);
    CHECK(share[0][0] > 1 && share[0][3] > 1, "torchvision's features are smaller: %g, %g", share[0][0],
          share[0][3]);
}

int main(void)
{
    const Case cases[] = {
        { "network-vgg16.safetensors", VGG16, VGG16_ALL, DPS_POOLING_MAX },
        { "network-vgg16.safetensors", VGG16, VGG16_ALL, DPS_POOLING_AVERAGE },
        { "network-squeezenet.safetensors", SQUEEZENET, SQUEEZENET_ALL, DPS_POOLING_MAX },
        { "network-squeezenet.safetensors", SQUEEZENET, SQUEEZENET_ALL, DPS_POOLING_AVERAGE },
        { "network-resnet50.safetensors", RESNET50, RESNET50_ALL, DPS_POOLING_MAX },
        { "network-resnet50.safetensors", RESNET50, RESNET50_ALL, DPS_POOLING_AVERAGE },
        { "network-densenet121.safetensors", DENSENET121, DENSENET121_ALL, DPS_POOLING_MAX },
        { "network-densenet121.safetensors", DENSENET121, DENSENET121_ALL, DPS_POOLING_AVERAGE }
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_golden(&cases[i], &ref_backend, 4e-6); /* 6e-7: folding the input rounds to floats */
        test_golden(&cases[i], &cpu_backend, 1e-5); /* 9e-7 */
    }
    test_defaults();
    test_choice();
    test_builtin();
    test_bad_choices();
    test_refusals();
    test_import(RESNET50, "resnet50");
    test_import(DENSENET121, "densenet121");
    test_calibration();
    return check_done("network-files");
}
