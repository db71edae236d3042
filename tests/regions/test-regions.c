/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masks: following a network down (golden), pairing, the rest, overlaps, bad ones, label maps. */
#include "check.h"
#include "golden.h"
#include "regions/regions.h"

#include "host.h"

static DpsImage rectangle(int width, int height, int left, int right, float value)
{
    DpsImage mask;
    if (!dps_image_init(&mask, 1, width, height))
        abort();
    for (int i = 0; i < width * height; i++)
        if (i % width >= left && i % width < right)
            mask.data[i] = value;
    return mask;
}

static void clear_regions(int n, DpsRegion *region)
{
    for (int k = 0; k < n; k++) {
        dps_image_clear(&region[k].content);
        dps_image_clear(&region[k].style);
    }
}

/* The masks of the golden objective, through VGG-19's convolutions and poolings. */
static void test_follow(Golden *g, const char *which, int width, int height)
{
    static const int convolutions[5] = { 2, 2, 4, 4, 1 };
    char name[64];
    snprintf(name, sizeof name, "%s_masks", which);
    DpsImage masks = host_image(GOLDEN_FLOATS(g, name, 3, height, width), 3, width, height);
    double worst = 0;
    for (int block = 0; block < 5; block++) {
        if (block > 0)
            CHECK(regions_follow_pooling(&masks, (masks.width + 1) / 2, (masks.height + 1) / 2,
                                         THREADS(2)),
                  "memory");
        for (int k = 0; k < convolutions[block]; k++) {
            CHECK(regions_follow_convolution(&masks), "memory");
            if (k > 0)
                continue;
            snprintf(name, sizeof name, "masks.%s.relu%d_1", which, block + 1);
            worst = fmax(worst,
                         golden_error(masks.data, GOLDEN(g, name, 3, masks.height, masks.width),
                                      (long) image_values(&masks)));
        }
    }
    printf("follow %s: %.1e\n", which, worst);
    CHECK(worst < 1e-6, "%s masks are off by %.3g", which, worst); /* 1.8e-7 */
    dps_image_clear(&masks);
}

static void test_whole_picture(void)
{
    RegionSet set;
    DpsMessage message[1];
    CHECK(regions_prepare(0, NULL, OPAQUE(5, 4), OPAQUE(3, 1), THREADS(1), NULL, &set, message) ==
              DPS_OK,
          "%s", message->text);
    CHECK(set.count == 1 && set.matched == 1 && set.report[0].matched, "%d of %d", set.matched,
          set.count);
    CHECK(regions_coverage(&set.content, 0) == 1 && regions_coverage(&set.style, 0) == 1,
          "not the whole");
    CHECK(strcmp(set.report[0].name, "the whole picture") == 0, "%s", set.report[0].name);
    regions_clear(&set);
}

/* Of a mask, 10 pixels high: white from row `from` to row `to`. */
static DpsImage rows(int from, int to)
{
    DpsImage mask;

    CHECK(dps_image_init(&mask, 1, 4, 10), "memory");
    for (int i = 4 * from; i < 4 * to; i++)
        mask.data[i] = 1;
    return mask;
}

/* A region at two heights: said where they are far apart, before a run and in the report. */
static void test_apart(void)
{
    static const struct {
        int content[2], style[2];
        const char *words; /* NULL: nothing to say */
    } cases[] = { { { 0, 2 }, { 8, 10 }, "much higher in the content" },
                  { { 6, 10 }, { 0, 6 }, "much lower in the content" },
                  { { 0, 2 }, { 4, 6 }, NULL },    /* 0.1 and 0.5 */
                  { { 0, 1 }, { 4, 6 }, "much higher in the content" }, /* 0.05 and 0.5 */
                  { { 0, 10 }, { 8, 10 }, NULL } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DpsRegion region = { "sky", rows(cases[i].content[0], cases[i].content[1]),
                             rows(cases[i].style[0], cases[i].style[1]), false };
        const char *words = cases[i].words;
        DpsMessage before = { 0 }, message[1];
        RegionSet set;
        CHECK(regions_prepare(1, &region, OPAQUE(8, 20), OPAQUE(4, 10), THREADS(1), NULL, &set, message) == DPS_OK,
              "%s", message->text);
        const DpsMessage *after = &set.report[0].reason;
        CHECK(set.report[0].matched, "case %zu", i);
        CHECK(dps_region_apart(&region, &before) == (words != NULL), "case %zu", i);
        CHECK(words ? strstr(after->text, words) && strstr(after->text, "\"sky\"") && after->code == DPS_SAY_APART
                    : !after->code, "case %zu: %s", i, after->text);
        CHECK(strcmp(before.text, after->text) == 0, "case %zu: %s", i, before.text);
        regions_clear(&set);
        dps_image_clear(&region.style);
        CHECK(!dps_region_apart(&region, &before), "no mask in the style");
        dps_image_clear(&region.content);
    }
    DpsImage nothing = rows(0, 0);
    CHECK(dps_mask_height(&nothing) < 0, "%g", dps_mask_height(&nothing));
    dps_image_clear(&nothing);
}

