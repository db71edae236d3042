/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* take.h - how much of a transfer is taken over: colour alone, brightness alone, a share of it.
 *
 * Works pixel by pixel on the picture in full size.  Knows nothing of how the transfer came about. */

#ifndef TAKE_H
#define TAKE_H

#include "image/image.h"

/* Puts the content's luma back into a result (DPS_TAKE_COLOUR), or keeps nothing but the result's luma
 * (DPS_TAKE_BRIGHTNESS); DPS_TAKE_ALL leaves it as it is.
 *
 * Luma is Y' = 0.2126 R + 0.7152 G + 0.0722 B of the display-encoded values (Rec. 709), and colour
 * what R, G and B differ from it by: one picture's differences are laid over the other's luma, as
 * the blend modes "color" and "luminosity" do (W3C, Compositing and Blending Level 1).  Where that
 * leaves [0, 1] the differences are made smaller, all by the same factor: the hue and Y' stay.  A
 * content that goes beyond [0, 1] itself may go as far again.
 *
 * result: 3 planes of the content's size, changed in place, and not the content itself. */
void take_over(const DpsImage *content, DpsTake take, const DpsWork *work, DpsImage *result);

/* The same of one pixel: R G B of content and result. */
void take_over_pixel(const float content[3], DpsTake take, float result[3]);

#endif
