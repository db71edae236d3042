/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The estimate of memory against what a run really allocates: photos and panoramas, networks, presets,
 * one region to twelve. */

#include "check.h"
#include "failing-alloc.h"
#include "host.h"
#include "transfer/memory.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_REGIONS 12

/* The sanitizers, under which a run takes three times as long, see each network and method with one number
 * of regions. */
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* Stops a run some evaluations into its largest level: by then it holds all that it ever will.  Methods
 * that evaluate nothing go to their end. */
typedef struct {
    int evaluations, last;
    bool stop;
} Stop;

static void progress(const DpsProgress *p, void *data)
{
    Stop *s = data;

    if (p->level == p->levels - 1 && p->stage == DPS_STAGE_OPTIMISE && p->evaluation > s->last)
        s->evaluations++;
    s->last = p->evaluation;
    s->stop = s->evaluations >= 3;
}

static bool cancelled(void *data)
{
    return ((Stop *) data)->stop;
}

static void stripes(int n, DpsRegion *region)
{
    for (int k = 0; k < n; k++) {
        dps_image_init(&region[k].content, 1, 4 * n, 4);
        for (int i = 0; i < 16 * n; i++)
            region[k].content.data[i] = i % (4 * n) / 4 == k;
        region[k].style = region[k].content;
        region[k].name = "stripe";
    }
}

static DpsImage picture(int w, int h)
{
    DpsImage image;

    dps_image_init(&image, 3, w, h);
    for (int i = 0; i < 3 * w * h; i++)
        image.data[i] = 0.5f + 0.4f * sinf(0.01f * (float) i) * cosf(0.37f * (float) (i % w));
    return image;
}

static double least = 9, largest = 0;

static void compare(const char *what, const DpsImage *content, const DpsImage *style, int regions,
                    const DpsOptions *options)
{
    DpsRegion region[MOST_REGIONS] = { { 0 } };
    Stop stop = { 0 };
    DpsResult result;
    DpsJob job = { .content = content,
                   .style = style,
                   .regions = regions,
                   .region = region,
                   .options = *options,
                   .progress = progress,
                   .cancelled = cancelled,
                   .data = &stop };

    stripes(regions, region);
    double estimate = (double) dps_estimate(&job);
    long before = failing_alloc_bytes();
    DpsStatus status = dps_run(&job, &result);
    double held = (double) (failing_alloc_peak() - before), ratio = estimate / held;
    CHECK(status == (options->method ? DPS_OK : DPS_CANCELLED), "%s: status %d, %s", what, status, result.message.text);
    printf("%-28s %2d regions, %-9s %7.2f MB held, %7.2f estimated: %.2f\n", what, regions,
           dps_choice_name("preset", (int) options->preset), held / 1e6, estimate / 1e6, ratio);
    CHECK(ratio > 0.85 && ratio < 1.15, "%s, %d regions: %.2f", what, regions, ratio);
    least = fmin(least, ratio);
    largest = fmax(largest, ratio);
    dps_result_clear(&result);
    for (int k = 0; k < regions; k++)
        dps_image_clear(&region[k].content);
}

/* ----------------------------------------------------------------------- limits */

static char root[] = "/tmp/memory-XXXXXX";

/* Writes a file below the root, making its folders. */
static void put(const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof path, "%s%s", root, name);
    for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
    FILE *file = fopen(path, "w");
    if (!CHECK(file != NULL, "%s", path))
        return;
    fputs(text, file);
    fclose(file);
}