/* Two that overlap, one that the style lacks, one that the content lacks, and a rest. */
static void test_pairing(void)
{
    enum { CW = 100, CH = 20, SW = 50, SH = 30 };
    DpsRegion region[] = {
        { "sky", rectangle(CW, CH, 0, 40, 1), rectangle(SW, SH, 0, 20, 1), false },
        { "sea", rectangle(CW * 3, CH * 3, 60, 150, 1), rectangle(SW, SH, 20, 30, 1), false },
        { "dog", rectangle(CW, CH, 50, 80, 2), { 0 }, false },
        { "cat", { 0 }, rectangle(SW, SH, 30, 35, 1), false },
        { "dot", rectangle(CW, CH, 99, 100, 1), rectangle(SW, SH, 0, 1, 0), false },
    };
    RegionSet set;
    DpsMessage message[1];
    CHECK(regions_prepare(5, region, OPAQUE(CW, CH), OPAQUE(SW, SH), THREADS(2), NULL, &set,
                          message) == DPS_OK,
          "%s", message->text);
    CHECK(set.count == 6 && set.matched == 3, "%d of %d", set.matched, set.count);
    static const double content[6] = { 0.3, 0.2, 0.3, 0, 0.01, 0.19 };
    static const double style[6] = { 0.4, 0.2, 0, 0.1, 0, 0.3 };
    static const bool matched[6] = { true, true, false, false, false, true };
    for (int k = 0; k < set.count; k++) {
        const DpsRegionReport *r = &set.report[k];
        CHECK(fabs(r->content_coverage - content[k]) < 1e-6, "%s: %.8f", r->name, /* 0 */
              r->content_coverage);
        CHECK(fabs(r->style_coverage - style[k]) < 1e-6, "%s: %.8f", r->name, r->style_coverage);
        CHECK(r->matched == matched[k], "%s", r->name);
        CHECK(r->matched == (r->reason.code == 0), "%s: %s", r->name, r->reason.text);
    }
    CHECK(strcmp(set.report[5].name, "the rest") == 0, "%s", set.report[5].name);
    CHECK(strstr(set.report[2].reason.text, "not in the style") != NULL, "%s",
          set.report[2].reason.text);
    CHECK(strstr(set.report[3].reason.text, "not in the content") != NULL, "%s",
          set.report[3].reason.text);
    DpsImage c, s;
    CHECK(regions_matched(&set, &c, &s), "memory");
    CHECK(host_same_shape(&c, 3, CW, CH) && host_same_shape(&s, 3, SW, SH), "%d, %d planes",
          c.channels, s.channels);
    CHECK(memcmp(image_plane(&c, 2), image_plane(&set.content, 5), CW * CH * sizeof(float)) == 0,
          "the third is the rest");
    dps_image_clear(&c);
    dps_image_clear(&s);
    regions_clear(&set);
    clear_regions(5, region);
}

