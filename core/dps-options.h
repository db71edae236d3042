/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dps-options.h - what a run can be told, and the table in which every option is said once.  A part of
 * dps.h, which includes it. */

#ifndef DPS_OPTIONS_H
#define DPS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* ------------------------------------------------------------------- options */

/* How a photo gets the style's look. */
typedef enum {
    DPS_METHOD_TRANSFER, /* the losses of this engine, or of the preset's */
    /* The others change colours alone, region by region, at once: nothing is optimised, and no network looks. */
    DPS_METHOD_COLOURS, /* what the transfer begins with: linear Monge-Kantorovitch maps, kept to the style's
                         * colours */
    DPS_METHOD_REINHARD, /* means and deviations in l alpha beta */
    DPS_METHOD_HISTOGRAM /* of R, G and B */
} DpsMethod;

typedef enum {
    DPS_PRESET_DRAFT,
    DPS_PRESET_NORMAL,
    DPS_PRESET_BEST,
    DPS_PRESET_REFERENCE, /* the paper's own procedure */
    DPS_PRESET_ARTISTIC   /* a painting (Gatys, Ecker, Bethge, CVPR 2016): no regions, no matting */
} DpsPreset;

/* How a network from a file brings features to half their size. */
typedef enum { DPS_POOLING_AUTO, DPS_POOLING_MAX, DPS_POOLING_AVERAGE } DpsPooling;

/* What of a layer's features the style is compared by, region by region. */
typedef enum {
    DPS_STATISTICS_GRAM,   /* Gram matrices: which features come together, and how strongly */
    DPS_STATISTICS_MOMENTS /* means and deviations of each feature alone */
} DpsStatistics;

/* How the losses are brought down.  Preconditioned L-BFGS is what makes a transfer quick; the others
 * are for comparison. */
typedef enum {
    DPS_MINIMISER_AUTO, /* as the preset says */
    DPS_MINIMISER_PRECONDITIONED,
    DPS_MINIMISER_LBFGS,
    DPS_MINIMISER_ADAM,
    DPS_MINIMISER_DESCENT
} DpsMinimiser;

/* The picture that the first level begins with. */
typedef enum {
    DPS_START_AUTO,  /* as the preset says */
    DPS_START_GUESS, /* colours transferred region by region */
    DPS_START_CONTENT,
    DPS_START_STYLE, /* drawn to the content's shape */
    DPS_START_NOISE,
    DPS_START_IMAGE  /* DpsJob.start */
} DpsStart;

/* What becomes of a region that only the content has. */
typedef enum {
    DPS_UNMATCHED_KEEP, /* it keeps its look, but for the preset reference, which has no such thing */
    DPS_UNMATCHED_NEAREST, /* it uses the style's region that looks most like it */
    DPS_UNMATCHED_WHOLE    /* it uses the whole style */
} DpsUnmatched;

/* What is taken over from the style. */
typedef enum {
    DPS_TAKE_ALL,
    DPS_TAKE_COLOUR,    /* the content's brightness is kept: each pixel's luma is the content's */
    DPS_TAKE_BRIGHTNESS /* the content's colour is kept */
} DpsTake;

typedef struct {
    DpsMethod method;
    DpsPreset preset;
    const char *network;    /* NULL or "builtin", or a safetensors file */
    const char *device;     /* NULL or "auto", or a name that dps_devices gives */
    int size;               /* long side at which the optimisation works, pixels; 0: the preset's */
    int threads;            /* CPU threads; 0: as many as the machine has processors */
    unsigned seed;          /* of the built-in network's filters and of a start from noise */
    double amount;          /* 0 leaves the content as it is, 1 is the whole transfer */
    DpsTake take;
    const char *strength;   /* "sky=0.5,the rest=0.8": how much of the transfer regions get, by name, beside
                             * the amount; NULL or "": all of it.  A backslash goes before a comma or an '='
                             * that is a name's. */
    double
        photorealism; /* lambda, 1e4 by default: in the preset reference the weight of the matting
                             * energy, in those for photos half of it that of the energy per pixel */
    double content_weight;  /* structure kept */
    double style_weight;    /* style taken */
    double smoothness;      /* weight of the total variation; 0: the preset's */
    double detail;          /* 0 to 1: how much of the content's fine detail is laid over the result */
    DpsUnmatched unmatched;
    const char *merge_regions; /* "sky+clouds,blue+grey": regions that are taken together, by name; NULL or "": none */
    int window_radius;      /* of the matting windows: 1 is 3x3 */
    DpsMinimiser minimiser;
    DpsStart start;
    DpsPooling pooling;     /* auto: as the network was trained, but for the artistic preset; the
                             * built-in network always averages */
    DpsStatistics style_statistics;
    const char *style_layers;  /* "relu1_1,relu2_1=0.5": names, and weights other than 1, of the
                                * network that then looks alone; NULL or "": its own choice, and
                                * beside a file's network the built-in one */
    const char *content_layers; /* the same of the layers that see the structure: "relu3_1,relu4_2=0.5";
                                * NULL or "": its own choice */
    const char
        *regions_model; /* by which programs find regions (models/model.h); "": none.  The engine
                                * doesn't read it. */
} DpsOptions;

