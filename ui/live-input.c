/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "live-input.h"

#include "plug-in/arguments.h"
#include "plug-in/found.h"

/* Long side to which photos are read, at least: more than any preset works at. */
#define LEAST_SIDE 2000

/* Long side of what drafts are computed from, at least: twice the size that they work at. */
#define DRAFT_SIDE 512

/* Of drafts of paintings, and of variants, pixels. */
#define PAINTING_SIDE 192
#define VARIANT_SIDE 160

void live_input_init(LiveInput *input, GimpDrawable *content, GimpProcedureConfig *config)
{
    input->content = content;
    input->config = config;
    input->stale = LIVE_STYLE;
    layers_encoding(content, &input->encoding);
}

void live_input_clear(LiveInput *input)
{
    request_clear(&input->request);
    request_clear(&input->found);
    dps_kept_free(input->kept);
    photo_unref(input->photo);
    photo_unref(input->style);
    photo_unref(input->small);
    photo_unref(input->small_style);
}

/* --------------------------------------------------------------------- reading */

void live_read_options(GimpProcedureConfig *config, DpsOptions *options)
{
    OptionSet settings;

    option_set_init(&settings);
    arguments_read(config, &settings, NULL);
    *options = settings.options;
    options->network = options->device = options->style_layers = options->content_layers = NULL;
    options->regions_model = options->strength = NULL;
    option_set_clear(&settings);
}

gboolean live_is_applied(const char *option)
{
    static const char *const applied[] = { "amount", "take", "detail", "strength", NULL };

    return g_strv_contains(applied, option);
}

static gboolean reduce(Photo **small, Photo *photo, GError **error)
{
    if (!*small)
        *small = photo_reduced(photo, DRAFT_SIDE);
    return *small || layers_no_memory(photo->pixels.width, photo->pixels.height, error);
}

static gboolean read_photos(LiveInput *input, GimpDrawable *style, GError **error)
{
    gboolean other = input->stale >= LIVE_CONTENT;
    int side = 0;

    g_object_get(input->config, "size", &side, NULL);
    side = MAX(side, LEAST_SIDE);
    if (side > input->side || input->stale >= LIVE_STYLE) {
        g_clear_pointer(&input->style, photo_unref);
        g_clear_pointer(&input->small_style, photo_unref);
        request_clear(&input->found);
        input->stale = LIVE_STYLE;
    }
    if (side > input->side || other) {
        layers_encoding(input->content, &input->encoding);
        g_clear_pointer(&input->photo, photo_unref);
        g_clear_pointer(&input->small, photo_unref);
    }
    input->side = MAX(input->side, side);
    if (!input->photo)
        input->photo = photo_read(input->content, TRUE, &input->encoding, input->side, error);
    if (input->photo && !input->style)
        input->style = photo_read(style, FALSE, &input->encoding, input->side, error);
    return input->photo && input->style && reduce(&input->small, input->photo, error) &&
           reduce(&input->small_style, input->style, error);
}

/* A request for the same photos whose regions are to be found, or were found with the same seed.  Its options'
 * texts are those of input->request. */
static void make_found(LiveInput *input)
{
    Request *found = &input->found;

    if (found->job.options.seed != input->request.job.options.seed)
        request_clear(found);
    if (!found->drawable) {
        *found = (Request) { .drawable = input->content,
                             .encoding = input->encoding,
                             .content = photo_ref(input->photo),
                             .style = photo_ref(input->style),
                             .under = input->request.under,
                             .find = TRUE };
        option_set_init(&found->settings);
        found->job.content = &found->content->pixels;
        found->job.style = &found->style->pixels;
        found->job.learnt = input->request.job.learnt;
        found->job.look = input->request.job.look;
    }
    found->job.options = input->request.job.options;
}

static void move_found(Request *from, Request *to)
{
    to->region = from->region;
    to->job.region = from->region;
    to->job.regions = from->job.regions;
    to->found = from->found;
    to->find = FALSE;
    from->region = NULL;
    from->job.region = NULL;
    from->job.regions = from->found = 0;
    from->find = TRUE;
}

