/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The linear colour transfer against its golden vectors, and region by region. */
#include "check.h"
#include "golden.h"
#include "regions/colour.h"

#include "host.h"

static double worst_of(const double *value, const double *expected, int n)
{
    double worst = 0;
    for (int i = 0; i < n; i++)
        worst = fmax(worst, fabs(value[i] - expected[i]));
    return worst;
}

static void test_golden(void)
{
    enum { W = 23, H = 19, SW = 29, SH = 17 };
    Golden *g = golden_open("colour.safetensors");
    DpsImage content = host_image(GOLDEN_FLOATS(g, "content", 3, H, W), 3, W, H);
    DpsImage style = host_image(GOLDEN_FLOATS(g, "style", 3, SH, SW), 3, SW, SH);
    const float *cm = GOLDEN_FLOATS(g, "content_mask", H, W);
    const float *sm = GOLDEN_FLOATS(g, "style_mask", SH, SW);
    ColourMap map = colour_map(&content, cm, &style, sm);
    double error = worst_of(map.matrix, GOLDEN(g, "matrix", 3, 3), 9);
    printf("matrix %.1e\n", error);
    CHECK(error < 1e-6, "matrix is off by %.3g", error); /* 7e-9: the picture is rounded to float */
    error = fmax(worst_of(map.from, GOLDEN(g, "mean_content", 3), 3),
                 worst_of(map.to, GOLDEN(g, "mean_style", 3), 3));
    printf("means %.1e\n", error);
    CHECK(error < 1e-7, "means are off by %.3g", error); /* 1.2e-9 */
    float *result = malloc(image_values(&content) * sizeof *result);
    size_t n = image_pixels(&content);
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < 3; d++) {
            double v = map.to[d];
            for (size_t c = 0; c < 3; c++)
                v += map.matrix[3 * d + c] * ((double) content.data[c * n + i] - map.from[c]);
            result[d * n + i] = (float) v;
        }
    error = golden_error(result, GOLDEN(g, "result", 3, H, W), (long) image_values(&content));
    printf("result %.1e\n", error);
    CHECK(error < 1e-6, "result is off by %.3g", error); /* 6e-8 */
    free(result);
    dps_image_clear(&content);
    dps_image_clear(&style);
    golden_close(g);
}

static void test_eigen(void)
{
    const double a[9] = { 2, -1, 0.5, -1, 3, 0.25, 0.5, 0.25, 1 };
    double value[3], v[9], worst = 0;
    colour_eigen(a, value, v);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double av = 0, vv = 0; /* A v = v value; v'v = 1 */
            for (int k = 0; k < 3; k++) {
                av += a[3 * i + k] * v[3 * k + j];
                vv += v[3 * k + i] * v[3 * k + j];
            }
            worst = fmax(worst, fabs(av - v[3 * i + j] * value[j]));
            worst = fmax(worst, fabs(vv - (i == j)));
        }
    printf("eigen %.1e\n", worst);
    CHECK(worst < 1e-14, "eigenvectors are off by %.3g", worst); /* 4e-16 */
}

/* A photo as its own style comes back as it was. */
static void test_own_style(void)
{
    DpsImage photo = host_photo(3, 40, 31, 4), out;
    RegionSet set;
    DpsMessage message[1];
    CHECK(regions_prepare(0, NULL, OPAQUE(40, 31), OPAQUE(40, 31), THREADS(2), NULL, &set,
                          message) == DPS_OK,
          "%s", message->text);
    CHECK(colour_transfer_regions(&photo, &photo, &set, THREADS(2), &out), "memory");
    double error = host_difference(&photo, &out);
    printf("own style %.1e\n", error);
    CHECK(error < 1e-6, "differs by %.3g", error); /* 0 */
    dps_image_clear(&out);
    dps_image_clear(&photo);
    regions_clear(&set);
}

