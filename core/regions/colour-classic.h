/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* colour-classic.h - two colour transfers that are older than this one, region by region, for comparison
 * and for who prefers them.
 *
 * Means and deviations: E. Reinhard, M. Ashikhmin, B. Gooch, P. Shirley: "Color Transfer between
 * Images", IEEE Computer Graphics and Applications 21(5), 2001.
 * Histograms: histogram specification, R. Gonzalez, R. Woods: "Digital Image Processing", of each channel.
 *
 * Like colour.h, neither moves anything but colours. */

#ifndef COLOUR_CLASSIC_H
#define COLOUR_CLASSIC_H

#include "regions.h"

/* Both change every region of the content to its own in the style, leave unmatched ones alone, blend by
 * the masks and clip to [0, 1]; where there is no mask at all the content stays.  set: masks of the sizes of
 * content and style.  *out is made, of the content's size; the caller clears it.  False when memory is
 * short. */

/* Each axis of l alpha beta gets the style's mean and deviation:
 *     y = (x - m_content) s_style / s_content + m_style,
 * x being D log10(M v + 1/255), M the paper's matrix to L M S and D its decorrelating one, of
 * display-encoded values v.  The paper has no 1/255: that is for black.  The content's deviations count as
 * 0.001 at least, so that nothing is divided by 0. */
bool colour_reinhard(const DpsImage *content, const DpsImage *style, const RegionSet *set,
                     const DpsWork *work, DpsImage *out);

/* Each of R, G and B becomes F_style^-1(F_content(v)), F(v) being the share of a region that lies below v:
 * masks summed up in 256 bins about the levels of 8 bits, linear within a bin; of several values the least. */
bool colour_histogram(const DpsImage *content, const DpsImage *style, const RegionSet *set,
                      const DpsWork *work, DpsImage *out);

#endif
