/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masks at their borders: what has strayed over them is taken away, and nothing else. */
#include "regions/borders.h"

#include "check.h"
#include "host.h"

#define W 250 /* the border of a large region is 3 pixels wide */
#define H 120
#define N (W * H)

/* Blue above line 60, green below, with grain; one green column in the blue, at x = 200. */
static DpsImage landscape(void)
{
    DpsImage grain = host_photo(3, W, H, 7), image;

    CHECK(dps_image_init(&image, 3, W, H), "memory");
    for (int i = 0; i < N; i++) {
        bool green = i / W >= 60 || i % W == 200;
        const float colour[3] = { 0.3f, green ? 0.6f : 0.4f, green ? 0.1f : 0.8f };
        for (int c = 0; c < 3; c++)
            image_plane(&image, c)[i] = colour[c] + 0.05f * image_plane(&grain, c)[i];
    }
    dps_image_clear(&grain);
    return image;
}

/* The sky's mask ends at a line, the other region has the rest. */
static DpsImage divided_at(int line)
{
    DpsImage masks;

    CHECK(dps_image_init(&masks, 2, W, H), "memory");
    for (int i = 0; i < N; i++)
        image_plane(&masks, i / W >= line)[i] = 1;
    return masks;
}

/* The least and the most that a mask has in some lines, without the green column. */
static void expect_lines(const DpsImage *masks, int k, int first, int end, float least, float most,
                         const char *what)
{
    for (int i = first * W; i < end * W; i++)
        if (i % W != 200) {
            float v = image_plane(masks, k)[i];
            CHECK(v >= least && v <= most, "%s: %g at (%d, %d)", what, v, i % W, i / W);
        }
}

/* Two lines of green have strayed into the sky. */
static void test_stray(const DpsImage *style)
{
    DpsImage masks = divided_at(62);

    CHECK(borders_trim_masks(style, &masks), "memory");
    expect_lines(&masks, 0, 0, 58, 1, 1, "the sky");
    expect_lines(&masks, 0, 60, 61, 0, 0.5f,
                 "green in the sky's mask, two lines inside");              /* 0.43 */
    expect_lines(&masks, 0, 61, 62, 0, 0.2f, "green at the mask's border"); /* 0.14 */
    expect_lines(&masks, 0, 62, H, 0, 0, "the land in the sky's mask");
    expect_lines(&masks, 1, 62, H, 0.99f, 1, "the land");
    dps_image_clear(&masks);
}

/* Exact masks stay whole, up to the border; what is inside stays whatever its colour. */
static void test_exact(const DpsImage *style)
{
    DpsImage masks = divided_at(60);

    CHECK(borders_trim_masks(style, &masks), "memory");
    expect_lines(&masks, 0, 0, 60, 0.99f, 1, "the sky");
    expect_lines(&masks, 1, 60, H, 0.99f, 1, "the land");
    CHECK(image_plane(&masks, 0)[30 * W + 200] == 1, "a green column inside the sky");
    dps_image_clear(&masks);
}

/* One region, a region of a few pixels and an empty one stay as they are. */
static void test_small(const DpsImage *style)
{
    DpsImage masks;

    CHECK(dps_image_init(&masks, 3, W, H), "memory");
    for (int i = 0; i < N; i++)
        image_plane(&masks, i == 70 * W + 9)[i] = 1;
    CHECK(borders_trim_masks(style, &masks), "memory");
    for (int i = 0; i < N; i++) {
        CHECK(image_plane(&masks, 0)[i] == (i != 70 * W + 9), "all but a pixel, at %d", i);
        CHECK(image_plane(&masks, 1)[i] == (i == 70 * W + 9), "a pixel, at %d", i);
        CHECK(image_plane(&masks, 2)[i] == 0, "nothing, at %d", i);
    }
    dps_image_clear(&masks);
}

/* Mean blue of the sky in a transfer from a style with a band of green from top to bottom, of which the
 * sky's mask has `stray` pixels on either side. */
static double blue_of(const DpsImage *content, const DpsImage *style, int stray)
{
    DpsImage mine = divided_at(60), theirs = divided_at(60);
    DpsRegion region[2] = { { .name = "sky" }, { .name = "land" } };
    DpsJob job = { .content = content, .style = style, .regions = 2, .region = region };
    DpsResult r;
    double sum = 0;

    for (int i = 0; i < 60 * W; i++) {
        bool band = i % W >= 100 + stray && i % W < 150 - stray;
        image_plane(&theirs, 0)[i] = !band;
        image_plane(&theirs, 1)[i] = band;
    }
    for (int k = 0; k < 2; k++) {
        region[k].content = (DpsImage){ 1, W, H, image_plane(&mine, k) };
        region[k].style = (DpsImage){ 1, W, H, image_plane(&theirs, k) };
    }
    dps_options_default(&job.options);
    job.options.preset = DPS_PRESET_DRAFT;
    job.options.threads = 1;
    DpsStatus status = dps_run(&job, &r);
    CHECK(status == DPS_OK, "%s", r.message.text);
    for (int i = 0; !status && i < 60 * W; i++)
        sum += (double) image_plane(&r.image, 2)[i] / (60 * W);
    dps_result_clear(&r);
    dps_image_clear(&mine);
    dps_image_clear(&theirs);
    return sum;
}

/* A whole transfer takes less of what has strayed into a mask. */
static void test_transfer(const DpsImage *content)
{
    DpsImage style;

    CHECK(image_copy(content, &style), "memory");
    for (int i = 0; i < 60 * W; i++)
        if (i % W >= 100 && i % W < 150)
            for (int c = 0; c < 3; c++)
                image_plane(&style, c)[i] = image_plane(&style, c)[i + 60 * W];
    double exact = blue_of(content, &style, 0), stray = blue_of(content, &style, 2);
    printf("blue of the sky: %.4f with exact masks, %.4f with stray ones\n", exact, stray);
    CHECK(exact - stray < 0.0045, "%g less",
          exact - stray); /* 0.0034; 0.0063 if all of it counts */
    dps_image_clear(&style);
}

int main(void)
{
    DpsImage style = landscape();

    test_stray(&style);
    test_exact(&style);
    test_small(&style);
    test_transfer(&style);
    dps_image_clear(&style);
    return check_done("borders");
}
