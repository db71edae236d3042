/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Detail and smoothing against their golden vectors; any size; cancelling. */
#include "check.h"
#include "golden.h"
#include "image/smoothing.h"

#include "host.h"

enum { W = 25, H = 21 };

static void test_golden(void)
{
    Golden *g = golden_open("smoothing.safetensors");
    DpsImage image = host_image(GOLDEN_FLOATS(g, "image", 3, H, W), 3, W, H);
    DpsImage result = host_image(GOLDEN_FLOATS(g, "result", 3, H, W), 3, W, H), out;
    CHECK(smoothing_guided(&image, 8, 0.01, THREADS(2), &out), "memory");
    double error = golden_error(out.data, GOLDEN(g, "guided", 3, H, W), 3 * H * W);
    printf("guided %.1e\n", error);
    CHECK(error < 1e-6, "guided filter is off by %.3g", error); /* 6e-8 */
    dps_image_clear(&out);

    CHECK(smoothing_affine(&image, &result, 15, 5, 0.01, THREADS(2), &out) == DPS_OK, "memory");
    error = golden_error(out.data, GOLDEN(g, "smoothed", 3, H, W), 3 * H * W);
    printf("smoothed %.1e\n", error);
    CHECK(error < 1e-5, "smoothing is off by %.3g", error); /* 2.8e-7 */
    dps_image_clear(&out);

    CHECK(smoothing_detail(&result, &image, 1, 8, 0.01, THREADS(2)) == DPS_OK, "memory");
    error = golden_error(result.data, GOLDEN(g, "detail", 3, H, W), 3 * H * W);
    printf("detail %.1e\n", error);
    CHECK(error < 1e-6, "detail is off by %.3g", error); /* 5.8e-8 */
    dps_image_clear(&image);
    dps_image_clear(&result);
    golden_close(g);
}

/* The filter is cut into strips for the threads: their seams must not show. */
static void test_strips(void)
{
    DpsImage image = host_photo(3, 37, 211, 8), one, many;
    CHECK(smoothing_guided(&image, 3, 0.01, THREADS(1), &one), "memory");
    CHECK(smoothing_guided(&image, 3, 0.01, THREADS(7), &many), "memory");
    double error = host_difference(&one, &many);
    printf("strips %.1e\n", error);
    CHECK(error < 1e-6, "seams of %.3g", error); /* 0 */
    dps_image_clear(&one);
    dps_image_clear(&many);
    dps_image_clear(&image);
}

/* A flat picture has no detail and every map carries it to the flat result, whatever the size. */
static void test_flat(int width, int height)
{
    DpsImage image, result, out;
    CHECK(dps_image_init(&image, 3, width, height), "memory");
    CHECK(dps_image_init(&result, 3, width, height), "memory");
    for (size_t i = 0; i < image_values(&image); i++) {
        image.data[i] = 0.25f;
        result.data[i] = 0.75f;
    }
    CHECK(smoothing_guided(&image, 8, 0.01, THREADS(2), &out), "memory");
    double error = host_difference(&image, &out);
    CHECK(error < 1e-6, "%dx%d: detail of %.3g", width, height, error); /* 0 */
    dps_image_clear(&out);
    CHECK(smoothing_affine(&image, &result, 15, 5, 0.01, THREADS(2), &out) == DPS_OK, "memory");
    double smoothed = host_difference(&result, &out);
    printf("%dx%d %.1e %.1e\n", width, height, error, smoothed);
    CHECK(smoothed < 1e-6, "%dx%d: off by %.3g", width, height, smoothed); /* 6.6e-7 */
    dps_image_clear(&out);
    dps_image_clear(&image);
    dps_image_clear(&result);
}

static bool at_once(void *data)
{
    ++*(int *) data;
    return true;
}

static void test_cancel(void)
{
    DpsImage image = host_photo(3, 64, 64, 1), out;
    int asked = 0;
    CHECK(smoothing_affine(&image, &image, 15, 5, 0.01, &(DpsWork){ 2, at_once, &asked }, &out) ==
                  DPS_CANCELLED &&
              out.data == NULL,
          "went on");
    CHECK(smoothing_detail(&image, &image, 1, 8, 0.01, &(DpsWork){ 1, at_once, &asked }) ==
              DPS_CANCELLED,
          "went on");
    CHECK(asked >= 2, "asked %d times", asked);
    dps_image_clear(&image);
}

int main(void)
{
    test_golden();
    test_strips();
    test_flat(1, 1);
    test_flat(2, 3);
    test_flat(400, 7);
    test_flat(5, 90);
    test_cancel();
    return check_done("smoothing");
}
