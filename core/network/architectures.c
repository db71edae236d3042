/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "architectures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ topologies */

static const Row vgg19[] = {
    { ROW_CONV, 0, "relu1_1" },  { ROW_CONV, 2, "relu1_2" },  { ROW_POOL, 4, "" },
    { ROW_CONV, 5, "relu2_1" },  { ROW_CONV, 7, "relu2_2" },  { ROW_POOL, 9, "" },
    { ROW_CONV, 10, "relu3_1" }, { ROW_CONV, 12, "relu3_2" }, { ROW_CONV, 14, "relu3_3" },
    { ROW_CONV, 16, "relu3_4" }, { ROW_POOL, 18, "" },        { ROW_CONV, 19, "relu4_1" },
    { ROW_CONV, 21, "relu4_2" }, { ROW_CONV, 23, "relu4_3" }, { ROW_CONV, 25, "relu4_4" },
    { ROW_POOL, 27, "" },        { ROW_CONV, 28, "relu5_1" }, { ROW_CONV, 30, "relu5_2" },
    { ROW_CONV, 32, "relu5_3" }, { ROW_CONV, 34, "relu5_4" },
};

static const Row vgg16[] = {
    { ROW_CONV, 0, "relu1_1" },  { ROW_CONV, 2, "relu1_2" },  { ROW_POOL, 4, "" },
    { ROW_CONV, 5, "relu2_1" },  { ROW_CONV, 7, "relu2_2" },  { ROW_POOL, 9, "" },
    { ROW_CONV, 10, "relu3_1" }, { ROW_CONV, 12, "relu3_2" }, { ROW_CONV, 14, "relu3_3" },
    { ROW_POOL, 16, "" },        { ROW_CONV, 17, "relu4_1" }, { ROW_CONV, 19, "relu4_2" },
    { ROW_CONV, 21, "relu4_3" }, { ROW_POOL, 23, "" },        { ROW_CONV, 24, "relu5_1" },
    { ROW_CONV, 26, "relu5_2" }, { ROW_CONV, 28, "relu5_3" },
};

static const Row squeezenet[] = {
    { ROW_CONV, 0, "relu1" },  { ROW_POOL, 2, "" },       { ROW_FIRE, 3, "fire2" },
    { ROW_FIRE, 4, "fire3" },  { ROW_POOL, 5, "" },       { ROW_FIRE, 6, "fire4" },
    { ROW_FIRE, 7, "fire5" },  { ROW_POOL, 8, "" },       { ROW_FIRE, 9, "fire6" },
    { ROW_FIRE, 10, "fire7" }, { ROW_FIRE, 11, "fire8" }, { ROW_FIRE, 12, "fire9" },
};

#define ROWS(table) table, (int) (sizeof(table) / sizeof *(table))

/* VGG: the layers that the paper compares.  SqueezeNet: those of Stanford's CS231n, assignment 3. */
const Architecture architectures[ARCHITECTURES] = {
    [ARCHITECTURE_VGG19] = { "vgg19", "VGG-19", ROWS(vgg19), 1, 1, 2, false,
                             "relu1_1,relu2_1,relu3_1,relu4_1,relu5_1", "relu4_2" },
    [ARCHITECTURE_VGG16] = { "vgg16", "VGG-16", ROWS(vgg16), 1, 1, 2, false,
                             "relu1_1,relu2_1,relu3_1,relu4_1,relu5_1", "relu4_2" },
    [ARCHITECTURE_SQUEEZENET] = { "squeezenet1_1", "SqueezeNet 1.1", ROWS(squeezenet), 2, 0, 3,
                                  true, "relu1,fire3,fire4,fire5", "fire2" },
};

/* ------------------------------------------------------------- names of tensors */

#define FEATURES "features."

TensorName architecture_tensor(int index, Part part, const char *kind)
{
    static const char *const parts[] = { "", "squeeze.", "expand1x1.", "expand3x3." };
    TensorName name;

    snprintf(name.text, sizeof name.text, FEATURES "%d.%s%s", index, parts[part], kind);
    return name;
}

int architecture_row_tensors(const Row *r)
{
    return r->kind == ROW_POOL ? 0 : r->kind == ROW_CONV ? 2 : 6;
}

TensorName architecture_row_tensor(const Row *r, int i)
{
    Part part = r->kind == ROW_CONV ? PART_WHOLE : (Part) (PART_SQUEEZE + i / 2);

    return architecture_tensor(r->index, part, i % 2 ? "bias" : "weight");
}

int architecture_missing(const Architecture *a, const Weights *w, int rows, TensorName *first,
                         int *tensors)
{
    int count = 0, total = 0;

    for (int r = 0; r < rows; r++)
        for (int i = 0; i < architecture_row_tensors(&a->row[r]); i++, total++) {
            TensorName name = architecture_row_tensor(&a->row[r], i);
            if (!weights_find(w, name.text) && count++ == 0)
                *first = name;
        }
    if (tensors)
        *tensors = total;
    return count;
}

static bool belongs(const Architecture *a, const char *tensor)
{
    long index = strtol(tensor + strlen(FEATURES), NULL, 10);

    for (int r = 0; r < a->rows; r++)
        for (int i = 0; a->row[r].index == index && i < architecture_row_tensors(&a->row[r]); i++)
            if (strcmp(architecture_row_tensor(&a->row[r], i).text, tensor) == 0)
                return true;
    return false;
}

int architecture_foreign(const Architecture *a, const Weights *w, const char **first)
{
    int count = 0;

    for (int i = 0; i < weights_count(w); i++) {
        const char *name = weights_tensor(w, i)->name;
        if (strncmp(name, FEATURES, strlen(FEATURES)) == 0 && !belongs(a, name) && count++ == 0)
            *first = name;
    }
    return count;
}

int architecture_rows(const Architecture *a)
{
    int last = 0;

    for (int r = 0; r < a->rows; r++) {
        const char *name = a->row[r].name;
        if (*name && (strstr(a->style, name) || strcmp(a->content, name) == 0))
            last = r;
    }
    return last + 1;
}
