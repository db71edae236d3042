/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Bringing a network's features to the scale of those that the paper's weights were chosen for.
 *
 * The authors' VGG-19 takes colours up to 256 and gives features two orders of magnitude larger than
 * torchvision's networks do; losses of features are squares, and of Gram matrices fourth powers of them, and
 * beside them the matting and total variation terms have weights of their own.  How large the authors'
 * features are is known from what jcjohnson/neural-style prints, whose network and losses they share: its
 * INSTALL.md has the losses of a grey picture for its sample pair.  For the same pair torchvision's VGG-16,
 * computed apart, has losses that follow from features 105, 151, 87, 418, 225 and 56 times smaller (relu1_1,
 * relu2_1, relu3_1, relu4_1, relu4_2, relu5_1).  These factors, and the mean squares that VGG-16's features of the
 * picture below have, make the table; another network's features are brought to the same mean squares.  But two
 * factors are out of line with those beside them.  With relu4_1's, that layer has 99 % of the style loss of the authors'
 * own picture: 140 stands in its place, the geometric mean of relu3_1's and relu4_2's.  With relu1_1's, that layer
 * has a hundredth of what relu2_1 and relu3_1 have, and nothing asks for the style's brightness: 332 stands in its
 * place, which makes their losses alike (QUALITY.md). */

#include "networks.h"

#include "image/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Mean squares of the authors' features of the test picture, per layer. */
static const struct {
    const char *layer;
    double square;
} authors[] = { { "relu1_1", 7.542e+04 }, { "relu2_1", 1.585e+05 }, { "relu3_1", 1.042e+05 },
                { "relu4_1", 1.977e+05 }, { "relu4_2", 2.607e+05 }, { "relu5_1", 4077 } };

#define PART 6 /* "relu4_" */

/* That of the layer, or of the first in its part; 0: unknown. */
static double authors_square(const char *name)
{
    double square = 0;

    for (size_t i = sizeof authors / sizeof *authors; i-- > 0;)
        if (strncmp(authors[i].layer, name, PART) == 0) {
            square = authors[i].square;
            if (strcmp(authors[i].layer, name) == 0)
                break;
        }
    return square;
}

/* ---------------------------------------------------------------- the test picture */

#define SIDE 192
#define COARSEST 3

/* Adds noise of `cells` cells along each side, enlarged to the picture, to a plane. */
static bool add_octave(DpsImage *picture, int plane, int cells, double strength, Random *random)
{
    const DpsWork work = { .threads = 1 };
    DpsImage small, large;

    if (!dps_image_init(&small, 1, cells, cells))
        return false;
    for (int i = 0; i < cells * cells; i++)
        small.data[i] = (float) (strength * random_normal(random));
    bool good = image_resize_bilinear(&small, SIDE, SIDE, &work, &large);
    for (int i = 0; i < SIDE * SIDE && good; i++)
        image_plane(picture, plane)[i] += large.data[i];
    dps_image_clear(&small);
    if (good)
        dps_image_clear(&large);
    return good;
}

/* Noise with as much contrast at each size, as photographs have (1/f), most of it grey. */
static bool make_picture(DpsImage *picture)
{
    Random random = { 1 };
    bool good = dps_image_init(picture, 3, SIDE, SIDE);

    for (int i = 0; i < 3 * SIDE * SIDE && good; i++)
        picture->data[i] = 0;
    for (int cells = COARSEST; cells <= SIDE && good; cells *= 2) {
        good = add_octave(picture, 0, cells, 0.1, &random);
        for (int c = 1; c < 3 && good; c++)
            good = add_octave(picture, c, cells, 0.03, &random);
    }
    for (int i = 0; i < SIDE * SIDE && good; i++)
        for (int c = 2; c >= 0; c--)
            image_plane(picture, c)[i] =
                image_clipped(0.45f + picture->data[i] + (c ? image_plane(picture, c)[i] : 0));
    return good;
}

/* ------------------------------------------------------------------------ scales */

/* The mean square of each layer's features of the picture. */
static DpsStatus measure(const Network *n, const DpsImage *picture, double square[NETWORK_LAYERS])
{
    const Backend *be = n->dev->be;
    Node *node[NETWORK_LAYERS];
    Tape *tape = tape_new(n->dev, 3, SIDE, SIDE, false);
    Tensor *x = be->tensor(n->dev, 3, SIDE, SIDE);
    DpsStatus status = DPS_NO_MEMORY;

    if (tape && x) {
        network_record(n, n->layers, tape, node);
        if (tape_ready(tape)) {
            be->upload(x, picture->data);
            tape_forward(tape, x);
            for (int i = 0; i < n->layers; i++) {
                const Tensor *y = node_value(node[i]);
                be->dots(i, y, 1, &(Tensor *) { (Tensor *) y });
            }
            status = be->read(n->dev, 0, n->layers, square);
        }
    }
    for (int i = 0; i < n->layers && !status; i++) {
        const Tensor *y = node_value(node[i]);
        square[i] /= (double) y->c * y->h * y->w;
    }
    tape_free(tape);
    if (x)
        be->drop(x);
    return status;
}

DpsStatus network_calibrate(Network *n, DpsStatistics statistics)
{
    double square[NETWORK_LAYERS];
    DpsImage picture = { 0 };
    DpsStatus status = make_picture(&picture) ? measure(n, &picture, square) : DPS_NO_MEMORY;

    dps_image_clear(&picture);
    if (status)
        return status;
    n->calibrated = true;
    for (int i = 0; i < n->styles; i++) {
        double wanted = authors_square(n->layer[n->style[i]].name), is = square[n->style[i]];
        n->calibrated = n->calibrated && wanted > 0 && is > 0;
        if (wanted > 0 && is > 0)
            n->share[i] *= statistics == DPS_STATISTICS_GRAM ? pow(wanted / is, 2) : wanted / is;
    }
    for (int i = 0; i < n->contents; i++) {
        double wanted = authors_square(n->layer[n->content[i]].name), is = square[n->content[i]];
        n->calibrated = n->calibrated && wanted > 0 && is > 0;
        if (wanted > 0 && is > 0)
            n->content_share[i] *= wanted / is;
    }
    return DPS_OK;
}
