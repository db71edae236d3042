#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The contact sheets: every picture in its place, at its size, with something written below it.

    test-gallery.py PHOTO-STYLE

The sheet of a pair needs ../shared/reference; where that is absent, this part is skipped."""

import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from PIL import Image
except ImportError as error:
    print(f"SKIP: the gallery needs NumPy and Pillow: {error}")
    sys.exit(77)

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SAMPLES = os.path.join(PROJECT, "data", "samples")
PAIRS = os.path.join(PROJECT, "..", "shared", "reference", "pairs")
SIDE, GAP = 700, 11
failures = []


def check(good, message):
    if not good:
        failures.append(message)


def gallery(folder, *options):
    """Runs it at a small working size, and gives what it printed."""
    path = os.path.dirname(os.path.abspath(sys.argv[1])) + os.pathsep + os.environ["PATH"]
    done = subprocess.run([sys.executable, os.path.join(PROJECT, "tools", "gallery.py"), "--folder", folder,
                           "--size", "96", *options], capture_output=True, text=True,
                          env={**os.environ, "PATH": path})
    check(done.returncode == 0, f"gallery {options} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def compare(sheet, column, top, photo, name):
    """The photo stands in this column of the sheet, and a caption below it."""
    photo = photo.convert("RGB")
    scale = SIDE / max(photo.size)
    w, h = (round(n * scale) for n in photo.size)
    x = GAP + column * (SIDE + GAP)
    drawn = np.asarray(sheet.crop((x, top, x + w, top + h))).astype(float)
    wanted = np.asarray(photo.resize((w, h), Image.LANCZOS)).astype(float)
    distance = np.abs(drawn - wanted).mean()
    check(distance < 0.5, f"{name} is not where it should be: {distance:.1f} levels")  # 0
    below = np.asarray(sheet.crop((x, top + h + 1, x + w, top + h + 40)))
    check(below.min() < 100 and below.max() > 240, f"there is no caption below {name}")


with tempfile.TemporaryDirectory() as scratch:
    said = gallery(scratch, "--only", "scenes")
    check(scratch in said.splitlines()[-1], "the last line doesn't say where the sheets are")
    for content, style in (("noon", "dusk"), ("dusk", "noon")):
        with Image.open(os.path.join(scratch, f"{content}-{style}.png")) as sheet:
            for column, name in enumerate((content, style)):
                compare(sheet, column, GAP, Image.open(os.path.join(SAMPLES, name + ".jpg")), name)
            results = [Image.open(os.path.join(scratch, "results", f"{content}-{style}-{preset}.png"))
                       for preset in ("draft", "normal", "best", "artistic")]
            second = (sheet.height - GAP) // 2 + GAP
            for place, picture in zip(((2, GAP), (0, second), (1, second), (2, second)), results):
                compare(sheet, *place, picture, f"{content} to {style} {place}")
if os.path.isdir(PAIRS):
    with tempfile.TemporaryDirectory() as scratch:
        gallery(scratch, "--pairs", "01", "--only", "pairs")
        check(os.path.isfile(os.path.join(scratch, "pairs.png")), "there is no sheet of all pairs")
        with Image.open(os.path.join(scratch, "pair-01.png")) as sheet:
            for column, name in enumerate(("content", "style", "authors")):
                compare(sheet, column, GAP, Image.open(os.path.join(PAIRS, "01", name + ".png")), name)
            compare(sheet, 3, GAP, Image.open(os.path.join(scratch, "results", "pair-01.png")), "ours")
else:
    print(f"SKIP the sheet of a pair: {PAIRS} is absent")
print("\n".join(failures) or "gallery: all good")
sys.exit(bool(failures))
