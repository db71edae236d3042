/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Regions found without painting: made-up photos whose parts are known. */
#include "check.h"
#include "image/image.h"
#include "image/random.h"

#include <math.h>
#include <string.h>

/* A part of a made-up photo: mean colour, and how much its pixels differ. */
typedef struct {
    float r, g, b, grain;
} Part;

/* Bands from top to bottom, each ending at a fraction of the height, with a wavy border; which[i]
 * becomes the band of pixel i. */
static DpsImage make_bands(int width, int height, int bands, const Part *part, const double *end,
                           unsigned seed, int *which)
{
    Random random = { seed };
    DpsImage photo;
    if (!dps_image_init(&photo, 3, width, height))
        exit(1);
    size_t n = image_pixels(&photo);
    for (size_t i = 0; i < n; i++) {
        double x = (double) (i % (size_t) width) / width;
        double y = ((double) (i / (size_t) width) + 0.5) / height + 0.03 * sin(9 * x);
        int k = 0;
        while (k < bands - 1 && y > end[k])
            k++;
        float grain = part[k].grain * (float) (random_uniform(&random) - 0.5);
        photo.data[i] = part[k].r + grain;
        photo.data[n + i] = part[k].g + grain;
        photo.data[2 * n + i] = part[k].b + grain;
        if (which)
            which[i] = k;
    }
    return photo;
}

/* Whatever was found: masks are shares of the photo, every region is in both, the largest of the
 * content come first. */
static void check_masks(const char *what, int regions, const DpsRegion *region)
{
    double last = 2;
    CHECK(regions >= 1 && regions <= DPS_REGIONS_AUTO, "%s: %d regions", what, regions);
    for (int style = 0; style < 2 && regions > 0; style++) {
        const DpsImage *first = style ? &region[0].style : &region[0].content;
        size_t n = image_pixels(first);
        double off = 0;
        for (size_t i = 0; i < n; i++) {
            double sum = 0;
            for (int k = 0; k < regions; k++)
                sum += (double) (style ? &region[k].style : &region[k].content)->data[i];
            off = fmax(off, fabs(sum - 1));
        }
        CHECK(off < 1e-6, "%s: coverages miss 1 by %g", what, off); /* 1.2e-7 */
    }
    for (int k = 0; k < regions; k++) {
        double share[2] = { 0, 0 };
        const DpsImage *masks[] = { &region[k].content, &region[k].style };
        for (int m = 0; m < 2; m++) {
            for (size_t i = 0; i < image_pixels(masks[m]); i++)
                share[m] += (double) masks[m]->data[i] / (double) image_pixels(masks[m]);
            CHECK(share[m] > 0.04, "%s: region %d has %g of photo %d", what, k, share[m], m);
        }
        CHECK(share[0] < last + 0.01, "%s: region %d is larger than the one before", what, k);
        last = share[0];
        CHECK(region[k].unnamed, "%s: region %d has a name of the user's", what, k);
        for (int j = 0; j < k; j++)
            CHECK(strcmp(region[k].name, region[j].name) != 0, "%s: two regions are called '%s'", what,
                  region[k].name);
    }
}

/* The share of the pixels of band `band` that the mask covers. */
static double covered(const DpsImage *mask, const int *which, int band)
{
    double sum = 0, all = 0;
    for (size_t i = 0; i < image_pixels(mask); i++)
        if (which[i] == band) {
            sum += (double) mask->data[i];
            all += 1;
        }
    return sum / all;
}

