# SPDX-License-Identifier: LGPL-3.0-or-later
"""A report is a recipe: it repeats a run to the last bit, and what the command line says goes first."""

import itertools
import json
import os

import numpy as np

import tool

# Each is other than the default.
EVERY_OPTION = {
    "preset": "draft", "amount": "0.875", "take": "colour", "content-weight": "1.7",
    "photorealism": "3333.25", "detail": "0.1", "style-weight": "0.3", "unmatched": "nearest",
    "size": "48", "device": "cpu", "threads": "1", "seed": "4000000000", "minimiser": "adam",
    "start": "noise", "pooling": "average", "style-statistics": "moments", "style-layers": "level1,level2=0.5",
    "content-layers": "level2", "smoothness": "0.5", "window-radius": "2", "network": None,
    "method": None, "regions-model": None, "merge-regions": None, "strength": "the whole picture=0.75"}


class Recipe(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.photos()

    def again(self, *arguments, out="again.pfm", **options):
        return self.run_tool("transfer", "--recipe", "report.json", "-o", out, *arguments,
                             **options)

    def same(self, a="out.pfm", b="again.pfm"):
        return np.array_equal(tool.read_pfm(self.path(a)), tool.read_pfm(self.path(b)))

    def half(self, name, width, height):
        mask = np.zeros((height, width), np.uint8)
        mask[:height // 2] = 255
        return self.save(name, mask)

    def test_every_option(self):
        table = json.loads(self.run_tool("describe").out)["options"]
        names = [o["name"] for o in table if "transfer" in o["commands"]]
        self.assertEqual(sorted(names), sorted(EVERY_OPTION))
        arguments = ["--%s=%s" % item for item in EVERY_OPTION.items() if item[1]]
        self.run_tool("transfer", "content.png", "style.png", "-o", "out.pfm", *arguments,
                      "--report", "report.json")
        options = self.report()["options"]
        for name, value in EVERY_OPTION.items():
            if value:
                self.assertEqual(str(options[name.replace("-", "_")]), value)
        self.again("--report", "again.json")
        self.assertTrue(self.same())
        self.assertEqual(self.report("again.json")["options"], options)
        self.transfer(out="plain.pfm")
        self.assertFalse(self.same(b="plain.pfm"), "the options do something")

    def test_method(self):
        pictures = []
        for method in ("transfer", "colours", "reinhard", "histogram"):
            self.transfer("--method", method, "--report", "report.json", out="out.pfm")
            self.assertEqual(self.report()["options"]["method"], method)
            self.again()
            self.assertTrue(self.same())
            pictures.append(tool.read_pfm(self.path("out.pfm")))
        for a, b in itertools.combinations(pictures, 2):
            self.assertGreater(np.abs(a - b).max(), 0.01)

    def test_regions(self):
        self.half("a.png", 40, 30)
        self.half("b.png", 36, 36)
        blue = np.zeros((30, 40, 3), np.uint8)
        blue[..., 2] = 255
        blue[15:] = (0, 255, 0)
        self.save("labels.png", blue)
        plain = self.transfer(out="plain.pfm")
        for arguments in (["--content-mask", "sky=a.png", "--content-mask", "land=labels.png",
                           "--style-mask", "sky=b.png"],
                          ["--content-labels", "labels.png", "--style-labels", "labels.png"],
                          ["--auto-regions"], ["--start-image", "labels.png"]):
            with self.subTest(arguments=arguments):
                self.transfer("--report", "report.json", *arguments, out="out.pfm")
                self.again("--report", "again.json")
                self.assertTrue(self.same())
                self.assertEqual(self.report("again.json")["inputs"], self.report()["inputs"])
                if arguments != ["--auto-regions"]:
                    self.assertFalse(self.same(b="plain.pfm"), "they do something")
        self.assertEqual(plain.err, "")

    def test_from_another_folder(self):
        self.transfer("--report", "report.json", out="out.pfm")
        os.mkdir(self.path("sub"))
        os.rename(self.path("report.json"), self.path("sub/report.json"))
        elsewhere = self.run_tool("transfer", "--recipe", self.path("sub/report.json"), "-o",
                                  "again.pfm")
        self.assertEqual(elsewhere.err, "")
        self.assertTrue(self.same())

    def test_names_that_are_no_text(self):
        name = os.fsencode(self.path("n")) + b"\xe9.png"
        os.rename(self.path("content.png"), name)
        self.transfer("--report", "report.json", content=name, out="out.pfm")
        self.assertTrue(self.report()["inputs"]["content"].startswith("file:///"))
        self.again()
        self.assertTrue(self.same())

    def test_the_command_line_goes_first(self):
        self.transfer("--amount", "0.5", "--report", "report.json", out="out.pfm")
        self.again("--amount", "1", "--report", "again.json")
        self.assertEqual(self.report("again.json")["options"]["amount"], 1)
        self.transfer(out="plain.pfm")
        self.assertTrue(self.same("plain.pfm"))
        # the same value, given: still what the user says
        self.transfer("--start-image", "style.png", "--report", "report.json", out="out.pfm")
        self.again("--start", "auto")
        self.assertTrue(self.same("plain.pfm"))

    def test_other_photos(self):
        self.half("a.png", 40, 30)
        self.save("other.png", tool.photo(44, 28, 5))
        self.transfer("--amount", "0.5", "--content-mask", "sky=a.png", "--style-mask", "sky=a.png",
                      "--report", "report.json", out="out.pfm")
        done = self.run_tool("transfer", "other.png", "style.png", "--recipe", "report.json", "-o",
                             "again.pfm")
        self.assertIn("masks belong to other photos", done.err)
        self.transfer("--amount", "0.5", content="other.png", out="plain.pfm")
        self.assertTrue(self.same("plain.pfm"))
        done = self.run_tool("transfer", "content.png", "style.png", "--recipe", "report.json",
                             "-o", "again.pfm")
        self.assertEqual(done.err, "")
        self.assertTrue(self.same())

    def test_depth(self):
        self.transfer("--depth", "16", "--report", "report.json")
        self.again(out="again.png")
        for name in ("out.png", "again.png"):
            with open(self.path(name), "rb") as file:
                self.assertEqual(file.read()[24], 16, name)

    def test_refusals(self):
        self.transfer("--report", "report.json")
        good = self.report()
        for pattern, text in (
                ("no JSON", "{"), ("no report", "[]"), ("no report", "{}"),
                ("no report", '{"options": 3}'),
                ('option "colours"', json.dumps({"options": {"colours": 1}})),
                ('option "amount"', json.dumps({"options": {"amount": [1]}})),
                ("amount 7: .*from 0 to 1", json.dumps({"options": {"amount": 7}})),
                ("take half: .*brightness", json.dumps({"options": {"take": "half"}})),
                ("seed 0.5: .*whole", json.dumps({"options": {"seed": 0.5}})),
                ("content.*no such|No such", json.dumps(
                    {**good, "inputs": {**good["inputs"], "content": "/no/content.png"}}))):
            with self.subTest(text=text[:60]):
                with open(self.path("report.json"), "w") as file:
                    file.write(text)
                done = self.again(code=1)
                self.check_sentence(done, pattern)
        self.check_sentence(self.run_tool("transfer", "--recipe", "none.json", "-o", "x.png",
                                          code=1), "none.json: can't be read")
        with open(self.path("report.json"), "w") as file:
            json.dump({"options": {}}, file)
        done = self.again(code=2)
        self.check_sentence(done, "name CONTENT and STYLE", 2)

    def test_inputs_are_not_overwritten(self):
        self.transfer("--report", "report.json", out="out.pfm")
        self.check_sentence(self.again(out="content.png", code=1), "content.png")
        done = self.again("--report", "report.json", code=1)
        self.check_sentence(done, "report.json")


if __name__ == "__main__":
    tool.main()
