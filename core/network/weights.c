/* SPDX-License-Identifier: LGPL-3.0-or-later */

#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64

#include "weights-private.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The limit of the official library: a longer header is an attack or another kind of file. */
#define HEADER_LIMIT 100000000

/* -------------------------------------------------------------------- messages */

int weights_shown(const char *text, int limit)
{
    int n = 0;
    while (n < limit && text[n])
        n++;
    while (n > 0 && ((unsigned char) text[n] & 0xc0) == 0x80)
        n--; /* not within a character */
    return n;
}

DpsStatus weights_fail(const WeightReport *report, DpsStatus status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_list(report->message, status == DPS_NO_MEMORY ? DPS_SAY_NO_MEMORY : DPS_SAY_BAD_FILE,
             report->path, format, args);
    va_end(args);
    return status;
}

DpsStatus weights_no_memory(const WeightReport *report)
{
    return weights_fail(report, DPS_NO_MEMORY,
                        N_("there is not enough memory to read this file; "
                           "close other programs and try again"));
}

static DpsStatus cannot_read(const WeightReport *report)
{
    return weights_fail(report, DPS_BAD_FILE,
                        N_("reading failed: the file has changed or its disk "
                           "has a fault; get it again"));
}

/* ------------------------------------------------------------------------ file */

