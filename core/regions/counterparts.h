/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* counterparts.h - which part of the style stands in for a region that only the content has.
 *
 * Decided once per run, from both photos made small, so that all sizes agree.  What is done with it
 * is regions.h's. */

#ifndef COUNTERPARTS_H
#define COUNTERPARTS_H

#include "regions.h"

/* Follows job->options.unmatched.  of[k] becomes what stands in for region k, "the rest" coming last:
 * the number of a region, or one of regions.h's COUNTERPART_...; of has job->regions + 1 entries.
 * content, style: the job's photos at any size.
 *
 * The nearest region is the one with the least
 *     |a - b|^2 + tr(A + B - 2 (A^1/2 B A^1/2)^1/2) + 0.02 |s - t|^2 + (y - z)^2,
 * a, b being mean colours less those of the whole photo, A, B covariances of colours (this is the
 * squared 2-Wasserstein distance of two normal distributions), s, t logarithms of the contrast of
 * neighbouring pixels at two sizes, y, z mean heights in the photo as fractions of it.  Colours are
 * compared with their photo's because the two photos differ in light.  With these
 * weights it is the region that people chose in about half of the cases, where chance would be right
 * in less than a third (tests/cli/test-unmatched.py).
 * False when memory is short. */
bool counterparts_find(const DpsJob *job, const DpsImage *content, const DpsImage *style,
                       const DpsWork *work, int *of);

#endif
