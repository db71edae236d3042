# SPDX-License-Identifier: LGPL-3.0-or-later
"""Judges of pictures that the method does not optimise, for bench.py and for experiments by hand.

rim     Glows, halos and seams: how much a result changes near the borders of regions where its content is
        flat.  Colours are blurred within each region, so that a border itself does not count; of the pixels
        from 0.4 to 3.5 % of the long side off a border, those count where the content's gradient is below
        0.6 per long side, and the figure is the result's mean gradient there.
stray   Colours that the style has not: in CIELAB at 350 pixels, the distance of each pixel to the nearest
        colour of the style's region, less 6; the mean.  A grey style must give a grey picture.
vgg16, alexnet   Gram matrices of each region in two trained networks of full width, at 512 pixels: squared
        error relative to the style's, the mean of the layers.

    judges.py PAIRS RESULTS [--networks FOLDER] [--only 05,11]

judges every RESULTS/NN.png and PAIRS/NN/authors.png.  PAIRS/NN holds content, style and two label maps,
content-labels and style-labels, as PNG; FOLDER holds vgg16.safetensors and alexnet.npz (w0, b0, w1, ...).
Less is better, for all of them.  Needs numpy, scipy and Pillow, for the networks PyTorch."""

import argparse
import json
import os
import struct

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.spatial import cKDTree

# The nine colours of the benchmark's label maps.
LABELS = np.array([[0, 0, 255], [0, 255, 0], [0, 0, 0], [255, 255, 255], [255, 0, 0], [255, 255, 0],
                   [128, 128, 128], [0, 255, 255], [255, 0, 255]], float)
BLUR, FLAT, NEAREST, FARTHEST = 0.008, 0.6, 0.004, 0.035     # rim: of the long side, and per long side
STRAY_SIZE, LEAST_STRAY, COLOUR_STEP = 350, 6, 2             # stray: in CIELAB
TRAINED_SIZE = 512
LEAST = {"rim": 0.01, "stray": (0.01, 0.002), "trained": (0.005, 0.002)}    # regions smaller than this don't count
VGG16 = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
VGG16_POOLED, VGG16_STYLE = {2, 4, 7, 10}, {0, 2, 4, 7, 10}  # places in that list
ALEXNET = ((4, 2, False), (1, 2, True), (1, 1, True), (1, 1, False), (1, 1, False))   # stride, padding, pooled


def size_of(path, side=None):
    """(width, height) of a picture, brought to a long side of `side` pixels."""
    with Image.open(path) as image:
        scale = side / max(image.size) if side else 1
        return tuple(max(1, round(n * scale)) for n in image.size)


def photo(path, size):
    with Image.open(path) as image:
        image = image.convert("RGB")
        return np.asarray(image if image.size == size else image.resize(size, Image.LANCZOS), float) / 255


def regions(path, size):
    """Numbers of the regions, (rows, columns)."""
    with Image.open(path) as image:
        colours = np.asarray(image.convert("RGB").resize(size, Image.NEAREST), float)
    return np.argmin(np.stack([((colours - c) ** 2).sum(-1) for c in LABELS], -1), -1)


# ------------------------------------------------------------------------------- rim

def steepness(image, inside, side):
    """Length of the gradient, per long side, of colours that are blurred within the pixels `inside`."""
    blur = lambda plane: ndimage.gaussian_filter(plane, BLUR * side)
    weight = blur(inside.astype(float)) + 1e-6
    return side * np.sqrt(sum(np.square(np.gradient(blur(image[:, :, c] * inside) / weight)).sum(0)
                              for c in range(3)))


def rim_map(pair, result):
    """The result's gradient where it counts, elsewhere not a number; (rows, columns) of the content."""
    size = size_of(os.path.join(pair, "content.png"))
    side = max(size)
    content, image = photo(os.path.join(pair, "content.png"), size), photo(result, size)
    label = regions(os.path.join(pair, "content-labels.png"), size)
    found, border = np.full(label.shape, np.nan), np.zeros(label.shape, bool)
    border[:, 1:] = label[:, 1:] != label[:, :-1]
    border[1:] |= label[1:] != label[:-1]
    if not border.any():
        return found
    away = ndimage.distance_transform_edt(~border) / side
    for k in np.unique(label):
        if (label == k).mean() < LEAST["rim"]:
            continue
        inside = (label == k) & (away > NEAREST)
        counts = inside & (away < FARTHEST)
        counts &= steepness(content, inside, side) < FLAT
        found[counts] = steepness(image, inside, side)[counts]
    return found


def mean(found):
    """Of a map's numbers; 0 where there are none."""
    return float(found[~np.isnan(found)].mean()) if not np.isnan(found).all() else 0.0


def worst(found):
    """Where a map is worst on the mean of a small neighbourhood: (x, y) as parts of width and height; None: nowhere."""
    if not np.nansum(found) > 0:
        return None
    near = ndimage.gaussian_filter(np.nan_to_num(found), 0.01 * max(found.shape))
    y, x = np.unravel_index(near.argmax(), near.shape)
    return (x + 0.5) / found.shape[1], (y + 0.5) / found.shape[0]


def rim(pair, result):
    return mean(rim_map(pair, result))


# ------------------------------------------------------------------------------ stray

def cielab(rgb):
    """Of sRGB in [0, 1], for the white of D65 and two degrees."""
    linear = np.where(rgb > 0.04045, ((np.maximum(rgb, 0) + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = linear @ np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169],
                             [0.019334, 0.119193, 0.950227]]).T / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def colours(path, size):
    return cielab(ndimage.gaussian_filter(photo(path, size), (1, 1, 0)))


