/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Looks: an affine change comes back whole, also where the photo has no such colours; what counts and what
 * doesn't; what is refused. */

#include "check.h"
#include "host.h"

#include <math.h>

enum { W = 120, H = 80, N = W * H };

/* Colours of all kinds. */
static DpsImage photo(int channels)
{
    DpsImage image;
    unsigned state = 5;

    if (!dps_image_init(&image, channels, W, H))
        abort();
    for (int i = 0; i < channels * N; i++)
        image.data[i] = 0.2f + 0.6f * host_random(&state);
    return image;
}

static float changed(const float in[3], int c)
{
    return 0.1f + 0.6f * in[c] + 0.2f * in[(c + 1) % 3];
}

static DpsImage result_of(const DpsImage *content)
{
    DpsImage out;

    if (!dps_image_init(&out, 3, W, H))
        abort();
    for (int i = 0; i < N; i++) {
        float in[3] = { content->data[i], content->data[N + i], content->data[2 * N + i] };
        for (int c = 0; c < 3; c++)
            out.data[c * N + i] = changed(in, c);
    }
    return out;
}

static DpsLook fitted(const DpsImage *content, const DpsImage *result, const DpsImage *mask)
{
    DpsMessage message = { 0 };
    DpsLook look;

    CHECK(dps_look_fit(content, result, mask, THREADS(1), &look, &message) == DPS_OK, "%s",
          message.text);
    return look;
}

/* The furthest that the look is from the change, over all colours. */
static double furthest(const DpsLook *look)
{
    double most = 0;

    for (int i = 0; i < 11 * 11 * 11; i++) {
        float in[3] = { (float) (i % 11) / 10, (float) (i / 11 % 11) / 10, (float) (i / 121) / 10 };
        float out[3];
        dps_look_apply(look, in, out);
        for (int c = 0; c < 3; c++)
            most = fmax(most, fabs((double) (out[c] - changed(in, c))));
    }
    return most;
}

static void test_affine(void)
{
    DpsImage content = photo(3), result = result_of(&content);
    DpsLook look = fitted(&content, &result, NULL);
    float low[3], beyond[3];

    CHECK(look.side == DPS_LOOK_SIDE, "%d entries", look.side);
    CHECK(furthest(&look) < 0.01, "off by %g", furthest(&look)); /* 0.003 */
    double lost = dps_looks_difference(&content, &result, 1, &look, NULL);
    CHECK(lost < 0.2, "%g lost", lost); /* 0.03 */
    dps_look_apply(&look, (float[]){ 0, 0.5f, 1 }, low);
    dps_look_apply(&look, (float[]){ -3, 0.5f, 7 }, beyond);
    CHECK(low[0] == beyond[0] && low[1] == beyond[1] && low[2] == beyond[2], "beyond the faces");
    dps_look_clear(&look);
    dps_image_clear(&content);
    dps_image_clear(&result);
}

/* Pixels outside the mask and those that can't be seen don't count. */
static void test_weights(void)
{
    DpsImage content = photo(4), result = result_of(&content), mask;

    if (!dps_image_init(&mask, 1, 2, 1))
        abort();
    mask.data[0] = 1;
    for (int i = 0; i < N; i++) {
        bool right = i % W >= W / 2, hidden = i / W < 20;
        content.data[3 * N + i] = hidden ? 0 : 1;
        for (int c = 0; c < 3 && (right || hidden); c++)
            result.data[c * N + i] = 0;
    }
    DpsLook look = fitted(&content, &result, &mask);
    CHECK(furthest(&look) < 0.01, "off by %g", furthest(&look)); /* 0.004 */
    const DpsImage *masks[] = { &mask };
    double lost = dps_looks_difference(&content, &result, 1, &look, masks);
    CHECK(lost < 0.2, "%g lost", lost); /* 0.03 */
    lost = dps_looks_difference(&content, &result, 1, &look, NULL);
    CHECK(lost > 10, "only %g lost without the mask", lost);
    dps_look_clear(&look);
    dps_image_clear(&content);
    dps_image_clear(&result);
    dps_image_clear(&mask);
}