/* Two halves; the left one has a flat, bright style, the right one has no counterpart. */
static void test_halves(void)
{
    enum { W = 40, H = 30 };
    DpsImage content = host_photo(3, W, H, 4), style, out;
    DpsRegion region[2] = { { .name = "left" }, { .name = "right" } };
    RegionSet set;
    DpsMessage message[1];
    CHECK(dps_image_init(&style, 3, 8, 9), "memory");
    CHECK(dps_image_init(&region[0].content, 1, W, H), "memory");
    CHECK(dps_image_init(&region[1].content, 1, W, H), "memory");
    CHECK(dps_image_init(&region[0].style, 1, 8, 9), "memory");
    for (int i = 0; i < 72; i++) {
        region[0].style.data[i] = 1;
        style.data[i] = 0.75f;
        style.data[72 + i] = 0.5f;
        style.data[144 + i] = 0.25f;
    }
    for (int i = 0; i < W * H; i++)
        region[i % W < W / 2 ? 0 : 1].content.data[i] = 1;
    CHECK(regions_prepare(2, region, OPAQUE(W, H), OPAQUE(8, 9), THREADS(2), NULL, &set, message) ==
              DPS_OK,
          "%s", message->text);
    CHECK(colour_transfer_regions(&content, &style, &set, THREADS(2), &out), "memory");
    double kept = 0, mean[3] = { 0 }, spread = 0;
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < W * H; i++) {
            float v = image_plane(&out, c)[i];
            if (i % W >= W / 2)
                kept = fmax(kept, fabs((double) (v - image_plane(&content, c)[i])));
            else {
                mean[c] += (double) v * 2 / (W * H);
                spread = fmax(spread, fabs((double) v - (c == 0 ? 0.75 : c == 1 ? 0.5 : 0.25)));
            }
        }
    CHECK(kept == 0, "the region without a counterpart changed by %g", kept);
    const double expected[3] = { 0.75, 0.5, 0.25 };
    double error = worst_of(mean, expected, 3);
    printf("halves %.1e %.3f\n", error, spread);
    CHECK(error < 1e-6, "means are off by %.3g", error);                     /* 1.7e-8 */
    CHECK(spread < 0.05, "a flat style left deviations up to %.3g", spread); /* 0.019 */
    dps_image_clear(&out);
    dps_image_clear(&content);
    dps_image_clear(&style);
    for (int k = 0; k < 2; k++) {
        dps_image_clear(&region[k].content);
        dps_image_clear(&region[k].style);
    }
    regions_clear(&set);
}

/* Half of a dark photo would land below black: the first map's clipped result has a mean above the
 * style's and too little contrast; what comes out has neither. */
static void test_clipped(void)
{
    enum { W = 60, H = 40 };
    DpsImage content = host_photo(3, W, H, 4), style = host_photo(3, W, H, 9), out;
    RegionSet set;
    DpsMessage message[1];
    double want[3], got[3], want_cov[9], got_cov[9], once[3], once_cov[9];

    for (size_t i = 0; i < image_values(&style); i++) /* mostly black, some light */
        style.data[i] = powf(style.data[i], 6);
    CHECK(regions_prepare(0, NULL, OPAQUE(W, H), OPAQUE(W, H), THREADS(2), NULL, &set, message) ==
              DPS_OK,
          "%s", message->text);
    const float *mask = image_plane(&set.content, 0);
    ColourMap map = colour_map(&content, mask, &style, mask);
    CHECK(colour_transfer_regions(&content, &style, &set, THREADS(2), &out), "memory");
    colour_moments(&style, mask, want, want_cov);
    colour_moments(&out, mask, got, got_cov);
    for (int i = 0; i < W * H; i++) {
        double x[3];
        for (int c = 0; c < 3; c++)
            x[c] = (double) image_plane(&content, c)[i] - map.from[c];
        for (int c = 0; c < 3; c++)
            image_plane(&out, c)[i] = (float) fmin(1, fmax(0, map.to[c] + map.matrix[3 * c] * x[0] +
                                                                  map.matrix[3 * c + 1] * x[1] +
                                                                  map.matrix[3 * c + 2] * x[2]));
    }
    colour_moments(&out, mask, once, once_cov);
    double mean = worst_of(got, want, 3), mean_once = worst_of(once, want, 3);
    double cov = worst_of(got_cov, want_cov, 9), cov_once = worst_of(once_cov, want_cov, 9);
    printf("clipped: means %.2g, once %.2g; covariances %.2g, once %.2g\n", mean, mean_once, cov,
           cov_once);
    CHECK(mean < 0.7 * mean_once, "means are off by %.3g", mean);    /* 0.010, 0.018 */
    CHECK(cov < 0.6 * cov_once, "covariances are off by %.3g", cov); /* 0.0018, 0.0042 */
    dps_image_clear(&out);
    dps_image_clear(&content);
    dps_image_clear(&style);
    regions_clear(&set);
}

int main(void)
{
    test_eigen();
    test_golden();
    test_own_style();
    test_halves();
    test_clipped();
    return check_done("colour");
}
