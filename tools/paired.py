# SPDX-License-Identifier: LGPL-3.0-or-later
"""The paired bench: pictures that should come out are known, and every method is measured against them.

Two kinds of pairs. *Light*: a rendered scene, the style another place under another light, the truth the scene
under that light (paired_scenes.py). *Grade*: a photo's left part, the style its right part after a grade of known
strength, region by region, the truth the left part after the same grade.

Figures against the truth: mean CIEDE2000 (less is closer), PSNR in dB, SSIM of luma (more is closer)."""

import os

import numpy as np
from PIL import Image
from scipy import ndimage

import paired_scenes
from judges import LABELS, cielab, regions

METHODS = {"transfer": [], "draft": ["--preset", "draft"], "colours": ["--method", "colours"],
           "reinhard": ["--method", "reinhard"], "histogram": ["--method", "histogram"]}
FIGURES = {"dE2000": "%.2f", "PSNR": "%.1f", "SSIM": "%.3f"}
SCENE_SCALE, SIDE = 0.25, 350            # of rendered scenes; long side of graded photos, pixels
PART, STRENGTHS = 0.6, (0.5, 1.0)        # of a photo's width, content and style each; of grades
LUMA = [0.2126, 0.7152, 0.0722]


# --------------------------------------------------------------------------- figures

def difference(a, b):
    """CIEDE2000 of L*a*b* colours (Sharma, Wu, Dalal: Color Research and Application 30, 2005)."""
    mean_chroma = (np.hypot(a[..., 1], a[..., 2]) + np.hypot(b[..., 1], b[..., 2])) / 2
    g = 0.5 * (1 - np.sqrt(mean_chroma ** 7 / (mean_chroma ** 7 + 25.0 ** 7)))
    chroma = [np.hypot((1 + g) * x[..., 1], x[..., 2]) for x in (a, b)]
    hue = [np.degrees(np.arctan2(x[..., 2], (1 + g) * x[..., 1])) % 360 for x in (a, b)]
    grey = chroma[0] * chroma[1] == 0
    turn = np.where(grey, 0, (hue[1] - hue[0] + 180) % 360 - 180)
    turn = np.where(hue[1] - hue[0] == 180, 180, turn)
    dl, dc = b[..., 0] - a[..., 0], chroma[1] - chroma[0]
    dh = 2 * np.sqrt(chroma[0] * chroma[1]) * np.sin(np.radians(turn / 2))
    light, c = (a[..., 0] + b[..., 0]) / 2, (chroma[0] + chroma[1]) / 2
    apart = np.abs(hue[0] - hue[1]) > 180
    h = (hue[0] + hue[1]) / 2 + np.where(apart, np.where(hue[0] + hue[1] < 360, 180, -180), 0)
    h = np.where(grey, hue[0] + hue[1], h)
    cos = lambda degrees: np.cos(np.radians(degrees))
    t = 1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.20 * cos(4 * h - 63)
    sl = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    sc, sh = 1 + 0.045 * c, 1 + 0.015 * c * t
    rotation = -2 * np.sqrt(c ** 7 / (c ** 7 + 25.0 ** 7)) * np.sin(np.radians(60 * np.exp(-((h - 275) / 25) ** 2)))
    return np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rotation * (dc / sc) * (dh / sh))


def similarity(a, b):
    """SSIM of two planes in [0, 1], windows of a deviation of 1.5 pixels (Wang et al.: TIP 13, 2004)."""
    blur = lambda x: ndimage.gaussian_filter(x, 1.5, truncate=3.5)
    ma, mb = blur(a), blur(b)
    va, vb, both = blur(a * a) - ma * ma, blur(b * b) - mb * mb, blur(a * b) - ma * mb
    return float((((2 * ma * mb + 1e-4) * (2 * both + 9e-4)) / ((ma ** 2 + mb ** 2 + 1e-4) * (va + vb + 9e-4))).mean())


def figures(result, truth):
    """Of two pictures in [0, 1]."""
    return {"dE2000": float(difference(cielab(result), cielab(truth)).mean()),
            "PSNR": float(-10 * np.log10(max(np.square(result - truth).mean(), 1e-10))),
            "SSIM": similarity(result @ LUMA, truth @ LUMA)}


# ----------------------------------------------------------------------------- pairs

def read(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), float) / 255


