/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "arguments.h"

#include <glib/gi18n.h>

static GimpChoice *choices_of(const DpsOption *option)
{
    GimpChoice *choice = gimp_choice_new();

    for (int i = 0; option->choice[i].name; i++)
        gimp_choice_add(choice, option->choice[i].name, i, _(option->choice[i].label), NULL);
    return choice;
}

static void add(GimpProcedure *p, const DpsOption *option)
{
    const char *name = option->name, *label = _(option->label), *help = _(option->help);

    switch (option->type) {
    case DPS_OPTION_INTEGER:
        gimp_procedure_add_int_argument(p, name, label, help, (int) option->least,
                                        (int) option->most, (int) option->usual, G_PARAM_READWRITE);
        break;
    case DPS_OPTION_UNSIGNED:
        gimp_procedure_add_uint_argument(p, name, label, help, (guint) option->least,
                                         (guint) option->most, (guint) option->usual,
                                         G_PARAM_READWRITE);
        break;
    case DPS_OPTION_REAL:
        gimp_procedure_add_double_argument(p, name, label, help, option->least, option->most,
                                           option->usual, G_PARAM_READWRITE);
        break;
    case DPS_OPTION_CHOICE:
        gimp_procedure_add_choice_argument(p, name, label, help, choices_of(option),
                                           option->choice[(int) option->usual].name,
                                           G_PARAM_READWRITE);
        break;
    case DPS_OPTION_TEXT:
    case DPS_OPTION_FILE:
        gimp_procedure_add_string_argument(p, name, label, help, option->usual_text,
                                           G_PARAM_READWRITE);
        break;
    }
}

void arguments_add(GimpProcedure *procedure)
{
    for (int i = 0; dps_option(i); i++)
        if (dps_option(i)->where & DPS_FOR_TRANSFER)
            add(procedure, dps_option(i));
}

static gboolean read_text(GimpProcedureConfig *config, const DpsOption *option, OptionSet *settings,
                          GError **error)
{
    const char *usual = option_set_print(option, &settings->options);
    char *text = NULL;
    gboolean good = TRUE;

    g_object_get(config, option->name, &text, NULL);
    if (text && *text && !g_str_equal(text, usual))
        good = option_set_parse(settings, option, option->name, text, error);
    g_free((char *) usual);
    g_free(text);
    return good;
}

static void read_number(GimpProcedureConfig *config, const DpsOption *option, OptionSet *settings)
{
    double number;
    guint natural;
    int integer;

    if (option->type == DPS_OPTION_REAL)
        g_object_get(config, option->name, &number, NULL);
    else if (option->type == DPS_OPTION_UNSIGNED) {
        g_object_get(config, option->name, &natural, NULL);
        number = natural;
    } else {
        g_object_get(config, option->name, &integer, NULL);
        number = integer;
    }
    if (dps_option_set_number(option, &settings->options, number) && number != option->usual)
        g_hash_table_add(settings->given, (gpointer) option);
}

static gboolean is_number(const DpsOption *option)
{
    return option->type == DPS_OPTION_INTEGER || option->type == DPS_OPTION_UNSIGNED ||
           option->type == DPS_OPTION_REAL;
}

gboolean arguments_read(GimpProcedureConfig *config, OptionSet *settings, GError **error)
{
    gboolean good = TRUE;

    for (int i = 0; dps_option(i) && good; i++)
        if (!(dps_option(i)->where & DPS_FOR_TRANSFER))
            continue;
        else if (is_number(dps_option(i)))
            read_number(config, dps_option(i), settings);
        else
            good = read_text(config, dps_option(i), settings, error);
    return good;
}

void arguments_write(const DpsOptions *options, GimpProcedureConfig *config)
{
    for (int i = 0; dps_option(i); i++) {
        const DpsOption *option = dps_option(i);
        double number = dps_option_number(option, options);
        char *text = option_set_print(option, options);

        if (!(option->where & DPS_FOR_TRANSFER))
            ;
        else if (option->type == DPS_OPTION_REAL)
            g_object_set(config, option->name, number, NULL);
        else if (option->type == DPS_OPTION_UNSIGNED)
            g_object_set(config, option->name, (guint) number, NULL);
        else if (option->type == DPS_OPTION_INTEGER)
            g_object_set(config, option->name, (int) number, NULL);
        else
            g_object_set(config, option->name, text, NULL);
        g_free(text);
    }
}
