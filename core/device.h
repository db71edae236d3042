/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* device.h - which devices this build can compute on.
 *
 * A device module is a Backend table; the processor's is always there and comes first.
 * Everything returned is constant and lives as long as the program. */

#ifndef DEVICE_H
#define DEVICE_H

#include "backend.h"

int device_count(void);
const Backend *device_backend(int i); /* 0 <= i < device_count() */

/* The device called `name`; the best usable one for NULL or "auto"; NULL when there is none of
 * that name. */
const Backend *device_find(const char *name);

#endif
