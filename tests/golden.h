/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* golden.h - the right answers, from the files in tests/golden, for test programs.
 *
 *     Golden *g = golden_open("matting.safetensors");
 *     const double *image = GOLDEN(g, "image", 3, 13, 17);
 *     ...
 *     golden_close(g);
 *
 * The folder is the environment variable DPS_GOLDEN_DIR, or else the macro GOLDEN_DIR of the build.
 * The files are part of the source: one that is missing or not as the test says ends the test
 * program with a message and exit code 1.  What is handed out belongs to the Golden. */

#ifndef GOLDEN_H
#define GOLDEN_H

typedef struct Golden Golden;

Golden *golden_open(const char *file);
void golden_close(Golden *golden);

/* The tensor of this name, row-major, which must have this shape. */
#define GOLDEN(golden, name, ...)                                                      \
    golden_doubles(golden, name, (int) (sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)), \
                   (const int[]){ __VA_ARGS__ })
const double *golden_doubles(Golden *golden, const char *name, int ndim, const int *shape);

/* The same, rounded to float. */
#define GOLDEN_FLOATS(golden, name, ...)                                              \
    golden_floats(golden, name, (int) (sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)), \
                  (const int[]){ __VA_ARGS__ })
const float *golden_floats(Golden *golden, const char *name, int ndim, const int *shape);

/* The number of dimensions of the tensor, and its shape in shape[8]; 0 if there is no such tensor. */
int golden_shape(const Golden *golden, const char *name, int *shape);

/* The largest |value[i] - expected[i]|, divided by the largest |expected[i]| (or by 1 if all are 0);
 * infinity if a value is not a number. */
double golden_error(const float *value, const double *expected, long count);

#endif
