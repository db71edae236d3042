/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "dps.h"

const char *dps_version(void)
{
    return DPS_VERSION;
}