bool weights_read_at(int fd, void *out, size_t bytes, int64_t offset)
{
    for (char *at = out; bytes > 0;) {
        ssize_t n = pread(fd, at, bytes, (off_t) offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        offset += n;
        bytes -= (size_t) n;
    }
    return true;
}

static uint64_t little_endian(const unsigned char *bytes, int n)
{
    uint64_t value = 0;
    for (int i = n; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static DpsStatus no_ordinary_file(const WeightReport *report)
{
    return weights_fail(report, DPS_BAD_FILE,
                        N_("this is not an ordinary file; choose a .safetensors file"));
}

/* Opens the file and learns its size: without waiting, since the name may be that of a pipe. */
static DpsStatus open_file(Weights *w, const WeightReport *report)
{
    struct stat about;
    w->fd = open(w->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (w->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return weights_fail(report, DPS_BAD_FILE,
                            N_("there is no such file; check its name and folder"));
    if (w->fd < 0 && errno == EACCES)
        return weights_fail(report, DPS_BAD_FILE,
                            N_("you may not read this file; change its "
                               "permissions or choose another"));
    if (w->fd < 0 && errno == ENXIO) /* a socket */
        return no_ordinary_file(report);
    if (w->fd < 0)
        return weights_fail(report, DPS_BAD_FILE,
                            N_("this file can't be opened (system error %d); "
                               "check its name and disk"),
                            errno);
    if (fstat(w->fd, &about) < 0)
        return cannot_read(report);
    if (S_ISDIR(about.st_mode))
        return weights_fail(report, DPS_BAD_FILE,
                            N_("this is a folder; choose a .safetensors file in it"));
    if (!S_ISREG(about.st_mode))
        return no_ordinary_file(report);
    w->file_size = (int64_t) about.st_size;
    return DPS_OK;
}

/* Reads what the file says of its tensors; the text is kept in w->header. */
static DpsStatus read_header(Weights *w, const WeightReport *report)
{
    unsigned char first[8];
    if (w->file_size < 8)
        return weights_fail(report, DPS_BAD_FILE,
                            N_("the file holds only %lld bytes: it is "
                               "not a safetensors file, or cut short; get it "
                               "again"),
                            (long long) w->file_size);
    if (!weights_read_at(w->fd, first, sizeof first, 0))
        return cannot_read(report);
    if (torch_looks_like(first))
        return torch_parse(w, first, report);
    uint64_t length = little_endian(first, 8);
    if (length > HEADER_LIMIT)
        return weights_fail(report, DPS_BAD_FILE,
                            N_("this is neither a safetensors file nor one of PyTorch's; "
                               "choose another"));
    if ((int64_t) length > w->file_size - 8)
        return weights_fail(report, DPS_BAD_FILE,
                            N_("the header ends at byte %lld, but the file holds only %lld: the "
                               "file is cut short; get it again"),
                            (long long) length + 8, (long long) w->file_size);
    w->header = malloc((size_t) length + 1);
    if (!w->header)
        return weights_no_memory(report);
    if (!weights_read_at(w->fd, w->header, (size_t) length, 8))
        return cannot_read(report);
    w->header[length] = 0;
    w->header_end = (int64_t) length + 8;
    return weights_parse_header(w, report);
}

DpsStatus weights_open(const char *path, Weights **weights, DpsMessage *message)
{
    WeightReport report = { path, message };
    size_t length = strlen(path) + 1;
    Weights *w = calloc(1, sizeof *w);
    *weights = NULL;
    if (!w)
        return weights_no_memory(&report);
    w->fd = -1;
    w->path = malloc(length);
    DpsStatus status = DPS_OK;
    if (w->path)
        memcpy(w->path, path, length);
    else
        status = weights_no_memory(&report);
    if (status == DPS_OK)
        status = open_file(w, &report);
    if (status == DPS_OK)
        status = read_header(w, &report);
    if (status == DPS_OK)
        *weights = w;
    else
        weights_close(w);
    return status;
}

void weights_close(Weights *weights)
{
    if (!weights)
        return;
    if (weights->fd >= 0)
        close(weights->fd);
    free(weights->texts);
    free(weights->tensors);
    free(weights->header);
    free(weights->path);
    free(weights);
}

/* --------------------------------------------------------------------- looking */

const char *weights_metadata(const Weights *weights, const char *key)
{
    for (int i = 0; i < weights->text_count; i++)
        if (!strcmp(weights->texts[i].key, key))
            return weights->texts[i].text;
    return NULL;
}

int weights_count(const Weights *weights)
{
    return weights->tensor_count;
}

const WeightTensor *weights_tensor(const Weights *weights, int i)
{
    return &weights->tensors[i];
}

const WeightTensor *weights_find(const Weights *weights, const char *name)
{
    for (int i = 0; i < weights->tensor_count; i++)
        if (!strcmp(weights->tensors[i].name, name))
            return &weights->tensors[i];
    return NULL;
}

/* --------------------------------------------------------------------- numbers */

/* IEEE 754 half precision: (1 + m/1024) 2^(e-15), but m/1024 2^-14 for e = 0; e = 31 is infinity
 * or no number. */
static float half_to_float(uint32_t half)
{
    uint32_t sign = half >> 15, exponent = half >> 10 & 31, mantissa = half & 1023;
    if (exponent == 0)
        return (sign ? -0x1p-24f : 0x1p-24f) * (float) mantissa;
    uint32_t bits = sign << 31 | (exponent == 31 ? 255 : exponent + 112) << 23 | mantissa << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A number of 2, 4 or 8 bytes as a float; one that is too large becomes infinite. */
static float decode(const unsigned char *bytes, int size, bool brain)
{
    uint64_t bits = little_endian(bytes, size);
    if (size == 2 && !brain)
        return half_to_float((uint32_t) bits);
    if (size == 8) {
        double wide;
        memcpy(&wide, &bits, sizeof wide);
        return fabs(wide) <= FLT_MAX ? (float) wide : INFINITY;
    }
    uint32_t narrow = (uint32_t) bits << (brain ? 16 : 0);
    float value;
    memcpy(&value, &narrow, sizeof value);
    return value;
}

static DpsStatus read_numbers(const Weights *w, const WeightTensor *t, float *out,
                              const WeightReport *report)
{
    unsigned char chunk[16384];
    int64_t room = sizeof chunk;
    int size = weights_dtype_size(t->dtype, &(const char *){ NULL });
    bool brain = !strcmp(t->dtype, "BF16");
    for (int64_t done = 0; done < t->bytes;) {
        int64_t n = t->bytes - done < room ? t->bytes - done : room;
        if (!weights_read_at(w->fd, chunk, (size_t) n, t->offset + done))
            return cannot_read(report);
        for (int64_t i = 0; i < n; i += size) {
            float value = decode(chunk + i, size, brain);
            if (!isfinite(value))
                return weights_fail(
                    report, DPS_BAD_FILE,
                    N_("tensor %.*s holds a value that is infinite or not a number, "
                       "at index %lld: the file is damaged; get it again"),
                    SHOWN(t->name), (long long) ((done + i) / size));
            *out++ = value;
        }
        done += n;
    }
    return DPS_OK;
}

/* "16 x 3 x 3 x 3" into text[size]; "1" for a single number. */
static const char *shape_text(char *text, size_t size, int ndim, const int64_t *shape)
{
    size_t n = 0;
    snprintf(text, size, "1");
    for (int i = 0; i < ndim && n < size; i++)
        n += (size_t) snprintf(text + n, size - n, i ? " x %" PRId64 : "%" PRId64, shape[i]);
    return text;
}

DpsStatus weights_read(const Weights *weights, const char *name, int ndim, const int64_t *shape,
                       float *out, DpsMessage *message)
{
    static const char *const readable[] = { "F32", "F16", "BF16", "F64" };
    WeightReport report = { weights->path, message };
    const WeightTensor *t = weights_find(weights, name);
    if (!t)
        return weights_fail(&report, DPS_BAD_FILE,
                            N_("there is no tensor %.*s, which the network "
                               "needs; choose a file with torchvision's names"),
                            SHOWN(name));
    bool same = t->ndim == ndim;
    for (int i = 0; same && i < ndim; i++)
        same = t->shape[i] == shape[i];
    if (!same) {
        char there[96], wanted[96];
        return weights_fail(&report, DPS_BAD_FILE,
                            N_("tensor %.*s has %s numbers where the network "
                               "needs %s; choose the file of this network"),
                            SHOWN(name), shape_text(there, sizeof there, t->ndim, t->shape),
                            shape_text(wanted, sizeof wanted, ndim, shape));
    }
    for (int i = 0; i < 4; i++)
        if (!strcmp(t->dtype, readable[i]))
            return read_numbers(weights, t, out, &report);
    return weights_fail(
        &report, DPS_BAD_FILE,
        N_("tensor %.*s holds numbers of kind %s, which this program can't use; save "
           "it as F32"),
        SHOWN(name), t->dtype);
}
