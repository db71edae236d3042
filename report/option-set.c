/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "option-set.h"

#include <glib/gi18n.h>
#include <math.h>

void option_set_init(OptionSet *settings)
{
    dps_options_default(&settings->options);
    settings->text = g_string_chunk_new(256);
    settings->given = g_hash_table_new(NULL, NULL);
}

void option_set_clear(OptionSet *settings)
{
    g_clear_pointer(&settings->text, g_string_chunk_free);
    g_clear_pointer(&settings->given, g_hash_table_unref);
}

gboolean option_set_given(const OptionSet *settings, const DpsOption *option)
{
    return g_hash_table_contains(settings->given, option);
}

void option_set_set_text(OptionSet *settings, const DpsOption *option, const char *text)
{
    dps_option_set_text(option, &settings->options,
                        text && *text ? g_string_chunk_insert(settings->text, text) : NULL);
    g_hash_table_add(settings->given, (gpointer) option);
}

gboolean option_number_parse(const char *shown, const char *text, double least, double most,
                             gboolean whole, double *number, GError **error)
{
    char *end;

    *number = g_strtod(text, &end);
    if (end == text || *end)
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    _("%s %s: is not a number; use one from %.15g to %.15g."), shown, text, least,
                    most);
    else if (!(*number >= least && *number <= most))
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    _("%s %s: is out of range; use a number from %.15g to %.15g."), shown, text,
                    least, most);
    else if (whole && *number != floor(*number))
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    _("%s %s: is not a whole number; use one from %.15g to %.15g."), shown, text,
                    least, most);
    else
        return TRUE;
    return FALSE;
}

static gboolean parse_number(OptionSet *settings, const DpsOption *option, const char *shown,
                             const char *text, GError **error)
{
    double number;

    return option_number_parse(shown, text, option->least, option->most,
                               option->type != DPS_OPTION_REAL, &number, error) &&
           dps_option_set_number(option, &settings->options, number);
}

static gboolean parse_choice(OptionSet *settings, const DpsOption *option, const char *shown,
                             const char *text, GError **error)
{
    int choice = dps_choice_find(option, text);
    char *choices;

    if (choice >= 0)
        return dps_option_set_number(option, &settings->options, choice);
    choices = option_set_choices(option);
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                _("%s %s: there is no such thing; use %s."), shown, text, choices);
    g_free(choices);
    return FALSE;
}

gboolean option_set_parse(OptionSet *settings, const DpsOption *option, const char *shown,
                          const char *text, GError **error)
{
    gboolean good = TRUE;

    if (option->type == DPS_OPTION_TEXT || option->type == DPS_OPTION_FILE)
        option_set_set_text(settings, option, text);
    else if (option->type == DPS_OPTION_CHOICE)
        good = parse_choice(settings, option, shown, text, error);
    else
        good = parse_number(settings, option, shown, text, error);
    if (good)
        g_hash_table_add(settings->given, (gpointer) option);
    return good;
}

char *option_set_print(const DpsOption *option, const DpsOptions *options)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    switch (option->type) {
    case DPS_OPTION_TEXT:
    case DPS_OPTION_FILE:
        return g_strdup(dps_option_text(option, options));
    case DPS_OPTION_CHOICE:
        return g_strdup(dps_choice_name(option->name, (int) dps_option_number(option, options)));
    case DPS_OPTION_INTEGER:
    case DPS_OPTION_UNSIGNED:
    case DPS_OPTION_REAL:
        break;
    }
    return g_strdup(
        g_ascii_formatd(number, sizeof number, "%.15g", dps_option_number(option, options)));
}

char *option_set_choices(const DpsOption *option)
{
    GString *names = g_string_new(NULL);

    for (const DpsChoice *choice = option->choice; choice->name; choice++)
        g_string_append_printf(names, "%s%s", names->len ? ", " : "", choice->name);
    return g_string_free(names, FALSE);
}
