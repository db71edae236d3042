/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A style learnt in small: the losses fall, the same again gives the same, and a learnt style gives a photo its look
 * through a run. */
#include "dps.h"

#include "check.h"
#include "image/image.h"
#include "image/random.h"

#include <math.h>
#include <string.h>

enum { STEPS = 60, MOST = 64 };

static double losses[MOST];
static int photos_asked, cancel_after;

/* Hills of light of one colour on another, and grain. */
static bool make(int width, int height, unsigned seed, DpsImage *out)
{
    Random r = { seed };
    double from[3], to[3];

    if (!dps_image_init(out, 3, width, height))
        return false;
    for (int c = 0; c < 3; c++) {
        from[c] = random_uniform(&r);
        to[c] = random_uniform(&r);
    }
    double across = 3 + 9 * random_uniform(&r), down = 3 + 9 * random_uniform(&r);
    for (int i = 0; i < width * height; i++) {
        double x = i % width / (double) width, y = i / width / (double) height;
        double part = 0.5 + 0.3 * sin(across * x + down * y) * cos(across * y) + 0.05 * random_normal(&r);
        for (int c = 0; c < 3; c++)
            image_plane(out, c)[i] = image_clipped((float) (from[c] + part * (to[c] - from[c])));
    }
    return true;
}

/* The second can't be had. */
static bool photo(int i, DpsImage *out, void *data)
{
    photos_asked++;
    return i != 1 && make(150 + 40 * i, 130, 3 + (unsigned) i, out);
}

static void progress(int step, int steps, double loss, void *data)
{
    CHECK(step >= 1 && step <= steps, "step %d of %d", step, steps);
    losses[step - 1] = loss;
}

static bool cancelled(void *data)
{
    return cancel_after > 0 && --cancel_after == 0;
}

static DpsLearnJob job_for(const DpsImage *style, int steps)
{
    DpsLearnJob job = { .style = style,
                        .photos = 3,
                        .photo = photo,
                        .steps = steps,
                        .progress = progress,
                        .cancelled = cancelled };

    dps_options_default(&job.options);
    job.options.threads = 1;
    job.options.device = "cpu";
    return job;
}

static double mean(int from, int to)
{
    double sum = 0;

    for (int i = from; i < to; i++)
        sum += losses[i] / (to - from);
    return sum;
}

static void test_same_again(const DpsImage *style)
{
    unsigned char *bytes[2];
    size_t size[2];

    for (int i = 0; i < 2; i++) {
        DpsLearnJob job = job_for(style, 2);
        DpsLearnt *learnt;
        DpsMessage message = { 0 };
        CHECK(dps_learn(&job, &learnt, &message) == DPS_OK, "%s", message.text);
        CHECK(dps_learnt_print(learnt, &bytes[i], &size[i]), "memory");
        dps_learnt_free(learnt);
    }
    CHECK(size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0, "not the same again");
    free(bytes[0]);
    free(bytes[1]);
}

static void test_refused(const DpsImage *style)
{
    DpsLearnJob job = job_for(style, 1);
    DpsLearnt *learnt;
    DpsMessage message = { 0 };

    job.photos = 0;
    CHECK(dps_learn(&job, &learnt, &message) == DPS_BAD_INPUT && !learnt &&
              strstr(message.text, "no photo to learn from"),
          "%s", message.text);
    job.photos = 3;
    job.options.photorealism = -1;
    CHECK(dps_learn(&job, &learnt, &message) == DPS_BAD_INPUT && !learnt, "%s", message.text);
    job.options.photorealism = 1e4;
    job.options.network = "/nowhere/x.safetensors";
    CHECK(dps_learn(&job, &learnt, &message) == DPS_BAD_FILE && !learnt, "%s", message.text);
    job.options.network = NULL;
    for (cancel_after = 1; cancel_after < 300; cancel_after += 97) {
        int when = cancel_after;
        CHECK(dps_learn(&job, &learnt, &message) == DPS_CANCELLED && !learnt &&
                  message.code == DPS_SAY_CANCELLED,
              "cancelled at %d: %s", when, message.text);
        cancel_after = when;
    }
    cancel_after = 0;
}

/* A run with the learnt style: its maps and its picture agree, and amount 0 is the photo. */
static void test_run(const DpsLearnt *learnt)
{
    DpsImage content;
    DpsResult result, again;

    CHECK(make(800, 500, 9, &content), "memory");
    DpsJob job = { .content = &content,
                   .style = dps_learnt_style(learnt),
                   .learnt = learnt,
                   .want_field = true };
    dps_options_default(&job.options);
    job.options.threads = 1;
    CHECK(dps_run(&job, &result) == DPS_OK, "%s", result.message.text);
    CHECK(result.evaluations == 0 && result.levels == 1 && result.level[0].width == 700, "optimised");
    CHECK(result.field.maps.data != NULL, "no colour maps");
    job.options.method = DPS_METHOD_COLOURS;
    CHECK(dps_run(&job, &again) == DPS_OK, "%s", again.message.text);
    double apart = 0;
    for (size_t i = 0; i < image_values(&content); i++)
        apart += fabs((double) (result.image.data[i] - again.image.data[i])) / (double) image_values(&content);
    CHECK(apart > 1e-3, "what was learnt changes nothing: %g", apart); /* 0.012 */
    dps_result_clear(&again);
    job.options.method = DPS_METHOD_TRANSFER;
    job.options.amount = 0;
    CHECK(dps_run(&job, &again) == DPS_OK, "%s", again.message.text);
    CHECK(memcmp(again.image.data, content.data, image_values(&content) * sizeof(float)) == 0,
          "amount 0 is not the photo");
    dps_result_clear(&again);
    dps_result_clear(&result);
    dps_image_clear(&content);
}

int main(void)
{
    DpsImage style;
    DpsLearnt *learnt;
    DpsMessage message = { 0 };

    CHECK(make(200, 160, 1, &style), "memory");
    DpsLearnJob job = job_for(&style, STEPS);
    CHECK(dps_learn(&job, &learnt, &message) == DPS_OK, "%s", message.text);
    CHECK(photos_asked == 3, "%d photos were asked for", photos_asked);
    CHECK(fabs(losses[0] - 1) < 1e-3, "the guess's losses are %g of themselves", losses[0]); /* 1 */
    CHECK(mean(STEPS - 4, STEPS) < 0.9 * mean(0, 4), "from %g to %g", mean(0, 4),
          mean(STEPS - 4, STEPS)); /* 0.78 */
    printf("loss %g, then %g\n", mean(0, 4), mean(STEPS - 4, STEPS));
    if (learnt)
        test_run(learnt);
    dps_learnt_free(learnt);
    test_same_again(&style);
    test_refused(&style);
    dps_image_clear(&style);
    return check_done("learn");
}
