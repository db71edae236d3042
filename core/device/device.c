/* SPDX-License-Identifier: LGPL-3.0-or-later */
#define _GNU_SOURCE
#include "device.h"

#include "device/cpu/cpu.h"
#include "device/cuda/cuda-module.h"

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
static const CudaModule *load_module(char why[DPS_MESSAGE])
{
    char path[PATH_MAX];
    const CudaModule *module;

    if (!find_module(path)) {
        snprintf(why, DPS_MESSAGE, "The part for NVIDIA GPUs (%s) is not installed.", CUDA_FILE);
        return NULL;
    }
    if (!getenv("DPS_CUDA_MODULE") && !open_library(CUDA_DRIVER)) {
        snprintf(why, DPS_MESSAGE, "There is no driver for NVIDIA GPUs on this computer.");
        return NULL;
    }
    void *library = open_library(path);
    if (!library) {
        const char *reason = dlerror();
        snprintf(why, DPS_MESSAGE, "The part for NVIDIA GPUs can't be loaded: %.400s.",
                 reason ? reason : path);
        return NULL;
    }
    module = dlsym(library, CUDA_MODULE_SYMBOL);
    if (!module || strcmp(module->version, DPS_VERSION) != 0 ||
        module->backend_size != sizeof(Backend)) {
        snprintf(why, DPS_MESSAGE,
                 "The part for NVIDIA GPUs (%.300s) belongs to another version of this program; "
                 "please install both together.",
                 path);
        return NULL;
    }
    return module;
}

/* ------------------------------------------------------------------------- choosing */

static const Backend *usable_cuda(char why[DPS_MESSAGE])
{
    char text[DPS_MESSAGE];
    CudaMemory memory;
    const CudaModule *module = load_module(why);

    if (!module)
        return NULL;
    if (module->usable(text, sizeof text, &memory))
        return module->backend;
    snprintf(why, DPS_MESSAGE, "%s", text);
    return NULL;
}

/* Whether there is anything to be sorry about when no GPU is used. */
static bool expects_cuda(void)
{
    char path[PATH_MAX];

    return find_module(path) && (getenv("DPS_CUDA_MODULE") || open_library(CUDA_DRIVER));
}

const Backend *device_choose(const char *name, char *why)
{
    char text[DPS_MESSAGE] = "", *reason = why ? why : text;
    bool best = !name || strcmp(name, "auto") == 0;
    const Backend *cuda = NULL;

    *reason = '\0';
    if (!best && strcmp(name, cpu_backend.name) == 0)
        return &cpu_backend;
    if (!best && strcmp(name, "cuda") != 0) {
        snprintf(reason, DPS_MESSAGE,
                 "There is no device \"%.64s\"; there are \"cpu\" and \"cuda\".", name);
        return NULL;
    }
    cuda = usable_cuda(reason);
    if (cuda && best && !device_check(cuda, reason))
        cuda = NULL;
    if (best && !expects_cuda())
        *reason = '\0';
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
    const CudaModule *module = load_module(info->about);
    if (module)
        info->usable = module->usable(info->about, sizeof info->about, &memory);
    info->memory = memory.all;
}

int dps_devices(DpsDeviceInfo *info, int room)
{
    int n = device_count();

    for (int i = 0; i < n && i < room; i++)
        device_describe(i, &info[i]);
    return n;
}
