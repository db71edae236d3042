/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Strengths of regions: lists of them, and what they leave of colour maps, pictures and whole runs. */

#include "check.h"
#include "host.h"
#include "image/affine.h"
#include "regions/strength.h"

#include <string.h>

static void test_lists(void)
{
    static const struct {
        const char *list, *name;
        double share;
    } good[] = {
        { "", "sky", 1 },
        { "sky=0.5", "sky", 0.5 },
        { "sky=0.5", "lake", 1 },
        { " sky = .25 , the rest=0", "sky", 0.25 },
        { " sky = .25 , the rest=0", "the rest", 0 },
        { "a\\,b=0.5", "a,b", 0.5 },
        { "a\\=b=0.5", "a=b", 0.5 },
        { "a=b=0.5", "a=b", 0.5 },
        { "a\\\\=0.5", "a\\", 0.5 },
        { "sky=1e-1", "sky", 0.1 },
        { "sky=0.5,sky=0.75", "sky", 0.75 },
    };
    static const char *const bad[] = { "sky",     "sky=",      "=0.5",     "sky=2",
                                       "sky=-1",  "sky=0.5 x", ",",        "sky=0.5,",
                                       "sky=nan", "sky=0,5",   "sky\\=0.5" };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(strength_check(good[i].list, NULL) == DPS_OK, "%s", good[i].list);
        CHECK(dps_strength_of(good[i].list, good[i].name) == good[i].share, "%s: %g", good[i].list,
              dps_strength_of(good[i].list, good[i].name));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        DpsMessage message = { 0 };
        CHECK(strength_check(bad[i], &message) == DPS_BAD_INPUT, "%s", bad[i]);
        CHECK(strstr(message.text, "a number from 0 to 1"), "%s", message.text);
    }
    CHECK(strength_check(NULL, NULL) == DPS_OK, "none");
}

/* What is written is read again, and what is whole is left out. */
static void test_writing(void)
{
    static const struct {
        const char *list, *name;
        double share;
        const char *wanted;
    } c[] = {
        { NULL, "sky", 0.5, "sky=0.5" },
        { "", "sky", 1, "" },
        { "sky=0.5", "sky", 1, "" },
        { "sky=0.5", "lake", 0, "sky=0.5,lake=0" },
        { "a=0.1,b=0.2", "a", 0.35, "b=0.2,a=0.35" },
        { "", "x,y=z\\", 0.125, "x\\,y\\=z\\\\=0.125" },
        { "a=1,b=.5", "c", 0.0004, "b=0.5,c=0" },
    };

    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        char *list = dps_strength_with(c[i].list, c[i].name, c[i].share);
        CHECK(list && strcmp(list, c[i].wanted) == 0, "%s", list);
        CHECK(strength_check(list, NULL) == DPS_OK, "%s", list);
        free(list);
    }
}

/* A mask of the left half. */
static DpsImage left_half(int width, int height)
{
    DpsImage mask;

    dps_image_init(&mask, 1, width, height);
    for (int i = 0; i < width * height; i++)
        mask.data[i] = i % width < width / 2;
    return mask;
}

static void test_weakening(void)
{
    enum { W = 16, H = 8 };
    DpsRegion region[] = {
        { .name = "left", .content = left_half(W, H), .style = left_half(4, 4) }
    };
    DpsImage content = host_photo(3, W, H, 1), picture = host_photo(3, W, H, 2), whole, maps, share,
             out;
    const DpsWork work = { .threads = 1 };

    image_copy(&picture, &whole);
    dps_image_init(&maps, AFFINE_PLANES, W, H);
    dps_image_init(&out, 3, W, H);
    for (int c = 0; c < 3; c++)
        memcpy(image_plane(&maps, 4 * c + 3), image_plane(&picture, c), W * H * sizeof(float));
    CHECK(strength_lay("left=0.25,the rest=0.5", 1, region, W, H, &work, &share), "memory");
    strength_weaken_picture(&share, &content, &picture);
    strength_weaken_maps(&share, &maps);
    affine_apply(&maps, &content, &out, &work);
    double worst = 0, apart = 0;
    for (int i = 0; i < 3 * W * H; i++) {
        double part = i % W < W / 2 ? 0.25 : 0.5;
        double wanted = content.data[i] + part * (whole.data[i] - content.data[i]);
        worst = fmax(worst, fabs(wanted - picture.data[i]));
        apart = fmax(apart, fabs(picture.data[i] - out.data[i]));
    }
    CHECK(worst < 1e-6, "%g from the share", worst);         /* 1.2e-7 */
    CHECK(apart < 1e-6, "maps and picture %g apart", apart); /* 1.8e-7 */
    DpsImage *all[] = { &content, &picture, &whole,           &maps,
                        &share,   &out,     &region->content, &region->style };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        dps_image_clear(all[i]);
}

