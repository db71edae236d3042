/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "network-form.h"
#include "message.h"

#include <stdio.h>
#include <string.h>

static const Convention conventions[] = {
    /* torchvision's models: the default */
    { "RGB, ImageNet mean and deviation",
      { 0, 1, 2 },
      1,
      { 0.485, 0.456, 0.406 },
      { 0.229, 0.224, 0.225 } },
    { "RGB in [0,1]", { 0, 1, 2 }, 1, { 0, 0, 0 }, { 1, 1, 1 } },
    /* the original VGG files; 256 is what the paper's authors multiply by */
    { "BGR in [0,255], ImageNet mean",
      { 2, 1, 0 },
      255,
      { 103.939, 116.779, 123.68 },
      { 1, 1, 1 } },
    { "BGR in [0,256], ImageNet mean",
      { 2, 1, 0 },
      256,
      { 103.939, 116.779, 123.68 },
      { 1, 1, 1 } },
};

static DpsStatus refuse(const NetworkForm *f, const char *key, const char *value, const char *choices)
{
    say(f->message, DPS_SAY_BAD_FILE,
        N_("%s: the network's metadata say %s \"%s\", which is unknown here; known are %s."),
        f->path, key, value, choices);
    return DPS_BAD_FILE;
}

/* One of two words in the metadata; *is_second stays as it is if nothing is said. */
static DpsStatus choice(const NetworkForm *f, const char *key, const char *first, const char *second,
                        bool *is_second)
{
    const char *value = weights_metadata(f->w, key);
    char choices[80];

    if (!value)
        return DPS_OK;
    *is_second = strcmp(value, second) == 0;
    if (*is_second || strcmp(value, first) == 0)
        return DPS_OK;
    snprintf(choices, sizeof choices, "\"%s\" and \"%s\"", first, second);
    return refuse(f, key, value, choices);
}

static DpsStatus read_form(NetworkForm *f)
{
    const char *input = weights_metadata(f->w, "input");
    size_t known = sizeof conventions / sizeof *conventions, i = 0;
    char choices[256] = "";
    bool reflect = false;

    while (input && i < known && strcmp(conventions[i].name, input)) {
        snprintf(choices + strlen(choices), sizeof choices - strlen(choices), "%s\"%s\"",
                 i ? ", " : "", conventions[i].name);
        i++;
    }
    if (i == known)
        return refuse(f, "input", input, choices);
    f->input = conventions[i];
    f->ceil = f->a->ceil;
    DpsStatus status = choice(f, "padding", "zeros", "reflect", &reflect);
    if (!status)
        status = choice(f, "pooling", "floor", "ceil", &f->ceil);
    f->padding = reflect ? PAD_REFLECT : PAD_CONSTANT;
    return status;
}

/* The architecture that the metadata name, or else the one that the file looks like most. */
DpsStatus network_form(NetworkForm *f)
{
    const char *said = weights_metadata(f->w, "architecture"), *extra;
    int least = 0;
    char choices[120] = "";
    TensorName first;

    for (int i = 0; i < ARCHITECTURES; i++) {
        const Architecture *a = &architectures[i];
        int tensors, lacks = architecture_missing(a, f->w, architecture_rows(a), &first, &tensors);
        int differs = lacks + architecture_foreign(a, f->w, &extra);
        snprintf(choices + strlen(choices), sizeof choices - strlen(choices), "%s\"%s\"",
                 i ? ", " : "", a->key);
        if (said ? strcmp(said, a->key) == 0 : lacks < tensors && (!f->a || differs < least)) {
            f->a = a;
            least = differs;
        }
    }
    if (f->a)
        return read_form(f);
    if (said)
        return refuse(f, "architecture", said, choices);
    say(f->message, DPS_SAY_BAD_FILE,
        N_("%s: this is none of the networks known here; give a VGG-19, VGG-16, SqueezeNet 1.1, ResNet-50 "
           "or DenseNet-121 with torchvision's names (features.0.weight and so on)."),
        f->path);
    return DPS_BAD_FILE;
}

DpsStatus network_form_check(const NetworkForm *f, int rows)
{
    const char *extra;
    TensorName first;

    if (architecture_missing(f->a, f->w, rows, &first, NULL))
        say(f->message, DPS_SAY_BAD_FILE,
            N_("%s: there is no tensor %s, though this looks like a %s; give a complete file with "
               "torchvision's names."),
            f->path, first.text, f->a->title);
    else if (architecture_foreign(f->a, f->w, &extra))
        say(f->message, DPS_SAY_BAD_FILE,
            N_("%s: a %s, which this looks like otherwise, has no tensor %s; networks of another "
               "topology can't be used."),
            f->path, f->a->title, extra);
    else
        return DPS_OK;
    return DPS_BAD_FILE;
}
