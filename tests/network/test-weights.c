/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* test-weights.c - the safetensors reader on good files: each kind of number, wrong questions, the
 * golden files, a trained network. */

#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "golden.h"
#include "weights-file.h"

#define NETWORK "../shared/reference/networks/vgg19-16x.safetensors"

static void test_good_file(void)
{
    static const char header[] =
        " {\"b\\u00e4\\ud83c\\udf05\\n\" : {\"shape\":[2, "
        "3],\"dtype\":\"F32\",\"data_offsets\":[0,24]},\n"
        "\"__metadata__\":{\"input\":\"RGB in [0,1]\",\"empty\":\"\"},"
        "\"scalar\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[24,28]},"
        "\"none\":{\"dtype\":\"F64\",\"shape\":[3,0],\"data_offsets\":[28,28]},"
        "\"ids\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[28,36]}}      ";
    static const float numbers[9] = { 1, -2, 3.5f, 0, -0.f, FLT_MAX, 42 };
    write_file(header, sizeof header - 1, numbers, sizeof numbers, NULL);
    Weights *w = open_good(__LINE__);
    CHECK(weights_count(w) == 4, "%d tensors", weights_count(w));
    CHECK(!strcmp(weights_metadata(w, "input"), "RGB in [0,1]"), "metadata input");
    CHECK(!strcmp(weights_metadata(w, "empty"), ""), "metadata empty");
    CHECK(!weights_metadata(w, "padding"), "metadata that are not there");
    CHECK(!weights_find(w, "c"), "a tensor that is not there");
    CHECK(!strcmp(weights_tensor(w, 3)->name, "ids"), "the last is %s", weights_tensor(w, 3)->name);

    const char *name = "b\303\244\360\237\214\205\n";
    const WeightTensor *t = weights_find(w, name);
    CHECK(t && t->ndim == 2 && t->shape[0] == 2 && t->shape[1] == 3 && t->count == 6 &&
              t->bytes == 24 && t->offset == (int64_t) sizeof header + 7 &&
              !strcmp(t->dtype, "F32"),
          "the tensor with the odd name");

    DpsMessage message[1] = { 0 };
    float out[6], one, two[2] = { 7, 7 };
    DpsStatus status = weights_read(w, name, 2, (int64_t[]){ 2, 3 }, out, message);
    CHECK(status == DPS_OK && !memcmp(out, numbers, sizeof out), "%s", message->text);
    status = weights_read(w, "scalar", 0, NULL, &one, message);
    CHECK(status == DPS_OK && one == 42, "%g %s", one, message->text);
    status = weights_read(w, "none", 2, (int64_t[]){ 3, 0 }, two, message);
    CHECK(status == DPS_OK && two[0] == 7, "%s", message->text);

    status = weights_read(w, name, 2, (int64_t[]){ 3, 2 }, out, message);
    CHECK(status == DPS_BAD_FILE, "status %d for a wrong shape", status);
    check_sentence(message->text, "2 x 3 numbers where the network needs 3 x 2", __LINE__);
    status = weights_read(w, name, 1, (int64_t[]){ 2 }, out, message);
    CHECK(status == DPS_BAD_FILE, "status %d for a wrong number of dimensions", status);
    status = weights_read(w, "ids", 1, (int64_t[]){ 1 }, out, message);
    CHECK(status == DPS_BAD_FILE, "status %d for integers", status);
    check_sentence(message->text, "ids holds numbers of kind I64", __LINE__);
    status = weights_read(w, "c", 1, (int64_t[]){ 1 }, out, message);
    CHECK(status == DPS_BAD_FILE, "status %d for an absent tensor", status);
    check_sentence(message->text, "no tensor c", __LINE__);
    weights_close(w);
    weights_close(NULL);

    write_file("{}", 2, NULL, 0, NULL);
    w = open_good(__LINE__);
    CHECK(weights_count(w) == 0, "%d tensors in an empty file", weights_count(w));
    weights_close(w);
}

/* Reads one number of a kind, given as its bits, through a file. */
static DpsStatus read_one(const char *dtype, int size, uint64_t bits, float *value,
                          DpsMessage *message)
{
    char header[128];
    unsigned char data[8];
    for (int i = 0; i < 8; i++)
        data[i] = (unsigned char) (bits >> 8 * i);
    snprintf(header, sizeof header,
             "{\"x\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}", dtype, size);
    write_file(header, strlen(header), data, (size_t) size, NULL);
    Weights *w = open_good(__LINE__);
    DpsStatus status = weights_read(w, "x", 1, (int64_t[]){ 1 }, value, message);
    weights_close(w);
    return status;
}