/* Each band must be found: one region that covers it in the content and in the style. */
static void check_bands(const char *what, int bands, const char *const *name, const Part *content,
                        const double *content_end, const Part *style, const double *style_end)
{
    enum { WIDTH = 300, HEIGHT = 200, STYLE_WIDTH = 240, STYLE_HEIGHT = 250 };
    int *in_content = malloc(WIDTH * HEIGHT * sizeof(int));
    int *in_style = malloc(STYLE_WIDTH * STYLE_HEIGHT * sizeof(int));
    DpsImage a = make_bands(WIDTH, HEIGHT, bands, content, content_end, 1, in_content);
    DpsImage b = make_bands(STYLE_WIDTH, STYLE_HEIGHT, bands, style, style_end, 2, in_style);
    DpsRegion *region;
    DpsMessage message[1];
    int regions;
    DpsStatus status = dps_regions_auto(&a, &b, 6, 1, THREADS(0), &regions, &region, message);
    CHECK(status == DPS_OK, "%s: %s", what, message->text);
    CHECK(regions == bands, "%s: %d regions for %d bands", what, regions, bands);
    check_masks(what, regions, region);
    for (int band = 0; band < bands; band++) {
        double best = 0;
        const char *called = "";
        for (int k = 0; k < regions; k++) {
            double here = fmin(covered(&region[k].content, in_content, band),
                               covered(&region[k].style, in_style, band));
            called = here > best ? region[k].name : called;
            best = fmax(best, here);
        }
        CHECK(best > 0.95, "%s: band %d is met to %.3f", what, band, best); /* 1.000 */
        CHECK(!strcmp(called, name[band]), "%s: band %d is called '%s'", what, band, called);
        printf("%s, band %d, %s: %.3f\n", what, band, called, best);
    }
    dps_regions_free(regions, region);
    dps_image_clear(&a);
    dps_image_clear(&b);
    free(in_content);
    free(in_style);
}

static void test_bands(void)
{
    const Part noon[] = { { 0.6f, 0.75f, 0.95f, 0.01f },
                          { 0.3f, 0.4f, 0.15f, 0.2f },
                          { 0.1f, 0.25f, 0.4f, 0.05f } };
    const Part dusk[] = { { 0.8f, 0.4f, 0.3f, 0.02f },
                          { 0.1f, 0.08f, 0.08f, 0.1f },
                          { 0.45f, 0.2f, 0.2f, 0.06f } };
    /* The sky is dark and the town is bright: at night. */
    const Part night[] = { { 0.05f, 0.05f, 0.12f, 0.02f }, { 0.7f, 0.5f, 0.2f, 0.4f } };
    const double noon_end[] = { 0.45, 0.75 }, dusk_end[] = { 0.6, 0.8 }, night_end[] = { 0.35 };
    const char *const names[] = { "sky", "middle", "lower" }, *const two[] = { "sky", "lower" };
    check_bands("noon and dusk", 3, names, noon, noon_end, dusk, dusk_end);
    check_bands("sky and land", 2, two, noon, noon_end, dusk, dusk_end);
    check_bands("noon and night", 2, two, noon, noon_end, night, night_end);
}

/* Where nothing is to be told apart there is one region, the whole picture. */
static void check_whole(const char *what, const DpsImage *content, const DpsImage *style)
{
    DpsRegion *region;
    DpsMessage message[1];
    int regions;
    DpsStatus status = dps_regions_auto(content, style, 6, 1, THREADS(1), &regions, &region,
                                        message);
    CHECK(status == DPS_OK && regions == 1, "%s: status %d, %d regions", what, status, regions);
    check_masks(what, regions, region);
    dps_regions_free(regions, region);
}

static void test_odd_sizes(void)
{
    const Part grey = { 0.5f, 0.5f, 0.5f, 0 }, noise = { 0.5f, 0.5f, 0.5f, 0.3f };
    const Part two[] = { { 0.7f, 0.8f, 0.9f, 0.02f }, { 0.2f, 0.2f, 0.1f, 0.2f } };
    const double end[] = { 0.5 };
    DpsImage flat = make_bands(90, 60, 1, &grey, NULL, 1, NULL);
    DpsImage noisy = make_bands(90, 60, 1, &noise, NULL, 1, NULL);
    DpsImage one = make_bands(1, 1, 1, &grey, NULL, 1, NULL);
    DpsImage wide = make_bands(5000, 7, 2, two, end, 1, NULL);
    DpsImage photo = make_bands(100, 70, 2, two, end, 2, NULL);
    check_whole("all equal", &flat, &flat);
    check_whole("all equal and a photo", &flat, &photo);
    check_whole("one pixel", &one, &one);
    check_whole("one pixel of style", &photo, &one);
    check_whole("noise", &noisy, &noisy);
    DpsRegion *region;
    DpsMessage message[1];
    int regions;
    DpsStatus status = dps_regions_auto(&wide, &photo, 6, 1, THREADS(0), &regions, &region,
                                        message);
    CHECK(status == DPS_OK, "5000 x 7: %s", message->text);
    check_masks("5000 x 7", regions, region);
    CHECK(region[0].content.width == 1024 && region[0].style.width == 100, "masks %d and %d wide",
          region[0].content.width, region[0].style.width);
    dps_regions_free(regions, region);
    dps_image_clear(&flat);
    dps_image_clear(&noisy);
    dps_image_clear(&one);
    dps_image_clear(&wide);
    dps_image_clear(&photo);
}

