/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* model.h - what networks of other makers see in photos: regions by what they show, and how good a picture is.
 *
 * A model is an ONNX file with a description beside it (description.h).  It only ever reads what it is given
 * here, and nothing is downloaded.  Errors are whole sentences of MODEL_ERROR's domain (onnx.h).
 *
 * `licence` (may be NULL) becomes the model's terms, to be shown and freed. */

#ifndef MODELS_MODEL_H
#define MODELS_MODEL_H

#include "onnx.h"

/* The terms of the model of regions in `file`, as its description has them; to be freed.  NULL and an error
 * where it can't be used. */
char *model_licence(const char *file, GError **error);

/* Regions of two photos, named by the kinds of things that they show, as dps_regions_from_seen gives them;
 * dps_regions_free frees them.  For models of classes, and of mattes: the subject and the rest. */
gboolean model_regions(const char *file, const DpsImage *content, const DpsImage *style, int most,
                       const DpsWork *work, int *regions, DpsRegion **region, char **licence,
                       GError **error);

/* How good a picture is, as the model's own scale has it: the one number that it gives, or of several, which
 * say how probable the ratings 1, 2 and so on are, the mean rating (NIMA: H. Talebi, P. Milanfar, TIP 2018).
 * For models of ratings. */
gboolean model_rate(const char *file, const DpsImage *photo, const DpsWork *work, double *rating,
                    char **licence, GError **error);

#endif
