/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "printable.h"

/* Line and paragraph separators, and the characters by which a name can show another order than it has
 * (Unicode, Bidirectional Algorithm, explicit directional formatting). */
static gboolean misleads(gunichar c)
{
    return c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

char *printable(const char *text)
{
    GString *out = g_string_new(NULL);

    while (*text) {
        gunichar c = g_utf8_get_char_validated(text, -1);

        if (c == (gunichar) -1 || c == (gunichar) -2) {
            g_string_append_printf(out, "\\x%02x", (guchar) *text++);
            continue;
        }
        if (g_unichar_iscntrl(c))
            g_string_append_printf(out, "\\x%02x", c);
        else if (misleads(c))
            g_string_append_printf(out, "\\u%04x", c);
        else
            g_string_append_unichar(out, c);
        text = g_utf8_next_char(text);
    }
    return g_string_free(out, FALSE);
}
