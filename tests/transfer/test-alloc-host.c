/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Each allocation of the core's host side fails in turn: the function says so, leaves nothing made
 * and leaks nothing. */
#include "check.h"
#include "failing-alloc.h"
#include "image/affine.h"
#include "image/matting.h"
#include "image/smoothing.h"
#include "regions/colour.h"
#include "transfer/measure.h"

#include "host.h"

static DpsImage photo, style, mask;

/* Makes something and frees it: DPS_NO_MEMORY, with nothing made, where that fails. */
typedef DpsStatus (*Make)(void);

static DpsStatus finish(bool ok, DpsImage *out)
{
    bool made = out->data != NULL;
    dps_image_clear(out);
    CHECK(made == ok, "%s", made ? "a picture in spite of the failure" : "no picture");
    return ok ? DPS_OK : DPS_NO_MEMORY;
}

static DpsStatus make_lanczos(void)
{
    DpsImage out;
    return finish(image_resize_lanczos(&photo, 9, 31, THREADS(1), &out), &out);
}

static DpsStatus make_copy(void)
{
    DpsImage out;
    return finish(image_copy(&photo, &out), &out);
}

static DpsStatus make_guess(void)
{
    const DpsRegion region = { "sky", mask, mask, false };
    RegionSet set;
    DpsImage out;
    DpsMessage message[1] = { 0 };
    DpsStatus status = regions_prepare(1, &region, OPAQUE(20, 16), OPAQUE(14, 18), THREADS(1), NULL,
                                       &set, message);
    CHECK(status == DPS_OK || (!set.report && message->code), "something is left");
    if (status != DPS_OK)
        return status;
    status = finish(colour_transfer_regions(&photo, &style, &set, THREADS(1), &out), &out);
    regions_clear(&set);
    return status;
}

static DpsStatus make_masks(void)
{
    RegionSet set;
    DpsImage c, s;
    DpsMessage message[1];
    DpsStatus status = regions_prepare(0, NULL, OPAQUE(20, 16), OPAQUE(14, 18), THREADS(1), NULL,
                                       &set, message);
    if (status != DPS_OK)
        return status;
    bool ok = regions_matched(&set, &c, &s);
    CHECK(ok == (c.data && s.data), "one of two");
    dps_image_clear(&c);
    dps_image_clear(&s);
    ok = ok && regions_follow_convolution(&set.content) &&
         regions_follow_pooling(&set.content, 10, 8, THREADS(1));
    regions_clear(&set);
    return ok ? DPS_OK : DPS_NO_MEMORY;
}

static DpsStatus make_labels(void)
{
    DpsRegion *region;
    int regions;
    DpsStatus status = dps_regions_from_labels(&photo, &style, &regions, &region);
    CHECK((status == DPS_OK) == (regions > 0 && region != NULL), "%d regions", regions);
    dps_regions_free(regions, region);
    return status;
}

static DpsStatus make_label_map(void)
{
    const DpsRegion region = { "sky", mask, mask, false };
    DpsImage map;
    return finish(dps_labels_from_regions(1, &region, false, 9, 9, THREADS(1), &map) == DPS_OK,
                  &map);
}

static DpsStatus make_regions(void)
{
    DpsRegion *region;
    int regions;
    DpsMessage message[1];
    DpsStatus status = dps_regions_auto(&photo, &style, 3, 1, THREADS(1), &regions, &region,
                                        message);
    CHECK((status == DPS_OK) == (regions > 0 && region != NULL), "%d regions", regions);
    CHECK((status == DPS_OK) == (message->code == 0), "the message '%s'", message->text);
    dps_regions_free(regions, region);
    return status;
}

static DpsStatus make_seen(void)
{
    static const DpsKind kind[3] = { { "sky", NULL }, { "land", NULL }, { "sea", NULL } };
    const DpsSeen seen = { 3, kind, photo, style, true };
    DpsRegion *region;
    int regions;
    DpsMessage message[1];
    DpsStatus status = dps_regions_from_seen(&photo, &style, &seen, 3, THREADS(1), &regions, &region,
                                             message);
    CHECK((status == DPS_OK) == (regions > 0 && region != NULL), "%d regions", regions);
    CHECK((status == DPS_OK) == (message->code == 0), "the message '%s'", message->text);
    dps_regions_free(regions, region);
    return status;
}

static DpsStatus make_carried(void)
{
    DpsImage out;
    return finish(affine_carry(&photo, &photo, &style, 2, 1e-4, THREADS(1), &out), &out);
}

static DpsStatus make_matrix(void)
{
    MattingMatrix m;
    DpsStatus status = matting_matrix(&photo, 1, 1e-7, THREADS(1), &m);
    CHECK((status == DPS_OK) == (m.row && m.col && m.val), "half a matrix");
    matting_matrix_clear(&m);
    return status;
}

static DpsStatus make_guided(void)
{
    DpsImage out;
    return finish(smoothing_guided(&photo, 3, 0.01, THREADS(1), &out), &out);
}

static DpsStatus make_smoothed(void)
{
    DpsImage out;
    return finish(smoothing_affine(&photo, &photo, 3, 1, 0.1, THREADS(1), &out) == DPS_OK, &out);
}

static DpsStatus make_measures(void)
{
    const DpsRegion region = { "sky", mask, mask, false };
    MeasureSet set;
    DpsMeasures m;
    DpsMessage message[1];
    DpsStatus status = measure_prepare(&photo, &style, &style, 1, &region, 30, THREADS(1), &set,
                                       message);
    CHECK(status == DPS_OK || !set.content.data, "something is left");
    if (status == DPS_OK && !measure_pictures(&set, THREADS(1), &m))
        status = DPS_NO_MEMORY;
    measure_clear(&set);
    return status;
}

static void test(const char *name, Make make, long least)
{
    long before = failing_alloc_live(), n = 1;
    for (bool failed = true; failed && n < 1000; n++) {
        failing_alloc_arm(n);
        DpsStatus status = make();
        failed = failing_alloc_disarm();
        CHECK(status == (failed ? DPS_NO_MEMORY : DPS_OK), "%s, allocation %ld: status %d", name, n,
              status);
        CHECK(failing_alloc_live() == before, "%s, allocation %ld: %ld blocks leaked", name, n,
              failing_alloc_live() - before);
    }
    CHECK(n - 2 >= least, "%s: only %ld allocations were seen to fail", name, n - 2);
    printf("%s: %ld allocations\n", name, n - 2);
}

int main(void)
{
    photo = host_photo(3, 20, 16, 1);
    style = host_photo(3, 14, 18, 2);
    mask = host_photo(1, 20, 16, 3);
    test("lanczos", make_lanczos, 3);
    test("copy", make_copy, 1);
    test("guess", make_guess, 6);
    test("masks", make_masks, 5);
    test("labels", make_labels, 3);
    test("label map", make_label_map, 4);
    test("regions", make_regions, 30);
    test("seen", make_seen, 20);
    test("carry", make_carried, 4);
    test("matrix", make_matrix, 6);
    test("guided", make_guided, 6);
    test("smoothing", make_smoothed, 2);
    test("measures", make_measures, 15);
    dps_image_clear(&photo);
    dps_image_clear(&style);
    dps_image_clear(&mask);
    return check_done("alloc-host");
}