/* At every pixel masks sum to 1 with the rest, and to at most 1 without it. */
static void test_sums(void)
{
    DpsRegion region[2];
    for (int k = 0; k < 2; k++) {
        region[k] = (DpsRegion) { .name = "soft",
                                  .content = host_photo(1, 30, 20, 3 + k),
                                  .style = host_photo(1, 30, 20, 5 + k) };
        for (size_t i = 0; i < 600; i++)
            region[k].content.data[i] *= 1.2f;
    }
    RegionSet set;
    DpsMessage message[1];
    CHECK(regions_prepare(2, region, OPAQUE(17, 19), OPAQUE(40, 11), THREADS(2), NULL, &set,
                          message) == DPS_OK,
          "%s", message->text);
    CHECK(set.count == 3, "%d", set.count);
    double worst = 0;
    for (int i = 0; i < 17 * 19; i++) {
        double sum = 0;
        for (int k = 0; k < 3; k++)
            sum += (double) image_plane(&set.content, k)[i];
        worst = fmax(worst, fabs(sum - 1));
    }
    CHECK(worst < 1e-6, "a sum is off by %.3g", worst); /* 9e-8 */
    regions_clear(&set);
    clear_regions(2, region);
}

static void refuse(DpsRegion region, const char *words)
{
    RegionSet set;
    DpsMessage message[1] = { 0 };
    DpsStatus status = regions_prepare(1, &region, OPAQUE(9, 9), OPAQUE(9, 9), THREADS(1), NULL,
                                       &set, message);
    CHECK(status == DPS_BAD_INPUT, "status %d", status);
    CHECK(strstr(message->text, words) != NULL, "%s", message->text);
    CHECK(!set.content.data && !set.report, "something is left");
    clear_regions(1, &region);
}

static void test_bad_masks(void)
{
    DpsRegion r = { "sky", host_photo(3, 4, 4, 1), host_photo(1, 4, 4, 1), false };
    refuse(r, "content mask of region 'sky' has 3 channels");
    r = (DpsRegion) { "sky", host_photo(1, 4, 4, 1), host_photo(1, 4, 4, 1), false };
    r.style.data[3] = NAN;
    refuse(r, "style mask of region 'sky' holds values");
    r = (DpsRegion) { "sky", rectangle(4, 4, 0, 4, 1), rectangle(4, 4, 0, 0, 1), false };
    refuse(r, "style mask of region \"sky\" is black");
    r = (DpsRegion) { "sky", rectangle(4, 4, 0, 0, 1), rectangle(4, 4, 0, 4, 1), false };
    refuse(r, "content mask of region \"sky\" is black");
    r = (DpsRegion) { "sky", rectangle(4, 4, 0, 4, 1), { 0 }, false };
    refuse(r, "No region is in both photos");
    r = (DpsRegion) { NULL, { 1, 0, 4, NULL }, rectangle(4, 4, 0, 4, 1), false };
    refuse(r, "content mask of region '1' has no pixels");
    RegionSet set;
    DpsMessage message[1] = { 0 };
    CHECK(regions_prepare(-1, NULL, OPAQUE(9, 9), OPAQUE(9, 9), THREADS(1), NULL, &set, message) ==
              DPS_BAD_INPUT,
          "-1 regions");
    CHECK(regions_prepare(2, NULL, OPAQUE(9, 9), OPAQUE(9, 9), THREADS(1), NULL, &set, message) ==
              DPS_BAD_INPUT,
          "no array");
}

/* Large enough that several threads take part. */
static void test_large(void)
{
    DpsImage masks, small;
    CHECK(dps_image_init(&masks, 1, 700, 466), "memory");
    for (size_t i = 0; i < image_values(&masks); i++)
        masks.data[i] = i % 700 < 350;
    CHECK(regions_shrink(&masks, 70, 46, THREADS(2), &small), "memory");
    CHECK(fabs(small.data[0] - 1) < 1e-5 && small.data[69] == 0, "%.9g and %g",
          (double) small.data[0] - 1, (double) small.data[69]); /* 1.2e-7 */
    dps_image_clear(&small);
    CHECK(regions_follow_pooling(&masks, 350, 233, THREADS(2)), "memory");
    CHECK(masks.width == 350 && fabs(masks.data[0] - 1) < 1e-5 && masks.data[349] == 0, "%g",
          (double) masks.data[0] - 1); /* 0 */
    dps_image_clear(&masks);
}

static void set_pixel(DpsImage *map, int i, float r, float g, float b)
{
    size_t n = image_pixels(map);
    map->data[i] = r;
    map->data[n + (size_t) i] = g;
    map->data[2 * n + (size_t) i] = b;
}

