/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The authors' way to the minimum and ours, on one objective with one set of weights.
 *
 *     compare-minimisers NETWORK SIZE WEIGHTING THEIRS OURS CONTENT STYLE [CONTENT-LABELS STYLE-LABELS]
 *
 * Pictures are binary PPM.  SIZE is the long side of the largest size, WEIGHTING is relative or paper.
 * Theirs is the preset "reference": noise, THEIRS evaluations without the matting term, the result
 * rounded to 8 bits, THEIRS with it.  Ours is the preset "normal", but for OURS evaluations at the
 * largest size; once as it is, and once with a preconditioner that takes longer and is closer to an
 * inverse.
 *
 * Prints a line for each of a few dozen points of either way:
 *
 *     theirs|ours|closer EVALUATIONS TOTAL STYLE CONTENT MATTING SECONDS
 *
 * and one that says where the preset would have ended: normal EVALUATIONS.
 *
 * EVALUATIONS are in units of one at the largest size: one at half the size counts a quarter.  The
 * losses are those of the whole objective, matting included, at the largest size, also while
 * something else is being minimised; evaluations that only look at them are not counted. */
#include "device/device.h"
#include "transfer/options.h"
#include "transfer/start.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Several pairs at a time use a machine better than several threads. */
#define WORK (&(DpsWork) { .threads = 1 })
/* The preconditioner that is closer to an inverse. */
#define CLOSER_STEPS 50
#define CLOSER_LO 0.005

/* Evaluations between points that are printed, as a share of the level's so far: where the whole
 * objective is what is being minimised, and its value known; and where it has to be looked at. */
#define FINE 0.02
#define COARSE 0.15

/* Pictures and masks of one size, and an objective there. */
typedef struct {
    DpsImage content, style;
    RegionSet set;
    Network *network; /* NULL: the file's */
    Objective *objective;
    Tensor *x, *g;
} Scale;

typedef struct {
    DpsImage content, style; /* as read */
    int regions;
    DpsRegion *region;
    Device *dev;
    Network *network;
    double ensemble; /* its share where the built-in bank looks with it */
    ObjectiveOptions whole;
    Scale full; /* at the largest size, with the whole objective */
    DpsImage picture;

    const char *name;      /* of the way being gone */
    const Objective *same; /* what is being minimised, if that is the whole at the largest size */
    double spent;          /* evaluations of the levels before */
    double share;          /* what an evaluation of this level counts */
    double next;           /* evaluations at which to print again */
    double begun, looking; /* seconds */
} Comparison;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "compare-minimisers: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    exit(1);
}

