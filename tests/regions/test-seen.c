/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Regions from what a network sees: made-up photos and made-up sight. */
#include "check.h"
#include "image/image.h"

#include <math.h>
#include <string.h>

enum { SKY, SEA, LAND, TOWER, KINDS };

static const char *const near_sea[] = { "land", "sky", NULL };
static const char *const near_tower[] = { "house", "land", NULL };
static const DpsKind kind[KINDS] = {
    [SKY] = { "sky", NULL },
    [SEA] = { "sea", near_sea },
    [LAND] = { "land", NULL },
    [TOWER] = { "tower", near_tower },
};

/* A photo in bands of grey, and what is seen in it at half its size: band k is all of kind[k]. */
typedef struct {
    DpsImage photo, planes;
} Scene;

static Scene make_scene(int width, int height, int bands, const int *of_kind)
{
    Scene scene;
    if (!dps_image_init(&scene.photo, 3, width, height) ||
        !dps_image_init(&scene.planes, KINDS, width / 2, height / 2))
        exit(1);
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < width * height; i++)
            image_plane(&scene.photo, c)[i] = 0.2f + 0.6f * (float) (i / width * bands / height) /
                                                         (float) bands;
    for (int i = 0; i < width / 2 * (height / 2); i++)
        image_plane(&scene.planes, of_kind[i / (width / 2) * bands / (height / 2)])[i] = 1;
    return scene;
}

static void scene_clear(Scene *scene)
{
    dps_image_clear(&scene->photo);
    dps_image_clear(&scene->planes);
}

static double share(const DpsImage *mask)
{
    double sum = 0;
    for (size_t i = 0; i < image_pixels(mask); i++)
        sum += (double) mask->data[i];
    return sum / (double) image_pixels(mask);
}

static const DpsRegion *named(const char *name, int regions, const DpsRegion *region)
{
    for (int k = 0; k < regions; k++)
        if (!strcmp(region[k].name, name))
            return &region[k];
    return NULL;
}

static DpsStatus look(const Scene *content, const Scene *style, bool soft, int most, int *regions,
                      DpsRegion **region)
{
    const DpsSeen seen = { KINDS, kind, content->planes, style->planes, soft };
    DpsMessage message[1];
    DpsStatus status = dps_regions_from_seen(&content->photo, &style->photo, &seen, most,
                                             THREADS(1), regions, region, message);
    CHECK(status == DPS_OK, "%s", message->text);
    return status;
}

static void check_share(const char *what, const DpsRegion *region, double content, double style)
{
    CHECK(region != NULL, "%s is missing", what);
    if (!region)
        return;
    CHECK(fabs(share(&region->content) - content) < 0.02, "%s: %.3f of the content, not %.3f", what,
          share(&region->content), content); /* 0.003 */
    CHECK(fabs(share(&region->style) - style) < 0.02, "%s: %.3f of the style, not %.3f", what,
          share(&region->style), style); /* 0.003 */
}

/* Kinds that both have are paired by name, in the order of their share of the content. */
static void test_paired(void)
{
    Scene content = make_scene(120, 80, 4, (int[]) { SKY, SKY, SEA, LAND });
    Scene style = make_scene(100, 100, 4, (int[]) { SKY, LAND, SEA, SEA });
    DpsRegion *region;
    int regions;
    look(&content, &style, false, 6, &regions, &region);
    CHECK(regions == 3 && !strcmp(region[0].name, "sky"), "%d regions, '%s' first", regions,
          region[0].name);
    check_share("sky", named("sky", regions, region), 0.5, 0.25);
    check_share("sea", named("sea", regions, region), 0.25, 0.5);
    check_share("land", named("land", regions, region), 0.25, 0.25);
    CHECK(region[0].content.width == 120 && region[0].style.height == 100, "sizes of masks");
    dps_regions_free(regions, region);
    scene_clear(&content);
    scene_clear(&style);
}

/* The sea of one photo becomes land; the tower becomes land as well, since there are no houses; orphans of
 * both photos that are near each other are paired. */
static void test_orphans(void)
{
    Scene content = make_scene(80, 80, 4, (int[]) { SKY, TOWER, LAND, SEA });
    Scene style = make_scene(80, 80, 4, (int[]) { SKY, SKY, LAND, LAND });
    Scene lake = make_scene(80, 80, 4, (int[]) { SKY, SKY, SEA, SEA });
    Scene shore = make_scene(80, 80, 4, (int[]) { SKY, SKY, LAND, LAND });
    DpsRegion *region;
    int regions;
    look(&content, &style, false, 6, &regions, &region);
    CHECK(regions == 2, "%d regions", regions);
    check_share("land with tower and sea", named("land", regions, region), 0.75, 0.5);
    dps_regions_free(regions, region);
    look(&lake, &shore, false, 6, &regions, &region);
    CHECK(regions == 2, "%d regions", regions);
    check_share("sea as land", named("land", regions, region), 0.5, 0.5);
    dps_regions_free(regions, region);
    scene_clear(&content);
    scene_clear(&style);
    scene_clear(&lake);
    scene_clear(&shore);
}

