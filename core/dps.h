/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dps.h - deep photo style transfer, the whole public interface of the engine.
 *
 * Given a content photo and a style photo, and pairs of masks that say which
 * region of one belongs to which region of the other, the engine returns a picture
 * of the content's size that keeps the content's structure and takes the style's
 * light and colour.  The method is Luan, Paris, Shechtman, Bala: "Deep Photo Style
 * Transfer", CVPR 2017.
 *
 *     DpsJob job = { .content = photo, .style = other };
 *     DpsResult result;
 *     dps_options_default(&job.options);
 *     if (dps_run(&job, &result) == DPS_OK)
 *         use(result.image);
 *     else
 *         complain(result.message.text);
 *     dps_result_clear(&result);
 *
 * It is not an image reader, a user interface or a program: it opens no image
 * file, prints nothing, exits never and keeps no globals.  It computes in the
 * calling thread and in threads of its own that end before a call returns.
 *
 * Everything passed in is borrowed for the duration of the call. */

#ifndef DPS_H
#define DPS_H

#include "dps-message.h"
#include "dps-options.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    DPS_OK,
    DPS_CANCELLED,    /* the caller asked for it: not an error */
    DPS_NO_MEMORY,
    DPS_BAD_INPUT,    /* an image, a mask or an option can't be used */
    DPS_BAD_FILE,     /* a network's file can't be used */
    DPS_DEVICE_FAILED /* the device broke off */
} DpsStatus;

/* ------------------------------------------------------------------ pictures */

/* `channels` planes of height x width floats, plane after plane, row after row.
 * A photo has 3 planes, R G B, display-encoded (sRGB curve), nominally in [0, 1], and may have a
 * fourth, its coverage (alpha, not multiplied into the colours) in [0, 1]: each pixel counts as much as
 * can be seen of it.  A mask has one, coverage in [0, 1].  A zeroed DpsImage is an empty one. */
typedef struct {
    int channels, width, height;
    float *data;
} DpsImage;

/* Makes an image of zeros; false when memory is short.  Free with dps_image_clear. */
bool dps_image_init(DpsImage *image, int channels, int width, int height);
void dps_image_clear(DpsImage *image);

/* Rec. 709 luma of display-encoded values: how bright a colour is where it stands for a mask. */
float dps_luma(float r, float g, float b);

/* A region that the content and the style share: sky with sky, water with water.
 * Masks may have any size: they are laid over the whole picture.  They may be soft
 * and may overlap.  `content` or `style` may be empty (channels 0): such a region has
 * no counterpart; options.unmatched says what is done with one that only the content has.
 * What the style's mask catches of another region along its border is left out, but for the
 * preset reference. */
typedef struct {
    const char *name;
    DpsImage content, style;
    bool unnamed; /* the name is the engine's own word, to be translated */
} DpsRegion;

/* ------------------------------------------------------------------------- work */

/* By how many processor threads something is computed, and whether it is still wanted.  `cancelled`
 * (may be NULL) is asked from the calling thread, often, and must be quick. */
typedef struct {
    int threads; /* 0: as many as the machine has processors */
    bool (*cancelled)(void *data);
    void *data;
} DpsWork;

/* ---------------------------------------------------------------- the transfer */

typedef enum {
    DPS_STAGE_PREPARE,  /* shrinking, masks, matting, network */
    DPS_STAGE_GUESS,    /* colour transfer by regions: the first preview */
    DPS_STAGE_OPTIMISE, /* one call per evaluation */
    DPS_STAGE_FINISH    /* carrying the result to full size */
} DpsStage;

/* A sentence fragment for a person: "Optimising". English; callers translate. */
const char *dps_stage_name(DpsStage stage);

/* The objective at one picture: its value, and what some of its losses are before their weights. */
typedef struct {
    double total, style, content, matting;
} DpsLosses;

typedef struct {
    DpsStage stage;
    double fraction;              /* of the whole run's work, never falls */
    int level, levels;            /* size being worked on: 0 is the smallest */
    int evaluation;               /* so far, over all levels */
    DpsLosses losses;             /* at this evaluation */
    const DpsImage *preview;      /* the picture as it stands, small, with what is taken over and
                                   * the amount as asked for; NULL when it hasn't changed */
    const DpsImage *content;      /* at the preview's size; NULL where there is no preview */
    double part;                  /* of its level's evaluations that the preview has had; 1: it is what
                                   * has come out of the level */
} DpsProgress;

/* What runs of one pair of photos have in common, kept from one to the next: the photos and masks at
 * working sizes, the initial estimate, and what the processor's device has of them.  It makes a run quicker
 * that differs from the last one in weights, amount, take or detail, and changes nothing in what comes out.
 * It serves one pair with its regions, and one run at a time; where other options differ, all is made
 * again.  Runs with a network's file or chosen layers, those on a GPU, those of the preset artistic
 * and methods other than the transfer neither use nor fill it.  It takes about as much memory as its largest run. */
