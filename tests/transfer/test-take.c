/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Colour without brightness, brightness without colour: what stays, what comes, and the gamut. */

#include "check.h"
#include "host.h"
#include "transfer/take.h"

enum { W = 61, H = 37, N = W * H };

static double luma(const DpsImage *image, int i)
{
    return 0.2126 * (double) image_plane(image, 0)[i] + 0.7152 * (double) image_plane(image, 1)[i] +
           0.0722 * (double) image_plane(image, 2)[i];
}

/* What channel k differs from the luma by. */
static double difference(const DpsImage *image, int k, int i)
{
    return (double) image_plane(image, k)[i] - luma(image, i);
}

/* Colours in the middle of the range, or everywhere with values a little beyond it. */
static DpsImage picture(unsigned seed, float spread)
{
    DpsImage image = host_photo(3, W, H, seed);

    for (int i = 0; i < 3 * N; i++)
        image.data[i] = 0.5f + spread * (image.data[i] - 0.5f);
    return image;
}

static DpsImage taken(const DpsImage *content, const DpsImage *result, DpsTake take)
{
    DpsImage out;

    if (!image_copy(result, &out))
        abort();
    take_over(content, take, THREADS(2), &out);
    return out;
}

/* How far the luma is off `of`, and the differences off s times those of `like`, s fitted pixel by
 * pixel and at most 1. */
static void compare(const DpsImage *out, const DpsImage *of, const DpsImage *like, double *luma_off,
                    double *hue_off, double *least)
{
    double most = 0;
    *luma_off = *hue_off = 0;
    *least = 1;
    for (int i = 0; i < N; i++) {
        double ab = 0, bb = 0;
        for (int k = 0; k < 3; k++) {
            ab += difference(out, k, i) * difference(like, k, i);
            bb += difference(like, k, i) * difference(like, k, i);
        }
        double s = bb > 1e-9 ? ab / bb : 1;
        *least = fmin(*least, s);
        *luma_off = fmax(*luma_off, fabs(luma(out, i) - luma(of, i)));
        for (int k = 0; k < 3; k++)
            *hue_off = fmax(*hue_off, fabs(difference(out, k, i) - s * difference(like, k, i)));
        most = fmax(most, s);
    }
    CHECK(most < 1 + 1e-5, "colours are stretched by %g", most); /* 1 + 4.5e-6 */
    printf("stretched by 1 + %.1e\n", most - 1);
}

/* Muted colours: nothing has to be made paler. */
static void test_what_stays(void)
{
    DpsImage content = picture(1, 0.4f), result = picture(8, 0.4f);
    DpsImage colour = taken(&content, &result, DPS_TAKE_COLOUR);
    DpsImage brightness = taken(&content, &result, DPS_TAKE_BRIGHTNESS);
    DpsImage all = taken(&content, &result, DPS_TAKE_ALL);
    double luma_off, hue_off, least;

    compare(&colour, &content, &result, &luma_off, &hue_off, &least);
    printf("colour only: %.1e, %.1e, %.1e\n", luma_off, hue_off, 1 - least);
    CHECK(luma_off < 1e-6 && hue_off < 1e-6 && least > 1 - 1e-5, /* 1.1e-7, 5.5e-8, 1 - 2.6e-6 */
          "colour only: luma is off by %g, colours by %g, %g", luma_off, hue_off, 1 - least);
    compare(&brightness, &result, &content, &luma_off, &hue_off, &least);
    printf("brightness only: %.1e, %.1e, %.1e\n", luma_off, hue_off, 1 - least);
    CHECK(luma_off < 1e-6 && hue_off < 1e-6 && least > 1 - 1e-5, /* 1.0e-7, 5.5e-8, 1 - 2.5e-6 */
          "brightness only: luma is off by %g, colours by %g, %g", luma_off, hue_off, 1 - least);
    CHECK(host_difference(&all, &result) == 0, "everything: %g", host_difference(&all, &result));
    dps_image_clear(&content);
    dps_image_clear(&result);
    dps_image_clear(&colour);
    dps_image_clear(&brightness);
    dps_image_clear(&all);
}

