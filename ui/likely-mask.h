/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* likely-mask.h - which layers are hardly meant as masks. */

#ifndef LIKELY_MASK_H
#define LIKELY_MASK_H

#include <libgimp/gimp.h>

/* Whether it is rather a photo: a layer that is opaque, with colours or half-tones. */
gboolean mask_looks_like_photo(GimpDrawable *mask);

#endif