def write(picture, path):
    Image.fromarray((picture.clip(0, 1) * 255).round().astype(np.uint8)).save(path)


def light_pairs(folder):
    """Every place from noon to each other light and back, with the next place as the style."""
    places = list(paired_scenes.PLACES)
    show = lambda place, light: paired_scenes.render(place, light, SCENE_SCALE, folder)
    for light in paired_scenes.LIGHTS:
        for place, other in zip(places, places[1:] + places[:1]):
            for before, after in (("noon", light), (light, "noon")) if light != "noon" else ():
                (content, labels), (style, style_labels) = show(place, before), show(other, after)
                yield f"{place}, {before} to {after}", content, style, labels, style_labels, show(place, after)[0]


def graded(photo, label, strength, random):
    """Every region by a grade of its own: exposure, contrast, saturation, warmth and tint; soft between regions."""
    out, total = np.zeros_like(photo), np.zeros(photo.shape[:2] + (1,))
    for k in np.unique(label):
        mask = ndimage.gaussian_filter((label == k).astype(float), 2)[..., None]
        gamma = np.exp(strength * random.uniform(-0.6, 0.6))
        gains = np.exp(strength * random.uniform(-0.35, 0.35, 3))
        saturation, contrast = np.exp(strength * random.uniform(-0.5, 0.5, 2))
        part = photo ** gamma * gains
        luma = (part @ LUMA)[..., None]
        part = luma + saturation * (part - luma)
        middle = (part * mask).sum((0, 1)) / mask.sum()
        out += mask * (middle + contrast * (part - middle))
        total += mask
    return (out / np.maximum(total, 1e-6)).clip(0, 1)


def grade_pairs(sources, folder):
    """sources: (name, photo, label map)."""
    for seed, (name, path, marks) in enumerate(sources):
        with Image.open(path) as image:
            image = image.convert("RGB")
            image.thumbnail((SIDE, SIDE), Image.LANCZOS)
        photo, label = np.asarray(image, float) / 255, regions(marks, image.size)
        part = round(PART * image.width)
        left, right = np.s_[:, :part], np.s_[:, image.width - part:]
        for strength in STRENGTHS:
            after = graded(photo, label, strength, np.random.default_rng(seed))
            files = [os.path.join(folder, f"{name}-{strength}-{what}.png")
                     for what in ("content", "style", "content-labels", "style-labels", "truth")]
            colours = LABELS[label] / 255
            for picture, file in zip((photo[left], after[right], colours[left], colours[right], after[left]), files):
                write(picture, file)
            yield f"{name}, grade {strength:g}", *files


# ----------------------------------------------------------------------------- bench

def table(kind, pairs, transfer, folder):
    """One row a pair: dE2000 of each method, and of the content as it is; then means of all figures."""
    rows, wins = [], 0
    print(f"\n{kind}: mean dE2000 from the truth\n\n| pair | content | {' | '.join(METHODS)} |\n"
          f"|{'---|' * (len(METHODS) + 2)}", flush=True)
    for name, content, style, labels, style_labels, truth in pairs:
        wanted, row = read(truth), {"content": None}
        row["content"] = figures(read(content), wanted)
        for method, options in METHODS.items():
            out = os.path.join(folder, f"{name.replace(', ', '-').replace(' ', '-')}-{method}.png")
            transfer(content, style, out, "--content-labels", labels, "--style-labels", style_labels, *options)
            row[method] = figures(read(out), wanted)
        rows.append(row)
        rivals = min(row[m]["dE2000"] for m in METHODS if m not in ("transfer", "draft"))
        wins += row["transfer"]["dE2000"] < rivals
        print(f"| {name} | {' | '.join('%.2f' % f['dE2000'] for f in row.values())} |", flush=True)
    for figure, form in FIGURES.items():
        means = [form % np.mean([row[m][figure] for row in rows]) for m in rows[0]]
        print(f"| mean {figure} | {' | '.join(means)} |")
    print(f"\nThe transfer is first of the methods in {wins} of {len(rows)} pairs.")


def paired(kinds, sources, transfer, folder):
    """kinds: of "light", "grade".  transfer: like bench.run_transfer."""
    if "light" in kinds:
        table("Light", light_pairs(folder), transfer, folder)
    if "grade" in kinds:
        table("Grade", grade_pairs(sources, folder), transfer, folder)
