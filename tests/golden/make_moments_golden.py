#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes moments.safetensors beside it: features, masks, their means and deviations by regions, how far these
are from others, and the gradient of that, by complex steps (J. Martins et al., ACM TOMS 29, 2003): to the last digit.

    python3 make_moments_golden.py            # needs numpy
"""
import numpy as np
from golden_file import write

EPS = 1e-5


def moments(x, masks):
    """(regions, 2, planes): the weights' sum times mean and deviation; nothing in a region without pixels."""
    out = np.zeros((len(masks), 2, len(x)), x.dtype)
    for k, m in enumerate(masks):
        w = m * m
        if w.sum() > 0:
            mean = (w * x).sum((1, 2)) / w.sum()
            variance = (w * (x - mean[:, None, None]) ** 2).sum((1, 2)) / w.sum()
            out[k] = w.sum() * mean, w.sum() * np.sqrt(variance + EPS)
    return out


rng = np.random.default_rng(3)
x = np.maximum(rng.normal(0.3, 1, (6, 9, 11)), 0).astype(np.float32).astype(float)
x[5] = 0.5                                          # no deviation at all
masks = np.clip(rng.normal(0.4, 0.5, (3, 9, 11)), 0, 1).astype(np.float32).astype(float)
masks[1] = 0
target = rng.normal(10, 5, (3, 2, 6)).astype(np.float32).astype(float)
value = moments(x, masks)
gradient = np.zeros_like(x)
for i in np.ndindex(x.shape):
    moved = x.astype(complex)
    moved[i] += 1e-30j
    gradient[i] = ((moments(moved, masks) - target) ** 2).sum().imag / 1e-30
write('moments.safetensors',
      {'x': x, 'masks': masks, 'target': target, 'moments': value,
       'loss': ((value - target) ** 2).sum().reshape(1), 'gradient': gradient},
      {'note': 'weights are squares of the masks; deviation = sqrt(variance + 1e-5); both times the sum of weights; '
               'loss = |moments - target|^2'})
