/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Presets, and what options make of them. */

#include "options.h"
#include "message.h"
#include "option-table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Below this long side a level teaches nothing, and its pyramid has no fifth level. */
#define LEAST_SIZE 64

/* The weights of the relative weighting at which structure and style are both kept well: see
 * QUALITY.md's table of experiments. */
#define STYLE_WEIGHT 100
#define CONTENT_WEIGHT 0.35
#define MATTING_WEIGHT 0.5 /* times lambda */
#define GAMUT_WEIGHT 1000

/* Of the distance to the initial estimate in pictures of a long side of up to 175 pixels; in larger ones
 * it falls with the square of the size.  Where colours lie at large is settled in the smallest pictures,
 * and there the estimate keeps them plausible; in the largest it would only hold textures back. */
#define ESTIMATE_WEIGHT 400
#define ESTIMATE_SIZE 175.0

/* Of the gradient of that distance where the content is flat, and the long side of the picture in which it
 * is taken, at most: there a glow is a few pixels wide (QUALITY.md, experiments 37 to 49). */
#define GRADIENT_WEIGHT 3e4
#define GRADIENT_SIZE 100

/* Of the structure's knob: up to here, and down to its inverse, it turns the style's weight as well. */
#define MOST_FIRM 10.0

/* Pixels of a region at a layer that make its Gram matrix reliable: with fewer, lips and eyes would tint
 * the face around them (QUALITY.md, experiment 27). */
#define MIN_REGION_PIXELS 1000

/* A trained network's share of the style; the built-in bank, which knows colours better, sees the rest.
 * Beside a network the style weighs twice as much, and structure has to hold its own against both
 * (QUALITY.md, experiments 29 and 57). */
#define TRAINED_SHARE 0.7
#define TRAINED_STYLE 2
#define TRAINED_CONTENT 3.3

/* Of the style by means and deviations: as much is then kept of the photo as with Gram matrices. */
#define MOMENTS_STYLE 1.7

/* Of the matting windows.  The paper's 1e-7 leaves a flat window free to multiply what it holds by fifty,
 * be it noise or the step between two blocks of a JPEG; a deviation below a level of 255 should not
 * count as contrast (QUALITY.md, experiment 11). */
#define WINDOW_EPS 2e-5

/* Of the loss, in some steps: with less, pictures no longer change visibly. */
#define LEAST_GAIN 5e-4

/* Of the style in paintings, where the content's weight is 1. */
#define PAINTING_WEIGHT 30

/* Of the mean squared difference between neighbours (total variation), where it is wanted: as much as
 * takes coloured ripples out of what relu4_2 alone brings back of a photo.  And the authors', of their
 * sum. */
#define VARIATION_WEIGHT 3e-4
#define VARIATION_PAPER 1e-3

typedef struct {
    int size;                    /* long side of the largest level */
    int levels;                  /* each half as large as the next */
    int evaluations[DPS_LEVELS]; /* per level, the smallest first */
} Preset;

static const Preset presets[] = {
    [DPS_PRESET_DRAFT] = { 256, 2, { 20, 12 } },
    [DPS_PRESET_NORMAL] = { 700, 3, { 80, 40, 14 } },
    [DPS_PRESET_BEST] = { 1000, 4, { 100, 80, 40, 20 } },
    [DPS_PRESET_REFERENCE] = { 700, 2, { 1000, 1000 } },
    [DPS_PRESET_ARTISTIC] = { 512, 2, { 200, 100 } },
};

const char *dps_stage_name(DpsStage stage)
{
    static const char *const names[] = { N_("Preparing"), N_("Matching colours"), N_("Optimising"),
                                         N_("Finishing") };

    return (size_t) stage < sizeof names / sizeof *names ? names[stage] : "";
}

const char *options_network(const DpsOptions *o)
{
    return !o->network || !*o->network || strcmp(o->network, "builtin") == 0 ? NULL : o->network;
}

/* ------------------------------------------------------------------ checks */

static DpsStatus check(const DpsOptions *o, DpsMessage *message)
{
    const DpsOption *wrong = options_out_of_range(o);

    if (wrong)
        say(message, DPS_SAY_BAD_OPTION, N_("The option %s is %g, but must be between %g and %g."),
            wrong->name, dps_option_number(wrong, o), wrong->least, wrong->most);
    else if (o->pooling == DPS_POOLING_MAX && !options_network(o))
        say(message, DPS_SAY_BAD_OPTION,
            N_("The built-in network always averages; choose a network's file for max pooling."));
    else
        return DPS_OK;
    return DPS_BAD_INPUT;
}

/* ---------------------------------------------------------------- schedules */

