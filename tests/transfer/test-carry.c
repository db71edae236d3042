/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Affine maps applied to a photo by a device, against the processor's: photos of one strip and of
 * several, fields of one map and of many.
 *
 *     test-carry [DEVICE] */
#include "check.h"
#include "device/device.h"
#include "host.h"
#include "image/affine.h"
#include "transfer/start.h"

#define TOLERANCE 2e-6

static void carry_case(Device *dev, int fw, int fh, int w, int h)
{
    DpsImage field = host_photo(AFFINE_PLANES, fw, fh, 3), photo = host_photo(3, w, h, 5);
    DpsImage cpu, out;
    double nothing;

    if (!dps_image_init(&cpu, 3, w, h) || !dps_image_init(&out, 3, w, h))
        exit(1);
    CHECK(affine_apply(&field, &photo, &cpu, THREADS(1)) == DPS_OK, "memory");
    dev->be->carry(dev, field.data, fh, fw, photo.data, out.data, h, w);
    CHECK(dev->be->read(dev, 0, 0, &nothing) == DPS_OK, "the device");
    double d = host_difference(&cpu, &out);
    printf("%d x %d maps, %d x %d pixels: %.1e\n", fw, fh, w, h, d);
    CHECK(d < TOLERANCE, "off by %g", d); /* 0 on the emulated GPU */
    dps_image_clear(&field);
    dps_image_clear(&photo);
    dps_image_clear(&cpu);
    dps_image_clear(&out);
}

/* As the end of a run does it; `dev` NULL: on the processor. */
static void test_start(Device *dev)
{
    DpsImage guide = host_photo(3, 30, 20, 1), picture = host_photo(3, 30, 20, 2);
    DpsImage photo = host_photo(3, 90, 60, 1), out[2];

    for (int i = 0; i < 2; i++)
        CHECK(start_carry(i ? dev : NULL, &guide, &picture, &photo, THREADS(1), &out[i]) == DPS_OK,
              "carrying");
    double d = host_difference(&out[0], &out[1]);
    CHECK(d < TOLERANCE, "off by %g", d); /* 0 on the emulated GPU */
    for (int i = 0; i < 2; i++)
        dps_image_clear(&out[i]);
    dps_image_clear(&guide);
    dps_image_clear(&picture);
    dps_image_clear(&photo);
}

static bool always(void *data)
{
    (void) data;
    return true;
}

static void test_cancelled(const Backend *be)
{
    Device *dev = be->open(&(DpsWork){ .cancelled = always });
    float field[AFFINE_PLANES] = { 0 }, photo[3] = { 0.5f, 0.5f, 0.5f }, out[3] = { 7, 7, 7 };
    double nothing;

    if (!CHECK(dev != NULL, "opening"))
        return;
    be->carry(dev, field, 1, 1, photo, out, 1, 1);
    CHECK(be->read(dev, 0, 0, &nothing) == DPS_CANCELLED && out[0] == 7, "cancelled");
    be->close(dev);
}

int main(int argc, char **argv)
{
    DpsMessage why[1];
    const Backend *be = device_choose(argc > 1 ? argv[1] : "cpu", why);

    if (!be)
        skip(why->text);
    Device *dev = be->open(&(DpsWork){ .threads = 1 });
    if (!CHECK(dev != NULL, "opening"))
        return check_done("carrying");
    if (be->carry) {
        carry_case(dev, 1, 1, 1, 1);
        carry_case(dev, 1, 1, 7, 5);
        carry_case(dev, 37, 29, 101, 83);
        carry_case(dev, 40, 30, 20, 15);     /* down */
        carry_case(dev, 41, 30, 1507, 1003); /* three strips */
        test_cancelled(be);
    }
    if (be->ceilings) {
        double flops, bytes;
        be->ceilings(dev, 64, &flops, &bytes);
        CHECK(flops > 0 && bytes > 0, "ceilings: %g, %g", flops, bytes);
    }
    test_start(dev);
    be->close(dev);
    return check_done("carrying");
}