/* The picture of a run; its field, too. */
static DpsImage run(DpsImage *photo, const DpsRegion *region, const char *strength, DpsField *field,
                    int *notices)
{
    DpsImage style = host_photo(3, 50, 40, 7);
    DpsJob job = {
        .content = photo, .style = &style, .regions = 1, .region = region, .want_field = true
    };
    DpsResult r;

    for (size_t i = 0; i < image_values(&style); i++)
        style.data[i] *= 0.4f;
    dps_options_default(&job.options);
    job.options.preset = DPS_PRESET_DRAFT;
    job.options.threads = 1;
    job.options.size = 32;
    job.options.strength = strength;
    CHECK(dps_run(&job, &r) == DPS_OK, "%s", r.message.text);
    DpsImage out = r.image;
    *field = r.field;
    *notices = r.notices;
    r.image = r.field.maps = (DpsImage) { 0 };
    dps_result_clear(&r);
    dps_image_clear(&style);
    return out;
}

static double furthest(const DpsImage *a, const DpsImage *b, int from, int to)
{
    double most = 0;

    for (size_t i = 0; i < image_values(a); i++)
        if ((int) (i % (size_t) a->width) >= from && (int) (i % (size_t) a->width) < to)
            most = fmax(most, fabs((double) a->data[i] - (double) b->data[i]));
    return most;
}

/* A region that was taken together with the rest of the picture has its strength everywhere. */
static void test_merged(DpsField *field, const DpsRegion *left, const DpsImage *photo)
{
    DpsRegion both[] = { *left, { .name = "right" } };
    DpsImage *right[] = { &both[1].content, &both[1].style }, again;
    const DpsImage *of_left[] = { &left->content, &left->style };
    const DpsWork work = { .threads = 1 };
    DpsOptions options;

    dps_options_default(&options);
    for (int i = 0; i < 2; i++) {
        CHECK(image_copy(of_left[i], right[i]), "memory");
        for (size_t p = 0; p < image_pixels(right[i]); p++)
            right[i]->data[p] = 1 - right[i]->data[p];
    }
    CHECK(dps_regions_can_merge("left+right", 2, both, &work), "these can be merged");
    CHECK(dps_regions_can_merge("", 2, both, &work), "and left as they are");
    CHECK(!dps_regions_can_merge("left+upper", 2, both, &work), "those can't");
    CHECK(dps_field_weaken(field, "left=0", "left+right", 2, both, &work), "memory");
    CHECK(dps_field_finish(field, 0.5, 0.5, 1, &options, photo, &work, &again) == DPS_OK, "memory");
    CHECK(furthest(&again, photo, 0, photo->width) < 1e-5, "all of it stays: %g",
          furthest(&again, photo, 0, photo->width)); /* 0 */
    dps_image_clear(&again);
    dps_image_clear(right[0]);
    dps_image_clear(right[1]);
}

/* A run with strengths, one without whose field is weakened afterwards, and what is no region's. */
static void test_runs(int width)
{
    int height = width * 3 / 4, notices;
    DpsImage photo = host_photo(3, width, height, 3), again;
    DpsRegion region = { .name = "left",
                         .content = left_half(width, height),
                         .style = left_half(50, 40) };
    const DpsWork work = { .threads = 1 };
    const char *list = "left=0,elsewhere=0.5";
    DpsField field, whole_field;
    DpsOptions options;

    image_clip(&photo);
    dps_options_default(&options);
    DpsImage whole = run(&photo, &region, NULL, &whole_field, &notices);
    CHECK(notices == 0, "%d notices", notices);
    DpsImage weak = run(&photo, &region, list, &field, &notices);
    CHECK(notices == 1, "%d notices", notices);
    CHECK(furthest(&weak, &photo, 0, width / 2 - 8) < 1e-6, "the left stays: %g",
          furthest(&weak, &photo, 0, width / 2 - 8)); /* 6e-8 */
    CHECK(furthest(&weak, &whole, width / 2 + 8, width) < 1e-6, "the right is whole: %g",
          furthest(&weak, &whole, width / 2 + 8, width)); /* 0 */
    CHECK(furthest(&whole, &photo, 0, width / 2 - 8) > 0.05, "which changes all of it");
    CHECK(dps_field_weaken(&whole_field, list, NULL, 1, &region, &work), "memory");
    CHECK(dps_field_finish(&whole_field, 0.5, 0.5, 1, &options, &photo, &work, &again) == DPS_OK,
          "memory");
    CHECK(furthest(&weak, &again, 0, width) < 1e-5, "afterwards: %g apart",
          furthest(&weak, &again, 0, width)); /* 1.2e-7 */
    dps_image_clear(&again);
    test_merged(&whole_field, &region, &photo);
    dps_image_clear(&photo);
    dps_image_clear(&whole);
    dps_image_clear(&weak);
    dps_field_clear(&field);
    dps_field_clear(&whole_field);
    dps_image_clear(&region.content);
    dps_image_clear(&region.style);
}

int main(void)
{
    test_lists();
    test_writing();
    test_weakening();
    test_runs(32);
    test_runs(96);
    return check_done("strength");
}
