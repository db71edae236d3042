/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "options.h"

#include <glib/gi18n.h>

#include "command.h"

GOptionContext *options_context(const char *arguments, const char *summary, const char *examples,
                                OptionSet *settings)
{
    GOptionContext *context = g_option_context_new(arguments);
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, examples);
    g_option_context_set_main_group(context, g_option_group_new(NULL, NULL, NULL, settings, NULL));
    return context;
}

gboolean options_parse(GOptionContext *context, int *argc, char ***argv, int least, int most,
                       const char *names, GError **error)
{
    gboolean good = g_option_context_parse(context, argc, argv, error);
    g_option_context_free(context);
    /* A "--" before names that begin with a dash stays in the arguments. */
    if (good && *argc > 1 && g_str_equal((*argv)[1], "--")) {
        (*argv)++;
        (*argc)--;
    }
    if (good && (*argc - 1 < least || *argc - 1 > most)) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    *argc - 1 < least ? _("something is missing; name %s.")
                                      : _("there is something too much; name %s, nothing else."),
                    names);
        good = FALSE;
    }
    return good;
}

gboolean options_integer(const char *option, const char *text, int least, int most, int *value,
                         GError **error)
{
    double number;
    if (!text)
        return TRUE;
    if (!option_number_parse(option, text, least, most, TRUE, &number, error))
        return FALSE;
    *value = (int) number;
    return TRUE;
}

/* --------------------------------------------------------- the engine's options */

/* `name` as it was written: "--amount", or "-a". */
static const DpsOption *find(const char *name)
{
    if (name[1] == '-')
        return dps_option_find(name + 2);
    for (int i = 0; dps_option(i); i++)
        if (dps_option(i)->letter == name[1])
            return dps_option(i);
    return NULL;
}

static gboolean on_option(const char *name, const char *value, gpointer settings, GError **error)
{
    return option_set_parse(settings, find(name), name, value, error);
}

/* What an option does, its choices and its default. */
static char *explain(const DpsOption *option, const DpsOptions *defaults)
{
    char *usual = option_set_print(option, defaults), *text;
    if (option->type == DPS_OPTION_CHOICE) {
        char *choices = option_set_choices(option);
        text = g_strdup_printf("%s: %s (%s)", _(option->help), choices, usual);
        g_free(choices);
    } else
        text = *usual ? g_strdup_printf("%s (%s)", _(option->help), usual)
                      : g_strdup(_(option->help));
    g_free(usual);
    return text;
}

static void add_option(GOptionGroup *group, const DpsOption *option, OptionSet *settings)
{
    char *help = explain(option, &settings->options);
    const GOptionEntry entries[] = {
        { option->name, option->letter,
          option->type == DPS_OPTION_FILE ? G_OPTION_FLAG_FILENAME : G_OPTION_FLAG_NONE,
          G_OPTION_ARG_CALLBACK, (gpointer) on_option,
          g_string_chunk_insert_const(settings->text, help), option->value },
        { 0 }
    };
    g_option_group_add_entries(group, entries);
    g_free(help);
}

GOptionGroup *options_engine_add(GOptionContext *context, OptionSet *settings, unsigned where)
{
    GOptionGroup *common = g_option_context_get_main_group(context), *expert = NULL;
    for (int i = 0; dps_option(i); i++) {
        const DpsOption *option = dps_option(i);
        if (!(option->where & where))
            continue;
        if (option->expert && !expert) {
            expert = g_option_group_new(
                "expert", _("Options for experts:"),
                _("Show the options for experts: networks, minimisers, starts"), settings, NULL);
            g_option_group_set_translation_domain(expert, GETTEXT_PACKAGE);
            g_option_context_add_group(context, expert);
        }
        add_option(option->expert ? expert : common, option, settings);
    }
    return expert;
}
