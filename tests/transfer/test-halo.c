/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* No halo along edges: what is known at full size, carried up from a quarter of it, against itself.
 *
 * Two surfaces meet at an edge, straight or slanted, and a map of its own changes the colours of each. */
#include "check.h"
#include "host.h"
#include "image/random.h"
#include "transfer/start.h"

#include <math.h>

enum { SIDE = 240, TIMES = 4, SMALL = SIDE / TIMES, REACH = 24 };

typedef struct {
    const char *name;
    float colour[2][3];   /* of the two surfaces */
    float texture[2];     /* deviation of what is on them */
    float gain[2];        /* by which it is multiplied */
    float becomes[2][3];  /* the colours, in the result */
    double slant;         /* how far the edge moves in a row */
} Edge;

static const Edge edges[] = {
    { "flat", { { 0.2f, 0.2f, 0.25f }, { 0.8f, 0.75f, 0.7f } }, { 0, 0 }, { 1, 1 },
      { { 0.1f, 0.1f, 0.3f }, { 0.9f, 0.6f, 0.3f } }, 0 },
    { "flat, slanted", { { 0.2f, 0.2f, 0.25f }, { 0.8f, 0.75f, 0.7f } }, { 0, 0 }, { 1, 1 },
      { { 0.1f, 0.1f, 0.3f }, { 0.9f, 0.6f, 0.3f } }, 0.3 },
    { "textured", { { 0.2f, 0.2f, 0.25f }, { 0.8f, 0.75f, 0.7f } }, { 0.02f, 0.02f }, { 0.5f, 1.5f },
      { { 0.1f, 0.1f, 0.3f }, { 0.8f, 0.6f, 0.3f } }, 0.3 },
    { "dark and bright change places", { { 0.3f, 0.3f, 0.3f }, { 0.6f, 0.6f, 0.6f } },
      { 0.02f, 0.02f }, { 1, 0.7f }, { { 0.7f, 0.7f, 0.6f }, { 0.3f, 0.3f, 0.4f } }, 0.3 },
    { "much contrast from little", { { 0.45f, 0.45f, 0.45f }, { 0.55f, 0.55f, 0.55f } },
      { 0.01f, 0.01f }, { 1, 1 }, { { 0.3f, 0.3f, 0.3f }, { 0.7f, 0.7f, 0.7f } }, 0.3 },
};

static double place(const Edge *e, int y)
{
    return SIDE / 2 + e->slant * (y - SIDE / 2);
}

static void paint(const Edge *e, DpsImage *photo, DpsImage *result)
{
    Random r = { 7 };

    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int k = x + 0.5 > place(e, y), i = y * SIDE + x;
            float grain = e->texture[k] * (float) random_normal(&r);
            for (int c = 0; c < 3; c++) {
                image_plane(photo, c)[i] = e->colour[k][c] + grain;
                image_plane(result, c)[i] = e->becomes[k][c] + e->gain[k] * grain;
            }
        }
}

/* The mean error at each distance from the edge, and of those the greatest: grain averages out, a halo
 * stays. */
static double halo(const Edge *e, const DpsImage *want, const DpsImage *have)
{
    double greatest = 0;

    for (int c = 0; c < 3; c++)
        for (int away = -REACH; away < REACH; away++) {
            double sum = 0;
            for (int y = 0; y < SIDE; y++) {
                int i = y * SIDE + (int) ceil(place(e, y) - 0.5) + away;
                sum += (double) image_plane(have, c)[i] - (double) image_plane(want, c)[i];
            }
            greatest = fmax(greatest, fabs(sum / SIDE));
        }
    return greatest;
}

static void test_edge(const Edge *e)
{
    DpsImage photo, result, guide, picture, carried;

    if (!dps_image_init(&photo, 3, SIDE, SIDE) || !dps_image_init(&result, 3, SIDE, SIDE))
        exit(1);
    paint(e, &photo, &result);
    if (!image_resize_area(&photo, SMALL, SMALL, THREADS(1), &guide) ||
        !image_resize_area(&result, SMALL, SMALL, THREADS(1), &picture))
        exit(1);
    CHECK(start_carry(NULL, &guide, &picture, &photo, THREADS(1), &carried) == DPS_OK, "memory");
    double found = halo(e, &result, &carried);
    printf("%s: %.4f\n", e->name, found);
    CHECK(found < 0.02, "a halo of %g along the edge", found); /* 0.012 */
    dps_image_clear(&photo);
    dps_image_clear(&result);
    dps_image_clear(&guide);
    dps_image_clear(&picture);
    dps_image_clear(&carried);
}

int main(void)
{
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        test_edge(&edges[i]);
    return check_done("halo");
}
