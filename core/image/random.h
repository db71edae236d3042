/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* random.h - reproducible random numbers, the same on every machine.
 *
 * SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): small and good enough to draw filters and noise;
 * not for secrets. */

#ifndef RANDOM_H
#define RANDOM_H

#include <math.h>
#include <stdint.h>

typedef struct {
    uint64_t state;
} Random;

static inline uint64_t random_bits(Random *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* In (0, 1). */
static inline double random_uniform(Random *r)
{
    return ((double) (random_bits(r) >> 11) + 0.5) / 9007199254740992.0;
}

/* Mean 0, deviation 1 (Box and Muller). */
static inline double random_normal(Random *r)
{
    double u = random_uniform(r), v = random_uniform(r);

    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

#endif
