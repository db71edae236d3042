/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* learn.c - a style learnt from photos: the predictor's weights that make the objective of a transfer least, over
 * many photos at once.
 *
 * An example is a part of one of the photos, mirrored or not and with other tones, with its first guess and its
 * objective, which serves for a few steps.  In each step, of a batch of examples:
 *
 *     guess -> predictor -> grid -> picture -> objective (core/optimise), on the device
 *     its gradient with respect to the picture -> grid -> weights
 *
 * each divided by the objective of the example's guess, so that none outweighs the others; then Adam takes a step
 * (Johnson, Alahi, Fei-Fei: "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", ECCV 2016, learn
 * a network by the losses of an optimisation in this way). */

#include "device/device.h"
#include "image/photo.h"
#include "image/random.h"
#include "learnt/learnt.h"
#include "message.h"
#include "regions/palette.h"
#include "job.h"
#include "start.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE = 192,     /* of an example's long side, and the style's */
    EXAMPLES = 16,  /* that are there at a time */
    USES = 4,       /* of an example */
    BATCH = 2,
    PHOTO = 400,    /* the long side of the copies of photos, at most */
    WORKING = 700   /* the working size whose weights of losses count */
};
enum { WEIGHT, GRADIENT, FIRST, SECOND, ROWS };

#define RATE 2e-3
#define WARM 20        /* steps in which it is reached */
#define LOSS_FACTOR 4  /* of the style's and the matting term's weights: both stay above a photo's own minimum */
#define LEAST_PART 0.5 /* of a photo's sides that an example has */
#define GAMMA 0.4      /* of the tones: the exponent's logarithm, at most */
#define MOST_SHAPE 4  /* a photo that is as many times as long as it is wide is left out */
#define LEAST_LOSS 1e-3

typedef struct {
    DpsImage content, guess;
    float *input; /* of the predictor */
    RegionSet set;
    Objective *objective;
    double before; /* the objective at the guess */
    int uses;
} Example;

typedef struct {
    const DpsLearnJob *job;
    DpsWork work;
    Schedule schedule;
    const Level *level; /* whose objective counts */
    Device *dev;
    Network *bank;      /* fitted to the style alone, so that it sees all examples in the same way */
    Network *file;      /* NULL: the bank alone looks */
    DpsImage style, *photo; /* small copies */
    int photos, steps;
    Random random;
    Predictor *predictor;
    DpsLearnt *learnt;
    Example example[EXAMPLES];
    float *slope, *dweight; /* of a grid and of the weights */
    Tensor *row[ROWS];      /* on the device, a value for each weight; two are Adam's moments */
    DpsMessage *message;
} Learn;

/* -------------------------------------------------------------------- examples */

static void example_clear(Example *e)
{
    objective_free(e->objective);
    regions_clear(&e->set);
    dps_image_clear(&e->content);
    dps_image_clear(&e->guess);
    free(e->input);
    *e = (Example){ 0 };
}

/* From least to most. */
static double drawn(Random *r, double least, double most)
{
    return least + (most - least) * random_uniform(r);
}

/* A part of a photo, perhaps mirrored, with its values to a power. */
static bool cut(const DpsImage *photo, Random *r, DpsImage *out)
{
    int w = (int) ceil(photo->width * drawn(r, LEAST_PART, 1));
    int h = (int) ceil(photo->height * drawn(r, LEAST_PART, 1));
    int left = (int) (random_uniform(r) * (photo->width - w + 1));
    int top = (int) (random_uniform(r) * (photo->height - h + 1));
    bool mirrored = random_uniform(r) < 0.5;
    double gamma = exp(drawn(r, -GAMMA, GAMMA));

    if (!dps_image_init(out, 3, w, h))
        return false;
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < h; y++) {
            const float *from = image_plane(photo, c) + (size_t) (top + y) * photo->width + left;
            float *to = image_plane(out, c) + (size_t) y * w;
            for (int x = 0; x < w; x++)
                to[x] = powf(image_clipped(from[mirrored ? w - 1 - x : x]), (float) gamma);
        }
    return true;
}

static DpsStatus make_pictures(Learn *l, Example *e)
{
    const DpsImage *photo = &l->photo[random_bits(&l->random) % (uint64_t) l->photos];
    DpsImage part;
    Palette *palette = NULL;
    int w, h;

    if (!cut(photo, &l->random, &part))
        return DPS_NO_MEMORY;
    image_fit(part.width, part.height, SIDE, true, &w, &h);
    bool ok = image_resize_lanczos(&part, w, h, &l->work, &e->content);
    dps_image_clear(&part);
    DpsStatus status = ok ? regions_prepare(0, NULL, OPAQUE(w, h),
                                            OPAQUE(l->style.width, l->style.height), &l->work, NULL,
                                            &e->set, l->message)
                          : DPS_NO_MEMORY;
    if (status)
        return status;
    ok = (palette = palette_new(&l->style, &e->set)) &&
         start_estimate(&e->content, &l->style, &e->set, palette, &l->work, &e->guess) &&
         (e->input = malloc(PREDICTOR_INPUTS * sizeof *e->input)) &&
         predictor_look(&e->content, &e->guess, &l->work, e->input);
    palette_free(palette);
    return ok ? DPS_OK : DPS_NO_MEMORY;
}

