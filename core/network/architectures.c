/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "architectures.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ topologies */

#define CONV(index, name)                     \
    {                                         \
        ROW_CONV, "features." #index, name, 1 \
    }
#define FIRE(index, name)                     \
    {                                         \
        ROW_FIRE, "features." #index, name, 1 \
    }
#define POOL                \
    {                       \
        ROW_POOL, "", "", 2 \
    }

static const Row vgg19[] = {
    CONV(0, "relu1_1"),
    CONV(2, "relu1_2"),
    POOL,
    CONV(5, "relu2_1"),
    CONV(7, "relu2_2"),
    POOL,
    CONV(10, "relu3_1"),
    CONV(12, "relu3_2"),
    CONV(14, "relu3_3"),
    CONV(16, "relu3_4"),
    POOL,
    CONV(19, "relu4_1"),
    CONV(21, "relu4_2"),
    CONV(23, "relu4_3"),
    CONV(25, "relu4_4"),
    POOL,
    CONV(28, "relu5_1"),
    CONV(30, "relu5_2"),
    CONV(32, "relu5_3"),
    CONV(34, "relu5_4"),
};

static const Row vgg16[] = {
    CONV(0, "relu1_1"),
    CONV(2, "relu1_2"),
    POOL,
    CONV(5, "relu2_1"),
    CONV(7, "relu2_2"),
    POOL,
    CONV(10, "relu3_1"),
    CONV(12, "relu3_2"),
    CONV(14, "relu3_3"),
    POOL,
    CONV(17, "relu4_1"),
    CONV(19, "relu4_2"),
    CONV(21, "relu4_3"),
    POOL,
    CONV(24, "relu5_1"),
    CONV(26, "relu5_2"),
    CONV(28, "relu5_3"),
};

static const Row squeezenet[] = {
    { ROW_CONV, "features.0", "relu1", 2 },
    POOL,
    FIRE(3, "fire2"),
    FIRE(4, "fire3"),
    POOL,
    FIRE(6, "fire4"),
    FIRE(7, "fire5"),
    POOL,
    FIRE(9, "fire6"),
    FIRE(10, "fire7"),
    FIRE(11, "fire8"),
    FIRE(12, "fire9"),
};

#define BLOCK(kind, layer, i, stride)                              \
    {                                                              \
        kind, "layer" #layer "." #i, "layer" #layer "." #i, stride \
    }
#define WIDENING(layer, stride) BLOCK(ROW_WIDENING, layer, 0, stride)
#define BOTTLENECK(layer, i) BLOCK(ROW_BOTTLENECK, layer, i, 1)

static const Row resnet50[] = {
    { ROW_STEM_RESIDUAL, "", "relu", 2 },
    POOL,
    WIDENING(1, 1),
    BOTTLENECK(1, 1),
    BOTTLENECK(1, 2),
    WIDENING(2, 2),
    BOTTLENECK(2, 1),
    BOTTLENECK(2, 2),
    BOTTLENECK(2, 3),
    WIDENING(3, 2),
    BOTTLENECK(3, 1),
    BOTTLENECK(3, 2),
    BOTTLENECK(3, 3),
    BOTTLENECK(3, 4),
    BOTTLENECK(3, 5),
    WIDENING(4, 2),
    BOTTLENECK(4, 1),
    BOTTLENECK(4, 2),
};

/* The last of a block has its name. */
#define DENSE_LAYER(block, i, name)                                       \
    {                                                                     \
        ROW_DENSE, "features.denseblock" #block ".denselayer" #i, name, 1 \
    }
#define DENSE(block, i) DENSE_LAYER(block, i, "")
#define LAST(block, i) DENSE_LAYER(block, i, "denseblock" #block)
#define TRANSITION(i)                                                \
    {                                                                \
        ROW_TRANSITION, "features.transition" #i, "transition" #i, 2 \
    }
#define DENSE_5(block) \
    DENSE(block, 1), DENSE(block, 2), DENSE(block, 3), DENSE(block, 4), DENSE(block, 5)
