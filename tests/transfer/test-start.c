/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A result brought back to the colours that can be shown and that its style has: it stays photographic. */
#include "transfer/start.h"

#include "check.h"
#include "host.h"
#include "image/matting.h"

#define W 80
#define H 60
#define N (W * H)

/* The upper part has a style, the lower has none. */
static void prepare(RegionSet *set, DpsRegion region[2])
{
    DpsMessage message[1];

    region[0] = (DpsRegion) { .name = "upper" };
    region[1] = (DpsRegion) { .name = "lower" };
    CHECK(dps_image_init(&region[0].content, 1, W, H) &&
              dps_image_init(&region[0].style, 1, W, H) &&
              dps_image_init(&region[1].content, 1, W, H),
          "memory");
    for (int i = 0; i < N; i++) {
        region[0].content.data[i] = i < N / 2;
        region[0].style.data[i] = 1;
        region[1].content.data[i] = i >= N / 2;
    }
    CHECK(regions_prepare(2, region, OPAQUE(W, H), OPAQUE(W, H), THREADS(1), NULL, set, message) ==
              DPS_OK,
          "%s", message->text);
}

static double energy(const DpsImage *content, const DpsImage *picture)
{
    double sum = 0;

    CHECK(matting_energy(content, picture, 1, MATTING_EPS, THREADS(1), &sum), "memory");
    return sum / N;
}

/* The root of the mean square by which the upper part's values lie outside [0, 1]. */
static double excess(const DpsImage *picture)
{
    double sum = 0;

    for (int c = 0; c < 3; c++)
        for (int i = 0; i < N / 2; i++) {
            double v = (double) image_plane(picture, c)[i];
            sum += pow(v - fmin(1, fmax(0, v)), 2);
        }
    return sqrt(sum / (3 * N / 2));
}

int main(void)
{
    DpsImage content = host_photo(3, W, H, 4), picture, plain, kept;
    DpsRegion region[2];
    RegionSet set;

    image_clip(&content);
    prepare(&set, region);
    CHECK(image_copy(&content, &picture), "memory");
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < N / 2; i++)
            image_plane(&picture, c)[i] = 2 * image_plane(&content, c)[i] - 0.5f;
    Palette *palette = palette_new(&content, &set);
    CHECK(palette && image_copy(&picture, &plain) && image_copy(&picture, &kept), "memory");
    image_clip(&plain);
    CHECK(palette_pull(palette, &set, THREADS(1), &plain) &&
              start_keep_colours(palette, &set, &content, THREADS(1), &kept),
          "memory");
    double before = excess(&picture), after = excess(&kept);
    int changed = 0;
    for (size_t i = 0; i < 3 * (size_t) N; i++)
        changed += i % N >= N / 2 && kept.data[i] != picture.data[i];
    CHECK(changed == 0, "%d values of a region without a style have changed", changed);
    image_clip(&kept);
    double one_by_one = energy(&content, &plain), together = energy(&content, &kept);
    printf("beyond what can be shown: %.4f, then %.4f; energy %.2e, pixel by pixel %.2e\n", before,
           after, together, one_by_one);
    CHECK(after < before / 2, "still %g beyond what can be shown, from %g", after,
          before); /* 0.0075, 0.081 */
    CHECK(together < one_by_one / 2, "energy %g, pixel by pixel %g", together,
          one_by_one); /* 0.0029, 0.034 */
    palette_free(palette);
    regions_clear(&set);
    for (int k = 0; k < 2; k++) {
        dps_image_clear(&region[k].content);
        dps_image_clear(&region[k].style);
    }
    dps_image_clear(&content);
    dps_image_clear(&picture);
    dps_image_clear(&plain);
    dps_image_clear(&kept);
    return check_done("start");
}
