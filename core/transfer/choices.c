/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The names of the options that are one of several things; presets are options.c's. */

#include "dps.h"

#include <string.h>

#define COUNT(names) ((int) (sizeof(names) / sizeof *(names)))

static const char *const minimisers[] = { "auto", "preconditioned", "lbfgs", "adam", "descent" };
static const char *const starts[] = { "auto", "guess", "content", "style", "noise", "image" };
static const char *const takes[] = { "all", "colour", "brightness" };
static const char *const unmatched_rules[] = { "keep", "nearest", "whole" };
static const char *const poolings[] = { "auto", "max", "average" };

static bool find(const char *name, const char *const *names, int count, int *value)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) {
            *value = i;
            return true;
        }
    return false;
}

static const char *name_of(int value, const char *const *names, int count)
{
    return value >= 0 && value < count ? names[value] : "";
}

bool dps_minimiser_from_name(const char *name, DpsMinimiser *minimiser)
{
    int value;
    bool found = find(name, minimisers, COUNT(minimisers), &value);

    if (found)
        *minimiser = (DpsMinimiser) value;
    return found;
}

const char *dps_minimiser_name(DpsMinimiser minimiser)
{
    return name_of((int) minimiser, minimisers, COUNT(minimisers));
}

bool dps_start_from_name(const char *name, DpsStart *start)
{
    int value;
    bool found = find(name, starts, COUNT(starts), &value);

    if (found)
        *start = (DpsStart) value;
    return found;
}

const char *dps_start_name(DpsStart start)
{
    return name_of((int) start, starts, COUNT(starts));
}

bool dps_take_from_name(const char *name, DpsTake *take)
{
    int value;
    bool found = find(name, takes, COUNT(takes), &value);

    if (found)
        *take = (DpsTake) value;
    return found;
}

const char *dps_take_name(DpsTake take)
{
    return name_of((int) take, takes, COUNT(takes));
}

bool dps_unmatched_from_name(const char *name, DpsUnmatched *unmatched)
{
    int value;
    bool found = find(name, unmatched_rules, COUNT(unmatched_rules), &value);

    if (found)
        *unmatched = (DpsUnmatched) value;
    return found;
}

const char *dps_unmatched_name(DpsUnmatched unmatched)
{
    return name_of((int) unmatched, unmatched_rules, COUNT(unmatched_rules));
}

bool dps_pooling_from_name(const char *name, DpsPooling *pooling)
{
    int value;
    bool found = find(name, poolings, COUNT(poolings), &value);

    if (found)
        *pooling = (DpsPooling) value;
    return found;
}

const char *dps_pooling_name(DpsPooling pooling)
{
    return name_of((int) pooling, poolings, COUNT(poolings));
}
