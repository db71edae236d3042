# SPDX-License-Identifier: LGPL-3.0-or-later
"""Masks and label maps: of other sizes, empty, on one side only, in other numbers."""

import numpy as np

import tool

BLUE, GREEN = (0, 0, 255), (0, 255, 0)


class Regions(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.photos(40, 30)
        top = np.zeros((30, 40), np.uint8)
        top[:15] = 255
        self.save("top.png", top)
        self.save("bottom.png", 255 - top)
        self.save("style-top.png", top[:, :36])
        self.save("style-bottom.png", 255 - top[:, :36])

    def masks(self, *pairs):
        """--content-mask and --style-mask for ("content", "sky=top.png") and the like."""
        options = []
        for side, pair in pairs:
            options += ["--%s-mask" % side, pair]
        done = self.transfer(*options, "--report", "report.json")
        self.assertEqual(self.open("out.png").size, (40, 30))
        return {r["name"]: r for r in self.report()["regions"]}, done

    def test_pairs_by_name(self):
        regions, done = self.masks(("content", "sky=top.png"), ("content", "sea=bottom.png"),
                                   ("style", "sea=style-bottom.png"),
                                   ("style", "sky=style-top.png"))
        self.assertTrue(regions["sky"]["matched"] and regions["sea"]["matched"])
        self.assertAlmostEqual(regions["sky"]["content_coverage"], 0.5, delta=0.01)  # 0.5
        self.assertAlmostEqual(regions["sea"]["style_coverage"], 0.5, delta=0.01)  # 0.5
        self.assertEqual(done.err, "")

    def test_one_side_only_is_reported(self):
        regions, done = self.masks(("content", "sky=top.png"), ("style", "sea=style-top.png"))
        for name in ("sky", "sea"):
            self.assertFalse(regions[name]["matched"])
            self.assertNotEqual(regions[name]["reason"], "")
            self.assertIn('"%s"' % name, done.err)

    def test_region_of_one_side_keeps_its_look(self):
        # Two halves with a hard border, so that the one can't pull the other along.
        picture = tool.photo(200, 150) // 4
        picture[:75] += 190
        self.save("content.png", picture)
        self.transfer("--content-mask", "sky=top.png", "--size", "200")
        before, after = self.pixels("content.png").astype(int), self.pixels("out.png").astype(int)
        change = np.abs(after - before).mean(axis=(1, 2))
        self.assertLess(change[:75].mean(), 3)  # 0.46
        self.assertGreater(change[75:].mean(), 40)  # 104

    def test_strength_of_regions(self):
        pairs = ["--content-mask", "sky=top.png", "--style-mask", "sky=style-top.png", "--size", "30"]
        pictures = {}
        for strength in ("", "sky=0", "sky=0.5", "the rest=0,sky=0"):
            done = self.transfer(*pairs, "--strength", strength, "--report", "report.json")
            self.assertEqual(done.err, "")
            self.assertEqual(self.report()["options"]["strength"], strength)
            pictures[strength] = self.pixels("out.png").astype(int)
        content, whole = self.pixels("content.png").astype(int), pictures[""]
        self.assertGreater(np.abs(whole[:12] - content[:12]).mean(), 5)  # 27
        # The mask's border is half a pixel wide at this size.
        self.assertLessEqual(np.abs(pictures["sky=0"][:12] - content[:12]).max(), 1)  # 0
        self.assertLessEqual(np.abs(pictures["sky=0"][18:] - whole[18:]).max(), 1)  # 0
        self.assertLessEqual(np.abs(pictures["sky=0.5"][:12] - (whole + content)[:12] / 2).max(), 1.5)  # 0.5
        self.assertLessEqual(np.abs(pictures["the rest=0,sky=0"] - content).max(), 1)  # 0

    def test_more_masks_on_one_side(self):
        regions, _ = self.masks(("content", "sky=top.png"), ("style", "sky=style-top.png"),
                                ("style", "a=style-bottom.png"), ("style", "b=style-bottom.png"))
        self.assertTrue(regions["sky"]["matched"])
        self.assertFalse(regions["a"]["matched"] or regions["b"]["matched"])

    def test_masks_of_one_name_are_one_region(self):
        left = np.zeros((30, 40), np.uint8)
        left[:15, :20] = 255
        self.save("left.png", left)
        self.save("right.png", left[:, ::-1])
        regions, done = self.masks(("content", "sky=left.png"), ("content", "sky=right.png"),
                                   ("content", "sky=left.png"), ("style", "sky=style-top.png"))
        self.assertAlmostEqual(regions["sky"]["content_coverage"], 0.5, delta=0.01)  # 0.5
        self.assertEqual(sorted(regions), ["sky", "the rest"])
        self.assertEqual(done.err, "")
        merged = self.pixels("out.png")
        self.masks(("content", "sky=top.png"), ("style", "sky=style-top.png"))
        self.assertTrue(np.array_equal(merged, self.pixels("out.png")))
        self.transfer("--content-mask", "sky=left.png", "--content-mask", "sky=right.png",
                      "--report", "report.json")
        self.assertEqual(len(self.report()["inputs"]["content_masks"]), 2)

    def test_masks_of_other_sizes(self):
        big = np.zeros((300, 400), np.uint8)
        big[:150] = 255
        self.save("big.png", big)
        self.save("small.png", np.array([[255], [0]], np.uint8))
        regions, _ = self.masks(("content", "sky=big.png"), ("style", "sky=small.png"))
        self.assertTrue(regions["sky"]["matched"])
        self.assertAlmostEqual(regions["sky"]["content_coverage"], 0.5, delta=0.02)  # 0.5
        self.assertAlmostEqual(regions["sky"]["style_coverage"], 0.5, delta=0.05)  # 0.5

    def test_all_zero(self):
        self.save("zero.png", np.zeros((30, 40), np.uint8))
        for side, other in (("content", "style"), ("style", "content")):
            regions, done = self.masks((side, "sky=zero.png"), (other, "sky=top.png"))
            self.assertFalse(regions["sky"]["matched"])
            self.assertEqual(regions["sky"]["%s_coverage" % side], 0)
            self.assertIn('"sky"', done.err)

    def test_every_kind_of_mask_file_means_the_same(self):
        grey = np.tile(np.linspace(0, 255, 40).astype(np.uint8), (30, 1))
        exact = grey.mean() / 255
        self.save("grey.png", grey)
        self.save("rgb.png", np.dstack([grey] * 3))
        self.save("grey16.png", grey.astype(np.uint16) * 257)
        self.save("grey.tif", grey)
        self.save("float.tif", grey.astype(np.float32) / 255)
        self.save("palette.png", grey)
        self.open("palette.png").convert("P").save(self.path("palette.png"))
        self.save("clear.png", np.dstack([np.full_like(grey, 255), grey]))
        with open(self.path("grey.pgm"), "wb") as file:
            file.write(b"P5\n40 30\n255\n" + grey.tobytes())
        tool.write_pfm(self.path("float.pfm"), np.dstack([grey / 255] * 3))
        for name in ("grey.png", "rgb.png", "grey16.png", "grey.tif", "float.tif", "palette.png",
                     "clear.png", "grey.pgm", "float.pfm"):
            with self.subTest(file=name):
                regions, _ = self.masks(("content", "sky=" + name), ("style", "sky=top.png"))
                coverage = regions["sky"]["content_coverage"]
                self.assertAlmostEqual(coverage, exact, delta=0.005)  # 2e-7

    def labels(self, upper, lower, name):
        rows = np.zeros((30, 40, 3), np.uint8)
        rows[:10], rows[10:] = upper, lower
        return self.save(name, rows)

    def test_label_maps(self):
        self.labels(BLUE, GREEN, "c.png")
        self.labels(GREEN, BLUE, "s.png")
        self.transfer("--content-labels", "c.png", "--style-labels", "s.png", "--report",
                      "report.json")
        regions = {r["name"]: r for r in self.report()["regions"]}
        self.assertEqual(sorted(regions), ["blue", "green"])
        self.assertAlmostEqual(regions["blue"]["content_coverage"], 1 / 3, delta=0.01)  # 1/3
        self.assertAlmostEqual(regions["blue"]["style_coverage"], 2 / 3, delta=0.01)  # 0.6656

    def test_label_without_counterpart(self):
        self.labels(BLUE, GREEN, "c.png")
        self.labels(GREEN, GREEN, "s.png")
        done = self.transfer("--content-labels", "c.png", "--style-labels", "s.png")
        self.assertIn('"blue"', done.err)

    def test_regions_are_merged(self):
        top = ("--content-mask", "sky=top.png", "--style-mask", "Sky=style-top.png",
               "--content-mask", "sea=bottom.png", "--style-mask", "land=style-bottom.png")
        self.transfer(*top, "--merge-regions", " sky + Sky,SEA+land", "--report", "report.json")
        regions = {r["name"]: r for r in self.report()["regions"]}
        self.assertEqual(sorted(regions), ["sea", "sky"])
        for name, region in regions.items():
            self.assertTrue(region["matched"], name)
            self.assertAlmostEqual(region["content_coverage"], 0.5, delta=0.01)  # 0.5
            self.assertAlmostEqual(region["style_coverage"], 0.5, delta=0.01)  # 0.5
        merged = self.pixels("out.png")
        self.transfer("--content-mask", "sky=top.png", "--style-mask", "sky=style-top.png",
                      "--content-mask", "sea=bottom.png", "--style-mask", "sea=style-bottom.png")
        self.assertTrue(np.array_equal(merged, self.pixels("out.png")))
        self.transfer("--recipe", "report.json")
        self.assertTrue(np.array_equal(merged, self.pixels("out.png")))

    def test_labels_are_merged(self):
        rows = np.zeros((30, 40, 3), np.uint8)
        rows[:10], rows[10:20], rows[20:] = BLUE, (255, 255, 255), GREEN
        self.save("c.png", rows)
        self.labels(BLUE, GREEN, "s.png")
        self.transfer("--content-labels", "c.png", "--style-labels", "s.png", "--merge-regions",
                      "blue+white", "--report", "report.json")
        regions = {r["name"]: r for r in self.report()["regions"]}
        self.assertEqual(sorted(regions), ["blue", "green"])
        self.assertAlmostEqual(regions["blue"]["content_coverage"], 2 / 3, delta=0.01)  # 0.6667
        self.assertTrue(regions["blue"]["matched"])

    def test_what_cannot_be_merged(self):
        masks = ("--content-mask", "sky=top.png", "--style-mask", "sky=style-top.png",
                 "--content-mask", "sea=bottom.png", "--style-mask", "sea=style-bottom.png")
        for text, words in (("sky+clouds", 'no region "clouds" that could be merged; the regions '
                                           "are: sky, sea"),
                            ("sky+sky", "each once"), ("sky+", "each once"), (",", "each once"),
                            ("sky+sea,sea+sky", "each once")):
            with self.subTest(text=text):
                self.refused(words, *masks, "--merge-regions", text)

    def test_quiet_keeps_notes_back(self):
        done = self.transfer("--quiet", "--content-mask", "sky=top.png")
        self.assertEqual(done.err + done.out, "")


if __name__ == "__main__":
    tool.main()