/* The Chebyshev interval: eigenvalues of the Laplacian lie in [0, n], n being the pixels of a window;
 * below `lo` the polynomial falls off by itself. */
static Preconditioner preconditioner(const DpsOptions *o)
{
    int side = 2 * o->window_radius + 1;

    return (Preconditioner){ .shift = 1e-3, .lo = 0.1, .hi = side * side, .steps = 9 };
}

/* How many of a preset's levels are left out at this size: the smallest. */
static int first_level(const Preset *p, int size)
{
    int level = p->levels;

    while (level > 1 && size >> (level - 1) < LEAST_SIZE)
        level--;
    return p->levels - level;
}

/* How many levels there are when the largest has this size.  The smallest stays as large as the
 * preset's, as nearly as halving can have it: what reaches across the whole picture is settled
 * there, and would come out differently at another size. */
static int levels_for(const Preset *p, int size)
{
    int least = p->size >> (p->levels - 1), levels = 1;

    while (levels < DPS_LEVELS && size >> levels >= LEAST_SIZE &&
           size / (double) (1 << levels) > least / sqrt(2))
        levels++;
    return levels;
}

static double estimate_weight(int size)
{
    return ESTIMATE_WEIGHT * pow(fmin(1, ESTIMATE_SIZE / size), 2);
}

/* The structure's weight alone hardly moves a picture that the estimate and the matting term hold as well:
 * so the style gives way as it rises, and the gradient with the style, or rims would show (QUALITY.md,
 * experiment 55). */
static double firmness(const DpsOptions *o)
{
    return fmin(MOST_FIRM, fmax(1 / MOST_FIRM, o->content_weight));
}

/* Coarse to fine with preconditioned L-BFGS. */
static void pyramid(const DpsOptions *o, const Preset *p, int size, Schedule *s)
{
    int levels = levels_for(p, size);

    double firm = firmness(o), style = STYLE_WEIGHT * o->style_weight / firm;
    double content = CONTENT_WEIGHT * pow(o->content_weight, 1.5);

    if (options_network(o) && !(o->style_layers && *o->style_layers))
        s->ensemble = TRAINED_SHARE;
    if (s->ensemble > 0)
        style *= TRAINED_STYLE;
    if (o->style_statistics == DPS_STATISTICS_MOMENTS)
        style *= MOMENTS_STYLE;
    if (s->ensemble > 0 && !(o->content_layers && *o->content_layers))
        content *= TRAINED_CONTENT;
    for (int i = 0; i < levels; i++, s->levels++)
        s->level[s->levels] = (Level){
            .size = size >> (levels - 1 - i),
            .start = s->levels ? START_CARRY : START_ESTIMATE,
            .trim_masks = true,
            .keep_colours = true,
            .objective = { .weight = { [LOSS_STYLE] = style,
                                       [LOSS_CONTENT] = content,
                                       [LOSS_MATTING] = MATTING_WEIGHT * o->photorealism,
                                       [LOSS_GAMUT] = GAMUT_WEIGHT,
                                       [LOSS_VARIATION] = VARIATION_WEIGHT * o->smoothness,
                                       [LOSS_ESTIMATE] = estimate_weight(size >> (levels - 1 - i)),
                                       [LOSS_GRADIENT] = GRADIENT_WEIGHT / firm },
                           .min_region_pixels = MIN_REGION_PIXELS,
                           .gradient_size = GRADIENT_SIZE,
                           .statistics = o->style_statistics,
                           .window_radius = o->window_radius,
                           .eps = WINDOW_EPS },
            .minimiser = { .memory = 10,
                           .evaluations = p->evaluations[i < p->levels ? i : p->levels - 1],
                           .first_step = 0.01,
                           .least_gain = LEAST_GAIN,
                           .search = true,
                           .preconditioner = preconditioner(o) },
        };
}

/* Where a preset has total variation of its own. */
static double smoothness(const DpsOptions *o)
{
    return o->smoothness > 0 ? o->smoothness : 1;
}

/* The authors' procedure (their gen_all.py and neuralstyle_seg, deepmatting_seg): two stages at one
 * size, the second with the matting term, history 100, unit steps. */
static void reference(const DpsOptions *o, const Preset *p, int size, Schedule *s)
{
    for (int i = 0; i < p->levels; i++)
        s->level[i] = (Level){
            .size = size,
            .start = i ? START_ROUNDED : START_NOISE,
            .objective = { .weighting = WEIGHTING_PAPER,
                           .weight = { [LOSS_STYLE] = 100 * o->style_weight,
                                       [LOSS_CONTENT] = 5 * o->content_weight,
                                       [LOSS_VARIATION] = VARIATION_PAPER * smoothness(o),
                                       [LOSS_MATTING] = i ? o->photorealism : 0 },
                           .statistics = o->style_statistics,
                           .window_radius = o->window_radius },
            .minimiser = { .memory = LBFGS_MEMORY, .evaluations = p->evaluations[i] },
        };
    s->levels = p->levels;
    s->smoothing = true;
    s->calibrate = true;
}

