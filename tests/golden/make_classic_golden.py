#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes classic.safetensors beside it: right answers for the two older colour transfers of
core/regions/colour-classic.h, an independent float64 version of its formulas.

    python3 make_classic_golden.py            # needs numpy

Images are planar (C, H, W), RGB in [0, 1]; masks are (H, W) in [0, 1]."""
import numpy as np
from golden_file import write

LMS = np.array([[.3811, .5783, .0402], [.1967, .7244, .0782], [.0241, .1288, .8444]])
AXES = np.diag(1 / np.sqrt([3, 6, 2])) @ np.array([[1., 1, 1], [1, 1, -2], [1, -1, 0]])
BLACK, LEAST, BINS = 1 / 255, 1e-3, 256


def photo(random, h, w, gains):
    """Slow colours and noise, of 8-bit values, with black and white in it."""
    y, x = np.mgrid[:h, :w]
    slow = np.stack([.5 + .4 * np.sin(random.uniform(0, 6) + x * random.uniform(.1, .4) + y * random.uniform(.1, .4))
                     for _ in range(3)])
    image = (slow + .2 * (random.random((3, h, w)) - .5)) * np.array(gains)[:, None, None]
    image[:, 2:4, 3:9], image[:, 5, 1:3] = 0, 1
    return (image.clip(0, 1) * 255).round() / 255


def axes(image):
    return np.einsum('aj,jhw->ahw', AXES, np.log10(np.einsum('jc,chw->jhw', LMS, image) + BLACK))


def moments(image, mask):
    mean = (image * mask).sum((1, 2)) / mask.sum()
    return mean, np.sqrt((np.square(image - mean[:, None, None]) * mask).sum((1, 2)) / mask.sum())


def reinhard(content, content_mask, style, style_mask):
    x = axes(content)
    (m, s), (to, t) = moments(x, content_mask), moments(axes(style), style_mask)
    y = (x - m[:, None, None]) * (t / np.maximum(s, LEAST))[:, None, None] + to[:, None, None]
    lms = 10 ** np.einsum('aj,ahw->jhw', np.linalg.inv(AXES).T, y) - BLACK
    return np.einsum('cj,jhw->chw', np.linalg.inv(LMS), lms)


def below(plane, mask):
    """What share lies below each bin's lower end."""
    ends = (np.arange(BINS + 1) - .5) / (BINS - 1)
    return np.concatenate([[0], np.cumsum(np.histogram(plane, ends, weights=mask)[0])]) / mask.sum()


def histogram(content, content_mask, style, style_mask):
    ends, out = (np.arange(BINS + 1) - .5) / (BINS - 1), np.empty_like(content)
    for c in range(3):
        share = np.interp(content[c], ends, below(content[c], content_mask))
        wanted = below(style[c], style_mask)
        first = np.searchsorted(wanted, share, 'left').clip(1, BINS)       # wanted[first - 1] < share <= wanted[first]
        step = wanted[first] - wanted[first - 1]
        along = ((share - wanted[first - 1]) / np.where(step > 0, step, 1)).clip(0, 1)
        out[c] = ends[first - 1] + along / (BINS - 1)
    return out


def main():
    random = np.random.default_rng(16)
    content, style = photo(random, 19, 23, (.9, 1, .7)), photo(random, 17, 29, (1.1, .6, .5))
    content_mask, style_mask = random.random((19, 23)) * (random.random((19, 23)) > .2), random.random((17, 29))
    masks = content, content_mask, style, style_mask
    write('classic.safetensors',
          {'content': content, 'style': style, 'content_mask': content_mask, 'style_mask': style_mask,
           'reinhard': reinhard(*masks), 'histogram': histogram(*masks)},
          {'note': 'Reinhard: log10(LMS + 1/255), deviations of 0.001 at least; histogram: 256 bins about k/255; '
                   'where the content mask is 0, too'})


main()
