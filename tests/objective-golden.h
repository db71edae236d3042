/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* objective-golden.h - the golden objective's pictures, masks and network, for test programs.
 *
 * The network is written as a file with torchvision's names, so that it is read in the same
 * way as a user's. */

#ifndef OBJECTIVE_GOLDEN_H
#define OBJECTIVE_GOLDEN_H

#include <stdint.h>
#include <unistd.h>

#include "check.h"
#include "golden.h"
#include "host.h"
#include "optimise/objective.h"

typedef struct {
    Golden *golden;
    DpsImage content, style, x;
    DpsRegion region[3];
    RegionSet set;
    char file[64];
} GoldenCase;

static const int golden_index[] = { 0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28 };
static const char *const golden_name[] = { "1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3",
                                           "3_4", "4_1", "4_2", "4_3", "4_4", "5_1" };

/* One tensor: its entry in the header, and its numbers as float32. */
static inline void golden_tensor(Golden *g, FILE *data, char *header, int layer, const char *kind)
{
    char name[40];
    int shape[8];
    long count = 1;

    snprintf(name, sizeof name, "weights.conv%s.%s", golden_name[layer], kind);
    int ndim = golden_shape(g, name, shape);
    char *at = header + strlen(header);
    at += sprintf(at, ",\"features.%d.%s\":{\"dtype\":\"F32\",\"shape\":[", golden_index[layer],
                  kind);
    for (int i = 0; i < ndim; i++) {
        at += sprintf(at, "%s%d", i ? "," : "", shape[i]);
        count *= shape[i];
    }
    long begin = ftell(data);
    fwrite(golden_floats(g, name, ndim, shape), sizeof(float), (size_t) count, data);
    sprintf(at, "],\"data_offsets\":[%ld,%ld]}", begin, ftell(data));
}

static inline void golden_network_file(Golden *g, char *path)
{
    static char header[8192];
    FILE *data = tmpfile();
    int fd = mkstemps(strcpy(path, "/tmp/golden-XXXXXX.safetensors"), 12);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");

    if (!data || !file)
        abort();
    strcpy(header, "{\"__metadata__\":{\"input\":\"BGR in [0,256], ImageNet mean\",\"padding\":"
                   "\"zeros\",\"pooling\":\"ceil\"}");
    for (int i = 0; i < 13; i++) {
        golden_tensor(g, data, header, i, "weight");
        golden_tensor(g, data, header, i, "bias");
    }
    strcat(header, "}");
    uint64_t n = strlen(header);
    fwrite(&n, sizeof n, 1, file);
    fwrite(header, 1, n, file);
    rewind(data);
    for (int c; (c = fgetc(data)) != EOF;)
        fputc(c, file);
    fclose(data);
    fclose(file);
}

static inline void golden_case_open(GoldenCase *c)
{
    Golden *g = c->golden = golden_open("objective.safetensors");
    DpsMessage message[1];

    c->content = host_image(GOLDEN_FLOATS(g, "content", 3, 37, 45), 3, 45, 37);
    c->style = host_image(GOLDEN_FLOATS(g, "style", 3, 41, 33), 3, 33, 41);
    c->x = host_image(GOLDEN_FLOATS(g, "x", 3, 37, 45), 3, 45, 37);
    const float *cm = GOLDEN_FLOATS(g, "content_masks", 3, 37, 45);
    const float *sm = GOLDEN_FLOATS(g, "style_masks", 3, 41, 33);
    for (int k = 0; k < 3; k++) {
        c->region[k].name = "region";
        c->region[k].content = host_image(cm + k * 37 * 45, 1, 45, 37);
        c->region[k].style = host_image(sm + k * 41 * 33, 1, 33, 41);
    }
    DpsStatus status = regions_prepare(3, c->region, OPAQUE(45, 37), OPAQUE(33, 41), THREADS(1),
                                       NULL, &c->set, message);
    CHECK(status == DPS_OK, "%s", message->text);
    golden_network_file(g, c->file);
}

static inline void golden_case_close(GoldenCase *c)
{
    unlink(c->file);
    regions_clear(&c->set);
    for (int k = 0; k < 3; k++) {
        dps_image_clear(&c->region[k].content);
        dps_image_clear(&c->region[k].style);
    }
    dps_image_clear(&c->content);
    dps_image_clear(&c->style);
    dps_image_clear(&c->x);
    golden_close(c->golden);
}

#endif