typedef struct DpsKept DpsKept;

/* An empty one; NULL when memory is short. */
DpsKept *dps_kept_new(void);
void dps_kept_free(DpsKept *);

typedef struct {
    const DpsImage *content, *style; /* photos */

    int regions;                     /* pairs of masks; 0: one region, the whole picture */
    const DpsRegion *region;

    DpsOptions options;
    const DpsImage *start;           /* a photo of any size; read if options.start is DPS_START_IMAGE */

    const struct DpsLearnt *learnt;  /* NULL, or a learnt style, whose copy is `style`: takes the place of the
                                      * optimisation in the method transfer, whatever the preset */
    const struct DpsLook *look;      /* NULL, or a look, which takes the place of all in the method transfer: the
                                      * style then counts for nothing, and regions for their strengths alone */
    bool want_field;                 /* the result as colour maps, too */
    DpsImage *give_way;              /* NULL, or the content again, which the result may take the memory of:
                                      * it is then empty, or after a failure no longer what it was */
    DpsKept *kept;                   /* of these photos and regions; NULL: nothing is kept */

    /* Both may be NULL and are called from the thread that called dps_run.
     * `cancelled` is asked before every operation and must be quick. */
    void (*progress)(const DpsProgress *, void *data);
    bool (*cancelled)(void *data);
    void *data;
} DpsJob;

#define DPS_LEVELS 8
#define DPS_NAME 64
#define DPS_NOTICES 8

/* What the losses weigh at a level, as the preset and the options have it: in the presets for photos
 * each relative to what it would be of a picture without any likeness, the matting energy per pixel; in
 * the preset reference (paper) as the authors have it. */
typedef struct {
    bool paper;
    double style, content, matting;
    double estimate, gradient; /* of the distance to the first guess, and of its gradient */
} DpsWeights;

typedef struct {
    int width, height, evaluations;
    double seconds;
    DpsLosses losses; /* at the end of the level */
    DpsWeights weights;
} DpsLevel;

typedef struct {
    char name[DPS_NAME];
    double content_coverage, style_coverage; /* share of what can be seen of each picture */
    bool matched;            /* both pictures have it */
    bool borrowed;           /* the style lacks it, and another part of the style stands in for it */
    bool unnamed;            /* the name is the engine's own word, such as "the rest" */
    DpsMessage reason;       /* why not matched, and what was done; what is odd about a match; or nothing */
} DpsRegionReport;

/* What a transfer does to the colours of a photo, and of no other, at whatever size the photo is
 * looked at.  `maps` are 12 planes, of the photo shrunk to the last working size: interpolated between
 * their pixels,
 *     R' = maps0 R + maps1 G + maps2 B + maps3,  G' = maps4 R + ...,  B' = maps8 R + ...
 * of display-encoded values, as in photos. */
typedef struct {
    int width, height; /* of the photo */
    DpsImage maps;     /* empty: there is no field */
} DpsField;

/* Pixels in a row of such a photo, or of it at another size. */
typedef struct {
    double x, y; /* the middle of the first, in the photo's pixels: its upper left corner is 0, 0 */
    double step; /* from one to the next, in the photo's pixels */
    int pixels;
} DpsFieldRow;

/* Changes the colours of pixels: R, G, B and a value that is left alone, one pixel after the other.
 * `take` and `amount` are as in DpsOptions.  What a value has beyond 0 to 1 is laid over the result, as in a
 * run.  Beyond the photo's edges the maps go on as they are there.
 * out may be in.  Safe in any thread. */
void dps_field_apply(const DpsField *field, const DpsFieldRow *row, DpsTake take, double amount,
                     const float *in, float *out);

/* The colour maps that make `after` of `before`, 3 planes each and of the same size: both the photo, at
 * whatever size, whose pixels are width x height.  *field is made.  False when memory is short. */
bool dps_field_fit(const DpsImage *before, const DpsImage *after, int width, int height,
                   const DpsWork *work, DpsField *field);

/* What dps_run gives with these options (detail, take and amount count) of a part of the photo, `part`,
 * 3 or 4 planes: its upper left pixel has its middle at x, y, and its pixels are `step` apart, as in
 * DpsFieldRow.  With a step other than 1 the detail is that of windows as large in the photo.  Pixels near
 * the edges of a part have only its own around them to tell detail by.  *out is made.  DPS_OK,
 * DPS_CANCELLED or DPS_NO_MEMORY. */
DpsStatus dps_field_finish(const DpsField *field, double x, double y, double step,
                           const DpsOptions *options, const DpsImage *part, const DpsWork *work,
                           DpsImage *out);

