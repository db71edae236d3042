/* SPDX-License-Identifier: LGPL-3.0-or-later */
#define _GNU_SOURCE
#include "device.h"

#include "device/cpu/cpu.h"
#include "device/cuda/cuda-module.h"
#include "message.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef DPS_MODULE_DIR /* a build that installs no module looks beside the program only */
#define DPS_MODULE_DIR ""
#define DPS_MODULE_PATH ""
#endif

#define CUDA_FILE "dps-cuda.so"
#define CUDA_DRIVER "libcuda.so.1"

enum { DEVICE_CPU, DEVICE_CUDA, DEVICES };

/* ------------------------------------------------------------------ the CUDA module */

/* Opens a library for as long as the program runs.  The loader counts: a second call costs little,
 * and no handle has to be kept. */
static void *open_library(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

    if (library)
        dlclose(library); /* stays, RTLD_NODELETE */
    return library;
}

static bool is_file(const char *path)
{
    return *path && access(path, R_OK) == 0;
}

/* The running program's folder, with `below` added to it. */
static bool beside_program(char path[PATH_MAX], const char *below)
{
    char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);

    if (n <= 0)
        return false;
    program[n] = '\0';
    char *slash = strrchr(program, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return snprintf(path, PATH_MAX, "%s/%s%s" CUDA_FILE, program, below, *below ? "/" : "") <
           PATH_MAX;
}

static bool find_module(char path[PATH_MAX])
{
    const char *named = getenv("DPS_CUDA_MODULE");

    if (named)
        return snprintf(path, PATH_MAX, "%s", named) < PATH_MAX && is_file(path);
    if ((beside_program(path, "") && is_file(path)) ||
        (*DPS_MODULE_PATH && beside_program(path, DPS_MODULE_PATH) && is_file(path)))
        return true;
    snprintf(path, PATH_MAX, "%s/" CUDA_FILE, DPS_MODULE_DIR);
    return *DPS_MODULE_DIR && is_file(path);
}

/* NULL, and `why`, where there is none that belongs to this program.  The driver is looked for
 * first: without it the module's libraries would be loaded for nothing, which takes a while. */
static const CudaModule *load_module(DpsMessage *why)
{
    char path[PATH_MAX];
    const CudaModule *module;

    if (!find_module(path)) {
        say(why, DPS_SAY_NO_DEVICE, N_("The part for NVIDIA GPUs (%s) is not installed."),
            CUDA_FILE);
        return NULL;
    }
    if (!getenv("DPS_CUDA_MODULE") && !open_library(CUDA_DRIVER)) {
        say(why, DPS_SAY_NO_DEVICE, N_("There is no driver for NVIDIA GPUs on this computer."));
        return NULL;
    }
    void *library = open_library(path);
    if (!library) {
        const char *reason = dlerror();
        say(why, DPS_SAY_NO_DEVICE, N_("The part for NVIDIA GPUs can't be loaded: %s."),
            reason ? reason : path);
        return NULL;
    }
    module = dlsym(library, CUDA_MODULE_SYMBOL);
    if (!module || strcmp(module->version, DPS_VERSION) != 0 ||
        module->backend_size != sizeof(Backend)) {
        say(why, DPS_SAY_NO_DEVICE,
            N_("The part for NVIDIA GPUs (%s) belongs to another version of this program; "
               "please install both together."),
            path);
        return NULL;
    }
    return module;
}

/* ------------------------------------------------------------------------- choosing */

static const Backend *usable_cuda(DpsMessage *why)
{
    char text[DPS_MESSAGE];
    CudaMemory memory;
    const CudaModule *module = load_module(why);

    if (!module)
        return NULL;
    if (module->usable(text, sizeof text, &memory))
        return module->backend;
    say(why, DPS_SAY_NO_DEVICE, "%s", text);
    say_word(why, 0);
    return NULL;
}

/* Whether there is anything to be sorry about when no GPU is used. */
static bool expects_cuda(void)
{
    char path[PATH_MAX];

    return find_module(path) && (getenv("DPS_CUDA_MODULE") || open_library(CUDA_DRIVER));
}

const Backend *device_choose(const char *name, DpsMessage *why)
{
    bool best = !name || strcmp(name, "auto") == 0;
    const Backend *cuda = NULL;

    if (why)
        *why = (DpsMessage){ 0 };
    if (!best && strcmp(name, cpu_backend.name) == 0)
        return &cpu_backend;
    if (!best && strcmp(name, "cuda") != 0) {
        say(why, DPS_SAY_NO_DEVICE,
            N_("There is no device \"%s\"; there are \"cpu\" and \"cuda\", and \"auto\", which "
               "takes the best."),
            name);
        return NULL;
    }
    cuda = usable_cuda(why);
    if (cuda && best && !device_check(cuda, why))
        cuda = NULL;
    if (why && best && !expects_cuda())
        *why = (DpsMessage){ 0 };
    return cuda || !best ? cuda : &cpu_backend;
}

const Backend *device_find(const char *name)
{
    return device_choose(name, NULL);
}

/* --------------------------------------------------------------------- the list */

int device_count(void)
{
    char path[PATH_MAX];

    return find_module(path) ? DEVICES : DEVICE_CUDA;
}

static void describe_cpu(DpsDeviceInfo *info)
{
    const DpsWork options = { 0 };
    Device *dev = cpu_backend.open(&options);

    info->usable = dev != NULL;
    info->memory = (size_t) sysconf(_SC_PHYS_PAGES) * (size_t) sysconf(_SC_PAGESIZE);
    if (dev)
        cpu_backend.about(dev, info->about, sizeof info->about);
    cpu_backend.close(dev);
}

const Backend *device_processor(void)
{
    return &cpu_backend;
}

void device_describe(int i, DpsDeviceInfo *info)
{
    CudaMemory memory = { 0, 0 };

    *info = (DpsDeviceInfo){ .usable = false };
    snprintf(info->name, DPS_NAME, "%s", i == DEVICE_CPU ? cpu_backend.name : "cuda");
    if (i == DEVICE_CPU) {
        describe_cpu(info);
        return;
    }
    const CudaModule *module = load_module(&info->why);
    if (module)
        info->usable = module->usable(info->about, sizeof info->about, &memory);
    if (module && !info->usable) {
        say(&info->why, DPS_SAY_NO_DEVICE, "%s", info->about);
        say_word(&info->why, 0);
    }
    if (!info->usable)
        snprintf(info->about, sizeof info->about, "%s", info->why.text);
    info->memory = memory.all;
}

int dps_devices(DpsDeviceInfo *info, int room)
{
    int n = device_count();

    for (int i = 0; i < n && i < room; i++)
        device_describe(i, &info[i]);
    return n;
}

DpsStatus device_reason(Device *dev, DpsStatus status)
{
    double nothing;
    bool lost = status == DPS_NO_MEMORY && dev->be->read(dev, 0, 0, &nothing) == DPS_DEVICE_FAILED;

    return lost ? DPS_DEVICE_FAILED : status;
}

double device_filter_floats(const ConvShape *s)
{
    return cpu_filter_floats(s);
}
