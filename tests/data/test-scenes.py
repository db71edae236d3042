#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The script that renders the sample photos gives the same files each time, and label maps in
which every pixel has one of the nine colours; so have the ones that are kept."""

import filecmp
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from PIL import Image
except ImportError as error:
    print(f"SKIP: the scenes need NumPy and Pillow: {error}")
    sys.exit(77)

SAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "data", "samples")
COLOURS = {(0, 0, 255), (0, 255, 0), (0, 0, 0), (255, 255, 255), (255, 0, 0), (255, 255, 0),
           (128, 128, 128), (0, 255, 255), (255, 0, 255)}


def labels(path):
    picture = np.asarray(Image.open(path).convert("RGB"))
    return {tuple(int(v) for v in colour) for colour in np.unique(picture.reshape(-1, 3), axis=0)}


failures = []
with tempfile.TemporaryDirectory() as scratch:
    folders = [os.path.join(scratch, name) for name in ("first", "second")]
    for folder in folders:
        subprocess.run([sys.executable, os.path.join(SAMPLES, "render-scenes.py"), "--scale", "0.1",
                        "--only", "noon", "--out", folder], check=True)
    for name in ("noon.jpg", "noon-labels.png"):
        if not filecmp.cmp(*(os.path.join(folder, name) for folder in folders), shallow=False):
            failures.append(f"{name} is another one the second time")
    rendered = os.path.join(folders[0], "noon-labels.png")
    for path in (rendered, *(os.path.join(SAMPLES, f"{s}-labels.png") for s in ("noon", "dusk"))):
        if not labels(path) <= COLOURS:
            failures.append(f"{path} has colours that are no labels: {labels(path) - COLOURS}")
    if labels(rendered) != labels(os.path.join(SAMPLES, "noon-labels.png")):
        failures.append("the small scene has other regions than the one that is kept")
for scene in ("noon", "dusk"):
    photo, marked = (Image.open(os.path.join(SAMPLES, scene + end)).size for end in (".jpg", "-labels.png"))
    if photo != marked:
        failures.append(f"{scene}.jpg is {photo}, its label map {marked}")
print("\n".join(failures) or "scenes: all good")
sys.exit(bool(failures))
