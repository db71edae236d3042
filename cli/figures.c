/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "figures.h"

#include <glib/gi18n.h>
#include <math.h>

#include "report/report.h"

/* ------------------------------------------------------------------- for people */

#define NAME_COLUMNS 48

static const char *operation_title(DpsOperation operation)
{
    switch (operation) {
    case DPS_OPERATION_CONVOLUTION:
        return _("convolution");
    case DPS_OPERATION_CONVOLUTION_BACK:
        return _("convolution, gradient");
    case DPS_OPERATION_MAX_POOLING:
        return _("max pooling");
    case DPS_OPERATION_MAX_POOLING_BACK:
        return _("max pooling, gradient");
    case DPS_OPERATION_AVERAGE_POOLING:
        return _("average pooling");
    case DPS_OPERATION_AVERAGE_POOLING_BACK:
        return _("average pooling, gradient");
    case DPS_OPERATION_GRAM:
        return _("Gram matrices");
    case DPS_OPERATION_GRAM_BACK:
        return _("Gram matrices, gradient");
    case DPS_OPERATION_DIFFERENCE:
        return _("squared difference");
    case DPS_OPERATION_MATTING:
        return _("matting operator");
    case DPS_OPERATION_PRECONDITIONER:
        return _("preconditioner, steps:");
    case DPS_OPERATION_DOTS:
        return _("dot products:");
    case DPS_OPERATION_COMBINATION:
        return _("vectors combined:");
    }
    return "";
}

/* "convolution 3 > 64, 700 x 466" */
static char *operation_name(const DpsFigure *f)
{
    GString *text = g_string_new(operation_title(f->operation));
    gboolean counted = f->operation >= DPS_OPERATION_PRECONDITIONER;
    if (counted)
        g_string_append_printf(text, " %d", f->count);
    else if (f->planes_out && f->planes_out != f->planes_in)
        g_string_append_printf(text, " %d > %d", f->planes_in, f->planes_out);
    else
        g_string_append_printf(text, " %d", f->planes_in);
    g_string_append_printf(text, ", %d x %d", f->width, f->height);
    return g_string_free(text, FALSE);
}

static const char *network_title(const char *network)
{
    if (g_str_equal(network, "builtin"))
        return _("built-in network");
    if (g_str_equal(network, DPS_RANDOM_VGG))
        return _("VGG-19 with random numbers as weights");
    return network;
}

static char *figure_name(const DpsFigure *f)
{
    switch (f->kind) {
    case DPS_FIGURE_PRODUCT:
        return g_strdup_printf(_("product of matrices, %d x %d"), f->width, f->height);
    case DPS_FIGURE_COPY:
        return g_strdup_printf(_("copy of %.1f MB"), 4e-6 * f->width * f->height);
    case DPS_FIGURE_OPERATION:
        return operation_name(f);
    case DPS_FIGURE_EVALUATION:
        return g_strdup_printf("%s, %d x %d", network_title(f->network), f->width, f->height);
    case DPS_FIGURE_TRANSFER:
        return g_strdup_printf("%s, %s, %d x %d", dps_choice_name("preset", f->preset),
                               network_title(f->network), f->width, f->height);
    }
    return g_strdup("");
}

static char *rate(double billions, const char *unit)
{
    return billions < 1000 ? g_strdup_printf("%7.1f G%s", billions, unit)
                           : g_strdup_printf("%7.1f T%s", billions / 1000, unit);
}

static char *duration(double seconds)
{
    return seconds < 1 ? g_strdup_printf("%8.3f ms", 1000 * seconds)
                       : g_strdup_printf("%8.3f s ", seconds);
}

static char *times(int repeats)
{
    return repeats == 1 ? g_strdup(_("once")) : g_strdup_printf(_("median of %d"), repeats);
}

static char *transfer_rest(const DpsFigure *f, const char *device)
{
    char *how = times(f->repeats);
    char *text = g_strdup_printf(_("%s; evaluations: %d"), how, f->count);
    if (!g_str_equal(f->device, device)) {
        char *longer = g_strdup_printf("%s; %s", text, f->device);
        g_free(text);
        text = longer;
    }
    g_free(how);
    return text;
}

/* What stands behind the time. */
static char *figure_rest(const DpsFigure *f, const char *device)
{
    gboolean flops = f->kind == DPS_FIGURE_PRODUCT ||
                     (f->kind == DPS_FIGURE_OPERATION && f->ceiling == DPS_FIGURE_PRODUCT);
    if (f->kind == DPS_FIGURE_EVALUATION)
        return times(f->repeats);
    if (f->kind == DPS_FIGURE_TRANSFER)
        return transfer_rest(f, device);
    char *speed = flops ? rate(f->gflops, "FLOP/s") : rate(f->gbytes, "B/s");
    char *text = f->kind == DPS_FIGURE_OPERATION
                     ? g_strdup_printf("%-15s %4.0f %%", speed, 100 * f->share)
                     : g_strdup(speed);
    g_free(speed);
    return text;
}

