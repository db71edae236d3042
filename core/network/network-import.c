/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A network's tensors from any file that weights.h reads, as a safetensors file of their own. */

#include "network-form.h"
#include "message.h"
#include "work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tensors that the network has and the file holds, in the order of the network. */
typedef bool EachTensor(const WeightTensor *, void *data);

static bool each_tensor(const NetworkForm *f, EachTensor *each, void *data)
{
    for (int r = 0; r < f->a->rows; r++)
        for (int i = 0; i < architecture_row_tensors(&f->a->row[r]); i++) {
            const WeightTensor *t =
                architecture_find(f->w, architecture_row_tensor(&f->a->row[r], i));
            if (t && !each(t, data))
                return false;
        }
    return true;
}

/* ---------------------------------------------------------------------- header */

typedef struct {
    char *text;
    size_t size, room;
    long long bytes; /* of the tensors so far */
} Header;

#define ENTRY_ROOM 400 /* a name and eight dimensions */

static bool add_entry(const WeightTensor *t, void *data)
{
    Header *h = data;

    if (h->size + ENTRY_ROOM > h->room) {
        char *larger = realloc(h->text, 2 * h->room);
        if (!larger)
            return false;
        h->text = larger;
        h->room *= 2;
    }
    h->size += (size_t) sprintf(h->text + h->size, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[",
                                t->name);
    for (int i = 0; i < t->ndim; i++)
        h->size += (size_t) sprintf(h->text + h->size, i ? ",%lld" : "%lld",
                                    (long long) t->shape[i]);
    h->size += (size_t) sprintf(h->text + h->size, "],\"data_offsets\":[%lld,%lld]}", h->bytes,
                                h->bytes + 4 * (long long) t->count);
    h->bytes += 4 * (long long) t->count;
    return true;
}

/* The text of the header, padded to whole words; the metadata are those that the form was read from. */
static bool make_header(const NetworkForm *f, Header *h)
{
    *h = (Header) { .text = malloc(4096), .room = 4096 };
    if (!h->text)
        return false;
    h->size = (size_t) sprintf(h->text,
                               "{\"__metadata__\":{\"architecture\":\"%s\",\"input\":\"%s\","
                               "\"padding\":\"%s\",\"pooling\":\"%s\"}",
                               f->a->key, f->input.name,
                               f->padding == PAD_REFLECT ? "reflect" : "zeros",
                               f->ceil ? "ceil" : "floor");
    if (!each_tensor(f, add_entry, h))
        return false;
    h->text[h->size++] = '}';
    while (h->size % 8)
        h->text[h->size++] = ' ';
    return true;
}

/* --------------------------------------------------------------------- numbers */

typedef struct {
    const NetworkForm *f;
    const DpsWork *work;
    FILE *file;
    DpsStatus status; /* DPS_OK when writing failed */
} Writing;

static bool put_word(FILE *file, uint64_t value, int bytes)
{
    bool good = true;

    for (int i = 0; i < bytes; i++, value >>= 8)
        good = good && putc((int) (value & 255), file) != EOF;
    return good;
}

static bool write_tensor(const WeightTensor *t, void *data)
{
    Writing *w = data;
    float *number = malloc((size_t) t->count * sizeof *number + 1);
    bool good = false;

    w->status = work_cancelled(w->work) ? DPS_CANCELLED
                : number ? weights_read(w->f->w, t->name, t->ndim, t->shape, number, w->f->message)
                         : DPS_NO_MEMORY;
    if (!w->status) {
        good = true;
        for (int64_t i = 0; i < t->count && good; i++) {
            uint32_t bits;
            memcpy(&bits, &number[i], sizeof bits);
            good = put_word(w->file, bits, 4);
        }
    }
    free(number);
    return good;
}

static DpsStatus cannot_write(const char *to, DpsMessage *message)
{
    say_of(message, DPS_SAY_BAD_FILE, to,
           N_("the network can't be written there (system error %d); look at the folder and the "
              "room on its disk."),
           errno);
    return DPS_BAD_FILE;
}

static DpsStatus write_file(const NetworkForm *f, const Header *h, const char *to,
                            const DpsWork *work)
{
    Writing w = { f, work, fopen(to, "wb"), DPS_OK };

    if (!w.file)
        return cannot_write(to, f->message);
    bool good = put_word(w.file, h->size, 8) && fwrite(h->text, 1, h->size, w.file) == h->size &&
                each_tensor(f, write_tensor, &w);
    good = fclose(w.file) == 0 && good;
    if (good)
        return DPS_OK;
    DpsStatus status = w.status ? w.status : cannot_write(to, f->message);
    remove(to);
    return status;
}

DpsStatus dps_network_import(const char *from, const char *to, const DpsWork *work,
                             DpsNetwork *network, DpsMessage *message)
{
    Weights *w;
    Header h = { 0 };
    DpsStatus status = weights_open(from, &w, message);

    if (status)
        return status;
    NetworkForm f = { .w = w, .path = from, .message = message };
    status = network_form(&f);
    if (!status)
        status = network_form_check(&f, architecture_rows(f.a));
    if (!status && !make_header(&f, &h))
        status = DPS_NO_MEMORY;
    if (!status)
        status = write_file(&f, &h, to, work);
    if (status == DPS_NO_MEMORY)
        say(message, DPS_SAY_NO_MEMORY, N_("%s: there is not enough memory to load this network."),
            from);
    else if (status == DPS_CANCELLED)
        say(message, DPS_SAY_CANCELLED, N_("Cancelled."));
    if (!status) {
        snprintf(network->name, sizeof network->name, "%s", f.a->key);
        snprintf(network->title, sizeof network->title, "%s", f.a->title);
    }
    free(h.text);
    weights_close(w);
    return status;
}
