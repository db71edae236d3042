/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a person would call the regions, by place and colour: a word says how its region differs in both
 * photos from the others, and no two regions have the same. */
#include "message.h"
#include "segment.h"

#include <math.h>

enum { MOST = DPS_REGIONS_AUTO };

/* What a sky has at least: this much of the upper edge; in one of the photos, this much blue; and how much
 * less smooth than other regions it may be, as a difference of log deviations. */
#define SKY_EDGE 0.6
#define SKY_BLUE 0.02
#define SKY_ROUGHER 0.3

/* How far from the middle a region is that is called by its side. */
#define ASIDE 0.1

/* A colour is called by its hue where it is this far from grey and this near to the hue (a cosine), and
 * brown instead of orange where luma is below this. */
#define COLOURED 0.06
#define NEAR 0.87
#define BROWN 0.4

enum {
    SKY,
    UPPER,
    LOWER,
    LEFT,
    RIGHT,
    MIDDLE,
    HIGHER,
    DEEPER,
    DARK,
    BRIGHT,
    GREY,
    RED,
    ORANGE,
    BROWNISH,
    YELLOW,
    GREEN,
    BLUE,
    PURPLE,
    WORDS
};

static const char *const word[WORDS] = {
    N_("sky"),          N_("upper"),        N_("lower"),  N_("left"),   N_("right"), N_("middle"),
    N_("upper middle"), N_("lower middle"), N_("dark"),   N_("bright"), N_("grey"),  N_("red"),
    N_("orange"),       N_("brown"),        N_("yellow"), N_("green"),  N_("blue"),  N_("purple")
};

/* Around the circle of the opponents red - green and yellow - blue, where pure colours lie. */
static const double degrees[WORDS] = { [RED] = 27,    [ORANGE] = 56, [BROWNISH] = 56, [YELLOW] = 90,
                                       [GREEN] = 153, [BLUE] = 262,  [PURPLE] = 325 };

/* Means over a region of one photo: its place from 0 to 1, its colours, its texture; and its share of
 * the upper edge. */
typedef struct {
    double down, across, luma, redgreen, yellowblue, fine, edge;
} Look;

/* The sum over a region of a plane of features. */
static double sum(const SegmentPicture *picture, int feature, int region)
{
    const float *plane = image_plane(&picture->feature, feature);
    double total = 0;
    for (size_t i = 0; i < image_pixels(&picture->small); i++)
        total += picture->label[i] == region ? (double) plane[i] : 0;
    return total;
}

static void look_at(const SegmentPicture *picture, int region, Look *look)
{
    int width = picture->small.width;
    double across = 0, count = 0, edge = 0, top = 0;
    for (size_t i = 0; i < image_pixels(&picture->small); i++) {
        bool own = picture->label[i] == region, first = i < (size_t) width;
        count += own;
        across += own * ((double) (i % (size_t) width) + 0.5) / width;
        edge += own && first;
        top += first && picture->label[i] != SEGMENT_HIDDEN;
    }
    count = fmax(1, count);
    *look = (Look) { .down = sum(picture, SEGMENT_DOWN, region) / count,
                     .across = across / count,
                     .luma = sum(picture, SEGMENT_LUMA, region) / count,
                     .redgreen = sum(picture, SEGMENT_REDGREEN, region) / count,
                     .yellowblue = sum(picture, SEGMENT_YELLOWBLUE, region) / count,
                     .fine = sum(picture, SEGMENT_FINE, region) / count,
                     .edge = edge / fmax(1, top) };
}

static double away_from_hue(const Look *look, int which)
{
    return atan2(look->yellowblue, look->redgreen) - degrees[which] * (acos(-1.0) / 180);
}

/* How much of what the word says a region has, to be compared with others. */
static double amount(const Look *look, int which)
{
    double chroma = hypot(look->redgreen, look->yellowblue);
    switch (which) {
    case UPPER:
        return -look->down;
    case LOWER:
        return look->down;
    case LEFT:
        return -look->across;
    case RIGHT:
        return look->across;
    case MIDDLE:
        return -fmax(fabs(look->down - 0.5), fabs(look->across - 0.5));
    case HIGHER:
        return -fabs(look->down - 0.4);
    case DEEPER:
        return -fabs(look->down - 0.6);
    case DARK:
        return -look->luma;
    case BRIGHT:
        return look->luma;
    case GREY:
        return -chroma;
    default:
        return chroma * cos(away_from_hue(look, which));
    }
}

/* Whether the word is true of a region at all, whatever the others are. */
static bool holds(const Look *look, int which)
{
    double chroma = hypot(look->redgreen, look->yellowblue);
    if (which == LEFT || which == RIGHT)
        return fabs(look->across - 0.5) > ASIDE;
    if (which < GREY)
        return true;
    if (which == GREY)
        return chroma < COLOURED;
    return chroma >= COLOURED && cos(away_from_hue(look, which)) >= NEAR &&
           (which == BROWNISH ? look->luma < BROWN : which != ORANGE || look->luma >= BROWN);
}

static bool is_sky(const Look look[MOST], int regions, int k)
{
    bool sky = look[k].edge >= SKY_EDGE;
    for (int j = 0; j < regions; j++)
        sky = sky && (j == k ||
                      (look[j].down > look[k].down && look[j].fine > look[k].fine - SKY_ROUGHER));
    return sky;
}

/* By how much more than any other region k has of what the word says, in either photo. */
static double lead(const Look look[2][MOST], int regions, int k, int which)
{
    double least = INFINITY;
    for (int m = 0; m < 2; m++)
        for (int j = 0; j < regions; j++)
            if (j != k)
                least = fmin(least, amount(&look[m][k], which) - amount(&look[m][j], which));
    return least;
}

/* Of three regions one in the middle is just that. */
static bool too_fine(int which, int regions)
{
    return regions <= 3 && (which == HIGHER || which == DEEPER);
}

/* Gives the clearest of the names that are left; used: the words that are not. */
static void name_next(const Look look[2][MOST], int regions, const char *name[], bool used[WORDS])
{
    double most = -INFINITY;
    int best = 0, best_word = SKY;
    for (int k = 0; k < regions; k++)
        for (int which = UPPER; which < WORDS && !name[k]; which++) {
            double here;
            if (used[which] || too_fine(which, regions) || !holds(&look[0][k], which) ||
                !holds(&look[1][k], which))
                continue;
            here = lead(look, regions, k, which);
            if (here > most) {
                most = here;
                best = k;
                best_word = which;
            }
        }
    name[best] = word[best_word];
    used[best_word] = true;
}

void segment_names(const SegmentPicture picture[2], int regions, const char *name[])
{
    Look look[2][MOST];
    bool used[WORDS] = { false };
    int named = 0;
    for (int k = 0; k < regions; k++) {
        name[k] = NULL;
        look_at(&picture[0], k, &look[0][k]);
        look_at(&picture[1], k, &look[1][k]);
    }
    if (regions == 1) {
        name[0] = N_("the whole picture");
        return;
    }
    for (int k = 0; k < regions && !named; k++)
        if (is_sky(look[0], regions, k) && is_sky(look[1], regions, k) &&
            fmin(look[0][k].yellowblue, look[1][k].yellowblue) < -SKY_BLUE) {
            name[k] = word[SKY];
            named = 1;
        }
    for (; named < regions; named++)
        name_next(look, regions, name, used);
}