static void test_repeats(void)
{
    const Part part[] = { { 0.7f, 0.8f, 0.9f, 0.05f }, { 0.4f, 0.4f, 0.3f, 0.5f } };
    const double end[] = { 0.5 };
    DpsImage photo = make_bands(200, 130, 2, part, end, 3, NULL);
    DpsImage style = make_bands(130, 150, 2, part, end, 4, NULL);
    DpsRegion *one, *two;
    DpsMessage message[1];
    int ones, twos;
    dps_regions_auto(&photo, &style, 6, 7, THREADS(1), &ones, &one, message);
    dps_regions_auto(&photo, &style, 6, 7, THREADS(2), &twos, &two, message);
    CHECK(ones == twos && ones > 1, "%d and %d regions", ones, twos);
    for (int k = 0; k < ones && k < twos; k++)
        CHECK(!memcmp(one[k].content.data, two[k].content.data, 200 * 130 * sizeof(float)) &&
                  !memcmp(one[k].style.data, two[k].style.data, 130 * 150 * sizeof(float)),
              "region %d differs", k);
    dps_regions_free(ones, one);
    dps_regions_free(twos, two);
    dps_regions_auto(&photo, &style, 2, 7, THREADS(1), &ones, &one, message);
    CHECK(ones == 2, "%d regions where 2 were the most", ones);
    dps_regions_free(ones, one);
    dps_image_clear(&photo);
    dps_image_clear(&style);
}

/* Colours that change from top to bottom: each part comes as an upper and a lower half. */
static void test_halves(void)
{
    enum { WIDTH = 200, HEIGHT = 160 };
    const Part part[] = { { 0.4f, 0.5f, 0.7f, 0.01f }, { 0.2f, 0.3f, 0.1f, 0.2f } };
    const double end[] = { 0.5 };
    static int which[WIDTH * HEIGHT];
    DpsImage photo = make_bands(WIDTH, HEIGHT, 2, part, end, 5, which);
    DpsImage style = make_bands(WIDTH, HEIGHT, 2, part, end, 6, which);
    for (size_t i = 0; i < image_values(&photo); i++)
        photo.data[i] += 0.2f * (float) (i % image_pixels(&photo) / WIDTH) / HEIGHT;
    DpsRegion *region;
    DpsMessage message[1];
    int regions;
    dps_regions_auto(&photo, &style, 6, 1, THREADS(0), &regions, &region, message);
    CHECK(regions == 4, "%d regions for two parts in halves", regions);
    check_masks("halves", regions, region);
    for (int k = 0; k < regions; k++)
        for (int m = 0; m < 2; m++) {
            const DpsImage *mask = m ? &region[k].style : &region[k].content;
            double share = fmax(covered(mask, which, 0), covered(mask, which, 1));
            printf("a half: %.3f\n", share);
            CHECK(fabs(share - 0.5) < 0.05, "region %d has %.3f of its part", k, share); /* 0.499 */
        }
    dps_regions_free(regions, region);
    dps_image_clear(&photo);
    dps_image_clear(&style);
}

