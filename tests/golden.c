/* SPDX-License-Identifier: LGPL-3.0-or-later */

#include "golden.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network/weights.h"

typedef struct Block {
    struct Block *next;
    double numbers[];
} Block;

struct Golden {
    char path[1024];
    FILE *file;
    Weights *weights;
    Block *blocks;
};

__attribute__((noreturn)) static void give_up(const char *where, const char *what)
{
    printf("golden: %s: %s\n", where, what);
    exit(1);
}

/* Memory for n doubles that lives as long as the Golden. */
static double *room(Golden *golden, int64_t n)
{
    Block *block = malloc(sizeof *block + (size_t) n * sizeof(double));
    if (!block)
        give_up(golden->path, "out of memory");
    block->next = golden->blocks;
    golden->blocks = block;
    return block->numbers;
}

Golden *golden_open(const char *file)
{
    DpsMessage message[1];
    const char *folder = getenv("DPS_GOLDEN_DIR");
    Golden *golden = calloc(1, sizeof *golden);
    if (!golden)
        give_up(file, "out of memory");
    snprintf(golden->path, sizeof golden->path, "%s/%s", folder ? folder : GOLDEN_DIR, file);
    if (weights_open(golden->path, &golden->weights, message) != DPS_OK)
        give_up("open", message->text);
    golden->file = fopen(golden->path, "rb");
    if (!golden->file)
        give_up(golden->path, "can't be opened again");
    return golden;
}

void golden_close(Golden *golden)
{
    while (golden->blocks) {
        Block *next = golden->blocks->next;
        free(golden->blocks);
        golden->blocks = next;
    }
    fclose(golden->file);
    weights_close(golden->weights);
    free(golden);
}

/* Not through weights_read(), which rounds to float.  The files are little-endian, as the machines
 * that this is tested on. */
const double *golden_doubles(Golden *golden, const char *name, int ndim, const int *shape)
{
    const WeightTensor *t = weights_find(golden->weights, name);
    if (!t)
        give_up(golden->path, name);
    int same = t->ndim == ndim && !strcmp(t->dtype, "F64");
    for (int i = 0; same && i < ndim; i++)
        same = t->shape[i] == shape[i];
    if (!same) {
        printf("golden: %s: %s is %s with shape", golden->path, name, t->dtype);
        for (int i = 0; i < t->ndim; i++)
            printf(" %lld", (long long) t->shape[i]);
        give_up("", "not what the test expects");
    }
    double *numbers = room(golden, t->count);
    if (fseek(golden->file, (long) t->offset, SEEK_SET) != 0 ||
        fread(numbers, sizeof(double), (size_t) t->count, golden->file) != (size_t) t->count)
        give_up(golden->path, "can't be read");
    return numbers;
}

const float *golden_floats(Golden *golden, const char *name, int ndim, const int *shape)
{
    const double *numbers = golden_doubles(golden, name, ndim, shape);
    int64_t count = weights_find(golden->weights, name)->count;
    float *rounded = (float *) room(golden, count);
    for (int64_t i = 0; i < count; i++)
        rounded[i] = (float) numbers[i];
    return rounded;
}

int golden_shape(const Golden *golden, const char *name, int *shape)
{
    const WeightTensor *t = weights_find(golden->weights, name);
    for (int i = 0; t && i < t->ndim; i++)
        shape[i] = (int) t->shape[i];
    return t ? t->ndim : 0;
}

double golden_error(const float *value, const double *expected, long count)
{
    double largest = 0, error = 0;
    for (long i = 0; i < count; i++) {
        double difference = fabs((double) value[i] - expected[i]);
        if (!(difference <= error))
            error = isnan(difference) ? INFINITY : difference;
        if (fabs(expected[i]) > largest)
            largest = fabs(expected[i]);
    }
    return error / (largest > 0 ? largest : 1);
}
