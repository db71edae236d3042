/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "decimal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *decimal_read(const char *text, double *number)
{
    const char *at = text + strspn(text, " ");
    size_t whole = strspn(at, "0123456789");
    size_t fraction = at[whole] == '.' ? strspn(at + whole + 1, "0123456789") : 0;
    const char *end = at + whole + (at[whole] == '.' ? 1 + fraction : 0);
    double value = 0;

    if (whole + fraction == 0)
        return text;
    for (; at < end; at++)
        if (*at != '.')
            value = 10 * value + (*at - '0');
    long power = 0;
    if (*end == 'e' || *end == 'E') {
        char *after;
        power = strtol(end + 1, &after, 10);
        end = after > end + 1 ? after : end;
    }
    *number = value * pow(10, (double) power - (double) fraction);
    return end;
}