static void need(bool ok)
{
    if (!ok)
        die("there is not enough memory, or the device failed.");
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static DpsImage read_ppm(const char *path)
{
    FILE *file = fopen(path, "rb");
    DpsImage image;
    int w, h;

    if (!file || fscanf(file, "P6 %d %d 255", &w, &h) != 2 || fgetc(file) == EOF || w < 1 || h < 1)
        die("%s is not a binary PPM with 8 bits.", path);
    need(dps_image_init(&image, 3, w, h));
    for (size_t i = 0; i < 3 * image_pixels(&image); i++) {
        int v = fgetc(file);
        if (v == EOF)
            die("%s is cut short.", path);
        image_plane(&image, (int) (i % 3))[i / 3] = (float) v / 255;
    }
    fclose(file);
    return image;
}

/* -------------------------------------------------------------------- levels */

static DpsImage shrunk(const DpsImage *photo, int size)
{
    DpsImage out;
    int w, h;

    image_fit(photo->width, photo->height, size, true, &w, &h);
    need(image_resize_lanczos(photo, w, h, WORK, &out));
    return out;
}

static void make_guess(const Scale *level, DpsImage *guess)
{
    Palette *palette = palette_new(&level->style, &level->set);

    need(palette && start_estimate(&level->content, &level->style, &level->set, palette, WORK, guess));
    palette_free(palette);
}

/* As level.c makes it. */
static void make_objective(const Comparison *c, const ObjectiveOptions *o, Scale *level)
{
    ObjectiveOptions what = *o;
    DpsImage guess = { 0 };

    if (o->weighting.masks == MASKS_SHRINK && c->ensemble > 0) {
        need(!network_builtin(c->dev, &level->content, &level->style, NETWORK_FILTERS, 0, WORK,
                              &level->network));
        network_add_ensemble(level->network, c->network, c->ensemble, false);
    }
    if (o->weight[LOSS_ESTIMATE] > 0) {
        make_guess(level, &guess);
        what.estimate = &guess;
    }
    need(!objective_new(level->network ? level->network : c->network, &level->content,
                        &level->style, &level->set, &what, WORK, &level->objective));
    dps_image_clear(&guess);
}

static void level_open(const Comparison *c, int size, const ObjectiveOptions *o, Scale *level)
{
    const Backend *be = c->dev->be;
    DpsMessage message[1];

    *level = (Scale) { .content = shrunk(&c->content, size), .style = shrunk(&c->style, size) };
    if (regions_prepare(c->regions, c->region, OPAQUE(level->content.width, level->content.height),
                        OPAQUE(level->style.width, level->style.height), WORK, NULL, &level->set,
                        message) ||
        network_check_size(c->network, level->content.width, level->content.height, message) ||
        network_check_size(c->network, level->style.width, level->style.height, message))
        die("%s", message->text);
    make_objective(c, o, level);
    level->x = be->tensor(c->dev, 3, level->content.height, level->content.width);
    level->g = be->tensor(c->dev, 3, level->content.height, level->content.width);
    need(level->x && level->g);
}

static void level_close(Scale *level)
{
    const Backend *be = level->x->dev->be;

    be->drop(level->x);
    be->drop(level->g);
    objective_free(level->objective);
    network_free(level->network);
    regions_clear(&level->set);
    dps_image_clear(&level->content);
    dps_image_clear(&level->style);
}

/* -------------------------------------------------------------------- points */

static void print_point(Comparison *c, double evaluations, const DpsLosses *l)
{
    printf("%s %.4f %.8g %.8g %.8g %.8g %.2f\n", c->name, evaluations, l->total, l->style,
           l->content, l->matting, now() - c->begun - c->looking);
    fflush(stdout);
    c->next = evaluations + fmax(1, (evaluations - c->spent) * (c->same ? FINE : COARSE));
}

/* The whole objective of a picture of the largest size. */
static void look(Comparison *c, double evaluations, const DpsImage *picture)
{
    const Scale *full = &c->full;
    double slot[SLOTS], begun = now();
    Tape *tape = objective_tape(full->objective);

    c->dev->be->upload(full->x, picture->data);
    tape_eval(tape, full->x, full->g);
    need(!c->dev->be->read(c->dev, 0, tape_losses(tape), slot));
    DpsLosses l = objective_losses(full->objective, slot);
    c->looking += now() - begun;
    print_point(c, evaluations, &l);
}

/* A level's picture carried to the largest size as it would be for the next level. */
static void look_from(Comparison *c, double evaluations, const Scale *level, DpsImage *picture)
{
    double begun = now();
    DpsImage carried;

    need(!start_carry(NULL, &level->content, picture, &c->full.content, WORK, &carried));
    need(c->whole.weighting.free_unmatched || start_hold(&c->full.set, &c->full.content, &carried));
    c->looking += now() - begun;
    look(c, evaluations, &carried);
    dps_image_clear(&carried);
}

static bool step_done(int evaluations, double f, const double *losses, const Tensor *x, void *data)
{
    Comparison *c = data;
    double spent = c->spent + c->share * evaluations;

    (void) f;
    if (spent < c->next || c->share < 1)
        return true;
    if (c->same) {
        DpsLosses l = objective_losses(c->same, losses);
        print_point(c, spent, &l);
    } else {
        double begun = now();
        x->dev->be->download(x, c->picture.data);
        c->looking += now() - begun;
        look(c, spent, &c->picture);
    }
    return true;
}

/* -------------------------------------------------------------------- the two ways */

/* Minimises from c->picture, which becomes the result.  What has no counterpart is held in our way
 * alone. */
static void minimise_level(Comparison *c, const Scale *level, const Level *s, bool whole)
{
    const Backend *be = c->dev->be;
    LbfgsOptions o = s->minimiser;
    double nothing;
    int evaluations = 0;

    c->share = (double) image_pixels(&level->content) / (double) image_pixels(&c->full.content);
    c->next = c->spent;
    c->same = whole && c->share == 1 ? level->objective : NULL;
    be->upload(level->x, c->picture.data);
    if (o.preconditioner.steps > 0) {
        o.preconditioner.a = objective_matting(level->objective);
        o.preconditioner.scale = objective_free_part(level->objective);
    }
    need(!minimise(objective_tape(level->objective), level->x, s->method, &o, step_done, c,
                   &evaluations));
    be->download(level->x, c->picture.data);
    need(!be->read(c->dev, 0, 0, &nothing));
    c->spent += c->share * evaluations;
}

static void begin(Comparison *c, const char *name)
{
    c->name = name;
    c->spent = c->next = c->looking = 0;
    c->begun = now();
    dps_image_clear(&c->picture);
}

static void go_their_way(Comparison *c, const Schedule *schedule, int evaluations)
{
    begin(c, "theirs");
    need(start_noise(&c->full.content, 612, &c->picture));
    look(c, 0, &c->picture);
    for (int i = 0; i < schedule->levels; i++) {
        Level s = schedule->level[i];
        ObjectiveOptions o = c->whole;
        Scale level;
        bool whole = s.objective.weight[LOSS_MATTING] > 0;
        if (!whole)
            o.weight[LOSS_MATTING] = 0;
        s.minimiser.evaluations = evaluations;
        if (i)
            image_round8(&c->picture);
        level_open(c, s.size, &o, &level);
        minimise_level(c, &level, &s, whole);
        level_close(&level);
        look(c, c->spent, &c->picture);
    }
}

/* A sum over pixels weighs as much at a small size as at the largest if it is scaled. */
static ObjectiveOptions at_size(const Comparison *c, int size, int largest)
{
    ObjectiveOptions o = c->whole;
    double pixels = (double) largest * largest / ((double) size * size);

    if (o.weighting.normalise == NORMALISE_BY_COUNT) {
        o.weight[LOSS_MATTING] *= pixels;
        o.weight[LOSS_VARIATION] *= pixels;
    }
    return o;
}

static void go_our_way(Comparison *c, const char *name, const Schedule *schedule, int evaluations)
{
    int largest = schedule->level[schedule->levels - 1].size;
    DpsImage last = { 0 };

    begin(c, name);
    for (int i = 0; i < schedule->levels; i++) {
        Level s = schedule->level[i];
        ObjectiveOptions o = at_size(c, s.size, largest);
        Scale level;
        DpsImage start;
        level_open(c, s.size, &o, &level);
        if (i)
            need(!start_carry(NULL, &last, &c->picture, &level.content, WORK, &start));
        else
            make_guess(&level, &start);
        need(c->whole.weighting.free_unmatched || start_hold(&level.set, &level.content, &start));
        dps_image_clear(&c->picture);
        c->picture = start;
        if (!i)
            look_from(c, 0, &level, &c->picture);
        if (i == schedule->levels - 1) {
            printf("normal %.4f\n", c->spent + s.minimiser.evaluations);
            s.minimiser.evaluations = evaluations;
        }
        minimise_level(c, &level, &s, true);
        if (i == schedule->levels - 1)
            look(c, c->spent, &c->picture);
        else
            look_from(c, c->spent, &level, &c->picture);
        dps_image_clear(&last);
        need(image_copy(&level.content, &last));
        level_close(&level);
    }
    dps_image_clear(&last);
}

static Schedule schedule_of(DpsPreset preset, const char *network, int size)
{
    DpsOptions o;
    Schedule s;
    DpsMessage message[1];

    dps_options_default(&o);
    o.preset = preset;
    o.network = network;
    o.size = size;
    o.threads = WORK->threads;
    if (options_schedule(&o, size, &s, message))
        die("%s", message->text);
    return s;
}

int main(int argc, char **argv)
{
    Comparison c = { 0 };
    DpsMessage message[1];

    if ((argc != 8 && argc != 10) || atoi(argv[2]) < 1)
        die("it takes NETWORK SIZE WEIGHTING THEIRS OURS CONTENT STYLE [CONTENT-LABELS "
            "STYLE-LABELS].");
    int size = atoi(argv[2]);
    Schedule theirs = schedule_of(DPS_PRESET_REFERENCE, argv[1], size);
    Schedule ours = schedule_of(DPS_PRESET_NORMAL, argv[1], size);
    const Level *last = strcmp(argv[3], "paper") ? &ours.level[ours.levels - 1]
                                                 : &theirs.level[theirs.levels - 1];
    c.whole = last->objective;
    c.ensemble = ours.ensemble;
    c.content = read_ppm(argv[6]);
    c.style = read_ppm(argv[7]);
    if (argc == 10) {
        DpsImage a = read_ppm(argv[8]), b = read_ppm(argv[9]);
        need(!dps_regions_from_labels(&a, &b, &c.regions, &c.region));
        dps_image_clear(&a);
        dps_image_clear(&b);
    }
    c.dev = device_find("cpu")->open(WORK);
    need(c.dev);
    if (network_load(c.dev, argv[1], NULL, &c.network, message))
        die("%s", message->text);
    level_open(&c, size, &c.whole, &c.full);
    go_our_way(&c, "ours", &ours, atoi(argv[5]));
    for (int i = 0; i < ours.levels; i++) {
        ours.level[i].minimiser.preconditioner.steps = CLOSER_STEPS;
        ours.level[i].minimiser.preconditioner.lo = CLOSER_LO;
    }
    go_our_way(&c, "closer", &ours, atoi(argv[5]));
    go_their_way(&c, &theirs, atoi(argv[4]));
    dps_image_clear(&c.picture);
    level_close(&c.full);
    network_free(c.network);
    c.dev->be->close(c.dev);
    dps_regions_free(c.regions, c.region);
    dps_image_clear(&c.content);
    dps_image_clear(&c.style);
    return 0;
}
