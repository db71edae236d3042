/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "look-text.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

/* Entries along an axis: the specification's limit. */
#define MOST_SIDE 256

gboolean look_is_cube(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot && g_ascii_strcasecmp(dot, ".cube") == 0;
}

char *look_say_lost(const char *path, double lost)
{
    char *shown = printable(path);
    char *sentence = g_strdup_printf(_("%s: %.2f ΔE2000 lost on average"), shown, lost);

    g_free(shown);
    return sentence;
}

char *look_cube(const DpsLook *look, const char *title)
{
    GString *text = g_string_new(NULL);
    int entries = look->side * look->side * look->side;
    char number[G_ASCII_DTOSTR_BUF_SIZE], *shown = printable(title);

    g_string_append_printf(text, "TITLE \"%s\"\nLUT_3D_SIZE %d\n", g_strdelimit(shown, "\"", '\''),
                           look->side);
    g_free(shown);
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

static gboolean make(DpsLook *look, int side)
{
    look->side = side;
    look->colour = malloc(3 * sizeof(float) * side * side * side);
    return look->colour != NULL;
}

/* Numbers with blanks between, as many as there are room for and no more; how many there were, or -1
 * where something else stands. */
static int read_numbers(const char *line, double *number, int room)
{
    int n = 0;

    for (;; n++) {
        char *end;

        while (g_ascii_isspace(*line))
            line++;
        if (!*line)
            return n;
        if (n == room)
            return -1;
        number[n] = g_ascii_strtod(line, &end);
        if (end == line || !isfinite(number[n]))
            return -1;
        line = end;
    }
}

/* A line that begins with a word: "LUT_3D_SIZE 33". */
static const char *read_keyword(const char *line, DpsLook *look)
{
    double number[3];

    if (g_str_has_prefix(line, "LUT_1D_SIZE"))
        return _("is a table for each colour alone (a 1D LUT); a look needs a 3D LUT.");
    if (g_str_has_prefix(line, "DOMAIN_MIN") &&
        (read_numbers(line + 10, number, 3) != 3 || number[0] || number[1] || number[2]))
        return _("doesn't begin at 0; only tables from 0 to 1 can be applied.");
    if (g_str_has_prefix(line, "DOMAIN_MAX") &&
        (read_numbers(line + 10, number, 3) != 3 || number[0] != 1 || number[1] != 1 ||
         number[2] != 1))
        return _("doesn't end at 1; only tables from 0 to 1 can be applied.");
    if (!g_str_has_prefix(line, "LUT_3D_SIZE"))
        return NULL;
    if (look->colour || read_numbers(line + 11, number, 1) != 1 || number[0] < 2 ||
        number[0] > MOST_SIDE || number[0] != (int) number[0])
        return _("has a size that no 3D LUT has.");
    return make(look, (int) number[0]) ? NULL : _("is too large for the free memory.");
}

const char *look_read_cube(const char *text, DpsLook *look)
{
    const char *why = NULL;
    char **lines = g_strsplit(text, "\n", -1);
    gsize entries = 0, all = 0;

    *look = (DpsLook){ 0 };
    for (int i = 0; lines[i] && !why; i++) {
        char *line = g_strstrip(lines[i]);
        double number[3];

        if (!*line || *line == '#')
            continue;
        if (g_ascii_isalpha(*line)) {
            why = read_keyword(line, look);
            all = (gsize) look->side * look->side * look->side;
        } else if (entries == all || read_numbers(line, number, 3) != 3) {
            why = _("is no 3D LUT: its lines don't hold three numbers each, as many as its size "
                    "says.");
        } else {
            for (int c = 0; c < 3; c++)
                look->colour[3 * entries + c] = (float) CLAMP(number[c], 0, 1);
            entries++;
        }
    }
    if (!why && (!all || entries < all))
        why = _("is no 3D LUT, or ends too early.");
    g_strfreev(lines);
    if (why)
        dps_look_clear(look);
    return why;
}

const char *look_read_hald(const DpsImage *picture, DpsLook *look)
{
    int level = (int) lround(cbrt(picture->width)), side = level * level;
    gsize plane = (gsize) picture->width * picture->height;

    *look = (DpsLook){ 0 };
    if (level < 2 || picture->width != picture->height || level * side != picture->width)
        return _(
            "is no Hald CLUT: such a picture is square, with a side of 8, 27, 64, 125, 216, 343 "
            "or 512 pixels and so on.");
    if (!make(look, side))
        return _("is too large for the free memory.");
    for (gsize i = 0; i < plane; i++)
        for (int c = 0; c < 3; c++)
            look->colour[3 * i + c] = CLAMP(picture->data[c * plane + i], 0, 1);
    return NULL;
}

/* NULL and an error where it can't be read.  A pipe would be waited for, and a device may never end. */
static char *read_text(const char *path, GError **error)
{
    GError *trouble = NULL;
    char *text = NULL, *words;

    if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path,
                    _("is no ordinary file; choose a .cube file."));
    } else if (!g_file_get_contents(path, &text, NULL, &trouble)) {
        words = g_strdup_printf(_("can't be read (%s); choose a .cube file."), trouble->message);
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, words);
        g_free(words);
        g_error_free(trouble);
    }
    return text;
}

gboolean look_open_cube(const char *path, DpsLook *look, GError **error)
{
    char *text = read_text(path, error);
    const char *why = NULL;

    *look = (DpsLook) { 0 };
    if (text)
        why = look_read_cube(text, look);
    if (why)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, why);
    g_free(text);
    return text && !why;
}