static void test_numbers(void)
{
    static const struct {
        const char *dtype;
        int size;
        uint64_t bits;
        float value;
    } finite[] = {
        { "F16", 2, 0x3c00, 1 },
        { "F16", 2, 0xc000, -2 },
        { "F16", 2, 0x7bff, 65504 },
        { "F16", 2, 0x0001, 0x1p-24f },
        { "F16", 2, 0x83ff, -1023 * 0x1p-24f },
        { "F16", 2, 0x0400, 0x1p-14f },
        { "F16", 2, 0x3555, 0x1.554p-2f },
        { "BF16", 2, 0x3f80, 1 },
        { "BF16", 2, 0xc049, -3.140625f },
        { "F32", 4, 0x40490fdb, 3.14159274f },
        { "F32", 4, 0x00000001, 0x1p-149f },
        { "F64", 8, 0x400921fb54442d18, 3.14159274f },
        { "F64", 8, 0x0000000000000001, 0 },
        { "F64", 8, 0xc7efffffe0000000, -FLT_MAX },
    };
    static const struct {
        const char *dtype;
        int size;
        uint64_t bits;
    } infinite[] = {
        { "F16", 2, 0x7c00 },
        { "F16", 2, 0xfc00 },
        { "F16", 2, 0x7e01 },
        { "BF16", 2, 0x7f80 },
        { "BF16", 2, 0xffc0 },
        { "F32", 4, 0x7f800000 },
        { "F32", 4, 0xffc00000 },
        { "F32", 4, 0x7f800001 },
        { "F64", 8, 0x7ff0000000000000 },
        { "F64", 8, 0x7ff8000000000000 },
        { "F64", 8, 0x47f0000000000000 },
    };
    DpsMessage message[1] = { 0 };
    float value;
    for (size_t i = 0; i < sizeof finite / sizeof *finite; i++) {
        DpsStatus status = read_one(finite[i].dtype, finite[i].size, finite[i].bits, &value,
                                    message);
        CHECK(status == DPS_OK && value == finite[i].value, "%s %" PRIx64 " is %g, not %g: %s",
              finite[i].dtype, finite[i].bits, value, finite[i].value, message->text);
    }
    for (size_t i = 0; i < sizeof infinite / sizeof *infinite; i++) {
        DpsStatus status = read_one(infinite[i].dtype, infinite[i].size, infinite[i].bits, &value,
                                    message);
        CHECK(status == DPS_BAD_FILE, "%s %" PRIx64 " is taken for %g", infinite[i].dtype,
              infinite[i].bits, value);
        check_sentence(message->text,
                       "tensor x holds a value that is infinite or not a number, at index 0",
                       __LINE__);
    }
}

/* A large tensor in several pieces, good and then filled with NaN from some index on. */
static void test_many_numbers(void)
{
    static const char header[] =
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[101,99],\"data_offsets\":[0,39996]}}";
    static float numbers[101 * 99], out[101 * 99];
    DpsMessage message[1] = { 0 };
    for (int i = 0; i < 101 * 99; i++)
        numbers[i] = (float) i / 7;
    write_file(header, sizeof header - 1, numbers, sizeof numbers, NULL);
    Weights *w = open_good(__LINE__);
    DpsStatus status = weights_read(w, "x", 2, (int64_t[]){ 101, 99 }, out, message);
    CHECK(status == DPS_OK && !memcmp(out, numbers, sizeof out), "%s", message->text);

    CHECK(truncate(path, 20000) == 0, "truncate");
    status = weights_read(w, "x", 2, (int64_t[]){ 101, 99 }, out, message);
    CHECK(status == DPS_BAD_FILE, "status %d after the file shrank", status);
    check_sentence(message->text, "the file has changed", __LINE__);
    weights_close(w);

    for (int i = 7000; i < 101 * 99; i++)
        numbers[i] = NAN;
    write_file(header, sizeof header - 1, numbers, sizeof numbers, NULL);
    w = open_good(__LINE__);
    status = weights_read(w, "x", 2, (int64_t[]){ 101, 99 }, out, message);
    CHECK(status == DPS_BAD_FILE, "status %d for NaN", status);
    check_sentence(message->text, "at index 7000", __LINE__);
    weights_close(w);
}

