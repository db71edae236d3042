/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* luma.h - luma of display-encoded colours, by the two standards that are in use here.
 *
 * Rec. 709, the one for sRGB, is for what a person sees: what is taken over, how bright a mask is.
 * Rec. 601 is for features and measures: the measures' definition and golden vectors have it, and
 * regions are told apart by thresholds that were found with it. */

#ifndef LUMA_H
#define LUMA_H

static inline float luma_709(float r, float g, float b)
{
    return 0.2126f * r + 0.7152f * g + 0.0722f * b;
}

static inline float luma_601(float r, float g, float b)
{
    return 0.299f * r + 0.587f * g + 0.114f * b;
}

static inline double luma_601_double(double r, double g, double b)
{
    return 0.299 * r + 0.587 * g + 0.114 * b;
}

#endif
