/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The two older colour transfers against their golden vectors, and region by region. */
#include "check.h"
#include "golden.h"
#include "regions/colour-classic.h"

#include "host.h"

typedef bool (*Classic)(const DpsImage *, const DpsImage *, const RegionSet *, const DpsWork *,
                        DpsImage *);

static const struct {
    const char *name;
    Classic transfer;
} classic[] = { { "reinhard", colour_reinhard }, { "histogram", colour_histogram } };

/* One region: what can be seen, by masks. */
static void test_golden(void)
{
    enum { W = 23, H = 19, SW = 29, SH = 17 };
    Golden *g = golden_open("classic.safetensors");
    DpsImage content = host_image(GOLDEN_FLOATS(g, "content", 3, H, W), 3, W, H);
    DpsImage style = host_image(GOLDEN_FLOATS(g, "style", 3, SH, SW), 3, SW, SH);
    const Canvas here = { W, H, host_image(GOLDEN_FLOATS(g, "content_mask", H, W), 1, W, H) };
    const Canvas there = { SW, SH, host_image(GOLDEN_FLOATS(g, "style_mask", SH, SW), 1, SW, SH) };
    RegionSet set;
    DpsMessage message[1];

    CHECK(regions_prepare(0, NULL, &here, &there, THREADS(2), NULL, &set, message) == DPS_OK, "%s",
          message->text);
    for (int k = 0; k < 2; k++) {
        const double *wanted = GOLDEN(g, classic[k].name, 3, H, W);
        DpsImage out;
        double error = 0, kept = 0;
        CHECK(classic[k].transfer(&content, &style, &set, THREADS(2), &out), "memory");
        for (size_t i = 0; i < image_values(&out); i++)
            if (here.coverage.data[i % (W * H)] > 0)
                error = fmax(error, fabs((double) out.data[i] - fmin(1, fmax(0, wanted[i]))));
            else
                kept = fmax(kept, fabs((double) (out.data[i] - content.data[i])));
        printf("%s %.1e\n", classic[k].name, error);
        CHECK(error < 1e-5, "%s is off by %.3g", classic[k].name, error); /* 1.0e-7, 2.3e-7 */
        CHECK(kept == 0, "%s changes what no mask covers by %g", classic[k].name, kept);
        dps_image_clear(&out);
    }
    regions_clear(&set);
    dps_image_clear(&content);
    dps_image_clear(&style);
    dps_image_clear((DpsImage *) &here.coverage);
    dps_image_clear((DpsImage *) &there.coverage);
    golden_close(g);
}

/* A photo as its own style comes back as it was, and a flat style makes everything flat. */
static void test_own_and_flat(void)
{
    enum { W = 40, H = 31 };
    DpsImage photo = host_photo(3, W, H, 4), flat, out;
    RegionSet set;
    DpsMessage message[1];

    CHECK(dps_image_init(&flat, 3, W, H), "memory");
    for (size_t i = 0; i < image_values(&flat); i++)
        flat.data[i] = i < W * H ? 0.75f : 0.25f;
    CHECK(regions_prepare(0, NULL, OPAQUE(W, H), OPAQUE(W, H), THREADS(2), NULL, &set, message) ==
              DPS_OK,
          "%s", message->text);
    for (int k = 0; k < 2; k++) {
        CHECK(classic[k].transfer(&photo, &photo, &set, THREADS(2), &out), "memory");
        double own = host_difference(&photo, &out);
        dps_image_clear(&out);
        CHECK(classic[k].transfer(&photo, &flat, &set, THREADS(2), &out), "memory");
        double even = host_difference(&flat, &out);
        printf("%s: own style %.1e, flat style %.1e\n", classic[k].name, own, even);
        CHECK(own < 1e-5, "%s: own style differs by %.3g", classic[k].name, own); /* 0, 0 */
        /* a histogram tells no finer than its bins: 0.75 level */
        CHECK(even < 1.0 / 255, "%s: a flat style left %.3g", classic[k].name, even);
        dps_image_clear(&out);
    }
    regions_clear(&set);
    dps_image_clear(&photo);
    dps_image_clear(&flat);
}

/* Two halves: the left one takes the style's dark half, the right one has no counterpart. */
static void test_halves(void)
{
    enum { W = 40, H = 30 };
    DpsImage content = host_photo(3, W, H, 4), style = host_photo(3, W, H, 9);
    DpsRegion region[2] = { { .name = "left" }, { .name = "right" } };
    RegionSet set;
    DpsMessage message[1];

    CHECK(dps_image_init(&region[0].content, 1, W, H) &&
              dps_image_init(&region[0].style, 1, W, H) &&
              dps_image_init(&region[1].content, 1, W, H),
          "memory");
    for (int i = 0; i < W * H; i++) {
        region[i % W < W / 2 ? 0 : 1].content.data[i] = 1;
        region[0].style.data[i] = i < W * H / 2;
        for (int c = 0; c < 3 && i < W * H / 2; c++)
            image_plane(&style, c)[i] *= 0.25f;
    }
    CHECK(regions_prepare(2, region, OPAQUE(W, H), OPAQUE(W, H), THREADS(2), NULL, &set, message) ==
              DPS_OK,
          "%s", message->text);
    for (int k = 0; k < 2; k++) {
        DpsImage out;
        double kept = 0, brightest = 0;
        CHECK(classic[k].transfer(&content, &style, &set, THREADS(2), &out), "memory");
        for (size_t i = 0; i < image_values(&out); i++)
            if (i % W >= W / 2)
                kept = fmax(kept, fabs((double) (out.data[i] - content.data[i])));
            else
                brightest = fmax(brightest, (double) out.data[i]);
        printf("%s: brightest of the dark half %.3f\n", classic[k].name, brightest);
        CHECK(kept == 0, "%s: the region without a counterpart changed by %g", classic[k].name,
              kept);
        CHECK(brightest < 0.35, "%s: %.3f", classic[k].name, brightest); /* 0.222, 0.224 */
        dps_image_clear(&out);
    }
    regions_clear(&set);
    dps_image_clear(&content);
    dps_image_clear(&style);
    dps_image_clear(&region[0].content);
    dps_image_clear(&region[0].style);
    dps_image_clear(&region[1].content);
}

int main(void)
{
    test_golden();
    test_own_and_flat();
    test_halves();
    return check_done("classic colour transfers");
}
