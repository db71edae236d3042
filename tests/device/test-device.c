/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Choosing a device: names, and everything that may be wrong with the module for NVIDIA GPUs.
 *
 *     test-device [EMULATED [MODULE]]
 *
 * EMULATED is the module on an emulated GPU, MODULE the real one; where they are missing, what
 * needs them is skipped. */
#include "check.h"
#include "device/device.h"

#include <string.h>
#include <unistd.h>

static void use_module(const char *path, const char *failure)
{
    setenv("DPS_CUDA_MODULE", path, 1);
    if (failure)
        setenv("EMULATED_CUDA", failure, 1);
    else
        unsetenv("EMULATED_CUDA");
}

/* With that module "auto" is the processor, "cuda" is nothing, and both say why in one sentence;
 * but where no module is, nobody expected a GPU of "auto". */
static void expect_processor(const char *path, const char *failure, const char *reason)
{
    DpsMessage why[1];
    bool listed = access(path, R_OK) == 0;
    DpsDeviceInfo info[4];

    use_module(path, failure);
    const Backend *be = device_choose("auto", why);
    CHECK(be && strcmp(be->name, "cpu") == 0, "auto with %s, %s", path, failure ? failure : "");
    CHECK(listed ? strstr(why->text, reason) && why->text[strlen(why->text) - 1] == '.'
                 : !why->code,
          "%s: why: %s", reason, why->text);
    CHECK(dps_devices(info, 4) == (listed ? 2 : 1), "%s is listed: %d", path, listed);
    CHECK(strcmp(info[0].name, "cpu") == 0 && info[0].usable && info[0].memory > 0,
          "the processor");
    if (failure && (strcmp(failure, "wrong") == 0 || strncmp(failure, "memory", 6) == 0))
        return; /* by name it is the user's choice */
    CHECK(!device_choose("cuda", why) && strstr(why->text, reason), "%s: by name: %s", reason,
          why->text);
    if (listed) {
        const char *list = info[1].about;
        CHECK(!info[1].usable && strstr(list, reason), "%s: in the list: %s", reason, list);
    }
}

static void test_names(void)
{
    DpsMessage why[1];

    CHECK(device_find("cpu") && strcmp(device_find("cpu")->name, "cpu") == 0,
          "the processor by name");
    CHECK(!device_choose("abacus", why) && strstr(why->text, "abacus"), "no such device: %s",
          why->text);
    CHECK(device_choose("cpu", why) && !why->code, "nothing to say: %s", why->text);
    CHECK(device_find(NULL) && device_find("auto"), "there is always a device");
}

static void test_missing(void)
{
    const char *text = "dps-cuda-garbage.so";
    FILE *f = fopen(text, "w");

    expect_processor("/nowhere/dps-cuda.so", NULL, "not installed");
    expect_processor("", NULL, "not installed");
    CHECK(f != NULL, "a file");
    if (!f)
        return;
    fputs("This is no library.\n", f);
    fclose(f);
    char path[4096] = "";
    CHECK(getcwd(path, sizeof path - 40) != NULL, "the folder");
    strcat(strcat(path, "/"), text);
    expect_processor(path, NULL, "can't be loaded");
    unlink(path);
}

static void test_emulated(const char *module)
{
    DpsMessage why[1];
    DpsDeviceInfo info[4];

    expect_processor(module, "no-driver", "no driver");
    expect_processor(module, "old-driver", "CUDA 11.8, and 13.0 is needed");
    expect_processor(module, "no-gpu", "no NVIDIA GPU");
    expect_processor(module, "old-gpu", "too old");
    expect_processor(module, "no-image", "no code");
    expect_processor(module, "wrong", "wrong results");
    use_module(module, NULL);
    const Backend *be = device_choose("auto", why);
    CHECK(be && strcmp(be->name, "cuda") == 0 && !why->code, "auto takes the GPU: %s", why->text);
    be = device_choose("cuda", why);
    CHECK(be && strcmp(be->name, "cuda") == 0 && !why->code, "the GPU by name: %s", why->text);
    CHECK(dps_devices(info, 4) == 2 && info[1].usable && info[1].memory == (size_t) 4 << 30 &&
              strstr(info[1].about, "compute capability 9.0"),
          "in the list: %s", info[1].about);
    be = device_find("cpu");
    CHECK(be && strcmp(be->name, "cpu") == 0, "the processor by name");
}

/* cuDNN is used where it is there, and a GPU whose cuDNN computes what is wrong is not. */
static void test_cudnn(const char *module)
{
    const DpsWork options = { .threads = 1 };
    char about[DPS_MESSAGE];
    DpsMessage why[1];

    use_module(module, NULL);
    const Backend *be = device_find("cuda");
    Device *dev = be ? be->open(&options) : NULL;
    CHECK(dev, "the GPU");
    if (!dev)
        return;
    be->about(dev, about, sizeof about);
    CHECK(strstr(about, "cuDNN"), "about: %s", about);
    be->close(dev);
    use_module(module, "wrong-cudnn");
    CHECK(!device_check(be, why) && strstr(why->text, "wrong results"), "wrong: %s", why->text);
}

/* Whichever allocation fails, the device says so and gives everything back: the emulated GPU
 * ends the program with an error if not. */
static void test_memory(const char *module)
{
    char failure[32];
    int last = 0;

    for (int n = 1; n < 200; n++) {
        DpsMessage why[1];
        snprintf(failure, sizeof failure, "memory=%d", n);
        use_module(module, NULL);
        const Backend *cuda = device_find("cuda");
        use_module(module, failure);
        if (!cuda || device_check(cuda, why))
            break;
        CHECK(strstr(why->text, "not enough memory"), "allocation %d: %s", n, why->text);
        last = n;
    }
    CHECK(last > 20, "allocations that failed: %d", last);
}

int main(int argc, char **argv)
{
    test_names();
    test_missing();
    if (argc > 1 && *argv[1]) {
        test_emulated(argv[1]);
        test_cudnn(argv[1]);
        test_memory(argv[1]);
    } else
        printf("SKIP: without a C++ compiler there is no emulated GPU\n");
    if (argc > 2 && *argv[2]) {
        use_module(argv[2], NULL);
        const Backend *be = device_find("auto");
        CHECK(be != NULL, "the real module, and the GPU or the processor");
        if (be && strcmp(be->name, "cpu") == 0)
            expect_processor(argv[2], NULL, "NVIDIA GPU");
        else
            printf("SKIP: this computer has a GPU, so its absence was not tested\n");
    } else
        printf("SKIP: this build has no module for NVIDIA GPUs\n");
    return check_done("devices");
}
