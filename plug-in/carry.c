/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "carry.h"

#include "photo.h"

struct Carry {
    Photo *photo;
    DpsField field; /* with the maps of the one passed in */
    const DpsOptions *options;
    WorkerDone done;
    gpointer data;
    Worker *worker;
    DpsImage out; /* the worker's, until it has finished */
};

static DpsStatus work(gpointer data)
{
    Carry *carry = data;
    const DpsWork how = { carry->options->threads, worker_cancelled, carry->worker };

    return dps_field_finish(&carry->field, 0.5, 0.5, 1, carry->options, &carry->photo->pixels, &how,
                            &carry->out);
}

static void on_done(gpointer data)
{
    Carry *carry = data;

    carry->done(carry->data);
}

Carry *carry_start(GimpDrawable *content, const Encoding *encoding, const DpsField *field,
                   const DpsOptions *options, WorkerDone done, gpointer data, GError **error)
{
    Carry *carry = g_new0(Carry, 1);

    carry->photo = photo_read(content, TRUE, encoding, 0, error);
    if (!carry->photo) {
        carry_free(carry);
        return NULL;
    }
    carry->field = (DpsField) { carry->photo->pixels.width, carry->photo->pixels.height,
                                field->maps };
    carry->options = options;
    carry->done = done;
    carry->data = data;
    worker_start(&carry->worker, work, on_done, carry);
    return carry;
}

DpsStatus carry_finish(Carry *carry, DpsImage *out)
{
    DpsStatus status = worker_wait(carry->worker);

    *out = carry->out;
    carry->out = (DpsImage) { 0 };
    return status;
}

void carry_cancel(Carry *carry)
{
    worker_cancel(carry->worker);
}

void carry_free(Carry *carry)
{
    if (!carry)
        return;
    worker_free(carry->worker);
    photo_unref(carry->photo);
    dps_image_clear(&carry->out);
    g_free(carry);
}
