# SPDX-License-Identifier: LGPL-3.0-or-later
"""Parameters mean what they say: more of one is more of what it is named for, on every picture, and
what a picture looks like doesn't depend on the size at which it was worked out."""

import itertools
import os
import sys

import numpy as np
from PIL import Image

import tool

SAMPLES = os.path.join(tool.PROJECT, "data", "samples")
PAIRS = os.path.join(tool.PROJECT, "../shared/reference/pairs")
SIZE = 128
LUMA = np.array([0.2126, 0.7152, 0.0722])


def files(case):
    """Content, style and their label maps: "noon" or "dusk" of the samples, or a pair's number."""
    other = {"noon": "dusk", "dusk": "noon"}.get(case)
    if other:
        names = [case + ".jpg", other + ".jpg", case + "-labels.png", other + "-labels.png"]
        return [os.path.join(SAMPLES, name) for name in names]
    return [os.path.join(PAIRS, case, name + ".png")
            for name in ("content", "style", "content-labels", "style-labels")]


def observed(what, *values):
    print("observed %s: %s" % (what, " ".join("%.2g" % v for v in values)), file=sys.stderr)


class Parameters(tool.ToolTest):
    def cases(self):
        """The samples, and the pairs where they are."""
        if os.path.isdir(PAIRS):
            return ["noon", "dusk", *sorted(os.listdir(PAIRS))]
        print("the pairs of photographs are left out: there is no " + PAIRS, file=sys.stderr)
        return ["noon", "dusk"]

    def small(self, case):
        """Copies whose long side is SIZE, so that the result is the optimised picture itself."""
        names = []
        for number, path in enumerate(files(case)):
            name = "%s-%d.png" % (case, number)
            names.append(name)
            if os.path.exists(self.path(name)):
                continue
            with Image.open(path) as image:
                scale = SIZE / max(image.size)
                how = Image.Resampling.NEAREST if number > 1 else Image.Resampling.LANCZOS
                image.convert("RGB").resize([round(side * scale) for side in image.size],
                                            how).save(self.path(name))
        return names

    def run_on(self, names, *options, out="out.pfm", size=SIZE):
        """The losses at the end of a run, in its last size."""
        content, style, content_labels, style_labels = names
        self.run_tool("transfer", content, style, "-o", out, "--quiet", "--preset", "draft",
                      "--size", str(size), "--threads", "1", "--content-labels", content_labels,
                      "--style-labels", style_labels, "--report", "report.json", *options)
        return self.report()["levels"][-1]["losses"]

    def test_weights(self):
        """Photorealism lowers the matting energy, style weight the style loss and structure the content
        loss, on every picture."""
        least = {"matting": np.inf, "style": np.inf, "content": np.inf}
        for case in self.cases():
            names = self.small(case)
            plain = self.run_on(names)
            for option, loss, less, more in (("--photorealism", "matting", "1e3", "1e5"),
                                             ("--style-weight", "style", "0.25", "4"),
                                             ("--content-weight", "content", "0.3", "3")):
                seen = [self.run_on(names, option, less)[loss], plain[loss],
                        self.run_on(names, option, more)[loss]]
                ratio = min(a / b for a, b in itertools.pairwise(seen))
                least[loss] = min(least[loss], ratio)
                with self.subTest(case=case, option=option):
                    self.assertGreater(ratio, 1, seen)  # 1.89, 1.12, 1.07
        print("from weight to weight losses fall at least by a factor of: %s" %
              {k: round(v, 2) for k, v in least.items()}, file=sys.stderr)

    def results(self, option, values, *more):
        """The content, and the results for the values, in full size and as floats."""
        names = self.small("noon")[1:]
        with Image.open(files("noon")[0]) as image:
            pixels = np.asarray(image.resize((300, 200)), np.float32) / 255
        tool.write_pfm(self.path("content.pfm"), pixels)
        pictures = []
        for value in values:
            self.run_on(["content.pfm", *names], option, value, *more, size=96)
            pictures.append(tool.read_pfm(self.path("out.pfm")))
        return pixels, pictures

    def test_amount(self):
        values = ("0", "0.25", "0.5", "0.75", "1")
        for take in ("all", "colour", "brightness"):
            content, pictures = self.results("--amount", values, "--take", take)
            self.assertTrue(np.array_equal(pictures[0], content), "0 is the content bit for bit")
            moved = [np.abs(picture - content).mean() for picture in pictures]
            for value, distance in zip(values, moved):
                self.assertAlmostEqual(distance, float(value) * moved[-1], delta=1e-5)  # 3e-8
            observed("amount, %s" % take, moved[-1], *(d / moved[-1] for d in moved[:-1]))
            self.assertGreater(moved[-1], 0.02)  # 0.2

    def test_take(self):
        content, (everything, colour, brightness) = self.results(
            "--take", ("all", "colour", "brightness"))
        kept = np.abs((colour - content) @ LUMA).max()
        changed = np.abs((everything - content) @ LUMA).mean()
        light = np.clip(everything @ LUMA, 0, 1)
        taken = np.abs(brightness @ LUMA - light).max()
        before = content - (content @ LUMA)[..., None]
        after = brightness - (brightness @ LUMA)[..., None]
        turned = np.abs(np.cross(before, after)).max()  # 0 where the hue stays
        observed("take", kept, changed, taken, turned)
        self.assertLess(kept, 1e-5)  # 1.6e-7
        self.assertGreater(changed, 0.02)  # 0.19
        self.assertLess(taken, 1e-5)  # 1.5e-7
        self.assertLess(turned, 1e-5)  # 1.1e-8

    def test_detail(self):
        content, pictures = self.results("--detail", ("0", "0.5", "1"))
        half, whole = pictures[1] - pictures[0], pictures[2] - pictures[0]
        linear = np.abs(half - whole / 2).max()
        # What is laid over is the content's contrast, and none of its broad light and shade.
        steps = np.diff(content, axis=1).ravel(), np.diff(whole, axis=1).ravel()
        alike = np.corrcoef(*steps)[0, 1]
        broad = np.abs(whole.reshape(5, 40, 6, 50, 3).mean(axis=(1, 3))).max()
        observed("detail", linear, alike, broad)
        self.assertLess(linear, 1e-6)  # 9e-8
        self.assertGreater(alike, 0.8)  # 0.89
        self.assertLess(broad, 0.02)  # 0.0081

    def test_size(self):
        """The same photo worked out at three sizes, each twice the last, compared at one."""
        names = files("noon")
        with Image.open(names[2]) as image:
            labels = np.asarray(image.convert("RGB").resize((300, 200), Image.Resampling.NEAREST))
        pictures = []
        for size in (128, 256, 512):
            self.run_on(names, out="out.png", size=size)
            with Image.open(self.path("out.png")) as image:
                pictures.append(np.asarray(image.resize((300, 200), Image.Resampling.BOX), float))
        colours = np.unique(labels.reshape(-1, 3), axis=0)
        masks = [mask for mask in ((labels == colour).all(axis=2) for colour in colours)
                 if mask.mean() > 0.01]
        pixels, regions = [], []
        for a, b in itertools.pairwise(pictures):
            pixels.append(np.abs(a - b).mean())
            regions.append(max(np.abs(a[m].mean(axis=0) - b[m].mean(axis=0)).mean() for m in masks))
        print("from size to size: %s levels per pixel, %s per region's mean" %
              (np.round(pixels, 1), np.round(regions, 1)), file=sys.stderr)
        self.assertLess(max(pixels), 9)  # 5.0, 3.1
        self.assertLess(max(regions), 8)  # 7.5, 1.4


if __name__ == "__main__":
    tool.main()
