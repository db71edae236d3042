/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fuzz-recipe.c - reports read as recipes against texts that chance made.  See fuzz.h. */

#include <string.h>

#include "fuzz.h"
#include "report/recipe.h"

static const FuzzSeed seeds[] = {
    FUZZ_TEXT(
        "{\"version\": \"0.1.0\", \"options\": {\"preset\": \"draft\", \"network\": \"builtin\", "
        "\"size\": 48, \"amount\": 0.5, \"seed\": 7, \"take\": \"all\"}, \"inputs\": "
        "{\"content\": \"/a.png\", \"style\": \"file:///b%20c.png\", \"content_masks\": "
        "[{\"name\": \"sky\", \"file\": \"/sky.png\"}], \"auto_regions\": false, \"depth\": "
        "\"16\"}}"),
    FUZZ_TEXT("{\"options\": {}}"),
};
static const char *const words[] = {
    "{",  "}",   "[",       "]",   ",",      ":",    "\"",          "null",     "true", "1e999",
    "-1", "0.5", "\\u0000", "nan", "\"a\":", "[[[[", "\"inputs\":", "file:///", NULL
};

static void attempt(const uint8_t *bytes, size_t size)
{
    OptionSet settings;
    RecipeInputs inputs = { 0 };
    GError *error = NULL;
    option_set_init(&settings);
    if (recipe_read((const char *) bytes, (gssize) size, "r.json", &settings, &inputs, &error)) {
        fuzz_must(error == NULL, "an error with a success");
        for (int i = 0; dps_option(i); i++) {
            const DpsOption *option = dps_option(i);
            double number = dps_option_number(option, &settings.options);
            gboolean counts = option->type == DPS_OPTION_INTEGER || option->type == DPS_OPTION_REAL;
            fuzz_must(!counts || (number >= option->least && number <= option->most),
                      "an option out of range");
        }
    } else {
        fuzz_must(error != NULL && g_str_has_prefix(error->message, "r.json: "),
                  "a failure without a sentence");
        fuzz_must(g_utf8_validate(error->message, -1, NULL), "a message that is no UTF-8");
    }
    g_clear_error(&error);
    recipe_inputs_clear(&inputs);
    option_set_clear(&settings);
}

FUZZ_MAIN("fuzz-recipe", seeds, words, attempt)