#define DENSE_11(block)                                                                 \
    DENSE_5(block), DENSE(block, 6), DENSE(block, 7), DENSE(block, 8), DENSE(block, 9), \
        DENSE(block, 10), DENSE(block, 11)
#define DENSE_15(block) \
    DENSE_11(block), DENSE(block, 12), DENSE(block, 13), DENSE(block, 14), DENSE(block, 15)
#define DENSE_23(block)                                                                      \
    DENSE_15(block), DENSE(block, 16), DENSE(block, 17), DENSE(block, 18), DENSE(block, 19), \
        DENSE(block, 20), DENSE(block, 21), DENSE(block, 22), DENSE(block, 23)

static const Row densenet121[] = {
    { ROW_STEM_DENSE, "features", "relu0", 2 },
    POOL,
    DENSE_5(1),
    LAST(1, 6),
    TRANSITION(1),
    DENSE_11(2),
    LAST(2, 12),
    TRANSITION(2),
    DENSE_23(3),
    LAST(3, 24),
    TRANSITION(3),
    DENSE_15(4),
    LAST(4, 16),
};

#define ROWS(table) table, (int) (sizeof(table) / sizeof *(table))
#define MAXIMA(k, pad)      \
    {                       \
        POOL_MAX, k, 2, pad \
    }

/* VGG: the layers that the paper compares.  SqueezeNet: those of Stanford's CS231n, assignment 3.  The others: the ends
 * of the parts in which the picture has one size, as far as VGG's relu5_1 has it. */
const Architecture architectures[ARCHITECTURES] = {
    [ARCHITECTURE_VGG19] = { "vgg19", "VGG-19", "features.", ROWS(vgg19), 1, MAXIMA(2, 0), false,
                             "relu1_1,relu2_1,relu3_1,relu4_1,relu5_1", "relu4_2" },
    [ARCHITECTURE_VGG16] = { "vgg16", "VGG-16", "features.", ROWS(vgg16), 1, MAXIMA(2, 0), false,
                             "relu1_1,relu2_1,relu3_1,relu4_1,relu5_1", "relu4_2" },
    [ARCHITECTURE_SQUEEZENET] = { "squeezenet1_1", "SqueezeNet 1.1", "features.", ROWS(squeezenet),
                                  0, MAXIMA(3, 0), true, "relu1,fire3,fire4,fire5", "fire2" },
    [ARCHITECTURE_RESNET50] = { "resnet50", "ResNet-50", "layer", ROWS(resnet50), 3, MAXIMA(3, 1),
                                false, "relu,layer1.2,layer2.3,layer3.5", "layer2.3" },
    [ARCHITECTURE_DENSENET121] = { "densenet121", "DenseNet-121", "features.", ROWS(densenet121), 3,
                                   MAXIMA(3, 1), false, "relu0,denseblock1,denseblock2,denseblock3",
                                   "denseblock2" },
};

/* ------------------------------------------------------------------------- parts */

const Part *architecture_parts(const Row *r, int *count)
{
    static const Part conv[] = { { "", NULL, 3, true, false } };
    static const Part fire[] = { { "squeeze", NULL, 1, true, false },
                                 { "expand1x1", NULL, 1, true, false },
                                 { "expand3x3", NULL, 3, true, false } };
    static const Part stem_residual[] = { { "conv1", "bn1", 7, false, false } };
    static const Part stem_dense[] = { { "conv0", "norm0", 7, false, false } };
    static const Part residual[] = { { "conv1", "bn1", 1, false, false },
                                     { "conv2", "bn2", 3, false, false },
                                     { "conv3", "bn3", 1, false, true },
                                     { "downsample.0", "downsample.1", 1, false, true } };
    static const Part dense[] = { { NULL, "norm1", 0, false, false },
                                  { "conv1", "norm2", 1, false, false },
                                  { "conv2", NULL, 3, false, true } };
    static const Part transition[] = { { NULL, "norm", 0, false, false },
                                       { "conv", NULL, 1, false, true } };
    static const struct {
        const Part *part;
        int count;
    } kinds[] = { [ROW_CONV] = { conv, 1 },
                  [ROW_POOL] = { NULL, 0 },
                  [ROW_FIRE] = { fire, 3 },
                  [ROW_STEM_RESIDUAL] = { stem_residual, 1 },
                  [ROW_BOTTLENECK] = { residual, 3 },
                  [ROW_WIDENING] = { residual, 4 },
                  [ROW_STEM_DENSE] = { stem_dense, 1 },
                  [ROW_DENSE] = { dense, 3 },
                  [ROW_TRANSITION] = { transition, 2 } };

    *count = kinds[r->kind].count;
    return kinds[r->kind].part;
}

