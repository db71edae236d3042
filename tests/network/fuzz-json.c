/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fuzz-json.c - the JSON cursor against texts that chance made.  See fuzz.h. */

#include <string.h>

#include "fuzz.h"
#include "network/json.h"

static const FuzzSeed seeds[] = {
    FUZZ_TEXT("{\"a\": [1, 2, 3], \"b\\n\\u00e4\\ud83d\\ude00\": {\"c\": \"d\", \"e\": []}}  "),
    FUZZ_TEXT("[0, 9223372036854775807, \"\", {}, [[]]]"),
};
static const char *const words[] = {
    "{",  "}",   "[",        "]", ",", ":", "\"", "\\", "\\u0041", "\\ud800", "9223372036854775808",
    "-1", "1e9", "\303\244", NULL
};

/* Takes whatever stands there, one thing after the other, as long as something fits. */
static void attempt(const uint8_t *bytes, size_t size)
{
    static const char marks[] = "{}[]:,";
    char *text = malloc(size + 1);
    fuzz_must(text != NULL, "out of memory");
    memcpy(text, bytes, size);
    text[size] = '\0';
    Json json = { text, text, text + size, NULL };
    for (char *last = NULL; json.at != last;) {
        int64_t values[4];
        int count = 0;
        const char *string;
        last = json.at;
        for (const char *mark = marks; *mark; mark++)
            json_take(&json, *mark);
        if (json_integers(&json, 4, values, &count))
            fuzz_must(count >= 0 && count <= 4, "more integers than there is room");
        for (int i = 0; i < count; i++)
            fuzz_must(values[i] >= 0, "a negative integer");
        if (json_string(&json, &string))
            fuzz_must(string >= text && string + strlen(string) <= text + size, "a string outside");
        fuzz_must(json.at >= last && json.at <= json.end, "the cursor is outside");
    }
    if (!json_end(&json))
        fuzz_must(json.missing != NULL, "a failure without what is missing");
    free(text);
}

FUZZ_MAIN("fuzz-json", seeds, words, attempt)