/* Without names for it, an orphan goes to what was seen there next best. */
static void test_likeliest(void)
{
    Scene content = make_scene(80, 80, 2, (int[]) { LAND, SKY });
    Scene style = make_scene(80, 80, 2, (int[]) { SEA, TOWER });
    size_t n = image_pixels(&content.planes);
    for (size_t i = 0; i < n; i++) {
        image_plane(&content.planes, TOWER)[i] = i < n / 2 ? 0.3f : 0.1f;
        image_plane(&content.planes, SEA)[i] = i < n / 2 ? 0.1f : 0.3f;
    }
    DpsRegion *region;
    int regions;
    look(&content, &style, false, 6, &regions, &region);
    const DpsRegion *sea = named("sea", regions, region);
    CHECK(regions == 2 && sea, "%d regions", regions);
    if (sea)
        CHECK(sea->content.data[0] < 0.1f && sea->content.data[80 * 79] > 0.9f,
              "the sky is the sea's: %g, %g", (double) sea->content.data[0],
              (double) sea->content.data[80 * 79]);
    dps_regions_free(regions, region);
    scene_clear(&content);
    scene_clear(&style);
}

/* A speck vanishes; with `most` kinds the smallest become a part of others; one kind is one region. */
static void test_few(void)
{
    Scene content = make_scene(200, 200, 8, (int[]) { SKY, SKY, SKY, SEA, LAND, LAND, LAND, LAND });
    DpsRegion *region;
    int regions;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < KINDS; k++)
            image_plane(&content.planes, k)[20 * 100 + 50 + i] = k == LAND;
    look(&content, &content, false, 2, &regions, &region);
    CHECK(regions == 2, "%d regions", regions);
    check_share("sea and land", named("land", regions, region), 0.625, 0.625);
    CHECK(region[0].content.data[40 * 200 + 102] < 0.05f, "the speck is %g",
          (double) region[0].content.data[40 * 200 + 102]);
    dps_regions_free(regions, region);
    Scene one = make_scene(30, 20, 1, (int[]) { SEA });
    look(&content, &one, false, 6, &regions, &region);
    CHECK(regions == 1, "%d regions with a style of one kind", regions);
    dps_regions_free(regions, region);
    scene_clear(&one);
    scene_clear(&content);
}

/* Shares of pixels stay shares where the photo has no edges to follow. */
static void test_soft(void)
{
    Scene content = make_scene(100, 100, 1, (int[]) { SKY });
    size_t n = image_pixels(&content.planes);
    DpsRegion *region;
    int regions;
    for (size_t i = 0; i < n; i++) {
        float part = (float) (i % 50) / 49;
        image_plane(&content.planes, SKY)[i] = part;
        image_plane(&content.planes, LAND)[i] = 1 - part;
    }
    look(&content, &content, true, 6, &regions, &region);
    const DpsRegion *sky = named("sky", regions, region);
    CHECK(regions == 2 && sky, "%d regions", regions);
    if (sky) {
        float half = sky->content.data[50 * 100 + 50], more = sky->content.data[50 * 100 + 60];
        printf("soft: %.3f, %.3f\n", (double) half, (double) more);
        CHECK(fabsf(half - 0.5f) < 0.03f && more > 0.6f && more < 0.8f, "%g, %g", (double) half,
              (double) more); /* 0.51, 0.71 */
    }
    dps_regions_free(regions, region);
    scene_clear(&content);
}

static void test_refused(void)
{
    Scene scene = make_scene(30, 20, 2, (int[]) { SKY, SEA });
    const DpsSeen good = { KINDS, kind, scene.planes, scene.planes, false };
    DpsSeen seen[4] = { good, good, good, good };
    float number = scene.planes.data[7];
    seen[0].kinds = 1;
    seen[1].kinds = KINDS - 1;
    seen[2].style.data = NULL;
    for (int i = 0; i < 4; i++) {
        DpsRegion *region;
        DpsMessage message[1];
        int regions;
        scene.planes.data[7] = i == 3 ? NAN : number;
        DpsStatus status = dps_regions_from_seen(&scene.photo, &scene.photo, &seen[i], 6,
                                                 THREADS(1), &regions, &region, message);
        CHECK(status == DPS_BAD_INPUT && !region && strstr(message->text, "can't be used"),
              "%d: status %d: %s", i, status, message->text);
    }
    scene_clear(&scene);
}

int main(void)
{
    test_paired();
    test_orphans();
    test_likeliest();
    test_few();
    test_soft();
    test_refused();
    return check_done("seen");
}
