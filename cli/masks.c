/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "masks.h"

#include <glib/gi18n.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "models/model.h"
#include "picture.h"

void masks_options_add(GOptionContext *context, MaskOptions *options)
{
    const GOptionEntry entries[] = {
        { "content-mask", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->content_masks,
          N_("A region of the content photo, white on black; repeat for more, with the same NAME "
             "to "
             "add to it"),
          N_("NAME=FILE") },
        { "style-mask", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->style_masks,
          N_("The region of the same name in the style photo"), N_("NAME=FILE") },
        { "content-labels", 0, 0, G_OPTION_ARG_FILENAME, &options->content_labels,
          N_("Instead of masks: all regions of the content photo, by colour"), N_("FILE") },
        { "style-labels", 0, 0, G_OPTION_ARG_FILENAME, &options->style_labels,
          N_("All regions of the style photo, by the same colours"), N_("FILE") },
        { 0 }
    };
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
}

void masks_options_add_find(GOptionContext *context, MaskOptions *options)
{
    const GOptionEntry entries[] = { { "auto-regions", 0, 0, G_OPTION_ARG_NONE, &options->find,
                                       N_("Instead of masks: find what the photos have in common, "
                                          "such as sky and land"),
                                       NULL },
                                     { 0 } };
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
}

void masks_options_clear(MaskOptions *options)
{
    g_clear_pointer(&options->content_labels, g_free);
    g_clear_pointer(&options->style_labels, g_free);
    g_clear_pointer(&options->content_masks, g_strfreev);
    g_clear_pointer(&options->style_masks, g_strfreev);
}

static guint length(char **list)
{
    return list ? g_strv_length(list) : 0;
}

/* The file's part of "NAME=FILE"; NULL when it isn't that. */
static const char *file_part(const char *pair)
{
    const char *equals = strchr(pair, '=');
    return equals && equals > pair && equals[1] ? equals + 1 : NULL;
}

static gboolean check_list(char **list, const char *option, GError **error)
{
    for (guint i = 0; i < length(list); i++)
        if (!file_part(list[i])) {
            g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                        _("%s %s: is not NAME=FILE; write for example %s sky=sky.png."), option,
                        list[i], option);
            return FALSE;
        }
    return TRUE;
}

gboolean masks_options_named(const MaskOptions *options)
{
    return options->content_labels || options->style_labels || options->content_masks ||
           options->style_masks;
}

gboolean masks_options_check(const MaskOptions *options, GError **error)
{
    gboolean masks = options->content_masks || options->style_masks;
    gboolean labels = options->content_labels || options->style_labels;
    if (!check_list(options->content_masks, "--content-mask", error) ||
        !check_list(options->style_masks, "--style-mask", error))
        return FALSE;
    if (labels && (!options->content_labels || !options->style_labels)) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--content-labels and --style-labels go together; give both."));
        return FALSE;
    }
    if (labels && masks) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("label maps and masks are two ways to say the same; use one of them."));
        return FALSE;
    }
    if (options->find && (labels || masks)) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--auto-regions finds the regions itself; leave it out, or the masks."));
        return FALSE;
    }
    return TRUE;
}

void masks_options_files(const MaskOptions *options, GPtrArray *files)
{
    if (options->content_labels)
        g_ptr_array_add(files, options->content_labels);
    if (options->style_labels)
        g_ptr_array_add(files, options->style_labels);
    for (guint i = 0; i < length(options->content_masks); i++)
        g_ptr_array_add(files, (gpointer) file_part(options->content_masks[i]));
    for (guint i = 0; i < length(options->style_masks); i++)
        g_ptr_array_add(files, (gpointer) file_part(options->style_masks[i]));
}

static gboolean read_labels(Masks *masks, const MaskOptions *options, GPtrArray *notices,
                            GError **error)
{
    DpsImage content = { 0 }, style = { 0 };
    gboolean good = picture_read_labels(&content, options->content_labels, notices, error) &&
                    picture_read_labels(&style, options->style_labels, notices, error);
    if (good) {
        DpsStatus status = dps_regions_from_labels(&content, &style, &masks->count, &masks->region);
        good = status == DPS_OK;
        if (!good)
            command_file_error(error, options->content_labels,
                               status == DPS_NO_MEMORY
                                   ? _("is too large for the free memory; make it smaller.")
                                   : _("can't be used as a label map; see the manual."));
    }
    masks->engines = good;
    dps_image_clear(&content);
    dps_image_clear(&style);
    return good;
}

/* A mask that is black all over is one that somebody forgot to paint. */
static gboolean read_mask(DpsImage *mask, const char *pair, const char *option, GPtrArray *notices,
                          GError **error)
{
    if (!picture_read_mask(mask, file_part(pair), notices, error))
        return FALSE;
    gsize pixels = (gsize) mask->width * mask->height, i = 0;
    while (i < pixels && !(mask->data[i] > 0))
        i++;
    if (i == pixels)
        g_ptr_array_add(notices,
                        g_strdup_printf(_("%s %s: is black all over; paint it white where the "
                                          "region is."),
                                        option, pair));
    return TRUE;
}