/* Weakens the maps of a run that had no strengths as one with them does (DpsOptions.strength); regions are
 * those of the run, and `merge` its DpsOptions.merge_regions or NULL.  False when memory is short: they are then
 * as before. */
bool dps_field_weaken(DpsField *field, const char *strength, const char *merge, int regions,
                      const DpsRegion *region, const DpsWork *work);

void dps_field_clear(DpsField *field);

typedef struct {
    DpsImage image; /* 3 planes of the content's size, always; not clipped; where the content can't be
                     * seen its own colours; empty unless DPS_OK */
    DpsField field; /* where job.want_field: what gives the image where the content can be seen, but for
                     * the options detail, take and amount, which it knows nothing of.  A painting has
                     * none. */
    DpsMessage message; /* when the status is not DPS_OK */

    char device[DPS_NAME], network[DPS_NAME];
    double seconds;
    int evaluations;
    int levels;
    DpsLevel level[DPS_LEVELS];
    int regions;
    DpsRegionReport *region;
    size_t memory_estimate; /* bytes, as dps_estimate gives */
    int notices;            /* about what was done differently, and why; regions have their own */
    DpsMessage notice[DPS_NOTICES];
} DpsResult;

/* Runs the transfer.  Fills *result whatever happens; clear it with dps_result_clear. */
DpsStatus dps_run(const DpsJob *job, DpsResult *result);
void dps_result_clear(DpsResult *result);

/* For who gives one style to many runs: the long side, in pixels, to which a run of a photo of width x height with these
 * options shrinks its style at first, 0 where it can't run; and the style shrunk to it, which in its place gives the
 * same result.  False where not: where it is transparent or goes beyond black and white, or memory is short. */
int dps_style_side(const DpsOptions *options, int width, int height);
bool dps_style_shrink(const DpsImage *style, int side, const DpsWork *work, DpsImage *out);

/* Bytes that dps_run would hold at its peak, the pictures passed in not counted.
 * 0 when the job can't be run at all. */
size_t dps_estimate(const DpsJob *job);

/* Bytes that this process may have: what the machine has, or less where a control group (a container,
 * say) or the limit of its address space says so; and what it has now, 0 where the system doesn't say. */
double dps_memory_limit(void);
double dps_memory_used(void);

/* ------------------------------------------------------------ strengths of regions */

/* The share of a transfer that the list (DpsOptions.strength) gives a region; 1 where it doesn't name it. */
double dps_strength_of(const char *list, const char *name);

/* A list that gives a region this share, to a thousandth, and the others what they have, by malloc; NULL when
 * memory is short. */
char *dps_strength_with(const char *list, const char *name, double share);

/* -------------------------------------------------------------------- measures */

typedef struct {
    double edge;   /* SSIM of the Sobel maps of luma against the content's: more is better */
    double energy; /* matting energy per pixel: less is more photographic */
    double colour; /* distance of region means and deviations to the style's, 0-255: less is closer */
    double
        gram_error; /* relative, masked, in a trained network: less is closer; < 0: not asked for */
} DpsMeasures;

/* Measures `result` (any size; compared at the content's size after both were brought to a
 * long side of `size` pixels; 0: 700).  `network` may be NULL: no Gram error. */
DpsStatus dps_measure(const DpsImage *content, const DpsImage *style, const DpsImage *result,
                      int regions, const DpsRegion *region, const char *network, int size,
                      const DpsWork *work, DpsMeasures *out, DpsMessage *message);

/* ----------------------------------------------------------------------- looks */

/* What became of a photo's colours as one table, which other programs know as a 3D LUT: it has no places,
 * and suits any photo.  `side` colours along each of R, G and B, from 0 to 1; R counts fastest. */
#define DPS_LOOK_SIDE 33
typedef struct DpsLook {
    int side;      /* 2 at least */
    float *colour; /* R G B of side^3 entries, in [0, 1], by malloc; NULL: an empty one */
} DpsLook;

/* The table that comes nearest to what takes `content` to `result`, photos of the same size; where it saw no
 * colours like these it goes on from those it saw.  `mask` weighs the pixels: any size, laid over the
 * whole picture; NULL: all count the same.  Some 200,000 pixels are looked at.
 * DPS_OK, or DPS_CANCELLED, DPS_NO_MEMORY, DPS_BAD_INPUT and a sentence in message; the look is then
 * empty. */
DpsStatus dps_look_fit(const DpsImage *content, const DpsImage *result, const DpsImage *mask,
                       const DpsWork *work, DpsLook *look, DpsMessage *message);

/* One colour through the table, between its entries trilinearly; beyond [0, 1] as at its faces. */
void dps_look_apply(const DpsLook *look, const float in[3], float out[3]);

