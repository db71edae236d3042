/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A result's colour maps with another amount, detail and part of what is taken over, for the whole photo
 * and for a part of it: the same as a run with those options gives. */

#include "check.h"
#include "host.h"

enum { W = 300, H = 200 };

typedef struct {
    int previews;
    bool odd;
} Watch;

static void watch(const DpsProgress *p, void *data)
{
    Watch *w = data;

    w->previews += p->preview != NULL;
    w->odd = w->odd || !p->preview != !p->content ||
             (p->preview &&
              (p->content->width != p->preview->width || p->content->height != p->preview->height));
}

/* Clears nothing that is passed in. */
static DpsResult run(const DpsImage *content, const DpsImage *style, double amount, DpsTake take,
                     double detail)
{
    Watch seen = { 0 };
    DpsJob job = {
        .content = content, .style = style, .want_field = true, .progress = watch, .data = &seen
    };
    DpsResult result;

    dps_options_default(&job.options);
    job.options.preset = DPS_PRESET_DRAFT;
    job.options.size = 100;
    job.options.threads = 1;
    job.options.amount = amount;
    job.options.take = take;
    job.options.detail = detail;
    CHECK(dps_run(&job, &result) == DPS_OK, "%s", result.message.text);
    CHECK(seen.previews > 3 && !seen.odd, "%d previews with their contents", seen.previews);
    return result;
}

static DpsImage cut(const DpsImage *image, int left, int top, int width, int height)
{
    DpsImage out;

    if (!dps_image_init(&out, 3, width, height))
        abort();
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < height; y++)
            memcpy(image_plane(&out, c) + (size_t) y * (size_t) width,
                   image_plane(image, c) + (size_t) (top + y) * W + left,
                   (size_t) width * sizeof(float));
    return out;
}

static void compare(const DpsField *field, const DpsImage *content, const DpsImage *wanted,
                    double amount, DpsTake take, double detail)
{
    DpsOptions o = { .amount = amount, .take = take, .detail = detail };
    DpsImage out, part = cut(content, 60, 40, 120, 100), same = cut(wanted, 60, 40, 120, 100);

    CHECK(dps_field_finish(field, 0.5, 0.5, 1, &o, content, THREADS(2), &out) == DPS_OK, "memory");
    double whole = host_difference(&out, wanted);
    dps_image_clear(&out);
    CHECK(dps_field_finish(field, 60.5, 40.5, 1, &o, &part, THREADS(2), &out) == DPS_OK, "memory");
    double off = host_difference(&out, &same);
    if (detail > 0) { /* two windows in from its edges a part knows all that counts */
        off = 0;
        for (int c = 0; c < 3; c++)
            for (int y = 32; y < 68; y++)
                for (int x = 32; x < 88; x++)
                    off = fmax(off, fabs((double) image_plane(&out, c)[y * 120 + x] -
                                         (double) image_plane(&same, c)[y * 120 + x]));
    }
    printf("amount %g, take %d, detail %g: whole %.1e, part %.1e\n", amount, (int) take, detail,
           whole, off);
    CHECK(whole == 0, "the whole is off by %g", whole);
    CHECK(off < 1e-5, "a part is off by %g", off); /* 6e-7 */
    dps_image_clear(&out);
    dps_image_clear(&part);
    dps_image_clear(&same);
}

/* Colour maps of half the photo's pixels: the same colours as in the whole, averaged. */
static void test_smaller(const DpsField *field, const DpsImage *content)
{
    DpsOptions o = { .amount = 1 };
    DpsImage half, whole, out, wanted;

    CHECK(dps_field_finish(field, 0.5, 0.5, 1, &o, content, THREADS(1), &whole) == DPS_OK,
          "memory");
    if (!image_resize_area(content, W / 2, H / 2, THREADS(1), &half) ||
        !image_resize_area(&whole, W / 2, H / 2, THREADS(1), &wanted))
        abort();
    CHECK(dps_field_finish(field, 1, 1, 2, &o, &half, THREADS(1), &out) == DPS_OK, "memory");
    double off = host_difference(&out, &wanted);
    printf("half the size: %.1e\n", off);
    CHECK(off < 0.02, "off by %g", off); /* 2e-3 */
    dps_image_clear(&half);
    dps_image_clear(&whole);
    dps_image_clear(&out);
    dps_image_clear(&wanted);
}

static void test_fit(const DpsImage *content)
{
    DpsImage after, out;
    DpsField field;
    DpsOptions o = { .amount = 1 };

    if (!image_copy(content, &after))
        abort();
    for (size_t i = 0; i < image_values(&after); i++)
        after.data[i] = 0.3f + 0.5f * after.data[i];
    CHECK(dps_field_fit(content, &after, W, H, THREADS(1), &field), "memory");
    CHECK(dps_field_finish(&field, 0.5, 0.5, 1, &o, content, THREADS(1), &out) == DPS_OK, "memory");
    double off = host_difference(&out, &after);
    printf("fitted: %.1e\n", off);
    CHECK(off < 0.01, "off by %g", off); /* 2e-3 */
    dps_field_clear(&field);
    dps_image_clear(&after);
    dps_image_clear(&out);
}

int main(void)
{
    static const struct {
        double amount, detail;
        DpsTake take;
    } cases[] = { { 1, 0, DPS_TAKE_ALL }, { 0.6, 0, DPS_TAKE_COLOUR }, { 0.3, 0.7, DPS_TAKE_ALL } };
    DpsImage content = host_photo(3, W, H, 1), style = host_photo(3, 150, 140, 9);

    image_clip(&content);
    image_clip(&style);
    for (size_t i = 0; i < image_pixels(&style); i++)
        image_plane(&style, 2)[i] *= 0.5f;
    DpsResult kept = run(&content, &style, 1, DPS_TAKE_ALL, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DpsResult other = run(&content, &style, cases[i].amount, cases[i].take, cases[i].detail);
        compare(&kept.field, &content, &other.image, cases[i].amount, cases[i].take,
                cases[i].detail);
        dps_result_clear(&other);
    }
    test_smaller(&kept.field, &content);
    test_fit(&content);
    dps_result_clear(&kept);
    dps_image_clear(&content);
    dps_image_clear(&style);
    return check_done("finishing");
}
