/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look.c - photo-style look: what became of a photo's colours, as tables for other programs. */

#include <glib/gi18n.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "masks.h"
#include "options.h"
#include "output.h"
#include "picture.h"
#include "report/look-text.h"
#include "report/printable.h"
#include "report/report.h"

typedef struct {
    char *out, *labels, **masks; /* files */
    OptionSet settings;          /* of which only the threads count */
    gboolean json;
    const char *content, *result; /* files */
    GPtrArray *notices;
} Look;

/* A region's look and where it goes; the first of them is the whole picture's. */
typedef struct {
    const char *name;
    const DpsImage *mask; /* NULL: everywhere */
    DpsLook look;
    double lost;
    char *path, *mask_path;
} Part;

/* ------------------------------------------------------------------ command line */

static gboolean parse(Look *look, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &look->out,
          N_("The table to write: a .cube file, or a picture for a Hald CLUT"), N_("OUT") },
        { "mask", 'm', 0, G_OPTION_ARG_FILENAME_ARRAY, &look->masks,
          N_("Also a table of the region that this mask of CONTENT marks"), N_("NAME=FILE") },
        { "labels", 0, 0, G_OPTION_ARG_FILENAME, &look->labels,
          N_("Also tables of the regions that this label map of CONTENT marks"), N_("FILE") },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &look->json, N_("Print the figures as JSON"), NULL },
        { 0 }
    };
    GOptionContext *context = options_context(
        _("CONTENT RESULT -o OUT"),
        _("Makes a table of colours from a photo and what became of it, for photo and video\n"
          "programs: a .cube file with 33 steps along each axis, or, where OUT is a picture, a\n"
          "Hald CLUT of level 8 with 16 bits per colour.  A table knows colours and no places:\n"
          "what differs from place to place is lost, and how much that is, is printed.  With\n"
          "regions each has a table of its own, OUT-NAME, beside its mask, OUT-NAME-mask.png."),
        _("Example:\n"
          "  photo-style transfer noon.jpg dusk.jpg -o out.png --content-labels noon-labels.png "
          "\\\n"
          "    --style-labels dusk-labels.png\n"
          "  photo-style look noon.jpg out.png -o dusk.cube --labels noon-labels.png"),
        &look->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    if (!options_parse(context, &argc, &argv, 2, 2, _("CONTENT and RESULT"), error))
        return FALSE;
    look->content = argv[1];
    look->result = argv[2];
    if (!look->out)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("where should the table go? Name it with -o OUT."));
    else if (look->labels && look->masks)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--mask and --labels say different things; use one of them."));
    else
        return look_is_cube(look->out) || picture_format(look->out, error);
    return FALSE;
}

/* ----------------------------------------------------------------------- regions */

/* What no mask covers, as large as the content, so that the regions' looks make up the whole. */
static gboolean make_rest(const Masks *masks, const DpsImage *content, DpsImage *rest)
{
    int width = content->width, height = content->height;

    if (!dps_image_init(rest, 1, width, height))
        return FALSE;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float left = 1;
            for (int k = 0; k < masks->count; k++) {
                const DpsImage *m = &masks->region[k].content;
                gsize u = (gsize) ((x + 0.5) * m->width / width);
                gsize v = (gsize) ((y + 0.5) * m->height / height);
                if (m->data)
                    left -= m->data[v * m->width + u];
            }
            rest->data[(gsize) y * width + x] = CLAMP(left, 0, 1);
        }
    return TRUE;
}

static gboolean covers(const DpsImage *mask)
{
    gsize n = (gsize) mask->width * mask->height;
    double sum = 0;

    for (gsize i = 0; i < n; i++)
        sum += mask->data[i];
    return sum > 0.002 * n;
}

