# SPDX-License-Identifier: LGPL-3.0-or-later
"""photo-style look: tables that other programs read, here a plain reader of .cube files and ImageMagick,
give the colours that the run gave, as far as colours alone can."""

import json
import os
import shutil
import subprocess

import numpy as np
from PIL import Image

import tool

SIDE = 33


def read_cube(path):
    """The table of a .cube file, [b][g][r] of three, by Adobe's specification."""
    side, rows = 0, []
    with open(path, encoding="ascii") as file:
        for line in file:
            words = line.split("#")[0].split()
            if not words or words[0] == "TITLE":
                continue
            if words[0] == "LUT_3D_SIZE":
                side = int(words[1])
            else:
                rows.append([float(word) for word in words])
    return np.array(rows).reshape(side, side, side, 3)


def through(table, pixels):
    """Pixels in [0, 1] through a table, trilinearly."""
    at = np.clip(pixels, 0, 1) * (len(table) - 1)
    low = np.minimum(at.astype(int), len(table) - 2)
    along = at - low
    out = np.zeros(pixels.shape)
    for corner in range(8):
        bits = [corner >> c & 1 for c in range(3)]
        weight = np.prod([along[..., c] if bits[c] else 1 - along[..., c] for c in range(3)], axis=0)
        r, g, b = (low[..., c] + bits[c] for c in range(3))
        out += weight[..., None] * table[b, g, r]
    return out


def graded(photo):
    """A change of colours that has no places."""
    v = photo / 255
    return np.stack([v[..., 0] ** 0.8, 0.1 + 0.7 * v[..., 1] + 0.1 * v[..., 0] * v[..., 2],
                     0.6 * v[..., 2] + 0.3 * v[..., 1] ** 2], axis=-1)


class Look(tool.ToolTest):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(3)
        smooth = tool.photo(300, 200, 2).astype(float)
        # All colours that a photo may have, not only those of a few waves.
        self.photo = np.clip(smooth + rng.normal(0, 60, smooth.shape), 0, 255).astype(np.uint8)
        self.result = np.rint(graded(self.photo) * 255).astype(np.uint8)
        self.save("content.png", self.photo)
        self.save("result.png", self.result)

    def look(self, *arguments, **more):
        return self.run_tool("look", "content.png", "result.png", *arguments, **more)

    def figures(self, *arguments):
        return json.loads(self.look("--json", *arguments).out)

    def test_cube(self):
        done = self.look("-o", "graded.cube")
        self.assertRegex(done.out, r"^graded\.cube: 0\.\d\d ΔE2000 lost on average$")
        table = read_cube(self.path("graded.cube"))
        self.assertEqual(table.shape, (SIDE, SIDE, SIDE, 3))
        apart = np.abs(through(table, self.photo / 255) - self.result / 255)
        self.assertLess(apart.mean(), 0.006)  # MEAN
        self.assertLess(np.percentile(apart, 99.9), 0.05)  # 0.033
        # Colours that the photo hasn't go on from those it has, and stay colours.
        self.assertTrue(((table >= 0) & (table <= 1)).all())
        steps = max(np.abs(np.diff(table, axis=axis)).max() for axis in range(3))
        self.assertLess(steps, 0.25)

    def test_hald(self):
        """The same table as a picture, read by ImageMagick where it is there."""
        self.look("-o", "graded.cube")
        self.look("-o", "graded.ppm")
        self.look("-o", "graded.png")
        with open(self.path("graded.ppm"), "rb") as file:
            self.assertEqual(file.read(15), b"P6\n512 512\n65535\n"[:15])
            file.seek(0)
            words = file.read().split(b"65535\n", 1)[1]
        values = np.frombuffer(words, ">u2").reshape(64, 64, 64, 3) / 65535
        wanted = through(read_cube(self.path("graded.cube")), self.photo / 255)
        apart = np.abs(through(values, self.photo / 255) - wanted)
        self.assertLess(apart.max(), 0.02)  # 0.007
        program = shutil.which("magick") or shutil.which("convert")
        if not program:
            self.skipTest("there is no ImageMagick on this machine")
        for name in ("graded.ppm", "graded.png"):
            subprocess.run([program, self.path("content.png"), self.path(name), "-hald-clut",
                            "-depth", "8", "PNG24:" + self.path("magick.png")], check=True)
            with Image.open(self.path("magick.png")) as image:
                apart = np.abs(np.asarray(image.convert("RGB"), float) / 255 - wanted)
            self.assertLess(apart.mean(), 0.006)  # 0.002
            self.assertLess(apart.max(), 0.04)

    def test_regions(self):
        """What differs from region to region is lost by one table, and kept by one each."""
        other = self.result.copy()
        other[:, 150:] = 255 - other[:, 150:]
        self.save("result.png", other)
        mask = np.zeros((200, 300), np.uint8)
        mask[:, 150:] = 255
        self.save("right.png", mask)
        figures = self.figures("-o", "both.cube", "--mask", "the right=right.png")
        looks = {look["name"]: look for look in figures["looks"]}
        self.assertEqual(set(looks), {"whole", "the right", "rest"})
        self.assertGreater(looks["whole"]["lost"], 10)
        self.assertLess(looks["the right"]["lost"], 1.5)
        self.assertLess(looks["rest"]["lost"], 1.5)
        self.assertLess(figures["lost"], 1.5)
        self.assertEqual(looks["the right"]["file"], "both-the-right.cube")
        with Image.open(self.path(looks["the right"]["mask"])) as image:
            self.assertEqual(np.abs(np.asarray(image.convert("L"), int) - mask).max(), 0)
        for name, columns in (("the right", slice(150, 300)), ("rest", slice(0, 150))):
            table = read_cube(self.path(looks[name]["file"]))
            apart = np.abs(through(table, self.photo[:, columns] / 255) - other[:, columns] / 255)
            self.assertLess(apart.mean(), 0.006)

    def test_labels(self):
        labels = np.zeros((20, 30, 3), np.uint8)
        labels[:, 15:] = (255, 0, 0)
        labels[:, :15] = (0, 0, 255)
        self.save("labels.png", labels)
        figures = self.figures("-o", "a.cube", "--labels", "labels.png")
        self.assertEqual([look["name"] for look in figures["looks"]], ["whole", "blue", "red"])

    def test_wrong(self):
        self.save("small.png", self.photo[:50])
        for arguments, words, code in (
                (["content.png", "small.png", "-o", "a.cube"], "the same size", 1),
                (["content.png", "result.png", "-o", "a.gif"], "gif", 2),
                (["content.png", "result.png", "-o", "content.png"], "content.png", 1),
                (["content.png", "result.png"], "-o OUT", 2),
                (["content.png", "result.png", "-o", "a.cube", "--mask", "m=no.png"], "no.png", 1),
                (["content.png", "result.png", "-o", "a.cube", "--mask", "m=small.png", "--labels",
                  "small.png"], "--labels", 2),
                (["content.png", "-o", "a.cube"], "CONTENT and RESULT", 2)):
            self.check_sentence(self.run_tool("look", *arguments, code=code), words, code)
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["content.png", "result.png", "small.png"])


if __name__ == "__main__":
    tool.main()
