/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* test-weights-broken.c - the safetensors reader on files that are cut short, contradict themselves,
 * or are something else: each has to be refused with one clear sentence. */

#include <sys/stat.h>

#include "weights-file.h"

/* The file at `path` must be refused with a sentence that contains `part`. */
static void check_refused(const char *part, int line)
{
    DpsMessage message[1] = { 0 };
    Weights *w = (Weights *) path;
    DpsStatus status = weights_open(path, &w, message);
    CHECK(status == DPS_BAD_FILE && w == NULL, "line %d: status %d", line, status);
    check_sentence(message->text, part, line);
    weights_close(w);
}

/* A header, with 8 bytes of data behind it, must be refused. */
static void refuse_header(const char *header, const char *part, int line)
{
    write_file(header, strlen(header), "12345678", 8, NULL);
    check_refused(part, line);
}
#define REFUSE(header, part) refuse_header(header, part, __LINE__)

static void test_cut_short(void)
{
    static const char header[] =
        "{\"__metadata__\":{\"k\":\"v\"},"
        "\"one\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
        "\"two\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[16,24]}}";
    unsigned char whole[sizeof header + 64];
    size_t size = write_file(header, sizeof header - 1, "123412341234123412341234", 24, whole);
    weights_close(open_good(__LINE__));
    for (size_t n = 0; n < size; n++) {
        write_bytes(whole, n);
        check_refused(n < 8 ? "the file holds only" : "cut short", __LINE__);
    }
    char expected[160];
    write_bytes(whole, size - 1);
    snprintf(expected, sizeof expected, "tensor two ends at byte %zu, but the file holds only %zu",
             size, size - 1);
    check_refused(expected, __LINE__);
    whole[size] = 0;
    write_bytes(whole, size + 1);
    check_refused("the last tensor ends at byte", __LINE__);
}

static void test_header_length(void)
{
    static const uint64_t lengths[] = { 9,
                                        100000000,
                                        100000001,
                                        UINT64_C(1) << 31,
                                        UINT64_C(1) << 32,
                                        INT64_MAX,
                                        (uint64_t) INT64_MAX + 1,
                                        UINT64_MAX - 7,
                                        UINT64_MAX };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        unsigned char bytes[16];
        memcpy(bytes, "........{}      ", sizeof bytes);
        for (int k = 0; k < 8; k++)
            bytes[k] = (unsigned char) (lengths[i] >> 8 * k);
        write_bytes(bytes, sizeof bytes);
        check_refused(lengths[i] > 100000000 ? "neither a safetensors file" : "cut short", __LINE__);
    }
    write_bytes("\0\0\0\0\0\0\0", 8);
    check_refused("a \"{\" is missing at byte 8", __LINE__);
    write_bytes("PK\3\4archive/data.pkl", 20);
    check_refused("of PyTorch's files", __LINE__);
    write_bytes("version https://git-lfs.github.com/spec/v1\n", 43);
    check_refused("neither a safetensors file", __LINE__);
}

#define F32(shape, from, to) \
    "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" #from "," #to "]}"

static void test_places(void)
{
    REFUSE("{\"a\":" F32("[1]", 0, 4) ",\"b\":" F32("[1]", 0, 4) "}", "tensor b begins at");
    REFUSE("{\"a\":" F32("[1]", 0, 4) ",\"b\":" F32("[1]", 3, 7) "}", "tensor b begins at");
    REFUSE("{\"a\":" F32("[2]", 0, 8) ",\"b\":" F32("[1]", 4, 8) "}", "tensor b begins at");
    REFUSE("{\"a\":" F32("[1]", 4, 8) "}", "tensor a begins at");
    REFUSE("{\"a\":" F32("[2]", 0, 8) ",\"b\":" F32("[0]", 4, 4) "}", "tensor b begins at");
    REFUSE("{\"a\":" F32("[1]", 0, 4) "}", "the last tensor ends");
    REFUSE("{}", "the last tensor ends");
    REFUSE("{\"a\":" F32("[3]", 0, 12) "}", "tensor a ends at byte");
    REFUSE("{\"a\":" F32("[2]", 0, 4) "}", "tensor a needs 8 bytes");
    REFUSE("{\"a\":" F32("[1]", 0, 8) "}", "tensor a needs 4 bytes");
    REFUSE("{\"a\":" F32("[1]", 8, 4) "}", "tensor a needs 4 bytes");
    REFUSE("{\"a\":" F32("[1]", 9223372036854775803, 9223372036854775807) "}",
           "tensor a ends at byte");
}