/* The objective at a picture and, unless NULL, its gradient. */
static DpsStatus evaluate(const Learn *l, const Example *e, const DpsImage *picture, float *gradient,
                          double *value)
{
    const Backend *be = l->dev->be;
    Tape *tape = objective_tape(e->objective);
    Tensor *x = be->tensor(l->dev, 3, picture->height, picture->width);
    Tensor *g = be->tensor(l->dev, 3, picture->height, picture->width);
    double slot[SLOTS];
    DpsStatus status = DPS_NO_MEMORY;

    if (x && g) {
        be->upload(x, picture->data);
        tape_eval(tape, x, g);
        if (gradient)
            be->download(g, gradient);
        status = be->read(l->dev, 0, tape_losses(tape), slot);
        *value = status ? 0 : tape_total(tape, slot);
        if (!isfinite(*value))
            status = DPS_DEVICE_FAILED;
    }
    be->drop(x);
    be->drop(g);
    return status;
}

static DpsStatus make_example(Learn *l, Example *e)
{
    example_clear(e);
    DpsStatus status = make_pictures(l, e);
    ObjectiveOptions what = l->level->objective;
    what.weight[LOSS_STYLE] *= LOSS_FACTOR;
    what.weight[LOSS_MATTING] *= LOSS_FACTOR;
    what.estimate = &e->guess;
    if (!status)
        status = objective_new(l->bank, &e->content, &l->style, &e->set, &what, &l->work,
                               &e->objective);
    if (!status)
        status = evaluate(l, e, &e->guess, NULL, &e->before);
    e->before = fmax(e->before, LEAST_LOSS);
    return status;
}

/* -------------------------------------------------------------------- training */

/* Adds an example's gradient; *part becomes its objective as a part of its guess's. */
static DpsStatus add_gradient(Learn *l, Example *e, double *part)
{
    float *gradient = malloc(image_values(&e->guess) * sizeof *gradient);
    DpsImage picture = { 0 };
    double value;
    DpsStatus status = DPS_NO_MEMORY;

    if (gradient && dps_image_init(&picture, 3, e->guess.width, e->guess.height)) {
        grid_apply(predictor_forward(l->predictor, l->learnt->weight, e->input), &e->guess, &l->work,
                   &picture);
        status = evaluate(l, e, &picture, gradient, &value);
    }
    if (!status) {
        float scale = (float) (1 / (BATCH * e->before));
        *part = value / e->before;
        grid_back(&e->guess, gradient, l->slope);
        for (int i = 0; i < GRID_VALUES; i++)
            l->slope[i] *= scale;
        predictor_back(l->predictor, l->learnt->weight, e->input, l->slope, l->dweight);
    }
    dps_image_clear(&picture);
    free(gradient);
    e->uses++;
    return status;
}

/* One step, t counting from 1. */
static DpsStatus step(Learn *l, int t, double *loss)
{
    const Backend *be = l->dev->be;
    double rate = RATE * fmin(1, (double) t / WARM) * 0.5 * (1 + cos(3.14159265358979 * t / l->steps));
    double part, nothing;
    DpsStatus status = DPS_OK;

    *loss = 0;
    memset(l->dweight, 0, PREDICTOR_WEIGHTS * sizeof *l->dweight);
    for (int i = 0; i < BATCH && !status; i++) {
        Example *e = &l->example[((t - 1) * BATCH + i) % EXAMPLES];
        if (!e->uses || e->uses >= USES)
            status = make_example(l, e);
        if (!status)
            status = add_gradient(l, e, &part);
        if (!status)
            *loss += part / BATCH;
    }
    if (status)
        return status;
    Tensor **row = l->row;
    be->upload(row[GRADIENT], l->dweight);
    be->adam(row[GRADIENT], row[FIRST], row[SECOND], row[GRADIENT], 0.9, 0.999, 1e-8, t);
    be->lincomb(row[WEIGHT], 2, (double[]){ 1, -rate }, (Tensor *[]){ row[WEIGHT], row[GRADIENT] });
    be->download(row[WEIGHT], l->learnt->weight);
    return be->read(l->dev, 0, 0, &nothing);
}

static DpsStatus train(Learn *l)
{
    const DpsLearnJob *job = l->job;
    DpsStatus status = DPS_OK;
    double loss;

    for (int t = 1; t <= l->steps && !status; t++) {
        status = work_cancelled(&l->work) ? DPS_CANCELLED : step(l, t, &loss);
        if (!status && job->progress)
            job->progress(t, l->steps, loss, job->data);
    }
    return status;
}

/* ------------------------------------------------------------------ all of it */

static DpsStatus check(const DpsLearnJob *job, Schedule *schedule, DpsMessage *message)
{
    DpsOptions o = job->options;

    o.method = DPS_METHOD_TRANSFER;
    o.preset = DPS_PRESET_NORMAL;
    o.size = WORKING;
    if (!photo_check(job->style, N_("style"), message))
        return DPS_BAD_INPUT;
    return options_schedule(&o, WORKING, schedule, message);
}