/* 200 000 tensors: checks that compare each with each would not end. */
static void test_many_tensors(void)
{
    int count = 200000;
    char *header = malloc((size_t) count * 80), *at = header;
    if (!header)
        exit(1);
    *at++ = '{';
    for (int i = 0; i < count; i++)
        at += sprintf(at, "%s\"t%d\":{\"dtype\":\"U8\",\"shape\":[1,0],\"data_offsets\":[0,0]}",
                      i ? "," : "", i);
    *at++ = '}';
    write_file(header, (size_t) (at - header), NULL, 0, NULL);
    Weights *w = open_good(__LINE__);
    CHECK(weights_count(w) == count, "%d tensors", weights_count(w));
    weights_close(w);
    free(header);
}

static void test_golden_files(void)
{
    Golden *g = golden_open("objective.safetensors");
    DpsMessage message[1] = { 0 };
    static float out[4 * 3 * 3 * 3];
    const double *expected = GOLDEN(g, "weights.conv1_1.weight", 4, 3, 3, 3);
    const float *rounded = GOLDEN_FLOATS(g, "weights.conv1_1.weight", 4, 3, 3, 3);
    unlink(path);
    snprintf(path, sizeof path, "%s/weights-link", folder);
    const char *golden_folder = getenv("DPS_GOLDEN_DIR");
    char target[1024], *real;
    snprintf(target, sizeof target, "%s/objective.safetensors",
             golden_folder ? golden_folder : GOLDEN_DIR);
    real = realpath(target, NULL);
    CHECK(real && symlink(real, path) == 0, "a link to %s", target);
    free(real);
    Weights *w = open_good(__LINE__);
    DpsStatus status = weights_read(w, "weights.conv1_1.weight", 4, (int64_t[]){ 4, 3, 3, 3 }, out,
                                    message);
    CHECK(status == DPS_OK, "%s", message->text);
    CHECK(!memcmp(out, rounded, sizeof out), "read and rounded differ");
    double error = golden_error(out, expected, 108);
    CHECK(error < 6e-8, "doubles read as floats: %g", error); /* observed 2.7e-8 */
    int shape[8];
    CHECK(golden_shape(g, "content", shape) == 3 && shape[1] == 37, "shape of content");
    CHECK(weights_metadata(w, "note") != NULL, "the note");
    weights_close(w);
    unlink(path);
    golden_close(g);

    static const char *const others[] = { "matting", "colour", "smoothing" };
    for (int i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.safetensors", others[i]);
        g = golden_open(name);
        CHECK(golden_shape(g, i == 1 ? "matrix" : "image", shape) > 0, "%s", name);
        golden_close(g);
    }
}

static void test_real_network(void)
{
    DpsMessage message[1] = { 0 };
    Weights *w;
    if (access(NETWORK, R_OK) != 0) {
        printf("SKIP: a trained network: there is no %s\n", NETWORK);
        return;
    }
    DpsStatus status = weights_open(NETWORK, &w, message);
    CHECK(status == DPS_OK, "%s", message->text);
    if (!w)
        return;
    CHECK(weights_count(w) == 26, "%d tensors", weights_count(w));
    CHECK(!strcmp(weights_metadata(w, "architecture"), "vgg19"), "architecture");
    int64_t total = 0;
    for (int i = 0; i < weights_count(w); i++) {
        const WeightTensor *t = weights_tensor(w, i);
        float *out = malloc((size_t) t->count * sizeof *out);
        status = weights_read(w, t->name, t->ndim, t->shape, out, message);
        CHECK(status == DPS_OK, "%s", message->text);
        double sum = 0;
        for (int64_t k = 0; k < t->count; k++)
            sum += fabs(out[k]);
        CHECK(sum > 0, "%s is all zero", t->name);
        total += t->count;
        free(out);
    }
    CHECK(total * 4 + 2464 + 8 == 3242984, "%" PRId64 " numbers", total);
    weights_close(w);
}

int main(void)
{
    make_folder();
    test_good_file();
    test_numbers();
    test_many_numbers();
    test_many_tensors();
    test_golden_files();
    test_real_network();
    remove_folder();
    return check_done("weights");
}
