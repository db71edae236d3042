/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The measures against golden values, and what they must say of plain cases.  Agreement on whole
 * photos is the matter of test-measure-pairs.py. */
#include "check.h"
#include "golden.h"
#include "regions/regions.h"
#include "transfer/measure.h"

#include "host.h"

enum { W = 73, H = 61, SW = 73, SH = 47, K = 4 };

static DpsRegion one_region(const DpsImage *content, const DpsImage *style, int k)
{
    DpsRegion r = { .name = "region" };
    r.content = host_image(image_plane(content, k), 1, content->width, content->height);
    r.style = host_image(image_plane(style, k), 1, style->width, style->height);
    return r;
}

static void compare(Golden *g, const char *name, double value)
{
    double expected = GOLDEN(g, name, 1)[0], error = fabs(value / expected - 1);
    printf("%s: %.9g, %.1e\n", name, value, error);
    CHECK(error < 1e-6, "%s is %.9g, not %.9g", name, value, expected); /* 3.9e-8 */
}

static void test_golden(void)
{
    Golden *g = golden_open("measure.safetensors");
    DpsImage content = host_image(GOLDEN_FLOATS(g, "measure.content", 3, H, W), 3, W, H);
    DpsImage style = host_image(GOLDEN_FLOATS(g, "measure.style", 3, SH, SW), 3, SW, SH);
    DpsImage result = host_image(GOLDEN_FLOATS(g, "measure.result", 3, H, W), 3, W, H);
    DpsImage cm = host_image(GOLDEN_FLOATS(g, "measure.content_masks", K, H, W), K, W, H);
    DpsImage sm = host_image(GOLDEN_FLOATS(g, "measure.style_masks", K, SH, SW), K, SW, SH);
    DpsRegion region[K];
    for (int k = 0; k < K; k++)
        region[k] = one_region(&cm, &sm, k);
    MeasureSet set;
    DpsMeasures m;
    DpsMessage message[1];
    CHECK(measure_prepare(&content, &style, &result, K, region, W, THREADS(2), &set, message) ==
              DPS_OK,
          "%s", message->text);
    CHECK(host_difference(&set.content, &content) < 1e-6, "the size is right already"); /* 0 */
    CHECK(measure_pictures(&set, THREADS(2), &m), "memory");
    compare(g, "measure.edge", m.edge);
    compare(g, "measure.energy", m.energy);
    compare(g, "measure.colour", m.colour);
    CHECK(m.gram_error < 0, "nobody asked for a Gram error: %g", m.gram_error);
    measure_clear(&set);
    for (int k = 0; k < K; k++) {
        dps_image_clear(&region[k].content);
        dps_image_clear(&region[k].style);
    }
    dps_image_clear(&content);
    dps_image_clear(&style);
    dps_image_clear(&result);
    dps_image_clear(&cm);
    dps_image_clear(&sm);
    golden_close(g);
}

/* The content itself: all structure, (almost) no energy; its own style: no distance. */
static void test_itself(int width, int height)
{
    DpsImage photo = host_photo(3, width, height, 6);
    MeasureSet set;
    DpsMeasures m;
    DpsMessage message[1];
    CHECK(measure_prepare(&photo, &photo, &photo, 0, NULL, 0, THREADS(2), &set, message) == DPS_OK,
          "%s", message->text);
    CHECK(set.content.width == 700 || set.content.height == 700, "%dx%d", set.content.width,
          set.content.height);
    CHECK(measure_pictures(&set, THREADS(2), &m), "memory");
    printf("itself: %g %.1e %g\n", m.edge, m.energy, m.colour);
    CHECK(fabs(m.edge - 1) < 1e-9, "edge %.12g", m.edge);           /* 0 */
    CHECK(m.energy >= 0 && m.energy < 1e-5, "energy %g", m.energy); /* 3e-7 */
    CHECK(m.colour == 0, "colour %g", m.colour);
    measure_clear(&set);
    dps_image_clear(&photo);
}

/* A result of another size is brought to the content's. */
static void test_other_size(void)
{
    DpsImage photo = host_photo(3, 90, 60, 6), large, odd;
    MeasureSet set;
    DpsMeasures m;
    DpsMessage message[1];
    CHECK(image_resize_bilinear(&photo, 360, 240, THREADS(2), &large), "memory");
    CHECK(image_resize_bilinear(&photo, 181, 119, THREADS(2), &odd), "memory");
    CHECK(measure_prepare(&photo, &photo, &large, 0, NULL, 90, THREADS(2), &set, message) == DPS_OK,
          "%s", message->text);
    CHECK(host_same_shape(&set.result, 3, 90, 60), "%dx%d", set.result.width, set.result.height);
    CHECK(measure_pictures(&set, THREADS(2), &m), "memory");
    CHECK(m.edge > 0.8, "edge %g", m.edge); /* 0.88 */
    measure_clear(&set);
    CHECK(measure_prepare(&photo, &photo, &odd, 0, NULL, 90, THREADS(2), &set, message) == DPS_OK,
          "%s", message->text);
    CHECK(host_same_shape(&set.result, 3, 90, 60), "%dx%d", set.result.width, set.result.height);
    measure_clear(&set);
    dps_image_clear(&photo);
    dps_image_clear(&large);
    dps_image_clear(&odd);
}

static void test_bad_input(void)
{
    DpsImage photo = host_photo(3, 20, 20, 6), grey = host_photo(1, 20, 20, 1);
    MeasureSet set;
    DpsMessage message[1] = { 0 };
    CHECK(measure_prepare(&photo, &grey, &photo, 0, NULL, 0, THREADS(1), &set, message) ==
              DPS_BAD_INPUT,
          "one channel is no picture");
    CHECK(strstr(message->text, "style") != NULL, "%s", message->text);
    photo.data[7] = NAN;
    CHECK(measure_prepare(&photo, &photo, &photo, 0, NULL, 0, THREADS(1), &set, message) ==
              DPS_BAD_INPUT,
          "a NaN was overlooked");
    dps_image_clear(&photo);
    dps_image_clear(&grey);
}

int main(void)
{
    test_golden();
    test_itself(64, 48);
    test_itself(9, 500);
    test_itself(1, 1);
    test_other_size();
    test_bad_input();
    return check_done("measure");
}
