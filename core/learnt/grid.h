/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* grid.h - a bilateral grid of affine colour maps over a picture, and the picture that it makes.
 *
 * The grid lies over the whole picture, whatever its size and shape, with GRID_SIDE cells along each side and
 * GRID_DEPTH from black to white.  A map says how a colour moves: with m the 12 numbers that lie, trilinearly
 * interpolated, at a pixel's place and luma, its colour e becomes
 *     e_d + m[4 d] e_0 + m[4 d + 1] e_1 + m[4 d + 2] e_2 + m[4 d + 3],
 * so that a grid of zeros changes nothing.  (Chen, Paris, Durand: "Real-time Edge-Aware Image Processing with the
 * Bilateral Grid", SIGGRAPH 2007; Gharbi and others: "Deep Bilateral Learning for Real-Time Image Enhancement",
 * SIGGRAPH 2017, section 3.2.)
 *
 * Where the maps come from is network.h's. */

#ifndef GRID_H
#define GRID_H

#include "image/image.h"

enum {
    GRID_SIDE = 16,
    GRID_DEPTH = 8,
    GRID_MAP = 12,
    GRID_CELL = GRID_DEPTH * GRID_MAP,
    GRID_VALUES = GRID_SIDE * GRID_SIDE * GRID_CELL
};

/* grid: GRID_SIDE x GRID_SIDE cells, row after row, each GRID_DEPTH maps from dark to bright.  in: 3 planes.
 * out: already made, 3 planes of the same size, not in.  Nothing is clipped. */
void grid_apply(const float *grid, const DpsImage *in, const DpsWork *work, DpsImage *out);

/* gradient: of a loss with respect to grid_apply's out, 3 planes of in's size.  slope[GRID_VALUES] becomes that
 * with respect to the grid. */
void grid_back(const DpsImage *in, const float *gradient, float *slope);

#endif
