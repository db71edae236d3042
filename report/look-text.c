/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "look-text.h"

char *look_cube(const DpsLook *look, const char *title)
{
    GString *text = g_string_new(NULL);
    int entries = look->side * look->side * look->side;
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(text, "TITLE \"%s\"\nLUT_3D_SIZE %d\n", title, look->side);
    for (int i = 0; i < 3 * entries; i++) {
        g_ascii_formatd(number, sizeof number, "%.6f", look->colour[i]);
        g_string_append_printf(text, "%s%c", number, i % 3 < 2 ? ' ' : '\n');
    }
    return g_string_free(text, FALSE);
}

gboolean look_hald(const DpsLook *look, int level, DpsImage *out)
{
    int width = level * level * level, side = level * level;
    gsize plane = (gsize) width * width;

    if (!dps_image_init(out, 3, width, width))
        return FALSE;
    for (int i = 0; i < width * width; i++) {
        float in[3] = { (float) (i % side), (float) (i / side % side), (float) (i / side / side) };
        float colour[3];

        for (int c = 0; c < 3; c++)
            in[c] /= side - 1;
        dps_look_apply(look, in, colour);
        for (int c = 0; c < 3; c++)
            out->data[c * plane + i] = colour[c];
    }
    return TRUE;
}
