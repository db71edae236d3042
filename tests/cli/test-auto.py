# SPDX-License-Identifier: LGPL-3.0-or-later
"""Regions found in the photos: --auto-regions, and label maps from photo-style regions."""

import json
import os
import sys

import numpy as np
from PIL import Image

import tool

SAMPLES = os.path.join(tool.PROJECT, "data", "samples")
PAIR = os.path.join(tool.PROJECT, "../shared/reference/pairs/01")
LABELS = ["--content-labels", "c.png", "--style-labels", "s.png"]


def landscape(width, height, border, sky, land, seed):
    """Sky over land, which is rough."""
    rng = np.random.default_rng(seed)
    picture = np.empty((height, width, 3))
    picture[:border], picture[border:] = sky, land
    picture[border:] += rng.normal(0, 18, (height - border, width, 1))
    return np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


class Auto(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.save("content.png", landscape(160, 120, 48, (150, 190, 240), (70, 90, 40), 1))
        # Night: the sky is darker than the town.
        self.save("style.png", landscape(130, 140, 84, (20, 20, 45), (150, 110, 60), 2))

    def regions(self, *options, **more):
        return self.run_tool("regions", "content.png", "style.png", *LABELS, *options, **more)

    def test_transfer(self):
        done = self.transfer("--auto-regions", "--report", "report.json")
        report = self.report()
        coverage = {r["name"]: (r["content_coverage"], r["style_coverage"])
                    for r in report["regions"]}
        self.assertEqual(sorted(coverage), ["lower", "sky"])
        # Land is 0.6 of the content, 0.4 of the style.
        self.assertAlmostEqual(coverage["lower"][0], 0.6, delta=0.02)  # 0.600
        self.assertAlmostEqual(coverage["lower"][1], 0.4, delta=0.02)  # 0.400
        self.assertIn("found 2 regions: lower (60 % of the content, 40 % of the style)", done.err)
        self.assertTrue(any("found 2 regions" in notice for notice in report["notices"]))

    def test_quiet(self):
        done = self.transfer("--auto-regions", "--quiet")
        self.assertEqual(done.err + done.out, "")

    def test_label_maps_serve_the_transfer(self):
        done = self.regions()
        self.assertRegex(done.out, r"lower, marked blue: 60 % of the content, 40 % of the style\nsky, marked green")
        content, style = self.pixels("c.png"), self.pixels("s.png")
        self.assertEqual((content.shape, style.shape), ((120, 160, 3), (140, 130, 3)))
        for pixels, border, upper, lower in ((content, 48, 1, 2), (style, 84, 1, 2)):
            self.assertGreater((pixels[:border, :, upper] == 255).mean(), 0.97)  # 1.000
            self.assertGreater((pixels[border:, :, lower] == 255).mean(), 0.97)  # 0.99
        self.transfer(*LABELS, "--report", "report.json")
        self.assertEqual([r["name"] for r in self.report()["regions"]], ["blue", "green"])
        self.assertTrue(all(r["matched"] for r in self.report()["regions"]))

    def test_the_same_again(self):
        self.regions("--seed", "5", "--threads", "1")
        first = self.pixels("c.png"), self.pixels("s.png")
        self.regions("--seed", "5", "--threads", "2")
        self.assertTrue((first[0] == self.pixels("c.png")).all())
        self.assertTrue((first[1] == self.pixels("s.png")).all())

    def check_seeds(self, content, style):
        """Seeds 0 to 4 find the same; gives the label maps."""
        maps = []
        for seed in range(5):
            self.run_tool("regions", content, style, *LABELS, "--seed", str(seed))
            maps.append((self.pixels("c.png"), self.pixels("s.png")))
            for first, here in zip(maps[0], maps[-1]):
                same = (first == here).all(-1).mean()
                self.assertGreater(same, 0.99, "seed %d" % seed)  # 1.000
        return maps[0]

    def test_samples(self):
        """Every seed finds the same, and the sky is told from the rest as by hand."""
        found = self.check_seeds(os.path.join(SAMPLES, "noon.jpg"), os.path.join(SAMPLES, "dusk.jpg"))
        for name, pixels in zip(("noon", "dusk"), found):
            with Image.open(os.path.join(SAMPLES, name + "-labels.png")) as image:
                size = pixels.shape[1], pixels.shape[0]
                sky = (np.asarray(image.convert("RGB").resize(size, Image.NEAREST)) == (0, 0, 255)).all(-1)
            colours = np.unique(pixels.reshape(-1, 3), axis=0)
            parts = [(pixels == colour).all(-1) for colour in colours]
            self.assertGreater(len(parts), 1)
            pure = sum(max(sky[part].sum(), (~sky)[part].sum()) for part in parts) / sky.size
            print("observed %s: %.3f of the pixels on the right side" % (name, pure), file=sys.stderr)
            self.assertGreater(pure, 0.8)  # 0.915, 0.928

    def test_seeds_of_a_pair(self):
        if not os.path.isdir(PAIR):
            self.skipTest("there is no " + PAIR)
        maps = self.check_seeds(*(os.path.join(PAIR, name + ".png") for name in ("content", "style")))
        self.assertGreater(len(np.unique(maps[0].reshape(-1, 3), axis=0)), 2)  # sky, houses, water

    def test_json(self):
        found = json.loads(self.regions("--json").out)["regions"]
        self.assertEqual([r["name"] for r in found], ["blue", "green"])
        self.assertEqual([r["region"] for r in found], ["lower", "sky"])
        self.assertAlmostEqual(sum(r["style_coverage"] for r in found), 1, delta=1e-5)  # 0

    def test_nothing_to_tell_apart(self):
        self.save("content.png", np.full((30, 40, 3), 90, np.uint8))
        done = self.regions()
        self.assertIn("nothing sets regions apart", done.err)
        self.assertTrue((self.pixels("s.png") == (0, 0, 255)).all())
        done = self.transfer("--auto-regions")
        self.assertIn("taken whole", done.err)

    def test_inputs_are_safe(self):
        before = self.pixels("style.png")
        done = self.run_tool("regions", "content.png", "style.png", "--content-labels", "c.png",
                             "--style-labels", "style.png", code=1)
        self.check_sentence(done, "style.png: is also an input")
        self.assertTrue((before == self.pixels("style.png")).all())
        done = self.run_tool("regions", "content.png", "nowhere.png", *LABELS, code=1)
        self.check_sentence(done, "nowhere.png: ")


if __name__ == "__main__":
    tool.main()
