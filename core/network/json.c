/* SPDX-License-Identifier: LGPL-3.0-or-later */

#include "json.h"

#include <string.h>

static bool missing(Json *json, const char *what)
{
    json->missing = what;
    return false;
}

static void skip_space(Json *json)
{
    while (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' || *json->at == '\r')
        json->at++;
}

bool json_take(Json *json, char c)
{
    skip_space(json);
    if (*json->at != c)
        return false;
    json->at++;
    return true;
}

bool json_expect(Json *json, char c)
{
    static const char brackets[] = "{}[]:,";
    static const char *const names[] = { "a \"{\"", "a \"}\"", "a \"[\"",
                                         "a \"]\"", "a \":\"", "a \",\"" };
    return json_take(json, c) || missing(json, names[strchr(brackets, c) - brackets]);
}

bool json_end(Json *json)
{
    skip_space(json);
    return json->at == json->end || missing(json, "the end of the header");
}

/* ------------------------------------------------------------------ characters */

/* Four hexadecimal digits, or -1. */
static int hex4(const char *s)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    int value = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit = s[i] ? strchr(digits, s[i]) : NULL;
        if (!digit)
            return -1;
        int d = (int) (digit - digits);
        value = 16 * value + (d < 16 ? d : d - 6);
    }
    return value;
}

/* Writes the character as UTF-8; returns its length. */
static int utf8_encode(char *out, int c)
{
    static const int lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    int extra = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    out[0] = (char) (lead[extra] | c >> 6 * extra);
    for (int i = 1; i <= extra; i++)
        out[i] = (char) (0x80 | (c >> 6 * (extra - i) & 0x3f));
    return extra + 1;
}

/* The length of the well-formed character at s (Unicode standard, table 3-7), or 0.  Reads no
 * further than the 0 that ends s. */
static int utf8_length(const char *s)
{
    const unsigned char *u = (const unsigned char *) s;
    int extra;
    if (u[0] < 0x80)
        return 1;
    else if (u[0] >= 0xc2 && u[0] <= 0xdf)
        extra = 1;
    else if (u[0] >= 0xe0 && u[0] <= 0xef)
        extra = 2;
    else if (u[0] >= 0xf0 && u[0] <= 0xf4)
        extra = 3;
    else
        return 0;
    for (int i = 1; i <= extra; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    bool surrogate = u[0] == 0xed && u[1] > 0x9f;
    bool beyond = u[0] == 0xf4 && u[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : extra + 1;
}

/* The escape just after a backslash, as a character; -1 if it is none.  Half a surrogate pair is
 * none, nor is the character 0, which would end the string early. */
static int escape(Json *json)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *s = json->at, *simple = *s ? strchr(from, *s) : NULL;
    if (simple) {
        json->at++;
        return to[simple - from];
    }
    int unit = *s == 'u' ? hex4(s + 1) : -1;
    if (unit <= 0)
        return -1;
    if (unit < 0xd800 || unit > 0xdfff) {
        json->at += 5;
        return unit;
    }
    int low = unit <= 0xdbff && s[5] == '\\' && s[6] == 'u' ? hex4(s + 7) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    json->at += 11;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/* ---------------------------------------------------------------------- values */

/* No escape is shorter than what it stands for, and the closing quote makes room for the 0: the
 * decoded string fits where the written one stands. */
bool json_string(Json *json, const char **string)
{
    skip_space(json);
    if (*json->at != '"')
        return missing(json, "a text in quotes");
    char *out = ++json->at;
    *string = out;
    while (*json->at != '"') {
        if ((unsigned char) *json->at < 0x20)
            return missing(json, "the end of a text");
        int length = utf8_length(json->at);
        if (length == 0)
            return missing(json, "a character in UTF-8");
        if (*json->at == '\\') {
            json->at++;
            int c = escape(json);
            if (c < 0)
                return missing(json, "a valid escape");
            out += utf8_encode(out, c);
        } else {
            memmove(out, json->at, (size_t) length);
            out += length;
            json->at += length;
        }
    }
    json->at++;
    *out = 0;
    return true;
}

static bool integer(Json *json, int64_t *value)
{
    skip_space(json);
    const char *first = json->at;
    *value = 0;
    for (; *json->at >= '0' && *json->at <= '9'; json->at++) {
        int digit = *json->at - '0';
        if (json->at > first && *first == '0')
            return missing(json, "the end of a number that begins with 0");
        if (*value > (INT64_MAX - digit) / 10)
            return missing(json, "a number below 2^63");
        *value = 10 * *value + digit;
    }
    return json->at > first || missing(json, "a whole number");
}

bool json_integers(Json *json, int room, int64_t *values, int *count)
{
    *count = 0;
    if (!json_expect(json, '['))
        return false;
    if (json_take(json, ']'))
        return true;
    do {
        if (*count == room)
            return missing(json, "the end of a list of numbers");
        if (!integer(json, &values[(*count)++]))
            return false;
    } while (json_take(json, ','));
    return json_expect(json, ']');
}