/* Colours that don't fit become paler, not another hue, and not brighter or darker. */
static void test_gamut(void)
{
    static const DpsTake takes[] = { DPS_TAKE_COLOUR, DPS_TAKE_BRIGHTNESS };
    DpsImage content = picture(1, 1), result = picture(8, 1.5f);

    image_clip(&content);
    for (int t = 0; t < 2; t++) {
        bool colour = takes[t] == DPS_TAKE_COLOUR;
        DpsImage out = taken(&content, &result, takes[t]);
        double luma_off, hue_off, least, beyond = 0;
        for (int i = 0; i < 3 * N; i++)
            beyond = fmax(beyond, fmax((double) out.data[i] - 1, -(double) out.data[i]));
        compare(&out, colour ? &content : &result, colour ? &result : &content, &luma_off, &hue_off,
                &least);
        printf("gamut: beyond %.1e, luma %.1e, hue %.1e, least %.2f\n", beyond, luma_off, hue_off,
               least);
        CHECK(beyond < 1e-6, "%g beyond the range", beyond);                  /* 3e-8 */
        CHECK(hue_off < 1e-6, "the hue is off by %g", hue_off);               /* 5.5e-8 */
        CHECK(least < 0.9, "nothing had to be made paler");                   /* 0.2, 0 */
        CHECK(!colour || luma_off < 1e-6, "the luma is off by %g", luma_off); /* 1.3e-7 */
        dps_image_clear(&out);
    }
    dps_image_clear(&content);
    dps_image_clear(&result);
}

/* Highlights of a float photo beyond white stay as bright as they were. */
static void test_beyond_white(void)
{
    DpsImage content = picture(1, 1), result = picture(8, 1);

    for (int i = 0; i < 3 * N; i++)
        content.data[i] *= 3.5f;
    DpsImage out = taken(&content, &result, DPS_TAKE_COLOUR);
    double worst = 0;
    for (int i = 0; i < N; i++)
        worst = fmax(worst, fabs(luma(&out, i) - luma(&content, i)));
    printf("beyond white: %.1e\n", worst);
    CHECK(worst < 1e-5, "the luma is off by %g", worst); /* 3.9e-7 */
    dps_image_clear(&content);
    dps_image_clear(&result);
    dps_image_clear(&out);
}

/* Grey has no colour to give or to keep. */
static void test_grey(void)
{
    DpsImage content = picture(1, 0.8f), grey = picture(8, 0.8f);

    for (int i = 0; i < N; i++)
        image_plane(&grey, 0)[i] = image_plane(&grey, 1)[i] = image_plane(&grey, 2)[i];
    DpsImage out = taken(&content, &grey, DPS_TAKE_COLOUR);
    double worst = 0;
    for (int i = 0; i < 3 * N; i++)
        worst = fmax(worst, fabs((double) out.data[i] - luma(&content, i % N)));
    printf("colour from grey: %.1e\n", worst);
    CHECK(worst < 1e-6, "colour from grey: %g", worst); /* 1.2e-7 */
    dps_image_clear(&out);
    out = taken(&grey, &content, DPS_TAKE_BRIGHTNESS);
    worst = 0;
    for (int i = 0; i < 3 * N; i++)
        worst = fmax(worst, fabs((double) out.data[i] - luma(&content, i % N)));
    printf("brightness for grey: %.1e\n", worst);
    CHECK(worst < 1e-6, "brightness for grey: %g", worst); /* 1.2e-7 */
    dps_image_clear(&content);
    dps_image_clear(&grey);
    dps_image_clear(&out);
}

int main(void)
{
    test_what_stays();
    test_gamut();
    test_beyond_white();
    test_grey();
    return check_done("take");
}