static void test_labels(void)
{
    DpsImage content, style;
    CHECK(dps_image_init(&content, 3, 3, 1), "memory");
    CHECK(dps_image_init(&style, 3, 2, 2), "memory");
    set_pixel(&content, 0, 0.1f, 0, 0.9f);      /* blue */
    set_pixel(&content, 1, 0.45f, 0.5f, 0.55f); /* grey */
    set_pixel(&content, 2, 0.9f, 0.1f, 0.8f);   /* purple */
    for (int i = 0; i < 4; i++)
        set_pixel(&style, i, 0, i < 3 ? 0 : 0.9f, 1); /* blue, and one light blue */
    DpsRegion *region;
    int regions;
    CHECK(dps_regions_from_labels(&content, &style, &regions, &region) == DPS_OK, "memory");
    static const char *const name[4] = { "blue", "grey", "light blue", "purple" };
    static const int in_content[4] = { 1, 1, 0, 1 }, in_style[4] = { 1, 0, 1, 0 };
    CHECK(regions == 4, "%d regions", regions);
    for (int k = 0; k < 4 && k < regions; k++) {
        CHECK(strcmp(region[k].name, name[k]) == 0, "%s", region[k].name);
        CHECK(region[k].content.channels == in_content[k], "%s", name[k]);
        CHECK(region[k].style.channels == in_style[k], "%s", name[k]);
    }
    CHECK(region[0].content.data[0] == 1 && region[0].content.data[1] == 0, "blue's mask");
    CHECK(region[0].style.data[2] == 1 && region[0].style.data[3] == 0, "blue's mask");
    dps_regions_free(regions, region);
    content.data[0] = INFINITY;
    CHECK(dps_regions_from_labels(&content, &style, &regions, &region) == DPS_BAD_INPUT,
          "infinite");
    CHECK(regions == 0 && region == NULL, "something is left");
    dps_image_clear(&content);
    dps_image_clear(&style);
    CHECK(strcmp(dps_label_name(0), "blue") == 0 && dps_label_name(9) == NULL, "names");
}

/* Masks to label maps and back; the map may be larger than the masks. */
static void test_label_maps(void)
{
    DpsRegion in[2] = { { "a", rectangle(6, 1, 0, 2, 0.6f), rectangle(4, 2, 2, 4, 1), false },
                        { "b", rectangle(6, 1, 1, 4, 0.9f), rectangle(4, 2, 0, 2, 1), false } };
    DpsRegion *out;
    DpsImage content, style, bad;
    int regions;
    CHECK(dps_labels_from_regions(2, in, false, 6, 1, THREADS(1), &content) == DPS_OK, "memory");
    CHECK(dps_labels_from_regions(2, in, true, 8, 4, THREADS(1), &style) == DPS_OK, "memory");
    CHECK(dps_regions_from_labels(&content, &style, &regions, &out) == DPS_OK, "memory");
    /* Blue, green, and black where no mask is. */
    CHECK(regions == 3 && !out[2].style.data, "%d regions", regions);
    static const int label[6] = { 0, 1, 1, 1, 2, 2 };
    for (int i = 0; i < 6; i++)
        CHECK(out[label[i]].content.data[i] == 1, "pixel %d is not %s", i, out[label[i]].name);
    for (int i = 0; i < 32; i++)
        CHECK(out[i % 8 < 4].style.data[i] == 1, "pixel %d", i);
    dps_regions_free(regions, out);
    CHECK(dps_labels_from_regions(9, in, false, 6, 1, THREADS(1), &bad) == DPS_BAD_INPUT,
          "9 regions");
    CHECK(dps_labels_from_regions(2, in, false, 0, 1, THREADS(1), &bad) == DPS_BAD_INPUT,
          "no pixels");
    in[1].content.data[3] = NAN;
    CHECK(dps_labels_from_regions(2, in, false, 6, 1, THREADS(1), &bad) == DPS_BAD_INPUT,
          "not a number");
    dps_image_clear(&content);
    dps_image_clear(&style);
    clear_regions(2, in);
}

int main(void)
{
    Golden *g = golden_open("objective.safetensors");
    test_follow(g, "content", 45, 37);
    test_follow(g, "style", 33, 41);
    test_large();
    golden_close(g);
    test_whole_picture();
    test_apart();
    test_pairing();
    test_sums();
    test_bad_masks();
    test_labels();
    test_label_maps();
    return check_done("regions");
}