/* Two ways to divide cost nearly the same: every seed must choose the same. */
static void test_seeds(void)
{
    const Part noon[] = { { 0.6f, 0.7f, 0.9f, 0.02f },
                          { 0.5f, 0.4f, 0.3f, 0.3f },
                          { 0.2f, 0.3f, 0.4f, 0.1f } };
    const Part dusk[] = { { 0.7f, 0.3f, 0.3f, 0.05f },
                          { 0.2f, 0.1f, 0.1f, 0.2f },
                          { 0.5f, 0.2f, 0.2f, 0.1f } };
    const double end[] = { 0.45, 0.7 };
    DpsImage photo = make_bands(210, 140, 3, noon, end, 8, NULL);
    DpsImage style = make_bands(180, 150, 3, dusk, end, 9, NULL);
    DpsRegion *first = NULL;
    DpsMessage message[1];
    int regions = 0;
    for (unsigned seed = 0; seed < 5; seed++) {
        DpsRegion *region;
        int found;
        double differ = 0;
        dps_regions_auto(&photo, &style, 6, seed, THREADS(0), &found, &region, message);
        if (!first) {
            first = region;
            regions = found;
            continue;
        }
        CHECK(found == regions, "seed %u: %d regions instead of %d", seed, found, regions);
        for (int k = 0; k < found && k < regions; k++)
            for (size_t i = 0; i < image_pixels(&photo); i++)
                differ += fabs((double) (region[k].content.data[i] - first[k].content.data[i]));
        differ /= (double) image_pixels(&photo);
        printf("seed %u: masks differ by %.1e\n", seed, differ);
        CHECK(differ < 0.01, "seed %u: masks differ by %.4f", seed, differ); /* 0 */
        dps_regions_free(found, region);
    }
    CHECK(regions >= 3, "%d regions for three parts", regions);
    dps_regions_free(regions, first);
    dps_image_clear(&photo);
    dps_image_clear(&style);
}

/* Says stop when asked for the n-th time. */
static bool stop_at(void *data)
{
    int *left = data;
    return (*left)-- <= 0;
}

static void test_cancelled(void)
{
    const Part part[] = { { 0.7f, 0.8f, 0.9f, 0.05f }, { 0.4f, 0.4f, 0.3f, 0.5f } };
    const double end[] = { 0.5 };
    DpsImage photo = make_bands(200, 130, 2, part, end, 3, NULL);
    DpsRegion *region;
    DpsMessage message[1];
    int regions = 0, asked = 0;
    DpsStatus status = DPS_CANCELLED;
    for (int n = 0; n < 100 && status == DPS_CANCELLED; n++) {
        int left = n;
        status = dps_regions_auto(&photo, &photo, 6, 1, &(DpsWork){ 1, stop_at, &left }, &regions,
                                  &region, message);
        if (status == DPS_CANCELLED)
            CHECK(regions == 0 && !region && strstr(message->text, "Cancelled"), "%d regions: %s",
                  regions, message->text);
        asked = n;
    }
    CHECK(status == DPS_OK && regions > 1, "status %d in the end", status);
    printf("asked %d times\n", asked);
    CHECK(asked >= 4, "only asked %d times", asked); /* 5 */
    dps_regions_free(regions, region);
    dps_image_clear(&photo);
}

static void check_refused(const DpsImage *content, const DpsImage *style, int most,
                          const char *word)
{
    DpsRegion *region;
    DpsMessage message[1];
    int regions;
    DpsStatus status = dps_regions_auto(content, style, most, 1, THREADS(1), &regions, &region,
                                        message);
    CHECK(status == DPS_BAD_INPUT && regions == 0 && !region, "status %d", status);
    CHECK(strstr(message->text, word), "no '%s' in: %s", word, message->text);
}

static void test_refused(void)
{
    const Part grey = { 0.5f, 0.5f, 0.5f, 0.1f };
    DpsImage photo = make_bands(20, 10, 1, &grey, NULL, 1, NULL), broken, empty = { 0 };
    DpsImage mask = { 1, 20, 10, photo.data };
    if (!image_copy(&photo, &broken))
        exit(1);
    broken.data[77] = NAN;
    check_refused(&broken, &photo, 6, "content");
    check_refused(&photo, &broken, 6, "not numbers");
    check_refused(&photo, &mask, 6, "three");
    check_refused(&empty, &photo, 6, "content");
    check_refused(&photo, &photo, 1, "2 to 6");
    check_refused(&photo, &photo, 7, "2 to 6");
    dps_image_clear(&photo);
    dps_image_clear(&broken);
}

int main(void)
{
    test_bands();
    test_odd_sizes();
    test_repeats();
    test_halves();
    test_seeds();
    test_cancelled();
    test_refused();
    return check_done("segment");
}
