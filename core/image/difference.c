/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "difference.h"

#include "image.h"

#include <math.h>

#define PI 3.14159265358979323846

static double linear(float v)
{
    double c = (double) image_clipped(v);
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* The cube root of L*a*b*, which is straight near black. */
static double lab_root(double t)
{
    const double d = 6.0 / 29;
    return t > d * d * d ? cbrt(t) : t / (3 * d * d) + 4.0 / 29;
}

void difference_lab(const float rgb[3], double lab[3])
{
    /* IEC 61966-2-1, each row divided by the white's X, Y, Z: the rows sum to 1 */
    double r = linear(rgb[0]), g = linear(rgb[1]), b = linear(rgb[2]);
    double x = lab_root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
    double y = lab_root(0.2126 * r + 0.7152 * g + 0.0722 * b);
    double z = lab_root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.0890);

    lab[0] = 116 * y - 16;
    lab[1] = 500 * (x - y);
    lab[2] = 200 * (y - z);
}

static double degrees(double angle)
{
    return angle * PI / 180;
}

/* In [0, 2 pi); 0 for grey. */
static double hue(double a, double b)
{
    double h = a == 0 && b == 0 ? 0 : atan2(b, a);
    return h < 0 ? h + 2 * PI : h;
}

static double seventh(double c)
{
    double c7 = pow(c, 7);
    return sqrt(c7 / (c7 + pow(25, 7)));
}

/* The middle of two hues, the short way round; their sum where one colour is grey. */
static double mean_hue(double h1, double h2, bool grey)
{
    if (grey)
        return h1 + h2;
    if (fabs(h1 - h2) <= PI)
        return (h1 + h2) / 2;
    return h1 + h2 < 2 * PI ? (h1 + h2 + 2 * PI) / 2 : (h1 + h2 - 2 * PI) / 2;
}

double difference_2000(const double a[3], const double b[3])
{
    double g = 0.5 * (1 - seventh((hypot(a[1], a[2]) + hypot(b[1], b[2])) / 2));
    double a1 = (1 + g) * a[1], a2 = (1 + g) * b[1];
    double c1 = hypot(a1, a[2]), c2 = hypot(a2, b[2]), c = (c1 + c2) / 2;
    double h1 = hue(a1, a[2]), h2 = hue(a2, b[2]), turn = h2 - h1;
    bool grey = c1 * c2 == 0;
    if (grey)
        turn = 0;
    else if (fabs(turn) > PI)
        turn += turn > 0 ? -2 * PI : 2 * PI;
    double dl = b[0] - a[0], dc = c2 - c1, dh = 2 * sqrt(c1 * c2) * sin(turn / 2);
    double h = mean_hue(h1, h2, grey), l = (a[0] + b[0]) / 2 - 50;
    double t = 1 - 0.17 * cos(h - degrees(30)) + 0.24 * cos(2 * h) +
               0.32 * cos(3 * h + degrees(6)) - 0.20 * cos(4 * h - degrees(63));
    double sl = 1 + 0.015 * l * l / sqrt(20 + l * l), sc = 1 + 0.045 * c, sh = 1 + 0.015 * c * t;
    double bend = degrees(30) * exp(-pow((h - degrees(275)) / degrees(25), 2));
    double rotation = -sin(2 * bend) * 2 * seventh(c);
    double x = dl / sl, y = dc / sc, z = dh / sh;

    return sqrt(x * x + y * y + z * z + rotation * y * z);
}
