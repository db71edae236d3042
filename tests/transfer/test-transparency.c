/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Transparent pixels take no part, through the public interface: runs, found regions, measures. */

#include "check.h"
#include "host.h"

enum { SIDE = 96, PART = SIDE / 2 };

/* A picture of 4 planes whose left upper quarter is `part` and can be seen; all else is `coverage` of
 * one colour. */
static DpsImage around(const DpsImage *part, float coverage, float r, float g, float b)
{
    const float rest[4] = { r, g, b, coverage };
    DpsImage image;

    if (!dps_image_init(&image, 4, SIDE, SIDE))
        abort();
    for (int c = 0; c < 4; c++)
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                bool inside = y < PART && x < PART;
                float seen = c == 3 ? 1 : inside ? image_plane(part, c)[y * PART + x] : 0;
                image_plane(&image, c)[y * SIDE + x] = inside ? seen : rest[c];
            }
    return image;
}

static DpsImage quarter(unsigned seed, float light)
{
    DpsImage image = host_photo(3, PART, PART, seed);

    image_clip(&image);
    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < image_pixels(&image); i++)
            image_plane(&image, c)[i] *= c == 2 ? light : 1;
    return image;
}

static DpsStatus transfer(const DpsImage *content, const DpsImage *style, int regions,
                          const DpsRegion *region, DpsResult *result)
{
    DpsJob job = { .content = content, .style = style, .regions = regions, .region = region };

    dps_options_default(&job.options);
    job.options.preset = DPS_PRESET_DRAFT;
    job.options.threads = 1;
    job.options.size = 64;
    return dps_run(&job, result);
}

/* The mean difference in the left upper quarter. */
static double difference(const DpsImage *a, const DpsImage *b)
{
    double sum = 0;

    for (int c = 0; c < 3; c++)
        for (int y = 0; y < PART; y++)
            for (int x = 0; x < PART; x++)
                sum += fabs((double) image_plane(a, c)[y * a->width + x] -
                            (double) image_plane(b, c)[y * b->width + x]);
    return sum / (3 * PART * PART);
}

/* Mean and deviation of a plane in the left upper quarter. */
static void moments(const DpsImage *image, int c, double out[2])
{
    double sum = 0, squares = 0;

    for (int y = 0; y < PART; y++)
        for (int x = 0; x < PART; x++) {
            double v = (double) image_plane(image, c)[y * image->width + x];
            sum += v / (PART * PART);
            squares += v * v / (PART * PART);
        }
    out[0] = sum;
    out[1] = sqrt(squares - sum * sum);
}

/* The same transfer whatever the hidden part's colours are, and one in which the parts that can be seen
 * come to look alike.  of_style: hidden in the style, else in the content. */
static void test_hidden(bool of_style, float coverage)
{
    DpsImage part = quarter(7, of_style ? 0.4f : 1), other = host_photo(3, SIDE, SIDE, 2);
    DpsImage red = around(&part, coverage, 1, 0, 0), green = around(&part, coverage, 0, 1, 0);
    DpsResult a, b;

    image_clip(&other);
    for (size_t i = 0; i < image_pixels(&other); i++)
        image_plane(&other, 2)[i] *= of_style ? 1 : 0.4f;
    CHECK(!transfer(of_style ? &other : &red, of_style ? &red : &other, 0, NULL, &a), "%s",
          a.message.text);
    CHECK(!transfer(of_style ? &other : &green, of_style ? &green : &other, 0, NULL, &b), "%s",
          b.message.text);
    double apart = difference(&a.image, &b.image);
    CHECK(apart <= (coverage > 0 ? 0.02 : 0), "style %d, coverage %g: %g", of_style,
          (double) coverage, apart); /* 0, 0; 0.011, 6e-3 */
    for (int c = 0; c < 3; c++) {
        double got[2], wanted[2];
        moments(&a.image, c, got);
        moments(of_style ? &part : &other, c, wanted);
        CHECK(fabs(got[0] - wanted[0]) < 0.05 && fabs(got[1] - wanted[1]) < 0.05,
              "style %d, coverage %g, plane %d: %g and %g instead of %g and %g", of_style,
              (double) coverage, c, got[0], got[1], wanted[0], wanted[1]); /* 0.028, 0.025 */
    }
    CHECK(fabs(a.region[0].style_coverage - 1) < 1e-9, "%g", a.region[0].style_coverage);
    CHECK(of_style || coverage > 0 ||
              (a.image.data[SIDE * SIDE - 1] == 1 && b.image.data[SIDE * SIDE - 1] == 0),
          "hidden colours stay");
    dps_result_clear(&a);
    dps_result_clear(&b);
    dps_image_clear(&part);
    dps_image_clear(&other);
    dps_image_clear(&red);
    dps_image_clear(&green);
}