static void test_shapes(void)
{
    REFUSE("{\"a\":" F32("[9223372036854775807]", 0, 8) "}", "impossibly large");
    REFUSE("{\"a\":" F32("[4294967296,4294967296]", 0, 8) "}", "impossibly large");
    REFUSE("{\"a\":" F32("[4611686018427387904,4]", 0, 8) "}", "impossibly large");
    REFUSE("{\"a\":" F32("[2305843009213693952]", 0, 8) "}", "impossibly large");
    REFUSE("{\"a\":" F32("[4294967296,4294967296,0]", 0, 8) "}", "tensor a needs 0 bytes");
    REFUSE("{\"a\":" F32("[9223372036854775808]", 0, 8) "}", "a number below 2^63");
    REFUSE("{\"a\":" F32("[99999999999999999999999]", 0, 8) "}", "a number below 2^63");
    REFUSE("{\"a\":" F32("[1,1,1,1,1,1,1,1,2]", 0, 8) "}", "the end of a list");
    REFUSE("{\"a\":" F32("[-2]", 0, 8) "}", "a whole number");
    REFUSE("{\"a\":" F32("[2.0]", 0, 8) "}", "a \"]\"");
    REFUSE("{\"a\":" F32("[2e0]", 0, 8) "}", "a \"]\"");
    REFUSE("{\"a\":" F32("[02]", 0, 8) "}", "begins with 0");
    REFUSE("{\"a\":" F32("[2,]", 0, 8) "}", "a whole number");
    REFUSE("{\"a\":" F32("[null]", 0, 8) "}", "a whole number");
    REFUSE("{\"a\":" F32("[\"2\"]", 0, 8) "}", "a whole number");
    REFUSE("{\"a\":" F32("[[2]]", 0, 8) "}", "a whole number");
    REFUSE("{\"a\":" F32("2", 0, 8) "}", "a \"[\"");
}

static void test_entries(void)
{
    REFUSE("{\"a\":" F32("[1]", 0, 4) ",\"a\":" F32("[1]", 4, 8) "}", "two tensors called a");
    REFUSE("{\"a\":" F32("[1]", 0, 4) ",\"\\u0061\":" F32("[1]", 4, 8) "}", "two tensors called a");
    REFUSE("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":" F32("[2]", 0, 8) "}",
           "two metadata called k");
    REFUSE("{\"__metadata__\":{},\"__metadata__\":{},\"a\":" F32("[2]", 0, 8) "}",
           "two __metadata__");
    REFUSE("{\"__metadata__\":{\"k\":1},\"a\":" F32("[2]", 0, 8) "}", "a text in quotes");
    REFUSE("{\"__metadata__\":{\"k\":{\"l\":\"m\"}},\"a\":" F32("[2]", 0, 8) "}",
           "a text in quotes");
    REFUSE("{\"__metadata__\":[],\"a\":" F32("[2]", 0, 8) "}", "a \"{\"");
    REFUSE("{\"a\":{\"dtype\":\"F128\",\"shape\":[2],\"data_offsets\":[0,8]}}",
           "unknown kind F128");
    REFUSE("{\"a\":{\"dtype\":\"f32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "unknown kind f32");
    REFUSE("{\"a\":{\"dtype\":\"\",\"shape\":[2],\"data_offsets\":[0,8]}}", "unknown kind");
    REFUSE("{\"a\":{\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]}}", "a text in quotes");
    REFUSE("{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,8]}}", "needs 4 bytes");
    REFUSE("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "lacks its kind");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", "lacks its kind");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "lacks its kind");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8]}}", "lacks its kind");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}",
           "the end of a list");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[2],\"data_offsets\":[0,8]}}",
           "twice");
    REFUSE("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":[]}}", "\"x\"");
    REFUSE("{\"a\":{}}", "a text in quotes");
    REFUSE("{\"a\":[]}", "a \"{\"");
    REFUSE("{\"a\":" F32("[2]", 0, 8) ",}", "a text in quotes");
    REFUSE("{\"a\":" F32("[2]", 0, 8), "a \"}\"");
    REFUSE("{\"a\":" F32("[2]", 0, 8) "}}", "the end of the header");
    REFUSE("{\"a\":" F32("[2]", 0, 8) "} x", "the end of the header");
    REFUSE("[{\"a\":" F32("[2]", 0, 8) "}]", "a \"{\"");
    REFUSE("\"a\"", "a \"{\"");
    REFUSE("", "a \"{\"");
    REFUSE("{a:" F32("[2]", 0, 8) "}", "a text in quotes");
    REFUSE("{'a':" F32("[2]", 0, 8) "}", "a text in quotes");
    REFUSE("{\"a\" " F32("[2]", 0, 8) "}", "a \":\"");
}

