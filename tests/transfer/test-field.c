/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A result as a field of colour maps: it gives the run's picture, pixel by pixel, in parts and at other
 * distances between pixels; what is taken over and the amount can be changed afterwards. */

#include "check.h"
#include "host.h"

static DpsField run(const DpsImage *content, const DpsOptions *options, bool want, DpsImage *image)
{
    DpsImage style = host_photo(3, 50, 40, 9);
    DpsJob job = { .content = content, .style = &style, .options = *options, .want_field = want };
    DpsResult result;

    image_clip(&style);
    CHECK(dps_run(&job, &result) == DPS_OK, "%s", result.message.text);
    DpsField field = result.field;
    *image = result.image;
    result.field = (DpsField){ 0 };
    result.image = (DpsImage){ 0 };
    dps_result_clear(&result);
    dps_image_clear(&style);
    return field;
}

static DpsOptions draft(int size)
{
    DpsOptions options;

    dps_options_default(&options);
    options.preset = DPS_PRESET_DRAFT;
    options.size = size;
    options.threads = 1;
    return options;
}

/* The field applied to every pixel of its photo, `most` at a time. */
static DpsImage applied(const DpsField *field, const DpsImage *photo, DpsTake take, double amount,
                        int most)
{
    DpsImage out;
    size_t plane = image_pixels(photo);
    float *pixel = calloc(4 * (size_t) most, sizeof *pixel);

    if (!pixel || !dps_image_init(&out, 3, photo->width, photo->height))
        abort();
    for (int y = 0; y < photo->height; y++)
        for (int x = 0; x < photo->width; x += most) {
            int n = photo->width - x < most ? photo->width - x : most;
            size_t at = (size_t) y * (size_t) photo->width + (size_t) x;
            for (size_t i = 0; i < 4 * (size_t) n; i++)
                pixel[i] = i % 4 < 3 ? photo->data[i % 4 * plane + at + i / 4] : 0.125f;
            dps_field_apply(field, &(DpsFieldRow){ x + 0.5, y + 0.5, 1, n }, take, amount, pixel,
                            pixel);
            for (size_t i = 0; i < 4 * (size_t) n; i++)
                if (i % 4 < 3)
                    out.data[i % 4 * plane + at + i / 4] = pixel[i];
                else if (pixel[i] != 0.125f)
                    CHECK(false, "the fourth value of a pixel has changed");
        }
    free(pixel);
    return out;
}

/* The same numbers as the run's, whether the photo is larger than the working size or not. */
static void test_same(int width, int height, DpsTake take, double amount)
{
    DpsImage photo = host_photo(3, width, height, 1), image, out;
    DpsOptions options = draft(100);

    image_clip(&photo);
    options.take = take;
    options.amount = amount;
    DpsField field = run(&photo, &options, true, &image);
    CHECK(field.width == width && field.height == height, "%d x %d", field.width, field.height);
    for (int most = 7; most < 1000; most += 493) {
        out = applied(&field, &photo, take, amount, most);
        double off = host_difference(&out, &image);
        CHECK(off < 2e-6, "%d x %d, take %d: off by %g", width, height, take, off); /* 6e-7 */
        dps_image_clear(&out);
    }
    dps_field_clear(&field);
    dps_image_clear(&image);
    dps_image_clear(&photo);
}

/* Every fourth pixel, as a zoomed view asks for it, and pixels beyond the edges. */
static void test_places(void)
{
    DpsImage photo = host_photo(3, 160, 120, 1), image;
    DpsOptions options = draft(100);
    float in[4 * 40], out[4 * 40], edge[4] = { 0.2f, 0.4f, 0.6f, 1 }, beyond[4];
    size_t plane = image_pixels(&photo);

    image_clip(&photo);
    DpsField field = run(&photo, &options, true, &image);
    for (size_t i = 0; i < 40; i++)
        for (size_t c = 0; c < 4; c++)
            in[4 * i + c] = c < 3 ? photo.data[c * plane + 60 * 160 + 4 * i + 1] : 1;
    dps_field_apply(&field, &(DpsFieldRow){ 1.5, 60.5, 4, 40 }, DPS_TAKE_ALL, 1, in, out);
    double off = 0;
    for (size_t i = 0; i < 40; i++)
        for (size_t c = 0; c < 3; c++)
            off = fmax(off, fabs((double) (out[4 * i + c] -
                                           image.data[c * plane + 60 * 160 + 4 * i + 1])));
    CHECK(off < 2e-6, "pixels four apart are off by %g", off); /* 6e-7 */
    dps_field_apply(&field, &(DpsFieldRow){ 0, 0, 1, 1 }, DPS_TAKE_ALL, 1, edge, out);
    dps_field_apply(&field, &(DpsFieldRow){ -1e6, -30, 1, 1 }, DPS_TAKE_ALL, 1, edge, beyond);
    for (int c = 0; c < 3; c++)
        CHECK(out[c] == beyond[c], "beyond the upper left corner: %g, %g", (double) out[c],
              (double) beyond[c]);
    dps_field_apply(&field, &(DpsFieldRow){ 160, 120, 1, 1 }, DPS_TAKE_ALL, 1, edge, out);
    dps_field_apply(&field, &(DpsFieldRow){ 1e6, 1e6, 1, 1 }, DPS_TAKE_ALL, 1, edge, beyond);
    for (int c = 0; c < 3; c++)
        CHECK(out[c] == beyond[c], "beyond the lower right corner: %g, %g", (double) out[c],
              (double) beyond[c]);
    dps_field_clear(&field);
    dps_image_clear(&image);
    dps_image_clear(&photo);
}

/* Only where it is wanted, and where there is one. */
static void test_none(void)
{
    DpsImage photo = host_photo(3, 80, 60, 1), image;
    DpsOptions options = draft(64);

    image_clip(&photo);
    DpsField field = run(&photo, &options, false, &image);
    CHECK(!field.maps.data && !field.width, "a field that nobody asked for");
    dps_image_clear(&image);
    options.preset = DPS_PRESET_ARTISTIC;
    field = run(&photo, &options, true, &image);
    CHECK(!field.maps.data && !field.width, "a painting has a field");
    dps_image_clear(&image);
    dps_image_clear(&photo);
}

int main(void)
{
    test_same(160, 120, DPS_TAKE_ALL, 1);
    test_same(301, 97, DPS_TAKE_COLOUR, 0.6);
    test_same(64, 48, DPS_TAKE_ALL, 1);
    test_same(90, 64, DPS_TAKE_BRIGHTNESS, 0.25);
    test_places();
    test_none();
    return check_done("field");
}