/* "dusk.cube" and "the sky" to "dusk-the-sky.cube". */
static char *path_of(const char *out, const char *name, const char *ending)
{
    const char *dot = strrchr(out, '.');
    char *word = g_strdup(name);
    char *path;

    g_strcanon(word, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_", '-');
    path = g_strdup_printf("%.*s-%s%s", (int) (dot - out), out, word, ending ? ending : dot);
    g_free(word);
    return path;
}

static void add_part(GArray *parts, const Look *look, const char *name, const DpsImage *mask)
{
    Part part = { .name = name, .mask = mask };

    part.path = mask ? path_of(look->out, name, NULL) : g_strdup(look->out);
    part.mask_path = mask ? path_of(look->out, name, "-mask.png") : NULL;
    g_array_append_val(parts, part);
}

static void free_part(gpointer data)
{
    Part *part = data;

    dps_look_clear(&part->look);
    g_free(part->path);
    g_free(part->mask_path);
}

/* ------------------------------------------------------------------------ writing */

static gboolean write_picture(const Look *look, const DpsImage *image, const char *path,
                              PictureDepth depth, GError **error)
{
    const Picture plain = { .path = (char *) path };
    PictureTarget target = { .shown = path, .format = picture_format(path, error) };
    Output output;

    if (!target.format || interrupt_check(error) || !output_begin(&output, path, error))
        return FALSE;
    target.path = output.temporary;
    target.depth = picture_format_depth(target.format, depth);
    if (picture_write(image, &plain, &target, look->notices, error) && !interrupt_check(error))
        return output_commit(&output, error);
    output_discard(&output);
    return FALSE;
}

/* A mask is written as a grey picture. */
static gboolean write_mask(const Look *look, const Part *part, GError **error)
{
    gsize plane = (gsize) part->mask->width * part->mask->height;
    DpsImage grey;
    gboolean good = dps_image_init(&grey, 3, part->mask->width, part->mask->height);

    for (int c = 0; c < 3 && good; c++)
        memcpy(grey.data + c * plane, part->mask->data, plane * sizeof(float));
    if (!good)
        command_file_error(error, part->mask_path,
                           _("is too large for the free memory; make it smaller."));
    good = good && write_picture(look, &grey, part->mask_path, PICTURE_8, error);
    dps_image_clear(&grey);
    return good;
}

static gboolean write_table(const Look *look, const Part *part, GError **error)
{
    DpsImage hald;
    gboolean good;
    char *text;

    if (look_is_cube(part->path)) {
        text = look_cube(&part->look, part->name);
        good = output_write(part->path, text, strlen(text), error);
        g_free(text);
        return good;
    }
    good = look_hald(&part->look, LOOK_HALD_LEVEL, &hald);
    if (!good)
        command_file_error(error, part->path,
                           _("is too large for the free memory; make it smaller."));
    good = good && write_picture(look, &hald, part->path, PICTURE_16, error);
    dps_image_clear(&hald);
    return good;
}

/* -------------------------------------------------------------------- everything */

static gboolean check_outputs(const Look *look, GArray *parts, GError **error)
{
    GPtrArray *inputs = g_ptr_array_new();
    gboolean good = TRUE;

    g_ptr_array_add(inputs, (gpointer) look->content);
    g_ptr_array_add(inputs, (gpointer) look->result);
    if (look->labels)
        g_ptr_array_add(inputs, look->labels);
    for (int k = 0; look->masks && look->masks[k]; k++)
        g_ptr_array_add(inputs, strchr(look->masks[k], '=') ? strchr(look->masks[k], '=') + 1
                                                            : look->masks[k]);
    g_ptr_array_add(inputs, NULL);
    for (guint i = 0; i < parts->len && good; i++) {
        const Part *part = &g_array_index(parts, Part, i);
        const char *const *files = (const char *const *) inputs->pdata;

        good = output_check(part->path, files, error) &&
               (!part->mask_path || output_check(part->mask_path, files, error));
        for (guint k = 0; k < i && good; k++)
            if (output_same_file(part->path, g_array_index(parts, Part, k).path)) {
                g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                            _("%s: two regions would have this file; call one of them otherwise."),
                            part->path);
                good = FALSE;
            }
    }
    g_ptr_array_unref(inputs);
    return good;
}

static gboolean fit(const Look *look, const DpsImage *content, const DpsImage *result, Part *part,
                    GError **error)
{
    const DpsWork work = { .threads = look->settings.options.threads };
    DpsMessage message[1] = { 0 };

    if (interrupt_check(error))
        return FALSE;
    if (dps_look_fit(content, result, part->mask, &work, &part->look, message) != DPS_OK) {
        command_engine_error(error, message);
        return FALSE;
    }
    part->lost = dps_looks_difference(content, result, 1, &part->look, &part->mask);
    return TRUE;
}