def stray_map(pair, result):
    """How far colours are from the style's where that counts, elsewhere not a number; at STRAY_SIZE."""
    sizes = [size_of(os.path.join(pair, name + ".png"), STRAY_SIZE) for name in ("content", "style")]
    image, style = colours(result, sizes[0]), colours(os.path.join(pair, "style.png"), sizes[1])
    here, there = (regions(os.path.join(pair, name + "-labels.png"), size)
                   for name, size in zip(("content", "style"), sizes))
    found = np.full(here.shape, np.nan)
    for k in np.unique(here):
        mine, theirs = here == k, there == k
        if mine.mean() < LEAST["stray"][0] or theirs.mean() < LEAST["stray"][1]:
            continue
        known = np.unique(np.round(style[theirs] / COLOUR_STEP) * COLOUR_STEP, axis=0)
        found[mine] = np.maximum(0, cKDTree(known).query(image[mine])[0] - LEAST_STRAY)
    return found


def stray(pair, result):
    return mean(stray_map(pair, result))


# --------------------------------------------------------------------- trained networks

def safetensors(path):
    with open(path, "rb") as file:
        head = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = file.read()
    return {name: np.frombuffer(body[slice(*t["data_offsets"])], "<f4").reshape(t["shape"])
            for name, t in head.items() if name != "__metadata__"}


class Trained:
    """vgg16 or alexnet: called with a pair's folder and a picture, gives the Gram error."""

    def __init__(self, folder, name):
        import torch
        self.torch, self.name = torch, name
        if name == "vgg16":
            file = safetensors(os.path.join(folder, "vgg16.safetensors"))
            layers = [(file[f"features.{i}.weight"], file[f"features.{i}.bias"]) for i in VGG16]
        else:
            file = np.load(os.path.join(folder, "alexnet.npz"))
            layers = [(file[f"w{i}"], file[f"b{i}"]) for i in range(len(ALEXNET))]
        self.layers = [tuple(torch.tensor(np.array(a)) for a in layer) for layer in layers]

    def features(self, image):
        F = self.torch.nn.functional
        image = (image - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
        y, found = self.torch.tensor(image.transpose(2, 0, 1)[None], dtype=self.torch.float32), []
        for i, (weight, bias) in enumerate(self.layers):
            stride, padding, pooled = ALEXNET[i] if self.name == "alexnet" else (1, 1, i in VGG16_POOLED)
            if pooled:
                y = F.max_pool2d(y, 3, 2) if self.name == "alexnet" else F.max_pool2d(y, 2)
            y = F.relu(F.conv2d(y, weight, bias, stride=stride, padding=padding))
            if self.name == "alexnet" or i in VGG16_STYLE:
                found.append(y[0])
            if i == max(VGG16_STYLE) and self.name == "vgg16":
                break
        return found

    def grams(self, image, masks):
        """Layer by layer, a Gram matrix or None for each mask."""
        for y in self.features(image):
            row = []
            for mask in masks:
                small = self.torch.nn.functional.interpolate(
                    self.torch.tensor(mask[None, None], dtype=self.torch.float32), size=y.shape[1:], mode="area")[0, 0]
                flat = (y * small).flatten(1)
                row.append(flat @ flat.T / small.sum() if small.sum() >= 4 else None)
            yield row

    def __call__(self, pair, result):
        sizes = [size_of(os.path.join(pair, name + ".png"), TRAINED_SIZE) for name in ("content", "style")]
        here, there = (regions(os.path.join(pair, name + "-labels.png"), size)
                       for name, size in zip(("content", "style"), sizes))
        kept = [k for k in np.unique(here) if (here == k).mean() > LEAST["trained"][0]
                and (there == k).mean() > LEAST["trained"][1]]
        errors = []
        with self.torch.no_grad():
            for mine, theirs in zip(self.grams(photo(result, sizes[0]), [here == k for k in kept]),
                                    self.grams(photo(os.path.join(pair, "style.png"), sizes[1]),
                                               [there == k for k in kept])):
                both = [(a, b) for a, b in zip(mine, theirs) if a is not None and b is not None]
                errors.append(float(sum(((a - b) ** 2).sum() for a, b in both) / sum((b ** 2).sum() for _, b in both)))
        return float(np.mean(errors))


def judges(networks=None):
    """By name, what takes a pair's folder and a picture's path."""
    found = {"rim": rim, "stray": stray}
    if networks:
        found |= {name: Trained(networks, name) for name in ("vgg16", "alexnet")}
    return found


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("pairs")
    ask.add_argument("results")
    ask.add_argument("--networks")
    ask.add_argument("--only", help="some pairs, with commas")
    a = ask.parse_args()
    known, rows = judges(a.networks), []
    show = lambda row: "  ".join(f"{name} {ours:.3f} / {theirs:.3f}" for name, (ours, theirs) in zip(known, row))
    for name in a.only.split(",") if a.only else sorted(os.listdir(a.pairs)):
        pair, result = os.path.join(a.pairs, name), os.path.join(a.results, name + ".png")
        if os.path.exists(result):
            rows.append([(judge(pair, result), judge(pair, os.path.join(pair, "authors.png")))
                         for judge in known.values()])
            print(name, show(rows[-1]), flush=True)
    if rows:
        print("mean", show(np.mean(rows, 0)))


if __name__ == "__main__":
    main()
