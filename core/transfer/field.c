/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* field.c - a transfer as a field of colour maps, applied to some pixels of its photo. */

#include "finish.h"
#include "image/affine.h"
#include "start.h"
#include "take.h"

void dps_field_apply(const DpsField *field, const DpsFieldRow *row, DpsTake take, double amount,
                     const float *in, float *out)
{
    enum { BLOCK = 256 };
    float part = (float) amount, shown[4 * BLOCK], result[4 * BLOCK];

    for (int begin = 0; begin < row->pixels; begin += BLOCK, in += 4 * BLOCK, out += 4 * BLOCK) {
        int n = row->pixels - begin < BLOCK ? row->pixels - begin : BLOCK;
        const AffineRow affine = { &field->maps,  field->width,
                                   field->height, row->x + begin * row->step,
                                   row->y,        row->step };

        for (int i = 0; i < 4 * n; i++)
            shown[i] = image_clipped(in[i]);
        affine_apply_row(&affine, n, shown, result);
        if (take != DPS_TAKE_ALL)
            for (int i = 0; i < n; i++)
                take_over_pixel(shown + 4 * i, take, result + 4 * i);
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < 3; c++) {
                float beyond = in[4 * i + c] - shown[4 * i + c];
                out[4 * i + c] = image_blended(shown[4 * i + c], result[4 * i + c], part) + beyond;
            }
            out[4 * i + 3] = in[4 * i + 3];
        }
    }
}

bool dps_field_fit(const DpsImage *before, const DpsImage *after, int width, int height,
                   const DpsWork *work, DpsField *field)
{
    *field = (DpsField) { width, height, { 0 } };
    return start_field(before, after, work, &field->maps);
}

/* Of what is shown of a part: within black and white. */
static DpsStatus finish_shown(const AffineRow *first, const DpsOptions *o, const DpsImage *part,
                              const DpsWork *work, DpsImage *out)
{
    if (!dps_image_init(out, 3, part->width, part->height))
        return DPS_NO_MEMORY;
    DpsStatus status = affine_apply_part(first, part, out, work);
    return status ? status : finish_choices(o, part, first->step, work, out);
}

DpsStatus dps_field_finish(const DpsField *field, double x, double y, double step,
                           const DpsOptions *o, const DpsImage *part, const DpsWork *work,
                           DpsImage *out)
{
    const AffineRow first = { &field->maps, field->width, field->height, x, y, step };
    const DpsImage *shown = part;
    DpsImage room = { 0 };

    *out = (DpsImage) { 0 };
    if (!image_shown(part, &room, &shown))
        return DPS_NO_MEMORY;
    DpsStatus status = finish_shown(&first, o, shown, work, out);
    if (status)
        dps_image_clear(out);
    else if (shown != part)
        image_add_beyond(part, out);
    dps_image_clear(&room);
    return status;
}

void dps_field_clear(DpsField *field)
{
    dps_image_clear(&field->maps);
    *field = (DpsField) { 0 };
}