static const char *heading(DpsFigureKind kind)
{
    switch (kind) {
    case DPS_FIGURE_PRODUCT:
    case DPS_FIGURE_COPY:
        return _("At its best:");
    case DPS_FIGURE_OPERATION:
        return _("Operations, and how much of the best they reach (more than all where a cache helps):");
    case DPS_FIGURE_EVALUATION:
        return _("Evaluations (forward, all losses, backward), the step that a transfer repeats:");
    case DPS_FIGURE_TRANSFER:
        return _("Whole transfers, files not counted:");
    }
    return "";
}

void figures_print(const DpsFigure *figure, const DpsFigure *before, const char *device)
{
    char *name = figure_name(figure), *time = duration(figure->seconds);
    char *rest = figure_rest(figure, device);
    int columns = NAME_COLUMNS - (int) g_utf8_strlen(name, -1);
    if (!before || !g_str_equal(heading(before->kind), heading(figure->kind)))
        g_print("\n%s\n", heading(figure->kind));
    g_print("  %s%*s  %s  %s\n", name, MAX(columns, 0), "", time, rest);
    g_free(name);
    g_free(time);
    g_free(rest);
}

/* ----------------------------------------------------------------- for programs */

static void add_rate(JsonBuilder *builder, const char *name, double value)
{
    report_number(builder, name, value > 0 ? value : INFINITY); /* null: doesn't apply */
}

static const char *ceiling_name(DpsFigureKind kind)
{
    return kind == DPS_FIGURE_PRODUCT ? "product" : "copy";
}

static void add_measured(JsonBuilder *builder, const DpsFigure *f)
{
    report_integer(builder, "width", f->width);
    report_integer(builder, "height", f->height);
    report_number(builder, "seconds", f->seconds);
    add_rate(builder, "gflop_per_second", f->gflops);
    add_rate(builder, "gbyte_per_second", f->gbytes);
}

static void add_ceiling(JsonBuilder *builder, const DpsFigure *f)
{
    report_string(builder, "name", ceiling_name(f->kind));
    add_measured(builder, f);
}

static void add_operation(JsonBuilder *builder, const DpsFigure *f)
{
    report_string(builder, "name", dps_operation_name(f->operation));
    report_integer(builder, "planes_in", f->planes_in);
    report_integer(builder, "planes_out", f->planes_out);
    report_integer(builder, "count", f->count);
    add_measured(builder, f);
    report_string(builder, "ceiling", ceiling_name(f->ceiling));
    report_number(builder, "share", f->share);
}

static void add_run(JsonBuilder *builder, const DpsFigure *f)
{
    report_string(builder, "network", f->network);
    if (f->kind == DPS_FIGURE_TRANSFER)
        report_string(builder, "preset", dps_choice_name("preset", f->preset));
    report_integer(builder, "width", f->width);
    report_integer(builder, "height", f->height);
    report_integer(builder, "repeats", f->repeats);
    report_number(builder, "seconds", f->seconds);
    if (f->kind == DPS_FIGURE_TRANSFER) {
        report_integer(builder, "evaluations", f->count);
        report_string(builder, "device", f->device);
    }
}

static const struct {
    const char *name;
    DpsFigureKind first, last;
    void (*add)(JsonBuilder *builder, const DpsFigure *f);
} members[] = {
    { "ceilings", DPS_FIGURE_PRODUCT, DPS_FIGURE_COPY, add_ceiling },
    { "operations", DPS_FIGURE_OPERATION, DPS_FIGURE_OPERATION, add_operation },
    { "evaluations", DPS_FIGURE_EVALUATION, DPS_FIGURE_EVALUATION, add_run },
    { "transfers", DPS_FIGURE_TRANSFER, DPS_FIGURE_TRANSFER, add_run },
};

void figures_add(JsonBuilder *builder, const DpsFigure *figures, guint count)
{
    for (guint m = 0; m < G_N_ELEMENTS(members); m++) {
        json_builder_set_member_name(builder, members[m].name);
        json_builder_begin_array(builder);
        for (guint i = 0; i < count; i++) {
            if (figures[i].kind < members[m].first || figures[i].kind > members[m].last)
                continue;
            json_builder_begin_object(builder);
            members[m].add(builder, &figures[i]);
            json_builder_end_object(builder);
        }
        json_builder_end_array(builder);
    }
}