static void test_texts(void)
{
    static const char *const not_utf8[] = { "\377",
                                            "\200",
                                            "\300\200",
                                            "\301\277",
                                            "\303",
                                            "\303(",
                                            "\340\237\277",
                                            "\355\240\200",
                                            "\360\217\277\277",
                                            "\364\220\200\200",
                                            "\370\210\200\200\200",
                                            "\342\202",
                                            "\360\237\214" };
    static const char *const no_escape[] = { "\\x",
                                             "\\u12",
                                             "\\u12g4",
                                             "\\ud800",
                                             "\\ud800x",
                                             "\\ud800\\n",
                                             "\\ud800\\u0041",
                                             "\\ud800\\ud800",
                                             "\\udc00\\udc00",
                                             "\\udc00",
                                             "\\u0000",
                                             "\\U0041",
                                             "\\u 041",
                                             "\\" };
    char header[256];
    for (size_t i = 0; i < sizeof not_utf8 / sizeof *not_utf8; i++) {
        snprintf(header, sizeof header, "{\"%s\":" F32("[2]", 0, 8) "}", not_utf8[i]);
        REFUSE(header, "a character in UTF-8");
    }
    for (size_t i = 0; i < sizeof no_escape / sizeof *no_escape; i++) {
        snprintf(header, sizeof header, "{\"a\":" F32("[2]", 0, 8) ",\"%s", no_escape[i]);
        REFUSE(header, "a valid escape");
    }
    REFUSE("{\"a\nb\":" F32("[2]", 0, 8) "}", "the end of a text");
    REFUSE("{\"a", "the end of a text");
    static const char with_zero[] = "{\"a\0b\":{}}";
    write_file(with_zero, sizeof with_zero - 1, NULL, 0, NULL);
    check_refused("the end of a text", __LINE__);
    static const char zero_behind[] = "{}\0";
    write_file(zero_behind, sizeof zero_behind - 1, NULL, 0, NULL);
    check_refused("the end of the header", __LINE__);

    /* A name is shown cut between characters, and on one line. */
    char name[400] = "\\n";
    for (int i = 0; i < 60; i++)
        strcat(name, "\303\244");
    snprintf(header, sizeof header, "{\"%s\":{\"%s\":1}}", "x", "\\n\\r\\t\\u007f");
    REFUSE(header, "tensor x has \"????\"");
    char long_header[600];
    snprintf(long_header, sizeof long_header, "{\"%s\":" F32("[1]", 0, 8) "}", name);
    REFUSE(long_header, "\303\244 needs 4 bytes");
}

/* Nothing recurses, so the depth costs no stack. */
static void test_deep_nesting(void)
{
    static const char opening[] = "{\"a\":{\"dtype\":\"F32\",\"shape\":";
    size_t depth = 5000000, size = sizeof opening - 1 + depth;
    char *header = malloc(size);
    if (!header)
        exit(1);
    memcpy(header, opening, sizeof opening - 1);
    memset(header + sizeof opening - 1, '[', depth);
    write_file(header, size, NULL, 0, NULL);
    check_refused("a whole number", __LINE__);
    memset(header, '{', size);
    write_file(header, size, NULL, 0, NULL);
    check_refused("a text in quotes", __LINE__);
    free(header);
}

static void test_other_paths(void)
{
    DpsMessage message[1] = { 0 };
    char saved[sizeof path];
    char long_path[2000];
    strcpy(saved, path);
    write_bytes("", 0);
    check_refused("the file holds only 0 bytes", __LINE__);
    strcpy(path, folder);
    check_refused("this is a folder", __LINE__);
    strcpy(path, "/dev/null");
    check_refused("not an ordinary file", __LINE__);
    snprintf(path, sizeof path, "%s/pipe", folder);
    CHECK(mkfifo(path, 0600) == 0, "mkfifo");
    check_refused("not an ordinary file", __LINE__);
    unlink(path);
    snprintf(path, sizeof path, "%s/nothing\nhere", folder);
    check_refused("nothing?here: there is no such file", __LINE__);
    snprintf(path, sizeof path, "%s/x.safetensors/y", folder);
    check_refused("there is no such file", __LINE__);
    strcpy(path, "");
    check_refused("there is no such file", __LINE__);
    strcpy(path, saved);
    uid_t user = geteuid();
    if (user != 0 || seteuid(65534) == 0) { /* root may read every file, nobody may not */
        CHECK(chmod(path, 0) == 0 || user == 0, "chmod");
        check_refused("you may not read", __LINE__);
        CHECK(seteuid(user) == 0 && chmod(path, 0600) == 0, "chmod");
    } else {
        printf("SKIP: a file without read permission: root, who may read all, can't be left\n");
    }

    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = 0;
    Weights *w;
    CHECK(weights_open(long_path, &w, message) == DPS_BAD_FILE, "a long path");
    check_sentence(message->text, "x: this file can't be opened (system error", __LINE__);
    CHECK(weights_open("\303\244\303\244\303\244", &w, NULL) == DPS_BAD_FILE, "without a message");
}

int main(void)
{
    make_folder();
    test_cut_short();
    test_header_length();
    test_places();
    test_shapes();
    test_entries();
    test_texts();
    test_deep_nesting();
    test_other_paths();
    remove_folder();
    return check_done("weights-broken");
}