/* A whole photo through the table; `take` and `amount` are as in DpsOptions.  What a value has beyond 0 to 1
 * is laid over the result, as in a run, and what can't be seen keeps its colours.  out: already made, 3
 * planes of the photo's size, or the photo itself. */
void dps_look_apply_photo(const DpsLook *look, const DpsImage *photo, DpsTake take, double amount,
                          const DpsWork *work, DpsImage *out);

/* How far the colours that looks give are from the result's: mean CIEDE2000, of sRGB.  Of several looks
 * each counts where its mask covers, in proportion; one without a mask is the first and only one.  What no
 * mask covers does not count.  Pictures are as above. */
double dps_looks_difference(const DpsImage *content, const DpsImage *result, int looks,
                            const DpsLook *look, const DpsImage *const *mask);

void dps_look_clear(DpsLook *look);

/* -------------------------------------------------------------- learnt styles */

/* A style that was learnt: a small copy of its photo, and a small network that gives a photo its look at once,
 * without an optimisation.  It can be given to a DpsJob. */
typedef struct DpsLearnt DpsLearnt;

typedef struct {
    const DpsImage *style;
    int photos; /* of any kind, the more and the more different the better */
    /* Makes photo i, 3 or 4 planes, of which a small copy is kept; each is asked for once.  False: it can't be had,
     * and is left out, as one is that is more than four times as long as wide. */
    bool (*photo)(int i, DpsImage *photo, void *data);
    int steps;          /* 0: DPS_LEARN_STEPS */
    DpsOptions options; /* those count that weigh losses, and network, device, threads and seed */

    /* After each step: `loss` is what the losses of some parts of photos are, as a share of those of their first
     * guesses.  Both may be NULL and are called from the thread that called dps_learn. */
    void (*progress)(int step, int steps, double loss, void *data);
    bool (*cancelled)(void *data);
    void *data;
} DpsLearnJob;

#define DPS_LEARN_STEPS 4000 /* some minutes */

/* DPS_OK and *learnt, which dps_learnt_free frees; or what went wrong and a sentence in message. */
DpsStatus dps_learn(const DpsLearnJob *, DpsLearnt **learnt, DpsMessage *message);
void dps_learnt_free(DpsLearnt *);

/* The copy of the style, 3 planes, sRGB: the `style` of jobs that the learnt style is given to. */
const DpsImage *dps_learnt_style(const DpsLearnt *);

/* From and to the bytes of a file, which begin with "DPSTYLE"; `name` is the file's, for messages.  DPS_OK; or
 * DPS_BAD_FILE or DPS_NO_MEMORY and a sentence. */
DpsStatus dps_learnt_parse(const unsigned char *bytes, size_t size, const char *name,
                           DpsLearnt **learnt, DpsMessage *message);
/* *bytes is made by malloc.  False when memory is short. */
bool dps_learnt_print(const DpsLearnt *, unsigned char **bytes, size_t *size);

/* -------------------------------------------------------------------- networks */

typedef struct {
    char name[16];  /* of the architecture, as in a file's metadata: "vgg19" */
    char title[32]; /* for people: "VGG-19" */
} DpsNetwork;

/* Copies what a network consists of from a safetensors file, or one of PyTorch's, of which nothing is run, into a
 * new safetensors file; a file of that name is lost.  The rest, such as a classifier, is left out, every number is
 * looked at, and the metadata say which network it is.  DPS_OK; or DPS_CANCELLED, DPS_BAD_FILE or DPS_NO_MEMORY
 * and a sentence in message, and no new file. */
DpsStatus dps_network_import(const char *from, const char *to, const DpsWork *work, DpsNetwork *network,
                             DpsMessage *message);

/* --------------------------------------------------------------------- devices */

typedef struct {
    char name[DPS_NAME];  /* what `device` takes: "cpu", "cuda" */
    char about[DPS_MESSAGE]; /* for people: processor, instruction set, library, threads */
    bool usable;
    DpsMessage why;       /* not usable */
    size_t memory;        /* bytes in all; 0: unknown */
} DpsDeviceInfo;

/* Fills at most `room` entries and returns how many there are. */
int dps_devices(DpsDeviceInfo *info, int room);

/* For the first line of main: begins the program anew, with the same arguments and OMP_WAIT_POLICY=passive,
 * unless the environment says how threads wait for each other.  OpenMP's threads would else use up a
 * processor for milliseconds whenever they wait, which on a busy machine makes a run several times as
 * long (SPEED.md), and its library reads the variable before main.  Returns where there is no need, or
 * no /proc. */
void dps_wait_passively(char **arguments);

/* "0.1.0" */
const char *dps_version(void);

#include "dps-regions.h"

#endif
