/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Resizing against what Pillow and torch give; sizes; values. */
#include "check.h"
#include "golden.h"
#include "host.h"
#include "work.h"

enum { W = 31, H = 23 };

typedef bool (*Resize)(const DpsImage *, int, int, const DpsWork *, DpsImage *);

static void test_resize(Golden *g, const DpsImage *image, const char *kind, Resize resize,
                        double tolerance)
{
    static const int size[][2] = { { 12, 5 }, { 31, 8 }, { 40, 33 }, { 11, 45 }, { 1, 1 } };
    double worst = 0;
    for (int i = 0; i < 5; i++) {
        char name[64];
        int w = size[i][0], h = size[i][1];
        DpsImage out, again;
        snprintf(name, sizeof name, "%s.%dx%d", kind, w, h);
        CHECK(resize(image, w, h, THREADS(2), &out) && host_same_shape(&out, 3, w, h), "%s", name);
        double error = golden_error(out.data, GOLDEN(g, name, 3, h, w), 3L * w * h);
        CHECK(error < tolerance, "%s is off by %.3g", name, error);
        worst = fmax(worst, error);
        CHECK(resize(image, w, h, THREADS(7), &again), "memory");
        CHECK(host_difference(&out, &again) == 0, "%s: depends on the number of threads", name);
        dps_image_clear(&out);
        dps_image_clear(&again);
    }
    printf("%s %.1e\n", kind, worst);
}

/* Every way of resizing leaves a flat picture flat. */
static void test_flat(int in_w, int in_h, int w, int h)
{
    static const Resize resize[] = { image_resize_lanczos,  image_resize_lanczos8,
                                     image_resize_bilinear, image_resize_area,
                                     image_resize_adaptive, image_resize_mask };
    DpsImage image, out;
    CHECK(dps_image_init(&image, 1, in_w, in_h), "memory");
    for (size_t i = 0; i < image_values(&image); i++)
        image.data[i] = 0.6f;
    for (int k = 0; k < 6; k++) {
        CHECK(resize[k](&image, w, h, THREADS(0), &out) && host_same_shape(&out, 1, w, h),
              "memory");
        double worst = 0;
        for (size_t i = 0; i < image_values(&out); i++)
            worst = fmax(worst, fabs((double) out.data[i] - 0.6));
        CHECK(worst < 1e-4, "%d: %dx%d to %dx%d: %.3g", k, in_w, in_h, w, h,
              worst); /* 1.4e-5, summing 35000 in order */
        dps_image_clear(&out);
    }
    dps_image_clear(&image);
}

/* 7 to 3 pixels: intervals of 7/3, whose ends count by their share. */
static void test_area(void)
{
    DpsImage image, out;
    CHECK(dps_image_init(&image, 1, 7, 1), "memory");
    for (int i = 0; i < 7; i++)
        image.data[i] = (float) (i * i);
    CHECK(image_resize_area(&image, 3, 1, THREADS(1), &out), "memory");
    const double expected[3] = { (0 + 1 + 4 / 3.0) * 3 / 7,
                                 (4 * 2 / 3.0 + 9 + 16 * 2 / 3.0) * 3 / 7,
                                 (16 / 3.0 + 25 + 36) * 3 / 7 };
    for (int i = 0; i < 3; i++)
        CHECK(fabs((double) out.data[i] - expected[i]) < 1e-5, "%d: %g", i, /* 2.7e-7 */
              (double) out.data[i] - expected[i]);
    dps_image_clear(&image);
    dps_image_clear(&out);
}

static void test_fit(void)
{
    static const struct {
        int w, h, size, enlarge, fit_w, fit_h;
    } c[] = {
        { 6000, 4000, 700, 0, 700, 467 }, { 4000, 6000, 700, 1, 467, 700 },
        { 100, 50, 700, 0, 100, 50 },     { 100, 50, 700, 1, 700, 350 },
        { 5000, 7, 700, 0, 700, 1 },      { 1, 1, 700, 0, 1, 1 },
        { 200, 5, 100, 0, 100, 2 },       { 200, 7, 100, 0, 100, 4 }, /* 2.5 and 3.5: to even */
        { 9000, 1, 10, 0, 10, 1 },
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        int w, h;
        image_fit(c[i].w, c[i].h, c[i].size, c[i].enlarge, &w, &h);
        CHECK(w == c[i].fit_w && h == c[i].fit_h, "%dx%d to %d: %dx%d", c[i].w, c[i].h, c[i].size,
              w, h);
    }
}

