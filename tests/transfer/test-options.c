/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The table of options: that it is whole, that values go in and come out, and that the engine refuses
 * what the table doesn't allow.  That every option is found in help, manual, completions, reports and
 * the plug-in's arguments is tested from outside: tests/cli/test-options.py, tests/gimp. */

#include "check.h"
#include "dps.h"

#include <math.h>
#include <string.h>

static bool is_text(const DpsOption *option)
{
    return option->type == DPS_OPTION_TEXT || option->type == DPS_OPTION_FILE;
}

static size_t size_of(const DpsOption *option)
{
    return is_text(option)                   ? sizeof(const char *)
           : option->type == DPS_OPTION_REAL ? sizeof(double)
                                             : sizeof(int);
}

/* Every byte of DpsOptions belongs to one option, but for what aligns them: a member without an entry
 * would show as a gap of 4 bytes or more that a larger neighbour doesn't explain. */
static void test_whole(void)
{
    unsigned char owner[sizeof(DpsOptions)] = { 0 };
    size_t covered = 0;

    for (int i = 0; dps_option(i); i++) {
        const DpsOption *option = dps_option(i);
        CHECK(option->offset % size_of(option) == 0, "%s lies askew", option->name);
        for (size_t k = 0; k < size_of(option); k++)
            CHECK(!owner[option->offset + k]++, "%s shares its place", option->name);
        covered += size_of(option);
    }
    size_t gaps = 0;
    for (size_t k = 0; k + 4 <= sizeof owner; k += 4)
        if (!owner[k]) {
            gaps++;
            CHECK(k % 8 == 4 && (k + 4 == sizeof owner || owner[k + 4]),
                  "a member at %zu has no entry", k);
        }
    CHECK(covered + 4 * gaps == sizeof owner, "%zu and %zu gaps of %zu", covered, gaps,
          sizeof owner);
}

static void test_entries(void)
{
    for (int i = 0; dps_option(i); i++) {
        const DpsOption *option = dps_option(i);
        CHECK(dps_option_find(option->name) == option, "%s", option->name);
        CHECK(*option->label && *option->help && *option->value && option->where, "%s",
              option->name);
        CHECK(option->help[strlen(option->help) - 1] != '.', "%s: %s", option->name, option->help);
        CHECK(is_text(option) == (option->usual_text != NULL), "%s", option->name);
        CHECK(is_text(option) || (option->least < option->most && option->usual >= option->least &&
                                  option->usual <= option->most),
              "%s", option->name);
        CHECK((option->type == DPS_OPTION_CHOICE) == (option->choice != NULL), "%s", option->name);
        for (int k = 0; option->choice && k <= (int) option->most; k++) {
            CHECK(*option->choice[k].name && *option->choice[k].label, "%s %d", option->name, k);
            CHECK(dps_choice_find(option, option->choice[k].name) == k, "%s %d", option->name, k);
            CHECK(!strcmp(dps_choice_name(option->name, k), option->choice[k].name), "%s %d",
                  option->name, k);
        }
        for (int k = 0; k < i; k++)
            CHECK(strcmp(dps_option(k)->name, option->name) &&
                      (!option->letter || dps_option(k)->letter != option->letter),
                  "%s and %s", dps_option(k)->name, option->name);
    }
    CHECK(!dps_option(-1) && !dps_option_find("nonsense") && !dps_option_find("amoun") &&
              !dps_option_find("amounts"),
          "what there isn't");
    CHECK(dps_option_find("content_weight") == dps_option_find("content-weight"), "both spellings");
    CHECK(dps_choice_find(dps_option_find("take"), "half") == -1, "no choice");
    CHECK(dps_choice_find(dps_option_find("amount"), "all") == -1, "not a choice");
    CHECK(!*dps_choice_name("take", 3) && !*dps_choice_name("start", -1) &&
              !*dps_choice_name("amount", 0),
          "numbers that are none");
}

static void test_values(void)
{
    DpsOptions o;

    dps_options_default(&o);
    CHECK(o.preset == DPS_PRESET_NORMAL && o.photorealism == 1e4 && o.amount == 1 &&
              o.window_radius == 1 && !o.network,
          "defaults");
    for (int i = 0; dps_option(i); i++) {
        const DpsOption *option = dps_option(i);
        if (is_text(option)) {
            CHECK(!strcmp(dps_option_text(option, &o), option->usual_text), "%s", option->name);
            dps_option_set_text(option, &o, "other");
            CHECK(!strcmp(dps_option_text(option, &o), "other"), "%s", option->name);
            CHECK(!dps_option_set_number(option, &o, 1), "%s is no number", option->name);
            continue;
        }
        CHECK(dps_option_number(option, &o) == option->usual, "%s", option->name);
        CHECK(dps_option_set_number(option, &o, option->most) &&
                  dps_option_number(option, &o) == option->most,
              "%s", option->name);
        CHECK(dps_option_set_number(option, &o, option->least) &&
                  dps_option_number(option, &o) == option->least,
              "%s", option->name);
        CHECK(!dps_option_set_number(option, &o, option->most + 1) &&
                  !dps_option_set_number(option, &o, option->least - 1) &&
                  !dps_option_set_number(option, &o, (double) NAN),
              "%s", option->name);
        CHECK(option->type == DPS_OPTION_REAL || !dps_option_set_number(option, &o, 1.5), "%s",
              option->name);
        CHECK(dps_option_number(option, &o) == option->least, "%s stays", option->name);
    }
    CHECK(!strcmp(o.network, "other") && o.seed == 0 && o.photorealism == 0 && o.window_radius == 1,
          "where the members are");
}

/* Numbers that the table's setters refuse, put there all the same. */
static void test_refused(void)
{
    DpsImage photo;
    DpsResult result;
    DpsJob job = { 0 };

    dps_image_init(&photo, 3, 64, 64);
    job.content = job.style = &photo;
    for (int i = 0; dps_option(i); i++) {
        const DpsOption *option = dps_option(i);
        char words[80];
        dps_options_default(&job.options);
        if (is_text(option) || option->most > 2e9)
            continue;
        char *at = (char *) &job.options + option->offset;
        if (option->type == DPS_OPTION_REAL)
            memcpy(at, &(double){ option->most * 2 }, sizeof(double));
        else
            memcpy(at, &(int){ (int) option->most + 1 }, sizeof(int));
        snprintf(words, sizeof words, "must be between %g and %g", option->least, option->most);
        CHECK(dps_run(&job, &result) == DPS_BAD_INPUT &&
                  strstr(result.message.text, option->name) && strstr(result.message.text, words),
              "%s", result.message.text);
        dps_result_clear(&result);
    }
    dps_image_clear(&photo);
}

int main(void)
{
    test_whole();
    test_entries();
    test_values();
    test_refused();
    return check_done("options");
}
