/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Photos with transparency: which can be used, and what is made of them. */

#include "check.h"
#include "host.h"
#include "image/photo.h"

enum { W = 60, H = 44 };

/* A photo of 4 planes whose coverage goes from 0 at the left to 1 in the middle, and `hidden` where it
 * is 0. */
static DpsImage photo_of(float hidden)
{
    DpsImage photo = host_photo(4, W, H, 3);

    image_clip(&photo);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            size_t i = (size_t) y * W + x;
            float coverage = x < 10 ? 0 : x < 30 ? (float) (x - 10) / 20 : 1;
            image_plane(&photo, 3)[i] = coverage;
            for (int c = 0; c < 3 && coverage == 0; c++)
                image_plane(&photo, c)[i] = c == 0 ? hidden : 1 - hidden;
        }
    return photo;
}

static void test_opaque(void)
{
    DpsImage photo = host_photo(3, W, H, 1), four = host_photo(4, W, H, 1), a, b, c;

    memcpy(four.data, photo.data, image_values(&photo) * sizeof(float));
    for (size_t i = 0; i < image_pixels(&four); i++)
        image_plane(&four, 3)[i] = 1;
    CHECK(image_resize_lanczos(&photo, 31, 17, THREADS(1), &a) &&
              photo_resize(&photo, image_resize_lanczos, 31, 17, THREADS(1), &b) &&
              photo_resize(&four, image_resize_lanczos, 31, 17, THREADS(1), &c),
          "memory");
    CHECK(host_difference(&a, &b) == 0, "three planes are simply resized");
    CHECK(host_same_shape(&c, 3, 31, 17) && host_difference(&a, &c) < 1e-6, /* 0 */
          "a coverage of 1 changes nothing: %g", host_difference(&a, &c));
    CHECK(!photo_coverage(&photo).channels && photo_coverage(&four).data == image_plane(&four, 3),
          "coverages");
    dps_image_clear(&photo);
    dps_image_clear(&four);
    dps_image_clear(&a);
    dps_image_clear(&b);
    dps_image_clear(&c);
}

/* Where all is to be seen the colours are the photo's; what is hidden has no part anywhere. */
static void test_hidden(void)
{
    DpsImage one = photo_of(0), other = photo_of(1), a, b;
    double worst = 0;

    CHECK(photo_resize(&one, image_resize_area, W, H, THREADS(2), &a) &&
              photo_resize(&other, image_resize_area, W, H, THREADS(1), &b),
          "memory");
    CHECK(host_difference(&a, &b) == 0, "hidden colours show: %g", host_difference(&a, &b));
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < H; y++)
            for (int x = 30; x < W; x++) {
                size_t i = (size_t) y * W + x;
                worst = fmax(
                    worst, fabs((double) image_plane(&a, c)[i] - (double) image_plane(&one, c)[i]));
            }
    CHECK(worst < 1e-6, "visible colours change by %g", worst); /* 0 */
    dps_image_clear(&one);
    dps_image_clear(&other);
    dps_image_clear(&a);
    dps_image_clear(&b);
}

/* A photo that shows one colour is of that colour everywhere, hardly visible parts included. */
static void test_one_colour(void)
{
    DpsImage photo = photo_of(0), out;
    double worst = 0;

    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < image_pixels(&photo); i++)
            if (image_plane(&photo, 3)[i] > 0)
                image_plane(&photo, c)[i] = 0.2f + 0.3f * (float) c;
    CHECK(photo_resize(&photo, image_resize_lanczos, 25, 19, THREADS(1), &out), "memory");
    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < image_pixels(&out); i++)
            worst = fmax(worst, fabs((double) image_plane(&out, c)[i] - 0.2 - 0.3 * c));
    CHECK(worst < 1e-5, "off by %g", worst); /* 6e-7 */
    dps_image_clear(&photo);
    dps_image_clear(&out);
}

static void test_keep_hidden(void)
{
    DpsImage photo = photo_of(0.7f), picture = host_photo(3, W, H, 8), before;

    CHECK(image_copy(&picture, &before), "memory");
    photo_keep_hidden(&photo, &picture);
    for (int c = 0; c < 3; c++) {
        CHECK(image_plane(&picture, c)[3] == image_plane(&photo, c)[3], "hidden: plane %d", c);
        CHECK(image_plane(&picture, c)[11] == image_plane(&before, c)[11], "visible: plane %d", c);
    }
    dps_image_clear(&photo);
    dps_image_clear(&picture);
    dps_image_clear(&before);
}

static void refused(const DpsImage *photo, const char *words)
{
    DpsMessage message = { 0 };

    CHECK(!photo_check(photo, "style", &message), "%s: accepted", words);
    CHECK(strstr(message.text, words) && strstr(message.text, "The style"), "%s", message.text);
}

static void test_check(void)
{
    DpsImage photo = photo_of(0), two = host_photo(2, 4, 4, 1);

    CHECK(photo_check(&photo, "content", NULL), "refused");
    photo.data[7] = NAN;
    refused(&photo, "not numbers");
    photo.data[7] = 0;
    for (size_t i = 0; i < image_pixels(&photo); i++)
        image_plane(&photo, 3)[i] = 0;
    refused(&photo, "transparent everywhere");
    refused(&two, "2 planes");
    refused(&(DpsImage) { 0 }, "is empty");
    refused(NULL, "is empty");
    dps_image_clear(&photo);
    dps_image_clear(&two);
}

int main(void)
{
    test_opaque();
    test_hidden();
    test_one_colour();
    test_keep_hidden();
    test_check();
    return check_done("photos");
}
