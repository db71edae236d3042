/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "region-colour.h"

#include <glib.h>

/* Colours that the colour-blind can tell apart too: Okabe and Ito, "Color Universal Design"
 * (2008), without black. */
const float *region_colour(int number)
{
    static const float palette[][3] = {
        { 0.90f, 0.62f, 0.00f }, { 0.34f, 0.71f, 0.91f }, { 0.00f, 0.62f, 0.45f },
        { 0.94f, 0.89f, 0.26f }, { 0.00f, 0.45f, 0.70f }, { 0.84f, 0.37f, 0.00f },
        { 0.80f, 0.47f, 0.65f },
    };

    return palette[number % G_N_ELEMENTS(palette)];
}
