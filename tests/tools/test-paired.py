#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The paired bench: its figures, its grades, and that every method goes through.

    test-paired.py PHOTO-STYLE"""

import os
import re
import subprocess
import sys
import tempfile

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SAMPLES = os.path.join(PROJECT, "data", "samples")
sys.path.insert(0, os.path.join(PROJECT, "tools"))
sys.dont_write_bytecode = True
try:
    import numpy as np
    import paired
except ImportError as error:
    print(f"SKIP: the paired bench needs NumPy, SciPy and Pillow: {error}")
    sys.exit(77)

failures = []


def check(good, message):
    if not good:
        failures.append(message)


# The table of the formula's authors is in the test of the engine's own.
with open(os.path.join(PROJECT, "tests", "image", "test-difference.c")) as file:
    table = np.array([[float(v) for v in row.split(",")]
                      for row in re.findall(r"^    \{ (.*) \},$", file.read(), re.MULTILINE)])
apart = np.abs(paired.difference(table[:, :3], table[:, 3:6]) - table[:, 6]).max()
check(len(table) > 20 and apart < 1e-4, f"CIEDE2000 is off by {apart}")          # 5e-5

random = np.random.default_rng(1)
photo = random.random((40, 60, 3))
same = paired.figures(photo, photo)
check(same["dE2000"] == 0 and same["PSNR"] == 100 and abs(same["SSIM"] - 1) < 1e-12, f"a photo and itself: {same}")
shifted = paired.figures(photo * 0.5, photo * 0.5 + 0.1)
check(abs(shifted["PSNR"] - 20) < 1e-9, f"a tenth apart: {shifted}")

label = np.repeat(np.arange(2)[None], 40, 0).repeat(30, 1)
weak, strong = (paired.graded(photo, label, s, np.random.default_rng(3)) for s in (0.25, 1))
check(np.abs(paired.graded(photo, label, 0, np.random.default_rng(3)) - photo).max() < 1e-9, "no grade changes nothing")
check(0.005 < np.abs(weak - photo).mean() < np.abs(strong - photo).mean(), "a stronger grade changes more")


def transfer(content, style, out, *options):
    subprocess.run([sys.argv[1], "transfer", content, style, "-o", out, "--quiet", *options, "--size", "64"], check=True)


with tempfile.TemporaryDirectory() as scratch:
    sources = [("noon", os.path.join(SAMPLES, "noon.jpg"), os.path.join(SAMPLES, "noon-labels.png"))]
    pairs = list(paired.grade_pairs(sources, scratch))
    check(len(pairs) == len(paired.STRENGTHS), f"{len(pairs)} pairs")
    content, truth = (paired.read(pairs[0][k]) for k in (1, 5))
    check(content.shape == truth.shape, "content and truth are of one size")
    paired.table("Grade", pairs[:1], transfer, scratch)
print("\n".join(failures) or "paired: all good")
sys.exit(bool(failures))