/* The defaults: preset normal, everything else as the README says. */
void dps_options_default(DpsOptions *options);

/* Whether they ask for a painting, which has strokes of its own and no colour maps. */
static inline bool dps_options_paint(const DpsOptions *o)
{
    return o->method == DPS_METHOD_TRANSFER && o->preset == DPS_PRESET_ARTISTIC;
}

/* ------------------------------------------------------- the options as a table */

/* Every option of DpsOptions, said once: what checks, reads, prints, explains and completes options
 * goes through this table. */

typedef enum {
    DPS_OPTION_INTEGER,  /* int */
    DPS_OPTION_UNSIGNED, /* unsigned */
    DPS_OPTION_REAL,     /* double */
    DPS_OPTION_CHOICE,   /* an enum */
    DPS_OPTION_TEXT,     /* const char *, NULL being the usual */
    DPS_OPTION_FILE      /* the same: a file's name, or the usual */
} DpsOptionType;

/* Where an option counts, added up. */
enum {
    DPS_FOR_TRANSFER = 1,
    DPS_FOR_REGIONS = 2,
    DPS_FOR_MEASURE = 4,
    DPS_FOR_BENCHMARK = 8,
    DPS_FOR_LOOKS = 16, /* applying them */
    DPS_FOR_LEARNING = 32 /* a style */
};

/* `name` is for programs, `label` for people: English; callers translate. */
typedef struct {
    const char *name, *label;
} DpsChoice;

/* Texts are English; callers translate all but `manual`. */
typedef struct {
    const char *name; /* "content-weight" */
    char letter;      /* by which a command line knows it, too; 0: none */
    DpsOptionType type;
    size_t offset;      /* in DpsOptions */
    double least, most; /* of numbers */
    double usual;       /* of numbers and choices: the default */
    const char *usual_text;
    const DpsChoice *choice; /* of a choice, by value; ends with a NULL name */
    const char *value;       /* what a help calls the value: "PIXELS" */
    const char *label;       /* for a dialog, '_' before the letter that chooses it */
    const char *help;        /* one sentence without its full stop, choices and default not named */
    const char *manual;      /* what else a manual says, whole sentences; NULL: nothing */
    bool expert;
    unsigned where; /* DPS_FOR_... */
} DpsOption;

/* Option i of the table; NULL from its end on. */
const DpsOption *dps_option(int i);
/* By name, '_' and '-' being the same; NULL: there is none. */
const DpsOption *dps_option_find(const char *name);

/* The value of a number or a choice, and of a text or a file, whose default is given where there is
 * none. */
double dps_option_number(const DpsOption *, const DpsOptions *);
const char *dps_option_text(const DpsOption *, const DpsOptions *);

/* Sets them.  A number that the option can't hold, and for integers one with a fraction, changes
 * nothing and gives false.  A text is borrowed. */
bool dps_option_set_number(const DpsOption *, DpsOptions *, double number);
void dps_option_set_text(const DpsOption *, DpsOptions *, const char *text);

/* The number of the choice called so; -1: there is none. */
int dps_choice_find(const DpsOption *, const char *name);
/* The name of a choice of the option called so; "" for a number that is none. */
const char *dps_choice_name(const char *option, int choice);

#endif