static void test_values(void)
{
    DpsImage image, out;
    CHECK(dps_image_init(&image, 1, 4, 1), "memory");
    const float values[4] = { -1, 0.5f, 2, NAN };
    memcpy(image.data, values, sizeof values);
    CHECK(!image_is_finite(&image), "a NaN was overlooked");
    CHECK(image_copy(&image, &out), "memory");
    image_clip(&out);
    CHECK(image_is_finite(&out), "clipping leaves a NaN");
    CHECK(out.data[0] == 0 && out.data[1] == 0.5f && out.data[2] == 1 && out.data[3] == 0,
          "%g %g %g %g", (double) out.data[0], (double) out.data[1], (double) out.data[2],
          (double) out.data[3]);
    image_round8(&image);
    CHECK(image.data[1] == 128 / 255.0f, "0.5 is rounded to %g", (double) image.data[1]);
    image.data[2] = INFINITY;
    CHECK(!image_is_finite(&image), "an infinity was overlooked");
    image_blend(&image, &out, 0.25, &out);
    CHECK(fabs((double) out.data[1] - (0.75 * 128 / 255 + 0.125)) < 1e-7, "%g", /* 0 */
          (double) out.data[1]);
    dps_image_clear(&image);
    dps_image_clear(&out);
}

static void test_sizes(void)
{
    DpsImage image;
    CHECK(!dps_image_init(&image, 3, 0, 5) && !image.data, "no width");
    CHECK(!dps_image_init(&image, 3, 5, -1) && !image.data, "negative height");
    CHECK(!dps_image_init(&image, 2147483647, 2147483647, 2147483647) && !image.data,
          "more than can be addressed");
    CHECK(work_threads(THREADS(3)) >= 1 && work_threads(THREADS(0)) >= 1, "no threads");
}

static void test_beyond(void)
{
    const float values[] = { 0, 0.25f, 1, -0.5f, 2.5f, 1e38f };
    DpsImage image, copy, result;
    const DpsImage *shown;
    float least, greatest;

    CHECK(dps_image_init(&image, 3, 2, 1), "no memory");
    for (int i = 0; i < 3; i++)
        image.data[i] = values[i];
    CHECK(image_shown(&image, &copy, &shown) && shown == &image && !copy.data,
          "a picture within black and white is copied");
    for (int i = 0; i < 6; i++)
        image.data[i] = values[i];
    image_range(&image, &least, &greatest);
    CHECK(least == -0.5f && greatest == 1e38f, "the range is %g to %g", (double) least,
          (double) greatest);
    CHECK(image_shown(&image, &copy, &shown) && shown == &copy, "a wild picture isn't clipped");
    CHECK(copy.data[1] == 0.25f && copy.data[3] == 0 && copy.data[4] == 1 && copy.data[5] == 1,
          "it is clipped wrongly");
    CHECK(image_copy(&copy, &result), "no memory");
    image_add_beyond(&image, &result);
    for (int i = 0; i < 6; i++)
        CHECK(result.data[i] == values[i], "value %d is %g", i, (double) result.data[i]);
    dps_image_clear(&result);
    dps_image_clear(&copy);
    image.data[0] = NAN;
    CHECK(image_shown(&image, &copy, &shown) && shown == &image, "NaN is hidden");
    dps_image_clear(&image);
}

int main(void)
{
    Golden *g = golden_open("measure.safetensors");
    DpsImage image = host_image(GOLDEN_FLOATS(g, "resize.image", 3, H, W), 3, W, H);
    test_resize(g, &image, "lanczos", image_resize_lanczos, 1e-6);   /* 2.4e-7 */
    test_resize(g, &image, "lanczos8", image_resize_lanczos8, 1e-6); /* 3.1e-8 */
    test_resize(g, &image, "bilinear", image_resize_bilinear, 1e-6); /* 1.5e-7 */
    test_resize(g, &image, "adaptive", image_resize_adaptive, 1e-6); /* 1.3e-7 */
    dps_image_clear(&image);
    golden_close(g);
    test_flat(1, 1, 1, 1);
    test_flat(1, 1, 9, 4);
    test_flat(5000, 7, 700, 1);
    test_flat(5000, 7, 1, 1);
    test_flat(3, 1000, 11, 17);
    test_area();
    test_fit();
    test_values();
    test_sizes();
    test_beyond();
    return check_done("image");
}