/* A region that keeps its look does so where it can hardly be seen, too. */
static void test_kept(void)
{
    DpsImage part = quarter(7, 1), content = around(&part, 0.5f, 0.2f, 0.4f, 0.6f);
    DpsImage style = quarter(2, 0.3f), left, right, whole;
    DpsResult r;
    double worst = 0;

    if (!dps_image_init(&left, 1, SIDE, 1) || !dps_image_init(&right, 1, SIDE, 1) ||
        !dps_image_init(&whole, 1, 1, 1))
        abort();
    whole.data[0] = 1;
    for (int x = 0; x < SIDE; x++)
        *((x < PART ? left.data : right.data) + x) = 1;
    const DpsRegion region[] = { { "left", left, whole, false },
                                 { "right", right, { 0 }, false } };
    CHECK(!transfer(&content, &style, 2, region, &r), "%s", r.message.text);
    CHECK(fabs(r.region[0].content_coverage - 0.6) < 1e-3, "left: %g",
          r.region[0].content_coverage);
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < SIDE; y++)
            for (int x = PART + 12; x < SIDE; x++)
                worst = fmax(worst, fabs((double) image_plane(&r.image, c)[y * SIDE + x] -
                                         (double) image_plane(&content, c)[y * SIDE + x]));
    CHECK(worst < 5e-3, "the kept region changes by %g", worst); /* 2e-3 */
    dps_result_clear(&r);
    dps_image_clear(&part);
    dps_image_clear(&content);
    dps_image_clear(&style);
    dps_image_clear(&left);
    dps_image_clear(&right);
    dps_image_clear(&whole);
}

static void test_found(void)
{
    DpsImage part = quarter(4, 0.4f), style = quarter(9, 1);
    int count[2];
    DpsRegion *region[2];
    DpsMessage message;

    for (int i = 0; i < 2; i++) {
        DpsImage content = around(&part, 0, (float) i, 1 - (float) i, 0.5f);
        CHECK(
            !dps_regions_auto(&content, &style, 6, 1, THREADS(1), &count[i], &region[i], &message),
            "%s", message.text);
        dps_image_clear(&content);
    }
    CHECK(count[0] == count[1], "%d and %d regions", count[0], count[1]);
    for (int k = 0; k < count[0] && count[0] == count[1]; k++) {
        CHECK(host_difference(&region[0][k].content, &region[1][k].content) == 0, "region %d", k);
        CHECK(host_difference(&region[0][k].style, &region[1][k].style) == 0, "region %d", k);
    }
    for (int i = 0; i < 2; i++)
        dps_regions_free(count[i], region[i]);
    dps_image_clear(&part);
    dps_image_clear(&style);
}

static void test_measure(void)
{
    DpsImage part = quarter(4, 0.4f), content = around(&part, 0, 1, 0, 0);
    DpsImage style = around(&part, 0, 0, 1, 0);
    DpsMeasures m;
    DpsMessage message;

    CHECK(!dps_measure(&content, &style, &content, 0, NULL, NULL, SIDE, THREADS(1), &m, &message),
          "%s", message.text);
    CHECK(m.colour < 0.5 && m.edge == 1, "the same picture is off by %g, edge %g", m.colour,
          m.edge);
    dps_image_clear(&part);
    dps_image_clear(&content);
    dps_image_clear(&style);
}

int main(void)
{
    for (int of_style = 0; of_style < 2; of_style++) {
        test_hidden(of_style, 0);
        test_hidden(of_style, 1 / 255.0f);
    }
    test_kept();
    test_found();
    test_measure();
    return check_done("transparency");
}
