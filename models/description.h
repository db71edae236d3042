/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* description.h - what a model takes and gives: the JSON file beside it.
 *
 * MODEL.onnx is described by MODEL.json, whose members photo-style(1) lists.  Nothing here opens the model. */

#ifndef MODELS_DESCRIPTION_H
#define MODELS_DESCRIPTION_H

#include <glib.h>

typedef enum {
    MODEL_CLASSES, /* what each pixel shows */
    MODEL_MATTE,   /* how much of each pixel is a subject */
    MODEL_RATING   /* how good a picture is */
} ModelTask;

typedef struct {
    char *file; /* the model's */
    ModelTask task;
    int width,
        height; /* of the input; height 0: width is the long side's, and the photo's shape is kept */
    double range;                 /* of the input: black is 0, white this */
    double mean[3], deviation[3]; /* then subtracted, and divided by */
    gboolean bgr, planes_last;    /* else R, G, B, one plane after the other */
    char **classes;               /* of MODEL_CLASSES: names in the order of their numbers */
    char *subject;                /* of MODEL_MATTE: what it is, by the name of a class */
    char *output;                 /* the output that counts; NULL: the first */
    char *licence;                /* the model's terms, for people */
} ModelDescription;

/* The description of the model in `file`.  NULL and an error, a sentence with the name of the file that is
 * missing or wrong, and of the member. */
ModelDescription *model_description_read(const char *file, GError **error);
void model_description_free(ModelDescription *description);

#endif
