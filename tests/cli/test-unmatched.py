# SPDX-License-Identifier: LGPL-3.0-or-later
"""Regions that only the content has: kept, given the nearest region's look, or the whole style's."""

import os
import re

import numpy as np
from PIL import Image

import tool

PAIRS = os.path.join(tool.PROJECT, "../shared/reference/pairs")


class Unmatched(tool.ToolTest):
    """A content of sky and grass; a style of another light, with the two under other names."""

    def setUp(self):
        super().setUp()
        self.save("content.png", self.scene(64, 48, 30, (120, 160, 220), (60, 110, 50), 1))
        self.save("style.png", self.scene(48, 64, 24, (230, 150, 110), (90, 60, 40), 2))
        for name, width, height, horizon in (("content", 64, 48, 30), ("style", 48, 64, 24)):
            top = np.zeros((height, width), np.uint8)
            top[:horizon] = 255
            self.save(name + "-top.png", top)
            self.save(name + "-bottom.png", 255 - top)

    @staticmethod
    def scene(width, height, horizon, sky, grass, seed):
        rng = np.random.default_rng(seed)
        picture = np.empty((height, width, 3))
        picture[:horizon] = sky + np.linspace(-15, 15, horizon)[:, None, None]
        picture[horizon:] = grass + rng.normal(0, 18, (height - horizon, width, 1))
        return np.clip(picture, 0, 255).astype(np.uint8)

    def run_with(self, *options):
        """The regions' reports, and the mean colour of the result's upper part."""
        done = self.transfer("--content-mask", "air=content-top.png",
                             "--content-mask", "meadow=content-bottom.png",
                             "--style-mask", "evening=style-top.png",
                             "--style-mask", "meadow=style-bottom.png",
                             "--report", "report.json", *options)
        report = self.report()
        mean = self.pixels("out.png")[:30].mean(axis=(0, 1))
        return {r["name"]: r for r in report["regions"]}, mean, done.err

    def test_keep(self):
        before = self.pixels("content.png")[:30].mean(axis=(0, 1))
        for options in ((), ("--unmatched", "keep")):
            regions, mean, noted = self.run_with(*options)
            self.assertIn("keeps the content's look", regions["air"]["reason"])
            self.assertIn('"air" is not in the style; it keeps', noted)
            self.assertLess(np.abs(mean - before).max(), 2)  # 0.00

    def test_nearest(self):
        regions, mean, noted = self.run_with("--unmatched", "nearest")
        self.assertFalse(regions["air"]["matched"])
        self.assertTrue(regions["air"]["borrowed"])
        self.assertFalse(regions["meadow"]["borrowed"] or regions["evening"]["borrowed"])
        self.assertEqual(regions["air"]["reason"],
                         'Region "air" is not in the style; it uses the style\'s region "evening".')
        self.assertEqual(regions["air"]["reason_code"], "region-borrowed")
        self.assertIn('"air" is not in the style; it uses the style\'s region "evening".', noted)
        self.assertTrue(regions["meadow"]["matched"])
        self.assertEqual(regions["meadow"]["reason"], "")
        self.assertIn("not in the content", regions["evening"]["reason"])
        evening = self.pixels("style.png")[:24].mean(axis=(0, 1))
        self.assertLess(np.abs(mean - evening).max(), 25)  # 13.2

    def test_whole(self):
        regions, mean, noted = self.run_with("--unmatched", "whole")
        self.assertIn("it uses the whole style", regions["air"]["reason"])
        self.assertIn("it uses the whole style", noted)
        whole = self.pixels("style.png").mean(axis=(0, 1))
        evening = self.pixels("style.png")[:24].mean(axis=(0, 1))
        self.assertLess(np.abs(mean - whole).mean(), np.abs(mean - evening).mean())

    def test_uncovered_style_can_be_the_nearest(self):
        self.transfer("--content-mask", "air=content-top.png",
                      "--content-mask", "meadow=content-bottom.png",
                      "--style-mask", "meadow=style-bottom.png", "--unmatched", "nearest",
                      "--report", "report.json")
        regions = {r["name"]: r for r in self.report()["regions"]}
        self.assertIn('the style\'s region "the rest"', regions["air"]["reason"])

    def test_nothing_in_common(self):
        masks = ("--content-mask", "air=content-top.png", "--content-mask", "land=content-bottom.png",
                 "--style-mask", "evening=style-top.png", "--style-mask", "field=style-bottom.png")
        self.refused("No region is in both photos", *masks)
        self.transfer(*masks, "--unmatched", "nearest", "--report", "report.json")
        used = {r["name"]: r["reason"] for r in self.report()["regions"]}
        self.assertIn('"evening"', used["air"])
        self.assertIn('"field"', used["land"])

    def test_regions_far_apart(self):
        foot = np.zeros((64, 48), np.uint8)
        foot[44:] = 255
        self.save("style-foot.png", foot)
        masks = ("--content-mask", "air=content-top.png", "--content-mask", "land=content-bottom.png",
                 "--style-mask", "air=style-foot.png", "--style-mask", "land=style-top.png")
        done = self.transfer(*masks, "--report", "report.json")
        regions = {r["name"]: r for r in self.report()["regions"]}
        for name, place in (("air", "higher"), ("land", "lower")):
            sentence = f'Region "{name}" lies much {place} in the content than in the style'
            self.assertTrue(regions[name]["matched"])
            self.assertEqual(regions[name]["reason_code"], "region-apart")
            self.assertIn(sentence, regions[name]["reason"])
            self.assertEqual(done.err.count(sentence), 1)
        _, text = tool.on_terminal([tool.PROGRAM, "transfer", "content.png", "style.png", "-o", "again.png", *masks,
                                    "--size", "40"], self.folder)
        for place in ("higher", "lower"):    # before the run, and after it
            self.assertEqual(text.count(f"much {place} in the content"), 2, text)
        self.assertIn("much higher", text[:text.index("Preparing")])

    def test_unknown_rule(self):
        self.refused("--unmatched drop: .*keep, nearest, whole", "--unmatched", "drop", code=2)


