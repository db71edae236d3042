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
        self.assertLess(apart.mean(), 0.006)  # 0.0027
        self.assertLess(np.percentile(apart, 99.9), 0.05)  # 0.033
        # Colours that the photo hasn't go on from those it has, and stay colours.
        self.assertTrue(((table >= 0) & (table <= 1)).all())
        steps = max(np.abs(np.diff(table, axis=axis)).max() for axis in range(3))
        self.assertLess(steps, 0.1)  # 0.045

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

    def test_names(self):
        """A name is shown without what a terminal would obey."""
        done = self.look("-o", "a\x1b[31m.cube")
        self.assertTrue(done.out.startswith("a\\x1b[31m.cube: "), done.out)
        self.assertTrue(os.path.exists(self.path("a\x1b[31m.cube")))

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
                (["content.png", "result.png", "-o", "a.cube", "--mask", "a b=small.png", "--mask",
                  "a-b=small.png"], "two regions would have this file", 2),
                (["content.png", "result.png", "-o", "a.cube", "--mask", "m=small.png", "--labels",
                  "small.png"], "--labels", 2),
                (["content.png", "-o", "a.cube"], "CONTENT and RESULT", 2)):
            self.check_sentence(self.run_tool("look", *arguments, code=code), words, code)
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["content.png", "result.png", "small.png"])


class Apply(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.photo = tool.photo(90, 60, 2)
        self.save("content.png", self.photo)
        self.save("result.png", np.rint(graded(self.photo) * 255).astype(np.uint8))
        self.run_tool("look", "content.png", "result.png", "-o", "a.cube")
        self.table = read_cube(self.path("a.cube"))

    def test_tables(self):
        self.run_tool("look", "content.png", "result.png", "-o", "a.ppm")
        self.save("other.png", tool.photo(50, 40, 5))
        wanted = through(self.table, self.pixels("other.png") / 255)
        for table in ("a.cube", "a.ppm"):
            done = self.run_tool("apply", table, "other.png", "-o", "out.png")
            self.assertEqual((done.out, done.err), ("", ""))
            apart = np.abs(self.pixels("out.png") / 255 - wanted)
            self.assertLess(apart.max(), 0.012, table)  # 0.006, dithered

    def test_options(self):
        self.run_tool("apply", "a.cube", "content.png", "-o", "half.png", "--amount", "0.5")
        wanted = (through(self.table, self.photo / 255) + self.photo / 255) / 2
        self.assertLess(np.abs(self.pixels("half.png") / 255 - wanted).max(), 0.012)
        self.run_tool("apply", "a.cube", "content.png", "-o", "colour.png", "--take", "colour")
        luma = np.array([0.2126, 0.7152, 0.0722])
        apart = np.abs((self.pixels("colour.png") - self.photo.astype(float)) @ luma)
        self.assertLess(apart.max(), 2)

    def test_what_stays(self):
        """Transparency, what it hides, and depth."""
        alpha = np.full((60, 90, 1), 128, np.uint8)
        alpha[:10] = 0
        self.save("clear.png", np.concatenate([self.photo, alpha], axis=2))
        self.run_tool("apply", "a.cube", "clear.png", "-o", "clear-out.png")
        out = self.pixels("clear-out.png")
        self.assertTrue((out[..., 3] == alpha[..., 0]).all())
        self.assertTrue((out[:10, :, :3] == self.photo[:10]).all())
        self.assertLess(np.abs(out[10:, :, :3] / 255 -
                               through(self.table, self.photo[10:] / 255)).max(), 0.012)
        tool.write_pfm(self.path("deep.pfm"), self.photo.astype(np.float32) / 255)
        self.run_tool("apply", "a.cube", "deep.pfm", "-o", "deep-out.pfm")
        apart = np.abs(tool.read_pfm(self.path("deep-out.pfm")) -
                       through(self.table, self.photo / 255))
        self.assertLess(apart.max(), 1e-4)  # 2e-6

    def test_folder(self):
        os.mkdir(self.path("in"))
        os.mkdir(self.path("out"))
        photos = [self.save("in/%d.png" % i, tool.photo(30, 20, i)) for i in range(3)]
        self.run_tool("apply", "a.cube", *photos, "-o", "out")
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["0.png", "1.png", "2.png"])
        for i in range(3):
            wanted = through(self.table, self.pixels("in/%d.png" % i) / 255)
            self.assertLess(np.abs(self.pixels("out/%d.png" % i) / 255 - wanted).max(), 0.012)
        self.check_sentence(self.run_tool("apply", "a.cube", *photos, "-o", "in", code=1), "in/0.png")

    def test_wrong(self):
        with open(self.path("bad.cube"), "w") as file:
            file.write("LUT_3D_SIZE 2\n0 0 0\n")
        before = sorted(os.listdir(self.folder))
        for arguments, words, code in (
                (["bad.cube", "content.png", "-o", "x.png"], "bad.cube", 1),
                (["no.cube", "content.png", "-o", "x.png"], "no.cube", 1),
                ([".cube", "content.png", "-o", "x.png"], "cube", 1),
                (["content.png", "content.png", "-o", "x.png"], "Hald", 1),
                (["a.cube", "no.png", "-o", "x.png"], "no.png", 1),
                (["a.cube", "content.png", "result.png", "-o", "x.png"], "folder", 2),
                (["a.cube", "content.png"], "-o OUT", 2),
                (["a.cube", "-o", "x.png"], "TABLE and PHOTO", 2)):
            self.check_sentence(self.run_tool("apply", *arguments, code=code), words, code)
        self.assertEqual(sorted(os.listdir(self.folder)), before)


if __name__ == "__main__":
    tool.main()
