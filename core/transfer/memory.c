/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "memory.h"

#include "regions/palette.h"

#include "finish.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---------------------------------------------------------------------- needed */

/* Floats per pixel of the host's pictures at a level, of the content and of the style: at the largest
 * size and at the level's, the estimate, the picture, the latest and the one shown.  What the fits and the
 * Laplacian's statistics take is gone when the minimiser's vectors come. */
#define HOST_CONTENT 20
#define HOST_STYLE 6

/* The same per region: masks as they are laid, and those that are matched while the objective is made;
 * what the device has of them comes to as much again. */
#define HOST_MASKS 1
#define OBJECTIVE_MASKS 3 /* of the content, on the device when the style's features come */
#define STYLE_MASKS 3

/* In which a device other than the processor keeps a network's filters: forward and backward. */
#define FILTER_ORDERS 2

/* Of all networks that look; no features when the file can't be used. */
static NetworkSize networks_size(const DpsJob *job, const Schedule *schedule)
{
    NetworkSize size = network_size(options_network(&job->options), &schedule->network);

    if (size.features > 0 && schedule->ensemble > 0) {
        NetworkSize bank = network_size(NULL, NULL);
        size.features += bank.features;
        size.unseen += bank.unseen;
        size.held += bank.held;
        size.filters += bank.filters;
        size.cpu_filters += bank.cpu_filters;
        size.grams += bank.grams;
    }
    return size;
}

static double pixels_at(const DpsImage *photo, int size)
{
    int w, h;

    image_fit(photo->width, photo->height, size, true, &w, &h);
    return (double) w * h;
}

/* Of a colour transfer, per pixel of the content: pictures, and the fits that carry them, in place of what
 * an objective takes. */
#define HOST_COLOURS 44

static double colours_bytes(const DpsJob *job, const Level *l, int regions)
{
    double content = pixels_at(job->content, l->size), style = pixels_at(job->style, l->size);

    return sizeof(float) * (content * (HOST_COLOURS + regions) + style * (HOST_STYLE + regions)) +
           (l->keep_colours ? (double) palette_bytes(regions) : 0);
}

/* Bytes while a level runs: either the style's features are there, forward only, or the content's and the
 * vectors of the minimiser, never both. */
static double level_bytes(const DpsJob *job, const Level *l, const NetworkSize *size, int regions,
                          Device *dev)
{
    double content = pixels_at(job->content, l->size), style = pixels_at(job->style, l->size);
    bool gram = l->objective.statistics == DPS_STATISTICS_GRAM;
    double grams = gram ? sizeof(float) * regions * size->grams : 0; /* values, gradients, or targets */
    double unseen = gram && (!dev || dev->be->conv_gram) ? size->unseen : 0;
    double features = size->features - unseen;
    double filters =
        sizeof(float) * (dev ? FILTER_ORDERS * size->filters : size->cpu_filters) + 2 * grams;
    double objective = content * objective_bytes_per_pixel(features, regions) + filters;
    double begun = sizeof(float) * content * OBJECTIVE_MASKS * regions + filters;
    double vectors = sizeof(float) * content * 3.0 * minimise_vectors(l->method, &l->minimiser) +
                     grams;
    double targets = sizeof(float) * style * (features + 3);

    if (dev)
        return fmax(objective + vectors, begun + targets) +
               (double) dev->be->workspace(dev, (size_t) fmax(content, style), regions);
    double host = sizeof(float) * (content * HOST_CONTENT + style * HOST_STYLE) +
                  (l->keep_colours ? (double) palette_bytes(regions) : 0);
    return host + fmax(objective + vectors +
                           sizeof(float) * (content * size->held + style * HOST_MASKS * regions),
                       begun + targets + sizeof(float) * style * STYLE_MASKS * regions);
}

double memory_needed(const DpsJob *job, const Schedule *schedule, Device *dev)
{
    NetworkSize size = schedule->colours ? (NetworkSize){ 0 } : networks_size(job, schedule);
    int regions = schedule->painting ? 1 : job->regions + 1;
    double most = 0;

    if (size.features <= 0 && !schedule->colours)
        return 0;
    for (int i = 0; i < schedule->levels; i++) {
        const Level *l = &schedule->level[i];
        most = fmax(most, schedule->colours ? colours_bytes(job, l, regions)
                                            : level_bytes(job, l, &size, regions, dev));
    }
    if (!dev && !finish_in_place(job, schedule))
        most += sizeof(float) * (double) image_values(job->content);
    return most;
}

/* ----------------------------------------------------------------------- limit */

#define PATH_SIZE 4096

/* A file that holds one number; what it says where there is one, else infinity ("max", too). */
static double read_limit(const char *root, const char *folder, const char *group, const char *name)
{
    char path[3 * PATH_SIZE];
    double limit;

    snprintf(path, sizeof path, "%s%s%s/%s", root, folder, group, name);
    FILE *file = fopen(path, "r");
    bool there = file && fscanf(file, "%lf", &limit) == 1;
    if (file)
        fclose(file);
    return there ? limit : INFINITY;
}

/* The least of the limits of a group and those it is in. */
static double group_limit(const char *root, const char *folder, char *group, const char *name)
{
    double limit = INFINITY;

    for (;;) {
        limit = fmin(limit, read_limit(root, folder, group, name));
        char *slash = strrchr(group, '/');
        if (!slash)
            return limit;
        *slash = '\0';
    }
}

/* A line of /proc/self/cgroup is "0::/GROUP" in version 2, "N:CONTROLLERS:/GROUP" in version 1.  In a
 * container the group may be the host's name for it: then its files are those of the root. */
static double line_limit(const char *root, char *line)
{
    char *controllers = strchr(line, ':'),
         *group = controllers ? strchr(controllers + 1, ':') : NULL;

    if (!group)
        return INFINITY;
    controllers++;
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    if (!*controllers)
        return group_limit(root, "/sys/fs/cgroup", group, "memory.max");
    for (char *at = controllers; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
        if (strcspn(at, ",") == 6 && strncmp(at, "memory", 6) == 0)
            return group_limit(root, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
    return INFINITY;
}

double dps_memory_limit(void)
{
    return memory_limit(NULL);
}

double dps_memory_used(void)
{
    double pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file && fscanf(file, "%*f %lf", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * (double) sysconf(_SC_PAGESIZE);
}

double memory_limit(const char *root)
{
    double limit = (double) sysconf(_SC_PHYS_PAGES) * (double) sysconf(_SC_PAGESIZE);
    char path[PATH_SIZE], line[PATH_SIZE];
    struct rlimit space;

    root = root ? root : "";
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *groups = fopen(path, "r");
    while (groups && fgets(line, sizeof line, groups))
        limit = fmin(limit, line_limit(root, line));
    if (groups)
        fclose(groups);
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        limit = fmin(limit, (double) space.rlim_cur);
    return limit;
}