class Pairs(tool.ToolTest):
    """Does the nearest region agree with the people who painted the benchmark's label maps?"""

    COLOURS = {"blue": (0, 0, 255), "green": (0, 255, 0), "black": (0, 0, 0),
               "white": (255, 255, 255), "red": (255, 0, 0), "yellow": (255, 255, 0),
               "grey": (128, 128, 128), "cyan": (0, 255, 255), "purple": (255, 0, 255)}

    def masks(self, pair, side):
        """{name: file} of the regions that cover at least a hundredth."""
        with Image.open(os.path.join(PAIRS, pair, side + "-labels.png")) as image:
            labels = np.asarray(image.convert("RGB").reduce(4)).astype(int)
        colours = np.array(list(self.COLOURS.values()))
        nearest = ((labels[:, :, None] - colours) ** 2).sum(axis=-1).argmin(axis=-1)
        found = {}
        for k, name in enumerate(self.COLOURS):
            if (nearest == k).mean() >= 0.01:
                mask = np.where(nearest == k, 255, 0).astype(np.uint8)
                found[name] = self.save("%s-%s-%s.png" % (pair, side, name), mask)
        return found

    def test_agrees_with_people(self):
        if not os.path.isdir(PAIRS):
            self.skipTest("the pairs of photographs are not here: " + PAIRS)
        right = asked = 0
        chance = 0.0
        for pair in sorted(os.listdir(PAIRS)):
            content, style = self.masks(pair, "content"), self.masks(pair, "style")
            options = []
            for name, file in content.items():
                options += ["--content-mask", "my %s=%s" % (name, file)]
            for name, file in style.items():
                options += ["--style-mask", "%s=%s" % (name, file)]
            photos = {side: os.path.join(PAIRS, pair, side + ".png") for side in ("content", "style")}
            self.transfer(*options, "--unmatched", "nearest", "--report", "report.json", **photos)
            for region in self.report()["regions"]:
                name = region["name"].removeprefix("my ")
                if region["name"] != name and name in style and len(style) > 1:
                    used = re.search('region "(.*)"', region["reason"]).group(1)
                    right, asked, chance = right + (used == name), asked + 1, chance + 1 / len(style)
        print("as people chose: %d of %d; by chance: %.1f" % (right, asked, chance))
        self.assertGreater(right, 1.5 * chance)  # 20 of 38, by chance 11.2


if __name__ == "__main__":
    tool.main()