/* What the regions' looks together lose. */
static double lost_by_regions(const DpsImage *content, const DpsImage *result, GArray *parts)
{
    int regions = (int) parts->len - 1;
    DpsLook *looks = g_new(DpsLook, regions);
    const DpsImage **masks = g_new(const DpsImage *, regions);
    double lost;

    for (int k = 0; k < regions; k++) {
        looks[k] = g_array_index(parts, Part, k + 1).look;
        masks[k] = g_array_index(parts, Part, k + 1).mask;
    }
    lost = dps_looks_difference(content, result, regions, looks, masks);
    g_free(looks);
    g_free(masks);
    return lost;
}

static void add_text(JsonBuilder *builder, const char *member, const char *text)
{
    char *shown = printable(text);

    report_string(builder, member, shown);
    g_free(shown);
}

static void print_part(const Part *part)
{
    char *sentence = look_say_lost(part->path, part->lost);

    g_print("%s\n", sentence);
    g_free(sentence);
}

static gboolean print(const Look *look, GArray *parts, double together, GError **error)
{
    JsonBuilder *builder;

    if (!look->json) {
        for (guint i = 0; i < parts->len; i++)
            print_part(&g_array_index(parts, Part, i));
        if (parts->len > 1)
            g_print(_("all regions together: %.2f ΔE2000 lost on average\n"), together);
        return TRUE;
    }
    builder = report_new();
    json_builder_set_member_name(builder, "looks");
    json_builder_begin_array(builder);
    for (guint i = 0; i < parts->len; i++) {
        const Part *part = &g_array_index(parts, Part, i);

        json_builder_begin_object(builder);
        add_text(builder, "name", part->name);
        add_text(builder, "file", part->path);
        if (part->mask_path)
            add_text(builder, "mask", part->mask_path);
        report_number(builder, "lost", part->lost);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    report_number(builder, "lost", together);
    return report_write(builder, "-", error);
}

static gboolean make(const Look *look, const Picture *content, const Picture *result,
                     const Masks *masks, DpsImage *rest, GError **error)
{
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(Part));
    gboolean good = TRUE;
    double together;

    g_array_set_clear_func(parts, free_part);
    add_part(parts, look, "whole", NULL);
    for (int k = 0; k < masks->count; k++)
        if (masks->region[k].content.data && covers(&masks->region[k].content))
            add_part(parts, look, masks->region[k].name, &masks->region[k].content);
    if (parts->len > 1 && make_rest(masks, &content->rgb, rest) && covers(rest))
        add_part(parts, look, "rest", rest);
    good = check_outputs(look, parts, error);
    for (guint i = 0; i < parts->len && good; i++)
        good = fit(look, &content->rgb, &result->rgb, &g_array_index(parts, Part, i), error);
    for (guint i = 0; i < parts->len && good; i++) {
        const Part *part = &g_array_index(parts, Part, i);

        good = write_table(look, part, error) && (!part->mask || write_mask(look, part, error));
    }
    if (good) {
        together = parts->len > 1 ? lost_by_regions(&content->rgb, &result->rgb, parts)
                                  : g_array_index(parts, Part, 0).lost;
        good = print(look, parts, together, error);
    }
    g_array_unref(parts);
    return good;
}

static gboolean read_and_make(const Look *look, GError **error)
{
    const MaskOptions options = { .content_labels = look->labels,
                                  .style_labels = look->labels,
                                  .content_masks = look->masks };
    Picture content = { 0 }, result = { 0 };
    Masks masks = { 0 };
    DpsImage rest = { 0 };
    gboolean good = masks_options_check(&options, error) &&
                    picture_read(&content, look->content, NULL, look->notices, error) &&
                    picture_read(&result, look->result, &content, look->notices, error) &&
                    masks_read(&masks, &options, look->notices, error) &&
                    make(look, &content, &result, &masks, &rest, error);

    dps_image_clear(&rest);
    masks_clear(&masks);
    picture_clear(&result);
    picture_clear(&content);
    return good;
}

int command_look(int argc, char **argv)
{
    Look look = { .notices = g_ptr_array_new_with_free_func(g_free) };
    GError *error = NULL;

    option_set_init(&look.settings);
    interrupt_install();
    gboolean good = parse(&look, argc, argv, &error) && read_and_make(&look, &error);
    command_notes(look.notices);
    g_free(look.out);
    g_free(look.labels);
    g_strfreev(look.masks);
    option_set_clear(&look.settings);
    return good ? COMMAND_DONE : command_end("look", error);
}