/* Regions are found once for two photos: when they are chosen again, those are the request's that were found
 * for a variant or an earlier request. */
static void keep_found(LiveInput *input)
{
    if (!input->request.found || input->stale >= LIVE_STYLE)
        return;
    make_found(input);
    if (!input->found.found)
        move_found(&input->request, &input->found);
}

static void reuse_found(LiveInput *input)
{
    if (input->request.find && input->found.found &&
        input->found.job.options.seed == input->request.job.options.seed)
        move_found(&input->found, &input->request);
}

gboolean live_input_read(LiveInput *input, GError **error)
{
    GimpDrawable *style = request_style(input->content, input->config, error);
    gboolean ok;

    if (!style || !request_is_possible(input->content, error) || !read_photos(input, style, error))
        return FALSE;
    if (input->request.drawable && input->stale < LIVE_REGIONS) {
        ok = request_set_options(&input->request, input->config, error);
    } else {
        keep_found(input);
        request_clear(&input->request);
        dps_kept_free(input->kept);
        input->kept = dps_kept_new();
        input->known = FALSE;
        ok = request_make(&input->request, input->photo, input->style, &input->encoding,
                          input->config, error);
        if (ok)
            reuse_found(input);
    }
    if (ok)
        input->stale = LIVE_NOTHING;
    return ok;
}

/* ------------------------------------------------------------------------ jobs */

gboolean live_input_is_quick(const LiveInput *input)
{
    return input->request.job.learnt || input->request.job.look ||
           input->request.job.options.method != DPS_METHOD_TRANSFER;
}

gboolean live_input_is_draft(const LiveInput *input)
{
    const DpsOptions *options = &input->request.job.options;

    return live_input_is_quick(input) ||
           (options->preset == DPS_PRESET_DRAFT && !options->size);
}

static void use_small(const LiveInput *input, DpsJob *job)
{
    job->content = &input->small->pixels;
    job->style = &input->small_style->pixels;
}

/* Amount, take, detail and strengths are applied to what comes out. */
static void plain_job(const Request *request, DpsJob *job)
{
    *job = request_job(request);
    job->want_field = true;
    job->options.amount = 1;
    job->options.take = DPS_TAKE_ALL;
    job->options.detail = 0;
    job->options.strength = NULL;
}

void live_input_job(LiveInput *input, gboolean draft, DpsJob *job)
{
    gboolean small = draft && !live_input_is_quick(input);

    plain_job(&input->request, job);
    if (small)
        use_small(input, job);
    if (small && dps_options_paint(&job->options)) {
        job->options.size = PAINTING_SIDE;
    } else if (small) {
        job->options.preset = DPS_PRESET_DRAFT;
        job->options.size = 0;
        job->kept = input->kept;
    }
}

void live_input_variant(LiveInput *input, LiveVariant variant, DpsJob *job, Request **prepare_data)
{
    *prepare_data = &input->request;
    if (variant == LIVE_FOUND_REGIONS && !input->request.found) {
        make_found(input);
        *prepare_data = &input->found;
    }
    plain_job(*prepare_data, job);
    if (variant == LIVE_NO_REGIONS || *prepare_data == &input->found)
        job->options.merge_regions = NULL;
    job->options.preset = DPS_PRESET_DRAFT;
    job->options.size = VARIANT_SIDE;
    job->options.start = DPS_START_AUTO;
    use_small(input, job);
    if (variant == LIVE_MORE_STYLE)
        job->options.style_weight *= LIVE_MORE;
    if (variant == LIVE_NO_REGIONS)
        job->regions = 0;
}

DpsStatus live_input_prepare(DpsJob *job, gpointer data, DpsMessage *message)
{
    const Request *request = data;
    const DpsWork how = { job->options.threads, job->cancelled, job->data };
    DpsStatus status = found_prepare(job, data, message);

    if (status == DPS_OK && request->found &&
        !dps_regions_can_merge(job->options.merge_regions, job->regions, job->region, &how))
        job->options.merge_regions = NULL;
    return status;
}
