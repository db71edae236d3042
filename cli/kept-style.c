/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kept-style.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* Written last: a file that begins with it is whole. */
typedef struct {
    gint32 side, width, height;
} Head;

int kept_style_new(void)
{
    char *name = NULL;
    int file = g_file_open_tmp("photo-style-XXXXXX", &name, NULL);
    if (file >= 0)
        g_unlink(name);
    g_free(name);
    return file;
}

static gboolean read_head(int file, Head *head)
{
    return pread(file, head, sizeof *head, 0) == (gssize) sizeof *head && head->side > 0;
}

static gsize bytes_of(const DpsImage *image)
{
    return (gsize) 3 * image->width * image->height * sizeof(float);
}

gboolean kept_style_take(int file, int side, Picture *style)
{
    Head head;
    DpsImage image;
    if (!read_head(file, &head) || head.side != side ||
        !dps_image_init(&image, 3, head.width, head.height))
        return FALSE;
    if (pread(file, image.data, bytes_of(&image), sizeof head) == (gssize) bytes_of(&image)) {
        *style = (Picture) { .rgb = image };
        return TRUE;
    }
    dps_image_clear(&image);
    return FALSE;
}

void kept_style_leave(int file, int side, int threads, Picture *style)
{
    struct flock alone = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    const DpsWork work = { .threads = threads };
    DpsImage small;
    Head head;
    if (!dps_style_shrink(&style->rgb, side, &work, &small))
        return;
    dps_image_clear(&style->rgb);
    style->rgb = small;
    if (fcntl(file, F_SETLK, &alone) != 0 || read_head(file, &head))
        return;
    head = (Head) { side, small.width, small.height };
    if (pwrite(file, small.data, bytes_of(&small), sizeof head) == (gssize) bytes_of(&small))
        (void) !pwrite(file, &head, sizeof head, 0); /* cut short, it is none */
}