static bool make_room(Learn *l)
{
    bool ok = true;

    for (int i = 0; i < ROWS && ok; i++)
        ok = (l->row[i] = l->dev->be->tensor(l->dev, 1, 1, PREDICTOR_WEIGHTS));
    l->slope = malloc(GRID_VALUES * sizeof *l->slope);
    l->dweight = malloc(PREDICTOR_WEIGHTS * sizeof *l->dweight);
    l->predictor = predictor_new();
    return ok && l->slope && l->dweight && l->predictor;
}

/* A small, opaque copy of one photo, where it can be had. */
static DpsStatus take_photo(Learn *l, int i)
{
    DpsImage photo, *small = &l->photo[l->photos];
    DpsMessage why;
    DpsStatus status = DPS_OK;
    int w, h;

    if (!l->job->photo(i, &photo, l->job->data))
        return DPS_OK;
    bool long_one = photo.width > MOST_SHAPE * photo.height || photo.height > MOST_SHAPE * photo.width;
    if (!long_one && photo_check(&photo, N_("content"), &why)) {
        image_fit(photo.width, photo.height, PHOTO, false, &w, &h);
        if (photo_resize(&photo, image_resize_lanczos, w, h, &l->work, small))
            l->photos++;
        else
            status = DPS_NO_MEMORY;
    }
    dps_image_clear(&photo);
    return status;
}

static DpsStatus take_photos(Learn *l)
{
    int count = l->job->photos > 0 ? l->job->photos : 0;
    DpsStatus status = DPS_OK;

    if (!(l->photo = calloc((size_t) count + 1, sizeof *l->photo)))
        return DPS_NO_MEMORY;
    for (int i = 0; i < count && !status; i++)
        status = work_cancelled(&l->work) ? DPS_CANCELLED : take_photo(l, i);
    if (status || l->photos)
        return status;
    say(l->message, DPS_SAY_BAD_PICTURE, N_("There is no photo to learn from; name some."));
    return DPS_BAD_INPUT;
}

static DpsStatus prepare(Learn *l)
{
    const DpsOptions *o = &l->job->options;
    const char *path = options_network(o);
    const Backend *be = device_choose(o->device, l->message);
    DpsImage whole;
    int w, h;

    if (!be)
        return DPS_BAD_INPUT;
    *l->message = (DpsMessage){ 0 }; /* why it is the processor */
    if (!(l->dev = be->open(&l->work)) || !make_room(l) ||
        !photo_resize(l->job->style, image_resize_lanczos, l->job->style->width,
                      l->job->style->height, &l->work, &whole))
        return DPS_NO_MEMORY;
    image_fit(whole.width, whole.height, SIDE, true, &w, &h);
    bool ok = image_resize_lanczos(&whole, w, h, &l->work, &l->style) &&
              (l->learnt = learnt_new(&whole, o->seed, &l->work));
    dps_image_clear(&whole);
    if (!ok)
        return DPS_NO_MEMORY;
    be->upload(l->row[WEIGHT], l->learnt->weight);
    DpsStatus status = network_builtin(l->dev, &l->style, &l->style, NETWORK_FILTERS, o->seed,
                                       &l->work, &l->bank);
    if (!status && path)
        status = network_load(l->dev, path, &l->schedule.network, &l->file, l->message);
    if (status || !path)
        return status;
    network_add_ensemble(l->bank, l->file, l->schedule.ensemble, false);
    return network_check_size(l->file, w, h, l->message);
}

static void clear(Learn *l)
{
    for (int i = 0; i < EXAMPLES; i++)
        example_clear(&l->example[i]);
    network_free(l->bank);
    network_free(l->file);
    if (l->dev) {
        for (int i = 0; i < ROWS; i++)
            l->dev->be->drop(l->row[i]);
        l->dev->be->close(l->dev);
    }
    dps_image_clear(&l->style);
    for (int i = 0; i < l->photos; i++)
        dps_image_clear(&l->photo[i]);
    free(l->photo);
    predictor_free(l->predictor);
    free(l->slope);
    free(l->dweight);
}

DpsStatus dps_learn(const DpsLearnJob *job, DpsLearnt **learnt, DpsMessage *message)
{
    Learn l = { .job = job,
                .work = { job->options.threads, job->cancelled, job->data },
                .steps = job->steps > 0 ? job->steps : DPS_LEARN_STEPS,
                .random = { job->options.seed },
                .message = message };

    *learnt = NULL;
    DpsStatus status = check(job, &l.schedule, message);
    if (status)
        return status;
    l.level = &l.schedule.level[l.schedule.levels - 1];
    status = take_photos(&l);
    if (!status)
        status = prepare(&l);
    if (!status)
        status = train(&l);
    clear(&l);
    if (!status)
        *learnt = l.learnt;
    else
        dps_learnt_free(l.learnt);
    if (status == DPS_NO_MEMORY && !message->code)
        say(message, DPS_SAY_NO_MEMORY,
            N_("There is not enough memory to learn a style; close other programs."));
    job_explain(status, message);
    return status;
}