/* The region that this pair names; a new one, with room for it in the array, where there is none yet. */
static DpsRegion *region_of(Masks *masks, const char *pair)
{
    char *name = g_strndup(pair, (gsize) (strchr(pair, '=') - pair));
    for (int k = 0; k < masks->count; k++)
        if (g_str_equal(masks->region[k].name, name)) {
            g_free(name);
            return &masks->region[k];
        }
    masks->region[masks->count].name = name;
    return &masks->region[masks->count++];
}

/* What either of two masks covers; where soft ones meet, both together. */
static gboolean unite(DpsImage *mask, const DpsImage *other, const char *pair, const char *option,
                      GError **error)
{
    if (mask->width != other->width || mask->height != other->height) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_FILE,
                    _("%s %s: is not of the size of the region's other mask; give both the same."),
                    option, pair);
        return FALSE;
    }
    for (gsize i = 0; i < (gsize) mask->width * mask->height; i++)
        mask->data[i] = CLAMP(mask->data[i], 0, 1) + CLAMP(other->data[i], 0, 1);
    return TRUE;
}

/* Reads one photo's masks; those with one name are one region. */
static gboolean read_masks(Masks *masks, char **pairs, gboolean of_style, const char *option,
                           GPtrArray *notices, GError **error)
{
    for (guint i = 0; i < length(pairs); i++) {
        DpsRegion *region = region_of(masks, pairs[i]);
        DpsImage *mask = of_style ? &region->style : &region->content, more = { 0 };
        gboolean first = !mask->data;
        gboolean good = read_mask(first ? mask : &more, pairs[i], option, notices, error) &&
                        (first || unite(mask, &more, pairs[i], option, error));
        dps_image_clear(&more);
        if (!good)
            return FALSE;
    }
    return TRUE;
}

static gboolean read_all_masks(Masks *masks, const MaskOptions *options, GPtrArray *notices,
                               GError **error)
{
    masks->region = g_new0(DpsRegion,
                           length(options->content_masks) + length(options->style_masks));
    return read_masks(masks, options->content_masks, FALSE, "--content-mask", notices, error) &&
           read_masks(masks, options->style_masks, TRUE, "--style-mask", notices, error);
}

gboolean masks_read(Masks *masks, const MaskOptions *options, GPtrArray *notices, GError **error)
{
    gboolean good = TRUE;
    *masks = (Masks) { 0 };
    if (options->content_labels)
        good = read_labels(masks, options, notices, error);
    else if (options->content_masks || options->style_masks)
        good = read_all_masks(masks, options, notices, error);
    if (!good)
        masks_clear(masks);
    return good;
}

static bool cancelled(void *data)
{
    return interrupted();
}

static gboolean find_by_model(Masks *masks, const DpsImage *content, const DpsImage *style,
                              int most, const char *model, const DpsWork *work, GPtrArray *notices,
                              GError **error)
{
    char *licence = NULL;
    GError *why = NULL;
    gboolean good = model_regions(model, content, style, most, work, &masks->count, &masks->region,
                                  &licence, &why);
    if (good)
        g_ptr_array_add(notices, command_licence_note(model, licence));
    g_free(licence);
    if (!good && g_error_matches(why, MODEL_ERROR, MODEL_ERROR_CANCELLED) && interrupt_check(error))
        g_clear_error(&why);
    else if (!good)
        g_propagate_error(error, why);
    return good;
}

gboolean masks_find(Masks *masks, const DpsImage *content, const DpsImage *style, int most,
                    const DpsOptions *options, GPtrArray *notices, GError **error)
{
    const DpsWork work = { options->threads, cancelled, NULL };
    DpsMessage message;
    *masks = (Masks) { .engines = TRUE };
    if (options->regions_model && *options->regions_model)
        return find_by_model(masks, content, style, most, options->regions_model, &work, notices,
                             error);
    DpsStatus status = dps_regions_auto(content, style, most, options->seed, &work, &masks->count,
                                        &masks->region, &message);
    if (status != DPS_OK && !(status == DPS_CANCELLED && interrupt_check(error)))
        command_engine_error(error, &message);
    return status == DPS_OK;
}

void masks_clear(Masks *masks)
{
    if (masks->engines)
        dps_regions_free(masks->count, masks->region);
    else {
        for (int i = 0; i < masks->count; i++) {
            dps_image_clear(&masks->region[i].content);
            dps_image_clear(&masks->region[i].style);
            g_free((char *) masks->region[i].name);
        }
        g_free(masks->region);
    }
    *masks = (Masks) { 0 };
}
