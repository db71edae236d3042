/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* describe.c - photo-style describe: the table of options as JSON.  The manual is made from it, and a
 * program that wants to offer the options may be, too. */

#include "command.h"
#include "report/option-set.h"
#include "report/report.h"

static void add_choices(JsonBuilder *builder, const DpsOption *option)
{
    json_builder_set_member_name(builder, "choices");
    json_builder_begin_array(builder);
    for (const DpsChoice *choice = option->choice; choice && choice->name; choice++) {
        json_builder_begin_object(builder);
        report_string(builder, "name", choice->name);
        report_string(builder, "label", choice->label);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void add_where(JsonBuilder *builder, unsigned where)
{
    static const struct {
        unsigned bit;
        const char *command;
    } commands[] = { { DPS_FOR_TRANSFER, "transfer" },
                     { DPS_FOR_REGIONS, "regions" },
                     { DPS_FOR_MEASURE, "measure" },
                     { DPS_FOR_BENCHMARK, "bench" },
                     { DPS_FOR_LOOKS, "apply" },
                     { DPS_FOR_LEARNING, "train" } };

    json_builder_set_member_name(builder, "commands");
    json_builder_begin_array(builder);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (where & commands[i].bit)
            json_builder_add_string_value(builder, commands[i].command);
    json_builder_end_array(builder);
}

static void add_option(JsonBuilder *builder, const DpsOption *option)
{
    static const char *const types[] = { "integer", "integer", "real", "choice", "text", "file" };
    const char letter[] = { option->letter, '\0' };
    char *usual;
    DpsOptions defaults;

    dps_options_default(&defaults);
    usual = option_set_print(option, &defaults);
    json_builder_begin_object(builder);
    report_string(builder, "name", option->name);
    report_string(builder, "letter", letter);
    report_string(builder, "type", types[option->type]);
    report_string(builder, "value", option->value);
    report_number(builder, "least", option->least);
    report_number(builder, "most", option->most);
    report_string(builder, "default", usual);
    add_choices(builder, option);
    report_string(builder, "help", option->help);
    report_string(builder, "manual", option->manual ? option->manual : "");
    json_builder_set_member_name(builder, "expert");
    json_builder_add_boolean_value(builder, option->expert);
    add_where(builder, option->where);
    json_builder_end_object(builder);
    g_free(usual);
}

int command_describe(int argc, char **argv)
{
    JsonBuilder *builder = report_new();
    GError *error = NULL;

    json_builder_set_member_name(builder, "options");
    json_builder_begin_array(builder);
    for (int i = 0; dps_option(i); i++)
        add_option(builder, dps_option(i));
    json_builder_end_array(builder);
    return report_write(builder, "-", &error) ? COMMAND_DONE : command_end("describe", error);
}
