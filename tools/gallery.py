#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Makes contact sheets for looking at: what the measures don't see, an eye does.

One sheet for each of the twelve test pairs (content, style, the authors' result, ours; at their full size,
with the worst rim and the worst stray colours of both results marked) and an index of them all; one for each order of the project's own scenes, with the result of each preset.  The
pairs lie in ../shared/reference and are no part of the project: where they are absent, they are
skipped.  Options that are not listed here go to `photo-style transfer`."""

import argparse
import importlib.util
import itertools
import json
import os
import sys
import time

from PIL import Image, ImageDraw, ImageFont

from bench import FIGURES, PAIRS, PROJECT, SAMPLES, measure, pair_files, photo_style

PRESETS = ("draft", "normal", "best", "artistic")
PAPER, INK = (250, 250, 248), (30, 30, 30)
MARKS = {"rim": (230, 30, 30), "stray": (40, 90, 255)}      # of judges.py


def words(measures):
    return "   ".join(f"{name} {form % measures[name]}" for name, form in FIGURES.items())


def worst_places(pair, picture):
    """{judge: (x, y)}, as parts of width and height; where the judges can't be had, nothing."""
    try:
        import judges
    except ImportError:
        return {}
    folder = os.path.join(PAIRS, pair)
    places = {"rim": judges.worst(judges.rim_map(folder, picture)),
              "stray": judges.worst(judges.stray_map(folder, picture))}
    return {name: place for name, place in places.items() if place}


def mark(photo, places):
    """Rings about the worst places, with their names."""
    pen, radius = ImageDraw.Draw(photo), max(photo.size) // 30
    for name, place in places.items():
        x, y = (part * length for part, length in zip(place, photo.size))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=MARKS[name], width=2)
        pen.text((x + radius * 0.8, y + radius * 0.8), name, MARKS[name])


def sheet(rows, side, path, places={}):
    """Lays out rows of (picture, caption, caption) in a grid of boxes `side` pixels wide, each row as
    high as its highest picture.  places: what to mark in a picture, by its path."""
    gap, line = max(side // 60, 4), max(side // 32, 11)
    font = ImageFont.load_default(line)
    drawn = []
    for row in rows:
        small = []
        for picture, *captions in row:
            with Image.open(picture) as full:
                photo = full.convert("RGB")
            scale = side / max(photo.size)
            size = tuple(max(1, round(n * scale)) for n in photo.size)
            photo = photo if size == photo.size else photo.resize(size, Image.LANCZOS)
            mark(photo, places.get(picture, {}))
            small.append((photo, captions))
        drawn.append(small)
    below = 3 * line + gap
    heights = [max(photo.height for photo, _ in row) + below for row in drawn]
    page = Image.new("RGB", (max(map(len, rows)) * (side + gap) + gap, sum(heights) + gap), PAPER)
    pen = ImageDraw.Draw(page)
    for y, row in zip(itertools.accumulate([gap] + heights), drawn):
        for i, (photo, captions) in enumerate(row):
            x = gap + i * (side + gap)
            page.paste(photo, (x, y))
            for k, caption in enumerate(captions):
                pen.text((x, y + photo.height + line // 3 + k * (line * 4 // 3)), caption, INK, font)
    page.save(path)


def transfer(photos, labels, out, options):
    """Runs a transfer, says how long it took, and gives its report."""
    report = os.path.splitext(out)[0] + ".json"
    photo_style("transfer", *photos, *labels, "-o", out, "--report", report, *options)
    with open(report) as file:
        return json.load(file)


class Progress:
    """One line for each transfer: which of how many, and when it was done."""

    def __init__(self, transfers):
        self.transfers, self.done, self.begun = transfers, 0, time.monotonic()

    def step(self, name, note):
        self.done += 1
        print(f"  {self.done}/{self.transfers}  {name:24} {time.monotonic() - self.begun:5.0f} s   {note}",
              flush=True)


def pair_sheets(pairs, folder, options, progress):
    index = []
    for pair in pairs:
        photos, labels = pair_files(pair)
        out = os.path.join(folder, "results", f"pair-{pair}.png")
        authors = os.path.join(PAIRS, pair, "authors.png")
        run = transfer(photos, [] if "--auto-regions" in options else labels, out, options)
        theirs, ours = words(measure(pair, authors)), words(measure(pair, out))
        row = [(photos[0], f"{pair}: content"), (photos[1], f"{pair}: style"),
               (authors, f"{pair}: the authors'", theirs),
               (out, f"{pair}: ours {' '.join(options)}", ours)]
        places = {picture: worst_places(pair, picture) for picture in (authors, out)}
        sheet([row], 700, os.path.join(folder, f"pair-{pair}.png"), places)
        index.append(row)
        progress.step(f"pair {pair}", f"{run['seconds']:.1f} s computing; {ours}")
    sheet(index, 420, os.path.join(folder, "pairs.png"))


def scene_sheets(scenes, folder, options, progress):
    for content, style in scenes:
        photos = [os.path.join(SAMPLES, name + ".jpg") for name in (content, style)]
        labels = ["--content-labels", os.path.join(SAMPLES, content + "-labels.png"),
                  "--style-labels", os.path.join(SAMPLES, style + "-labels.png")]
        results = []
        for preset in PRESETS:
            out = os.path.join(folder, "results", f"{content}-{style}-{preset}.png")
            marked = [] if preset == "artistic" else labels        # paintings have no regions
            run = transfer(photos, marked, out, ["--preset", preset, *options])
            figures = words(json.loads(photo_style("measure", *photos, out, *labels, "--json")))
            results.append((out, f"{preset}: {run['seconds']:.1f} s", figures))
            progress.step(f"{content} to {style}, {preset}", f"{run['seconds']:.1f} s computing; {figures}")
        top = [(photos[0], f"{content}: content"), (photos[1], f"{style}: style")]
        sheet([top + results[:1], results[1:]], 700, os.path.join(folder, f"{content}-{style}.png"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="./dev gallery", allow_abbrev=False)
    parser.add_argument("--folder", default=os.path.join(PROJECT, "gallery"), help="where the sheets go")
    parser.add_argument("--pairs", help="only these, with commas between")
    parser.add_argument("--only", choices=("pairs", "scenes"), help="leave the other part out")
    args, options = parser.parse_known_args()
    folder = os.path.abspath(args.folder)
    os.makedirs(os.path.join(folder, "results"), exist_ok=True)
    pairs, scenes = [], []
    if args.only != "scenes":
        if os.path.isdir(PAIRS):
            pairs = args.pairs.split(",") if args.pairs else sorted(os.listdir(PAIRS))
        else:
            print(f"SKIP the pairs: {PAIRS} is absent")
    if args.only != "pairs":
        marked = "-labels.png"
        names = sorted(f[:-len(marked)] for f in os.listdir(SAMPLES) if f.endswith(marked))
        scenes = list(itertools.permutations(names, 2))
    progress = Progress(len(pairs) + len(scenes) * len(PRESETS))
    if pairs and importlib.util.find_spec("scipy") is None:
        print("SKIP the marks of rim and stray: SciPy is absent")
    if pairs:
        pair_sheets(pairs, folder, options, progress)
    scene_sheets(scenes, folder, options, progress)
    print(f"\nThe sheets are in {folder}")


if __name__ == "__main__":
    sys.exit(main())
