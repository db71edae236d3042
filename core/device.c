/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "device.h"

#include "cpu/cpu.h"

#include <string.h>

/* From the plainest to the fastest: "auto" takes the last. */
static const Backend *const device[] = { &cpu_backend };

int device_count(void)
{
    return (int) (sizeof device / sizeof *device);
}

const Backend *device_backend(int i)
{
    return device[i];
}

const Backend *device_find(const char *name)
{
    if (!name || strcmp(name, "auto") == 0)
        return device[device_count() - 1];
    for (int i = 0; i < device_count(); i++)
        if (strcmp(name, device[i]->name) == 0)
            return device[i];
    return NULL;
}
