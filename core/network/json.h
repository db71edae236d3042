/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* json.h - the parts of JSON that a safetensors header consists of.
 *
 * A cursor over a text in memory, strict as RFC 8259 says, in which names, strings, non-negative
 * integers and brackets can be taken one after the other.  It is no general parser: there is no
 * tree, and no fraction, sign, true, false or null, since none of them can stand in such a header.
 *
 * Strings are decoded in place and point into the text.  Nothing is allocated. */

#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    char *start, *at, *end; /* *end is 0 */
    const char *missing;    /* after a failure: what should have stood at `at`, as a noun */
} Json;

/* Steps over c (and white space before it) if it is the next character. */
bool json_take(Json *json, char c);

/* The functions below set `missing` and return false where something else stands there. */

/* c, one of {}[]:, */
bool json_expect(Json *json, char c);

/* A string, as UTF-8 that ends with 0.  The character 0 itself is refused. */
bool json_string(Json *json, const char **string);

/* "[1, 2, ...]": at most `room` integers below 2^63. */
bool json_integers(Json *json, int room, int64_t *values, int *count);

/* The end of the text. */
bool json_end(Json *json);

#endif