/* A photo of one colour has a look all the same. */
static void test_one_colour(void)
{
    DpsImage content, result;

    if (!dps_image_init(&content, 3, W, H) || !dps_image_init(&result, 3, W, H))
        abort();
    for (int i = 0; i < 3 * N; i++) {
        content.data[i] = 0.3f;
        result.data[i] = 0.6f;
    }
    DpsLook look = fitted(&content, &result, NULL);
    double lost = dps_looks_difference(&content, &result, 1, &look, NULL);
    CHECK(lost < 0.01, "%g lost", lost);
    for (int i = 0; look.colour && i < 3 * look.side * look.side * look.side; i++)
        if (!(look.colour[i] >= 0 && look.colour[i] <= 1)) {
            CHECK(false, "entry %d is %g", i, (double) look.colour[i]);
            break;
        }
    dps_look_clear(&look);
    dps_image_clear(&content);
    dps_image_clear(&result);
}

static bool always(void *data)
{
    return data == NULL;
}

static void test_refused(void)
{
    DpsImage content = photo(3), other, nothing;
    DpsMessage message = { 0 };
    DpsLook look;

    if (!dps_image_init(&other, 3, W, H - 1) || !dps_image_init(&nothing, 1, 5, 5))
        abort();
    CHECK(dps_look_fit(&content, &other, NULL, THREADS(1), &look, &message) == DPS_BAD_INPUT &&
              strstr(message.text, "120 x 79") && !look.colour,
          "another size: %s", message.text);
    CHECK(dps_look_fit(&content, &content, &nothing, THREADS(1), &look, &message) ==
                  DPS_BAD_INPUT &&
              strstr(message.text, "mask") && !look.colour,
          "an empty mask: %s", message.text);
    CHECK(dps_look_fit(&content, &content, NULL, &(DpsWork){ .cancelled = always }, &look,
                       &message) == DPS_CANCELLED &&
              !look.colour,
          "cancelled: %s", message.text);
    dps_image_clear(&content);
    dps_image_clear(&other);
    dps_image_clear(&nothing);
}

/* A run with a look gives a photo what the look alone gives it, as maps, too. */
static void test_run(void)
{
    DpsImage content, exact, again;
    DpsLook look = { .side = 3 };
    DpsJob job = { .content = &content, .style = &content, .look = &look, .want_field = true };
    DpsResult result;
    static const float curve[3][3] = { { 0.1f, 0.7f, 0.9f }, { 0, 0.4f, 1 }, { 0.2f, 0.6f, 0.8f } };
    static const int step[] = { 1, 3, 9 };
    double apart = 0, from_maps = 0, moved = 0;
    size_t n = 3 * 900 * 600;

    CHECK(dps_image_init(&content, 3, 900, 600), "memory");
    for (size_t i = 0; i < n; i++)
        content.data[i] = 0.5f + 0.45f * sinf(0.01f * (float) (i % 900) + 0.0002f * (float) (i / 900));
    look.colour = malloc(81 * sizeof(float));
    for (int i = 0; look.colour && i < 27; i++)
        for (int c = 0; c < 3; c++)
            look.colour[3 * i + c] = curve[c][i / step[c] % 3];
    CHECK(look.colour && dps_image_init(&exact, 3, 900, 600), "memory");
    dps_options_default(&job.options);
    job.options.threads = 1;
    dps_look_apply_photo(&look, &content, DPS_TAKE_ALL, 1, THREADS(1), &exact);
    CHECK(dps_run(&job, &result) == DPS_OK, "%s", result.message.text);
    CHECK(result.evaluations == 0 && result.field.maps.data, "optimised, or without maps");
    CHECK(dps_field_finish(&result.field, 0.5, 0.5, 1, &job.options, &content, THREADS(1), &again) ==
              DPS_OK,
          "memory");
    for (size_t i = 0; i < n; i++) {
        apart += fabs((double) (result.image.data[i] - exact.data[i])) / (double) n;
        from_maps += fabs((double) (again.data[i] - exact.data[i])) / (double) n;
        moved += fabs((double) (content.data[i] - exact.data[i])) / (double) n;
    }
    CHECK(moved > 0.02, "the look changes nothing: %g", moved);                 /* 0.084 */
    CHECK(apart < 0.001 && from_maps < 0.001, "%g and %g", apart, from_maps); /* 8.5e-6 */
    dps_image_clear(&again);
    dps_image_clear(&exact);
    dps_image_clear(&content);
    dps_look_clear(&look);
    dps_result_clear(&result);
}

int main(void)
{
    test_affine();
    test_weights();
    test_one_colour();
    test_refused();
    test_run();
    return check_done("look");
}