/* Paintings, as L. Gatys, A. Ecker and M. Bethge make them ("Image Style Transfer Using Convolutional
 * Neural Networks", CVPR 2016): content and style alone, from noise, in a network that averages. */
static void painting(const DpsOptions *o, const Preset *p, int size, Schedule *s)
{
    for (int i = first_level(p, size); i < p->levels; i++, s->levels++)
        s->level[s->levels] = (Level){
            .size = size >> (p->levels - 1 - i),
            .start = s->levels ? START_ENLARGE : START_NOISE,
            .trim_masks = true,
            .objective = { .weight = { [LOSS_STYLE] = PAINTING_WEIGHT * o->style_weight,
                                       [LOSS_CONTENT] = o->content_weight,
                                       [LOSS_VARIATION] = VARIATION_WEIGHT * smoothness(o),
                                       [LOSS_GAMUT] = GAMUT_WEIGHT },
                           .statistics = o->style_statistics,
                           .window_radius = o->window_radius },
            .minimiser = { .memory = 20,
                           .evaluations = p->evaluations[i],
                           .first_step = 0.02,
                           .search = true },
        };
    if (!s->network.pooling)
        s->network.pooling = DPS_POOLING_AVERAGE;
    s->painting = true;
}

/* Colour transfers alone. */
static void colours(const DpsOptions *o, int size, Schedule *s)
{
    static const Start starts[] = { [DPS_METHOD_COLOURS] = START_ESTIMATE,
                                    [DPS_METHOD_REINHARD] = START_REINHARD,
                                    [DPS_METHOD_HISTOGRAM] = START_HISTOGRAM };

    s->level[0] = (Level){ .size = size,
                           .start = starts[o->method],
                           .trim_masks = true,
                           .keep_colours = o->method == DPS_METHOD_COLOURS };
    s->levels = 1;
    s->colours = true;
}

/* What the options say of the start and the minimiser takes the place of what the preset says. */
static void override(const DpsOptions *o, Schedule *s)
{
    static const Start starts[] = { [DPS_START_GUESS] = START_ESTIMATE,
                                    [DPS_START_CONTENT] = START_CONTENT,
                                    [DPS_START_STYLE] = START_STYLE,
                                    [DPS_START_NOISE] = START_NOISE,
                                    [DPS_START_IMAGE] = START_IMAGE };

    if (o->start)
        s->level[0].start = starts[o->start];
    for (int i = 0; i < s->levels && o->minimiser; i++) {
        Level *level = &s->level[i];
        bool newton = o->minimiser <= DPS_MINIMISER_LBFGS;
        level->method = newton                               ? MINIMISE_LBFGS
                        : o->minimiser == DPS_MINIMISER_ADAM ? MINIMISE_ADAM
                                                             : MINIMISE_DESCENT;
        level->minimiser = (LbfgsOptions){ .memory = 10,
                                           .evaluations = level->minimiser.evaluations,
                                           .first_step = s->painting ? 0.02 : 0.01,
                                           .search = true };
        if (o->minimiser == DPS_MINIMISER_PRECONDITIONED)
            level->minimiser.preconditioner = preconditioner(o);
    }
}

DpsStatus options_schedule(const DpsOptions *o, int side, Schedule *s, DpsMessage *message)
{
    DpsStatus status = check(o, message);

    *s = (Schedule){ .network = { o->pooling, o->style_layers, o->content_layers } };
    if (status)
        return status;
    const Preset *p = &presets[o->preset];
    int size = o->size ? o->size : p->size;
    if (size > side)
        size = side;
    if (o->method != DPS_METHOD_TRANSFER) {
        colours(o, size, s);
        return DPS_OK;
    }
    if (o->preset == DPS_PRESET_REFERENCE && !options_network(o)) {
        say(message, DPS_SAY_BAD_OPTION,
            N_("The preset \"reference\" is made for the original VGG-19; choose its file as the "
               "network, or another preset."));
        return DPS_BAD_INPUT;
    }
    if (o->preset == DPS_PRESET_REFERENCE)
        reference(o, p, size, s);
    else if (o->preset == DPS_PRESET_ARTISTIC)
        painting(o, p, size, s);
    else
        pyramid(o, p, size, s);
    override(o, s);
    return DPS_OK;
}
