/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* CIEDE2000 against the table of Sharma, Wu and Dalal, which has the pairs that implementations get
 * wrong, and L*a*b* of a few colours. */
#include "check.h"
#include "image/difference.h"

#include <math.h>

static const double pairs[][7] = {
    { 50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425 },
    { 50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615 },
    { 50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412 },
    { 50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000 },
    { 50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000 },
    { 50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000 },
    { 50, 0, 0, 50, -1, 2, 2.3669 },
    { 50, -1, 2, 50, 0, 0, 2.3669 },
    { 50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792 },
    { 50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792 },
    { 50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195 },
    { 50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195 },
    { 50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045 },
    { 50, 2.5, 0, 50, 0, -2.5, 4.3065 },
    { 50, 2.5, 0, 73, 25, -18, 27.1492 },
    { 50, 2.5, 0, 61, -5, 29, 22.8977 },
    { 50, 2.5, 0, 56, -27, -3, 31.9030 },
    { 50, 2.5, 0, 58, 24, 15, 19.4535 },
    { 50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000 },
    { 60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644 },
    { 63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630 },
    { 22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373 },
    { 90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441 },
    { 6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377 },
    { 2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082 },
};

static void test_lab(const float rgb[3], double l, double a, double b)
{
    double lab[3];

    difference_lab(rgb, lab);
    CHECK(fabs(lab[0] - l) < 0.05 && fabs(lab[1] - a) < 0.05 && fabs(lab[2] - b) < 0.05,
          "%g %g %g: %g %g %g", (double) rgb[0], (double) rgb[1], (double) rgb[2], lab[0], lab[1],
          lab[2]); /* 0.03: other tables have the matrix with more digits */
}

int main(void)
{
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        double d = difference_2000(pairs[i], pairs[i] + 3);
        double back = difference_2000(pairs[i] + 3, pairs[i]);
        CHECK(fabs(d - pairs[i][6]) < 1e-4, "pair %zu: %.5f, not %g", i, d, pairs[i][6]); /* 5e-5 */
        CHECK(fabs(d - back) < 1e-12, "pair %zu the other way: %g", i, back);
    }
    test_lab((float[]){ 0, 0, 0 }, 0, 0, 0);
    test_lab((float[]){ 1, 1, 1 }, 100, 0, 0);
    test_lab((float[]){ 2, 1, 1 }, 100, 0, 0);
    test_lab((float[]){ 1, 0, 0 }, 53.24, 80.09, 67.20);
    test_lab((float[]){ 0, 0, 1 }, 32.30, 79.19, -107.86);
    return check_done("difference");
}