static void limits(void)
{
    struct rlimit before, space;

    if (!CHECK(mkdtemp(root), "a folder"))
        return;
    double all = memory_limit(root);
    CHECK(all > 1e8 && isfinite(all), "%g", all);
    put("/proc/self/cgroup", "0::/user/session\n");
    put("/sys/fs/cgroup/user/session/memory.max", "max\n");
    CHECK(memory_limit(root) == all, "no limit: %g", memory_limit(root));
    put("/sys/fs/cgroup/user/memory.max", "50000000\n");
    CHECK(memory_limit(root) == 5e7, "a group above: %g", memory_limit(root));
    put("/sys/fs/cgroup/user/session/memory.max", "40000000\n");
    CHECK(memory_limit(root) == 4e7, "the group itself: %g", memory_limit(root));
    put("/proc/self/cgroup", "0::/elsewhere\n");
    put("/sys/fs/cgroup/memory.max", "30000000\n");
    CHECK(memory_limit(root) == 3e7, "the host's name for it: %g", memory_limit(root));
    put("/proc/self/cgroup", "12:cpu,cpuacct:/a\n7:memory:/docker/x\n1:name=systemd:/a\n");
    CHECK(memory_limit(root) == all, "version 1, no limit: %g", memory_limit(root));
    put("/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "20000000\n");
    CHECK(memory_limit(root) == 2e7, "version 1: %g", memory_limit(root));
    put("/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(memory_limit(root) == all, "version 1's word for none: %g", memory_limit(root));
    CHECK(getrlimit(RLIMIT_AS, &before) == 0, "the limit of the address space");
    space = before;
    space.rlim_cur = 60000000;
    CHECK(setrlimit(RLIMIT_AS, &space) == 0, "another");
    double limited = memory_limit(root);
    setrlimit(RLIMIT_AS, &before);
    CHECK(limited == 6e7, "the address space: %g", limited);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", root);
    CHECK(system(command) == 0, "removing %s", root);
}

/* A VGG-16 of the usual width whose filters are all 0: 59 MB that take no room on the disk. */
static void write_wide(const char *path)
{
    static const int index[] = { 0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28 };
    static const int planes[] = { 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512 };
    char header[4096] = "{";
    size_t length = 1, at = 0;

    for (int i = 0, cin = 3; i < 13; cin = planes[i++]) {
        size_t weight = sizeof(float) * 9 * (size_t) (cin * planes[i]),
               bias = sizeof(float) * (size_t) planes[i];
        length += (size_t) snprintf(
            header + length, sizeof header - length,
            "%s\"features.%d.weight\":{\"dtype\":\"F32\",\"shape\":[%d,%d,3,3],\"data_offsets\":[%"
            "zu,%zu]},"
            "\"features.%d.bias\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%zu,%zu]}",
            i ? "," : "", index[i], planes[i], cin, at, at + weight, index[i], planes[i],
            at + weight, at + weight + bias);
        at += weight + bias;
    }
    length += (size_t) snprintf(header + length, sizeof header - length, "}");
    uint64_t size = length;
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(&size, sizeof size, 1, file) == 1 &&
              fwrite(header, length, 1, file) == 1 && fflush(file) == 0 &&
              ftruncate(fileno(file), (off_t) (8 + length + at)) == 0 && fclose(file) == 0,
          "%s", path);
}

/* Without oneDNN, whose memory is its own affair, and which keeps the filters in one order more. */
static void wide_network(const DpsImage *photo)
{
    char path[] = "/tmp/memory-network-XXXXXX";
    DpsOptions o;

    if (SANITIZED) {
        printf("SKIP: with AddressSanitizer a network of the usual width takes minutes\n");
        return;
    }
    int file = mkstemp(path);
    if (!CHECK(file >= 0, "a file"))
        return;
    close(file);
    write_wide(path);
    setenv("DPS_ONEDNN", "0", 1);
    dps_options_default(&o);
    o.preset = DPS_PRESET_DRAFT;
    o.threads = 1;
    o.network = path;
    o.size = 64;
    compare("VGG-16 of the usual width", photo, photo, 1, &o);
    compare("VGG-16 of the usual width", photo, photo, 12, &o);
    unlink(path);
}

int main(void)
{
    limits();
    static const char *const network[] = { NULL, GOLDEN_DIR "/network-vgg16.safetensors",
                                           GOLDEN_DIR "/network-squeezenet.safetensors",
                                           GOLDEN_DIR "/network-resnet50.safetensors",
                                           GOLDEN_DIR "/network-densenet121.safetensors" };
    static const char *const name[] = { "built in", "VGG-16", "SqueezeNet", "ResNet", "DenseNet" };
    static const int regions[] = { 0, 1, 12 };
    DpsImage photo = picture(320, 240), panorama = picture(420, 64), tower = picture(60, 400);

    for (int n = 0; n < 5; n++)
        for (int k = 0; k < 3; k++) {
            DpsOptions o;
            char what[80];
            if (SANITIZED && k != n % 3)
                continue;
            dps_options_default(&o);
            o.preset = DPS_PRESET_DRAFT;
            o.threads = 1;
            o.network = network[n];
            o.size = 144;
            snprintf(what, sizeof what, "%s", name[n]);
            compare(what, &photo, &photo, regions[k], &o);
            snprintf(what, sizeof what, "%s, panorama", name[n]);
            compare(what, &panorama, &photo, regions[k], &o);
            snprintf(what, sizeof what, "%s, style a panorama", name[n]);
            compare(what, &photo, &tower, regions[k], &o);
        }
    for (int p = DPS_PRESET_NORMAL; p <= DPS_PRESET_ARTISTIC; p++) {
        DpsOptions o;
        dps_options_default(&o);
        o.preset = (DpsPreset) p;
        o.threads = 1;
        o.network = p == DPS_PRESET_REFERENCE ? network[1] : NULL;
        o.size = 144;
        compare("presets", &photo, &photo, 2, &o);
        compare("presets, panorama", &panorama, &photo, 2, &o);
    }
    for (int n = 0; n < 2; n++) {
        DpsOptions o;
        dps_options_default(&o);
        o.style_statistics = DPS_STATISTICS_MOMENTS;
        o.threads = 1;
        o.network = network[n];
        o.size = 144;
        compare("means and deviations", &photo, &photo, 2, &o);
        compare("means and deviations, panorama", &panorama, &photo, 2, &o);
    }
    for (int method = DPS_METHOD_COLOURS; method <= DPS_METHOD_HISTOGRAM; method++)
        for (int k = 0; k < 3; k++) {
            DpsOptions o;
            if (SANITIZED && k != method % 3)
                continue;
            dps_options_default(&o);
            o.method = (DpsMethod) method;
            o.threads = 1;
            o.size = 288;
            compare(dps_choice_name("method", method), &photo, &photo, regions[k], &o);
            compare(dps_choice_name("method", method), &panorama, &photo, regions[k], &o);
        }
    wide_network(&photo);
    printf("estimates are from %.2f to %.2f of what is held\n", least, largest);
    dps_image_clear(&photo);
    dps_image_clear(&panorama);
    dps_image_clear(&tower);
    return check_done("memory");
}
