# SPDX-License-Identifier: LGPL-3.0-or-later
"""Models of other makers: regions by what a network sees, ratings of pictures; with models made here, and
with real ones where they are ($DPS_TEST_MODELS: a folder with modnet.onnx)."""

import json
import os

import numpy as np

import onnx_file
import tool

LABELS = ["--content-labels", "c.png", "--style-labels", "s.png"]
BLUE, GREEN, RED = (30, 60, 220), (40, 180, 50), (200, 40, 30)

# Scores that tell blue, green and red apart, of colours from 0 to 1.
WEIGHTS = [[-20, -20, 40], [-20, 40, -20], [40, -20, -20]]


def bands(width, height, *colours):
    picture = np.zeros((height, width, 3), np.uint8)
    for i, colour in enumerate(colours):
        picture[height * i // len(colours):height * (i + 1) // len(colours)] = colour
    noise = np.random.default_rng(1).normal(0, 4, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


class Models(tool.ToolTest):
    def setUp(self):
        super().setUp()
        os.environ["XDG_CONFIG_HOME"] = self.path("config")
        self.save("content.png", bands(90, 60, BLUE, GREEN, RED))
        self.save("style.png", bands(60, 80, BLUE, RED, GREEN, GREEN))
        self.classes()

    def classes(self, name="m.onnx", **options):
        onnx_file.pixels(self.path(name), WEIGHTS, [0, 0, 0], **options)
        onnx_file.describe(self.path(name), task="classes", classes=["sky", "tree;plant", "Road"])

    def describe(self, **members):
        onnx_file.describe(self.path("m.onnx"), **members)

    def regions(self, *options, **more):
        return self.run_tool("regions", "content.png", "style.png", *LABELS, "--regions-model",
                             "m.onnx", *options, **more)

    def found(self, *options):
        """Share of the content and of the style, by kind."""
        done = self.regions("--json", *options)
        return {r["region"]: (round(r["content_coverage"], 1), round(r["style_coverage"], 1))
                for r in json.loads(done.out)["regions"]}

    def wrong(self, pattern, **more):
        done = self.regions(code=1, **more)
        self.check_sentence(done, pattern)
        self.assertFalse(os.path.exists(self.path("c.png")))

    # ------------------------------------------------------------------------- classes

    def test_classes(self):
        """Classes become kinds, paired by name; the maps show them; the licence is told."""
        thirds = {"sky": (0.3, 0.2), "vegetation": (0.3, 0.5), "road": (0.3, 0.2)}
        self.assertEqual(self.found(), thirds)
        done = self.regions()
        self.assertRegex(done.out, r"3\d % of the content, +25 % of the style")
        self.assertIn("note: m.onnx: the model's licence is CC0.", done.err)
        colours = [tuple(self.pixels("c.png")[y, 45]) for y in (10, 30, 50)]
        self.assertEqual(len(set(colours)), 3)
        self.assertEqual([tuple(self.pixels("s.png")[y, 30]) for y in (10, 70, 30)], colours)

    def test_what_networks_give(self):
        """Scores, probabilities and numbers of classes, in the layouts there are, mean the same."""
        thirds = self.found()
        softmax = [onnx_file.node("Softmax", ["scores"], "out", axis=1)]
        argmax = [onnx_file.node("ArgMax", ["scores"], "out", axis=1)]
        last = [onnx_file.node("Transpose", ["scores"], "out", perm=(0, 2, 3, 1))]
        self.classes(after=softmax)
        self.assertEqual(self.found(), thirds)
        self.classes(after=argmax, shape=(1, 1, "h", "w"), kind=onnx_file.INT64)
        self.assertEqual(self.found(), thirds)
        self.classes(after=last, shape=(1, "h", "w", 3))
        self.assertEqual(self.found(), thirds)
        self.classes(height=32, width=48)  # the model's own size
        self.assertEqual(self.found(), thirds)

    def test_input(self):
        """Range, mean, deviation, order of colours and planes are those of the description."""
        thirds = self.found()
        names = ["sky", "tree", "road"]
        onnx_file.pixels(self.path("m.onnx"), np.divide(WEIGHTS, 255), [0, 0, 0])
        self.describe(task="classes", classes=names, range=255)
        self.assertEqual(self.found(), thirds)
        onnx_file.pixels(self.path("m.onnx"), np.multiply(WEIGHTS, 0.25), [0, 0, 0])
        self.describe(task="classes", classes=names, mean=[0.5] * 3, deviation=[0.25] * 3)
        self.assertEqual(self.found(), thirds)
        onnx_file.pixels(self.path("m.onnx"), WEIGHTS, [0, 0, 0])
        self.describe(task="classes", classes=names[::-1], colours="BGR", size=[48, 32])
        self.assertEqual(self.found(), thirds)
        weights = np.asarray(WEIGHTS, np.float32)[:, :, None, None]
        onnx_file.write(self.path("m.onnx"),
                        [onnx_file.node("Transpose", ["photo"], "planes", perm=(0, 3, 1, 2)),
                         onnx_file.node("Conv", ["planes", "w"], "out")],
                        [onnx_file.constant("w", weights)],
                        [onnx_file.value_info(11, "photo", (1, "h", "w", 3))],
                        [onnx_file.value_info(12, "out", (1, 3, "h", "w"))])
        self.describe(task="classes", classes=names, layout="NHWC")
        self.assertEqual(self.found(), thirds)

    def test_data_set(self):
        """A data set's name stands for its classes: wall, building, sky, ..., tree."""
        weights = np.zeros((150, 3))
        weights[[2, 4, 6]] = WEIGHTS
        onnx_file.pixels(self.path("m.onnx"), weights, [0] * 150)
        self.describe(task="classes", classes="ADE20K")
        self.assertEqual(set(self.found()), {"sky", "vegetation", "road"})

    def test_orphans_and_most(self):
        self.save("style.png", bands(60, 80, BLUE, GREEN, GREEN))
        self.describe(task="classes", classes=["sky", "lake", "grass"])
        # Vegetation is red, and only the content's; ground, which it would rather be, nobody's.
        self.assertEqual(self.found(), {"sky": (0.3, 0.3), "water": (0.7, 0.7)})
        self.save("style.png", bands(60, 80, BLUE, GREEN, RED))
        self.assertEqual(len(self.found("--most", "2")), 2)

    def test_own_kinds(self):
        table = self.run_tool("regions", "--print-kinds").out
        self.assertIn("[vegetation]\n", table)
        os.makedirs(self.path("config/deep-photo-style"))
        own = self.path("config/deep-photo-style/kinds.ini")
        with open(own, "w") as file:
            file.write("[above]\nclasses=SKY\n[below]\nclasses=plant\n")
        self.assertEqual(set(self.found()), {"above", "below", "rest"})
        for text, pattern in (("[above\n", "is no table of kinds"),
                              ("[a]\nclasses=sky\n[b]\nclasses=Sky\n", "belongs to two kinds"),
                              ("".join("[k%d]\n" % i for i in range(70)), "more than 63 kinds")):
            with open(own, "w") as file:
                file.write(text)
            self.check_sentence(self.regions(code=1), "kinds.ini: .*" + pattern)

    # --------------------------------------------------------------------------- mattes

    def test_matte(self):
        self.save("style.png", bands(60, 80, RED, BLUE))
        for after in ((), [onnx_file.node("Sigmoid", ["scores"], "out")]):
            onnx_file.pixels(self.path("m.onnx"), [WEIGHTS[2]], [0], after=after)
            self.describe(task="matte")
            self.assertEqual(self.found(), {"person": (0.3, 0.5), "rest": (0.7, 0.5)})
        onnx_file.pixels(self.path("m.onnx"), [[0, 0, 0], WEIGHTS[2]], [0, 0])
        self.describe(task="matte", subject="car")
        self.assertEqual(self.found(), {"vehicle": (0.3, 0.5), "rest": (0.7, 0.5)})

    def test_portraits(self):
        folder = os.environ.get("DPS_TEST_MODELS", "")
        pair = os.path.join(tool.PROJECT, "..", "shared", "reference", "pairs", "11")
        if not os.path.exists(os.path.join(folder, "modnet.onnx")) or not os.path.isdir(pair):
            self.skipTest("there is no $DPS_TEST_MODELS/modnet.onnx, or no " + pair)
        os.symlink(os.path.join(folder, "modnet.onnx"), self.path("modnet.onnx"))
        onnx_file.describe(self.path("modnet.onnx"), task="matte", size=512, mean=[0.5] * 3,
                           deviation=[0.5] * 3)
        done = self.run_tool("regions", *(os.path.join(pair, n + ".png") for n in ("content", "style")),
                             *LABELS, "--regions-model", "modnet.onnx", "--json")
        person = json.loads(done.out)["regions"][0]
        self.assertEqual(person["region"], "person")
        self.assertAlmostEqual(person["content_coverage"], 0.75, delta=0.05)  # 0.751
        self.assertAlmostEqual(person["style_coverage"], 0.66, delta=0.05)  # 0.660

    # ------------------------------------------------------------------------- transfers

    def test_transfer(self):
        done = self.transfer("--regions-model", "m.onnx", "--report", "report.json")
        self.assertIn("found 3 regions: ", done.err)
        self.assertIn("the model's licence is CC0", done.err)
        report = self.report()
        self.assertEqual({r["name"] for r in report["regions"]}, {"sky", "vegetation", "road"})
        self.assertTrue(all(r["matched"] for r in report["regions"]))
        self.assertEqual(report["options"]["regions_model"], os.path.join(
            os.path.realpath(self.folder), "m.onnx"))
        self.assertTrue(report["inputs"]["auto_regions"])
        self.run_tool("transfer", "--recipe", "report.json", "-o", "again.png")
        self.assertTrue((self.pixels("out.png") == self.pixels("again.png")).all())
        self.transfer("--auto-regions", out="auto.png")
        self.assertFalse((self.pixels("out.png") == self.pixels("auto.png")).all())

    def test_not_with_masks(self):
        self.refused("--regions-model finds the regions itself", "--regions-model", "m.onnx",
                     "--content-mask", "a=content.png", code=2)
        self.refused("m.onnx: is also an input", "--regions-model", "m.onnx", "--report", "m.onnx")

    # ---------------------------------------------------------------------------- ratings

    def quality(self, *options, **more):
        return self.run_tool("measure", "content.png", "style.png", "content.png", "--size", "40",
                             "--quality", "m.onnx", *options, **more)

    def test_ratings(self):
        """Ten probabilities have a mean rating; one number is a rating."""
        self.save("content.png", np.full((30, 40, 3), 51, np.uint8))
        shares = np.zeros(10)
        shares[[3, 7]] = 0.25, 0.75
        onnx_file.rating(self.path("m.onnx"), np.zeros((10, 3)), shares)
        self.describe(task="rating")
        done = self.quality()
        self.assertIn("quality 7.000\n", done.out)  # 4 / 4 + 8 * 3 / 4
        self.assertIn("licence is CC0", done.err)
        onnx_file.rating(self.path("m.onnx"), np.zeros((10, 3)), np.log(shares + 1e-9))
        self.assertAlmostEqual(json.loads(self.quality("--json").out)["quality"], 7, delta=1e-4)
        onnx_file.rating(self.path("m.onnx"), [[1, 1, 1]], [4])
        self.assertIn("quality 4.600\n", self.quality().out)

    def test_not_asked_for(self):
        done = self.run_tool("measure", "content.png", "style.png", "content.png", "--size", "40",
                             "--json")
        self.assertIsNone(json.loads(done.out)["quality"])

    def test_wrong_task(self):
        self.check_sentence(self.quality(code=1), "finds regions and rates no pictures")
        onnx_file.rating(self.path("m.onnx"), [[1, 1, 1]], [0])
        self.describe(task="rating")
        self.wrong("rates pictures and finds no regions")
        onnx_file.pixels(self.path("m.onnx"), [[1, 1, 1]], [0])
        self.check_sentence(self.quality(code=1), "gives a picture and no rating")

    # ---------------------------------------------------------------------------- trouble

    def test_descriptions(self):
        good = {"task": "classes", "classes": ["sky", "tree", "road"]}
        for change, pattern in (
                ({"task": "guess"}, "m.json: “task” must be one of classes, matte, rating"),
                ({"task": None}, "“task” must be"), ({"licence": ""}, "“licence” must be"),
                ({"licence": 3}, "“licence” must be"), ({"size": 0}, "“size” must be"),
                ({"size": [1, 2, 3]}, "“size” must be"), ({"size": 1e9}, "“size” must be"),
                ({"size": []}, "“size” must be"), ({"mean": [1, 2]}, "“mean” must be three numbers"),
                ({"mean": "no"}, "“mean” must be"), ({"deviation": [1, 0, 1]}, "“deviation” must be"),
                ({"range": -1}, "“range” must be"), ({"colours": "CMYK"}, "“colours” must be"),
                ({"layout": 7}, "“layout” must be one of NCHW, NHWC"),
                ({"output": 1}, "“output” must be"), ({"subject": []}, "“subject” must be"),
                ({"classes": "Nothing"}, "“classes” must be .*ADE20K"),
                ({"classes": ["one"]}, "“classes” must be"), ({"classes": [1, 2]}, "“classes” must be"),
                ({"sise": 3}, "“sise” is unknown; known are task, size"),
                ({"output": "none"}, "m.onnx: has no output called “none”"),
                ({"classes": ["a", "b"]}, "no picture with the 2 planes"),
                ({"layout": "NHWC"}, "takes no single picture in three colours")):
            with self.subTest(change=change):
                self.describe(**{**good, **change})
                self.wrong(pattern)
        for content, pattern in (("{", "m.json: is no JSON"), ("[]", "is no JSON object"),
                                 ("", "m.json: is no JSON")):
            with open(self.path("m.json"), "w") as file:
                file.write(content)
            self.wrong(pattern)
        os.remove(self.path("m.json"))
        self.wrong("m.json: is missing; it must say")
        os.remove(self.path("m.onnx"))
        self.wrong("m.onnx: is no file")

    def test_broken_models(self):
        with open(self.path("m.onnx"), "rb") as file:
            good = file.read()
        for broken in (b"", b"junk", good[:40], good[:-7], good.replace(b"Conv", b"Cnov"),
                       good.replace(b"photo", b"phoxo", 1)):
            with open(self.path("m.onnx"), "wb") as file:
                file.write(broken)
            self.wrong("m.onnx: is no model that ONNX Runtime can use")
        self.classes(height=32, width=48)
        self.describe(task="classes", size=[64, 64], classes=["sky", "tree", "road"])
        self.wrong("another size than its description says")
        photo = [onnx_file.value_info(11, name, (1, 3, "h", "w")) for name in ("photo", "more")]
        out = [onnx_file.value_info(12, "out", (1, 3, "h", "w"))]
        onnx_file.write(self.path("m.onnx"), [onnx_file.node("Add", ["photo", "more"], "out")], [],
                        photo, out)
        self.wrong("has 2 inputs")
        nothing = [onnx_file.node("Log", ["minus"], "out")]
        onnx_file.write(self.path("m.onnx"), [onnx_file.node("Neg", ["photo"], "minus"), *nothing], [],
                        photo[:1], out)
        self.wrong("gives what is no number")

    def test_without_the_runtime(self):
        os.environ["DPS_ONNXRUNTIME"] = "/nowhere.so"
        self.addCleanup(os.environ.pop, "DPS_ONNXRUNTIME")
        self.wrong("can't be used without ONNX Runtime")
        self.transfer("--auto-regions")


if __name__ == "__main__":
    os.environ.pop("DPS_ONNXRUNTIME", None)
    if os.environ["ONNX"] == "1":
        tool.main()
    print("SKIP: this build has no ONNX Runtime")
    raise SystemExit(77)
