/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "jpeg-check.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdio.h>
/* these need stdio.h */
#include <jerror.h>
#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    gboolean decoding; /* past the header */
    int share;         /* per cent */
} Check;

static void on_error(j_common_ptr decoder)
{
    longjmp(((Check *) decoder->err)->escape, 1);
}

/* Of damaged data the rest of the picture may be wrong; of what was left over, all of it. */
static void on_message(j_common_ptr decoder, int level)
{
    Check *check = (Check *) decoder->err;
    j_decompress_ptr d = (j_decompress_ptr) decoder;
    int code = check->errors.msg_code;
    gboolean damage = code == JWRN_EXTRANEOUS_DATA || code == JWRN_HIT_MARKER ||
                      code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC;
    if (level >= 0 || !damage || !check->decoding || check->share)
        return;
    int left = (int) (d->output_height - d->output_scanline);
    check->share = left > 0 && d->output_height ? MAX(1, 100 * left / (int) d->output_height) : 100;
}

static void decode(j_decompress_ptr decoder, Check *check, FILE *file)
{
    jpeg_stdio_src(decoder, file);
    jpeg_read_header(decoder, TRUE);
    check->decoding = TRUE;
    decoder->scale_num = 1;
    decoder->scale_denom = 8;
    jpeg_start_decompress(decoder);
    JSAMPARRAY row = decoder->mem->alloc_sarray(
        (j_common_ptr) decoder, JPOOL_IMAGE,
        decoder->output_width * (JDIMENSION) decoder->output_components, 1);
    while (decoder->output_scanline < decoder->output_height)
        jpeg_read_scanlines(decoder, row, 1);
    jpeg_finish_decompress(decoder);
}

int jpeg_check(const char *path)
{
    FILE *file = g_fopen(path, "rb");
    Check check = { .share = 0 };
    struct jpeg_decompress_struct decoder = { .err = jpeg_std_error(&check.errors) };
    if (!file)
        return 0;
    check.errors.error_exit = on_error;
    check.errors.emit_message = on_message;
    if (!setjmp(check.escape)) {
        jpeg_create_decompress(&decoder);
        decode(&decoder, &check, file);
    }
    jpeg_destroy_decompress(&decoder);
    fclose(file);
    return check.share;
}
