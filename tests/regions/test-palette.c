/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Colours that a region's style has not: brought near those that it has, and nothing else. */
#include "regions/palette.h"

#include "check.h"
#include "host.h"

#define W 40
#define H 30
#define N (W * H)
#define STEP (1.0 / 32) /* between the nodes that stand for colours */

static DpsImage filled(int channels, float value)
{
    DpsImage image;

    CHECK(dps_image_init(&image, channels, W, H), "memory");
    for (size_t i = 0; i < image_values(&image); i++)
        image.data[i] = value;
    return image;
}

/* The left half has a style, the right half has none. */
static void prepare(RegionSet *set, DpsRegion region[2])
{
    DpsMessage message[1];

    region[0] = (DpsRegion) { .name = "left", .content = filled(1, 0), .style = filled(1, 1) };
    region[1] = (DpsRegion) { .name = "right", .content = filled(1, 0) };
    for (int i = 0; i < N; i++)
        region[i % W >= W / 2].content.data[i] = 1;
    CHECK(regions_prepare(2, region, OPAQUE(W, H), OPAQUE(W, H), THREADS(1), NULL, set, message) ==
              DPS_OK,
          "%s", message->text);
}

static void clear(RegionSet *set, DpsRegion region[2])
{
    regions_clear(set);
    for (int k = 0; k < 2; k++) {
        dps_image_clear(&region[k].content);
        dps_image_clear(&region[k].style);
    }
}

static void pull(const DpsImage *style, const RegionSet *set, DpsImage *picture)
{
    Palette *palette = palette_new(style, set);

    CHECK(palette && palette_pull(palette, set, THREADS(2), picture), "memory");
    palette_free(palette);
}

static double distance(const DpsImage *a, int i, const DpsImage *b, int j)
{
    double sum = 0;

    for (int c = 0; c < 3; c++)
        sum += pow((double) image_plane(a, c)[i] - (double) image_plane(b, c)[j], 2);
    return sqrt(sum);
}

static double nearest(const DpsImage *picture, int i, const DpsImage *style)
{
    double least = INFINITY;

    for (int j = 0; j < N; j++)
        least = fmin(least, distance(picture, i, style, j));
    return least;
}

/* Everything is compared with a search through all of the style's pixels.  Colours are not where their nodes
 * are, and what lies between nodes that go different ways goes neither. */
static void test_near(const DpsImage *style, const char *name)
{
    const double off = STEP * sqrt(3);
    DpsImage before = filled(3, 0), after;
    DpsRegion region[2];
    RegionSet set;
    unsigned seed = 5;
    double worst = 0, most = 0, longer = 0;

    for (int i = 0; i < 3 * N; i++)
        before.data[i] = host_random(&seed);
    CHECK(image_copy(&before, &after), "memory");
    prepare(&set, region);
    pull(style, &set, &after);
    for (int i = 0; i < N; i++) {
        double moved = distance(&after, i, &before, i), was = nearest(&before, i, style);
        if (i % W >= W / 2) {
            CHECK(moved == 0, "%s: a region without a style moved by %g", name, moved);
            continue;
        }
        worst = fmax(worst, nearest(&after, i, style));
        most = fmax(most, was);
        longer = fmax(longer, moved - fmax(0, was - PALETTE_MARGIN));
    }
    printf("%s: as far as %.3f, now %.3f; moved by %.3f more than needed\n", name, most, worst,
           longer);
    CHECK(worst < PALETTE_MARGIN + 2 * off, "%s: still %g away", name, worst); /* 0.091, 0.039 */
    CHECK(longer < off, "%s: moved by %g more than needed", name, longer);     /* 0.017, 0.006 */
    clear(&set, region);
    dps_image_clear(&before);
    dps_image_clear(&after);
}

/* A grey style leaves no colour beyond the margin. */
static void test_grey(void)
{
    DpsImage style = filled(3, 0);

    for (int i = 0; i < N; i++)
        for (int c = 0; c < 3; c++)
            image_plane(&style, c)[i] = (float) i / (N - 1);
    test_near(&style, "grey");
    dps_image_clear(&style);
}

/* The style's own colours stay where they are, to a level of 255: nodes beside them may move. */
static void test_own(const DpsImage *style)
{
    DpsImage after;
    DpsRegion region[2];
    RegionSet set;

    CHECK(image_copy(style, &after), "memory");
    prepare(&set, region);
    pull(style, &set, &after);
    double moved = host_difference(style, &after);
    printf("own colours: %.4f\n", moved);
    CHECK(moved < 1.0 / 255, "the style's own colours moved by %g", moved); /* 0.0038 */
    clear(&set, region);
    dps_image_clear(&after);
}

int main(void)
{
    DpsImage style = host_photo(3, W, H, 4);

    test_near(&style, "photo");
    test_own(&style);
    test_grey();
    dps_image_clear(&style);
    return check_done("palette");
}