/* ------------------------------------------------------------- names of tensors */

TensorName architecture_tensor(const Row *r, const char *module, const char *kind)
{
    TensorName name;

    snprintf(name.text, sizeof name.text, "%s%s%s%s%s", r->path, *r->path && *module ? "." : "",
             module, ".", kind);
    return name;
}

static int part_tensors(const Part *p)
{
    return (p->conv ? 1 + p->bias : 0) + (p->norm ? 4 : 0);
}

int architecture_row_tensors(const Row *r)
{
    int parts, count = 0;
    const Part *part = architecture_parts(r, &parts);

    for (int i = 0; i < parts; i++)
        count += part_tensors(&part[i]);
    return count;
}

TensorName architecture_row_tensor(const Row *r, int i)
{
    static const char *const kinds[] = { "weight", "bias", "running_mean", "running_var" };
    int parts;
    const Part *p = architecture_parts(r, &parts);

    for (; i >= part_tensors(p); p++)
        i -= part_tensors(p);
    int own = p->conv ? 1 + p->bias : 0;
    return i < own ? architecture_tensor(r, p->conv, kinds[i])
                   : architecture_tensor(r, p->norm, kinds[i - own]);
}

/* "denselayer1.norm1.weight" was "denselayer1.norm.1.weight". */
static TensorName first_name(const TensorName *name)
{
    TensorName old = { "" };
    const char *end = strrchr(name->text, '.');

    if (strstr(name->text, "denselayer") && end)
        snprintf(old.text, sizeof old.text, "%.*s.%s", (int) (end - 1 - name->text), name->text,
                 end - 1);
    return old;
}

const WeightTensor *architecture_find(const Weights *w, TensorName name)
{
    const WeightTensor *t = weights_find(w, name.text);

    return t ? t : weights_find(w, first_name(&name).text);
}

int architecture_missing(const Architecture *a, const Weights *w, int rows, TensorName *first,
                         int *tensors)
{
    int count = 0, total = 0;

    for (int r = 0; r < rows; r++)
        for (int i = 0, n = architecture_row_tensors(&a->row[r]); i < n; i++, total++) {
            TensorName name = architecture_row_tensor(&a->row[r], i);
            if (!architecture_find(w, name) && count++ == 0)
                *first = name;
        }
    if (tensors)
        *tensors = total;
    return count;
}

static bool is_of_row(const Row *r, const char *tensor)
{
    size_t length = strlen(r->path);

    if (strncmp(tensor, r->path, length) != 0 || (length && tensor[length] != '.'))
        return false;
    for (int i = 0, n = architecture_row_tensors(r); i < n; i++) {
        TensorName name = architecture_row_tensor(r, i), old = first_name(&name);
        if (strcmp(name.text, tensor) == 0 || strcmp(old.text, tensor) == 0)
            return true;
    }
    return false;
}

/* How many batches a normalisation has learnt from is of no use here. */
static bool belongs(const Architecture *a, const char *tensor)
{
    bool known = strstr(tensor, ".num_batches_tracked") ||
                 strncmp(tensor, "features.norm5.", 15) == 0;

    for (int r = 0; r < a->rows && !known; r++)
        known = is_of_row(&a->row[r], tensor);
    return known;
}

int architecture_foreign(const Architecture *a, const Weights *w, const char **first)
{
    int count = 0;

    for (int i = 0; i < weights_count(w); i++) {
        const char *name = weights_tensor(w, i)->name;
        if (strncmp(name, a->tensors, strlen(a->tensors)) == 0 && !belongs(a, name) && count++ == 0)
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
