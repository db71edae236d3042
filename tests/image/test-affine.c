/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Local affine fits: golden vectors, exactness, small pictures, in place, cancelling. */
#include "check.h"
#include "golden.h"
#include "host.h"
#include "image/affine.h"

enum { W = 17, H = 13, TW = 41, TH = 37 };

static void test_golden(Golden *g, int radius, double eps)
{
    DpsImage guide = host_image(GOLDEN_FLOATS(g, "affine.guide", 3, H, W), 3, W, H);
    DpsImage result = host_image(GOLDEN_FLOATS(g, "affine.result", 3, H, W), 3, W, H);
    DpsImage target = host_image(GOLDEN_FLOATS(g, "affine.target", 3, TH, TW), 3, TW, TH);
    DpsImage field, out;
    char name[64];
    snprintf(name, sizeof name, "affine.field.%d", radius);
    CHECK(affine_fit(&guide, &result, radius, eps, NULL, THREADS(2), &field), "memory");
    double error = golden_error(field.data, GOLDEN(g, name, 12, H, W), 12L * W * H);
    CHECK(error < 1e-6, "%s is off by %.3g", name, error); /* 1.8e-7 */
    snprintf(name, sizeof name, "affine.carried.%d", radius);
    CHECK(affine_carry(&guide, &result, &target, radius, eps, THREADS(2), &out), "memory");
    double carried = golden_error(out.data, GOLDEN(g, name, 3, TH, TW), 3L * TW * TH);
    CHECK(carried < 1e-6, "%s is off by %.3g", name, carried); /* 1.7e-7 */
    printf("radius %d: %.1e %.1e\n", radius, error, carried);
    CHECK(affine_apply(&field, &target, &target, THREADS(3)) == DPS_OK, "memory");
    CHECK(host_difference(&out, &target) == 0, "in place, it is another picture");
    dps_image_clear(&guide);
    dps_image_clear(&result);
    dps_image_clear(&target);
    dps_image_clear(&field);
    dps_image_clear(&out);
}

/* A global affine change comes back at any size, pictures smaller than the window included. */
static void test_global(int width, int height, int to_width, int to_height)
{
    DpsImage guide = host_photo(3, width, height, 2), result, out;
    DpsImage target = host_photo(3, to_width, to_height, 3);
    CHECK(image_copy(&guide, &result), "memory");
    for (size_t i = 0; i < image_values(&guide); i++)
        result.data[i] = guide.data[i] + 0.125f; /* exact whatever eps */
    CHECK(affine_carry(&guide, &result, &target, 3, 1e-9, THREADS(2), &out), "memory");
    double worst = 0;
    for (size_t i = 0; i < image_values(&out) && width * height > 40; i++)
        worst = fmax(worst, fabs((double) (out.data[i] - target.data[i]) - 0.125));
    printf("%dx%d to %dx%d: %.1e\n", width, height, to_width, to_height, worst);
    CHECK(worst < 1e-4, "%dx%d to %dx%d: off by %.3g", width, height, to_width, to_height,
          worst); /* 1.2e-7 */
    CHECK(image_is_finite(&out), "%dx%d: not a number", width, height);
    dps_image_clear(&guide);
    dps_image_clear(&result);
    dps_image_clear(&target);
    dps_image_clear(&out);
}

/* With a flat guide there is nothing to fit but the mean. */
static void test_flat(int width, int height)
{
    DpsImage guide, result, out;
    CHECK(dps_image_init(&guide, 3, width, height), "memory");
    CHECK(dps_image_init(&result, 3, width, height), "memory");
    for (size_t i = 0; i < image_values(&guide); i++) {
        guide.data[i] = 0.25f;
        result.data[i] = 0.625f;
    }
    CHECK(affine_carry(&guide, &result, &guide, 2, 1e-4, THREADS(2), &out), "memory");
    double error = host_difference(&result, &out);
    CHECK(error < 1e-6, "%dx%d: off by %.3g", width, height, error); /* 0 */
    dps_image_clear(&guide);
    dps_image_clear(&result);
    dps_image_clear(&out);
}

/* How much of a texture of contrast `contrast` is left where the true gain is one half. */
static double gain(double contrast, bool fine)
{
    DpsImage guide = host_photo(3, 60, 50, 4), result, field;
    double sum = 0;
    unsigned state = 7;
    for (size_t i = 0; i < image_values(&guide); i++)
        guide.data[i] = (float) (0.5 + contrast * (host_random(&state) - 0.5));
    CHECK(image_copy(&guide, &result), "memory");
    for (size_t i = 0; i < image_values(&result); i++)
        result.data[i] = 0.5f * guide.data[i] + 0.2f;
    bool ok = fine ? affine_fit_fine(&guide, &result, 2, 1e-4, THREADS(2), &field)
                   : affine_fit(&guide, &result, 2, 1e-4, NULL, THREADS(2), &field);
    CHECK(ok, "memory");
    for (size_t i = 0; i < image_pixels(&field); i++)
        sum += field.data[i];
    sum /= (double) image_pixels(&field);
    dps_image_clear(&guide);
    dps_image_clear(&result);
    dps_image_clear(&field);
    return sum;
}

static void test_faint_texture(void)
{
    CHECK(fabs(gain(0.3, true) - 0.5) < 0.01, "strong texture: gain %g", gain(0.3, true)); /* 0.4999 */
    CHECK(gain(0.02, true) > 0.4, "faint texture: gain %g", gain(0.02, true));
    CHECK(gain(0.02, false) < 0.2, "a plain fit keeps %g", gain(0.02, false));
    printf("faint texture: gain %.3f, plain fit %.3f, truth 0.5\n", gain(0.02, true),
           gain(0.02, false));
}

static bool at_third(void *data)
{
    return ++*(int *) data == 3;
}

static void test_cancel(void)
{
    DpsImage photo = host_photo(3, 30, 400, 2), field;
    int asked = 0;
    CHECK(affine_fit(&photo, &photo, 2, 1e-4, NULL, THREADS(2), &field), "memory");
    CHECK(affine_apply(&field, &photo, &photo, &(DpsWork){ 1, at_third, &asked }) == DPS_CANCELLED,
          "went on");
    CHECK(asked == 3, "asked %d times", asked);
    dps_image_clear(&photo);
    dps_image_clear(&field);
}

int main(void)
{
    Golden *g = golden_open("measure.safetensors");
    test_golden(g, 1, 1e-4);
    test_golden(g, 2, 1e-4);
    test_golden(g, 3, 1e-3);
    golden_close(g);
    test_global(30, 20, 120, 83);
    test_global(30, 20, 11, 7);
    test_global(200, 7, 1400, 49);
    test_global(1, 1, 5, 6);
    test_global(2, 2, 1, 1);
    test_global(3, 1, 30, 10);
    test_flat(1, 1);
    test_flat(1, 7);
    test_flat(50, 2);
    test_faint_texture();
    test_cancel();
    return check_done("affine");
}
