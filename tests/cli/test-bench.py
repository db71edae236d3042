# SPDX-License-Identifier: LGPL-3.0-or-later
"""photo-style bench: every part is there and made of numbers; what they are decides nothing."""

import json
import math
import os
import signal
import subprocess

import tool

SMALL = ["--width", "48", "--height", "32", "--repeats", "1", "--threads", "1"]
PARTS = ("ceilings", "operations", "evaluations", "transfers")
OPERATION = {"name", "planes_in", "planes_out", "count", "width", "height", "seconds",
             "gflop_per_second", "gbyte_per_second", "ceiling", "share"}


class Bench(tool.ToolTest):
    def figures(self, *options):
        return json.loads(self.run_tool("bench", "--json", *SMALL, *options).out)

    def check_positive(self, value):
        self.assertTrue(math.isfinite(value) and value > 0, value)

    def test_everything(self):
        figures = self.figures()
        self.assertEqual(list(figures),
                         ["version", "device", "about", "regions", *PARTS, "notices"])
        self.assertIn(figures["device"], ("cpu", "cuda"))
        self.assertEqual(figures["regions"], 4)
        for part in PARTS:
            for figure in figures[part]:
                self.check_positive(figure["seconds"])
        product, copy = figures["ceilings"]
        self.assertEqual((product["name"], copy["name"]), ("product", "copy"))
        self.check_positive(product["gflop_per_second"])
        self.check_positive(copy["gbyte_per_second"])
        self.assertIsNone(copy["gflop_per_second"])
        for figure in figures["operations"]:
            self.assertEqual(set(figure), OPERATION)
            self.check_positive(figure["share"])
            self.check_positive(figure["gbyte_per_second"])
            self.assertIn(figure["ceiling"], ("product", "copy"))
            if figure["name"].startswith(("convolution", "gram")):
                self.check_positive(figure["gflop_per_second"])
        for name in ("convolution", "convolution-back", "max-pooling", "average-pooling", "gram",
                     "gram-back", "matting", "preconditioner", "dots", "combination", "difference"):
            self.assertIn(name, [figure["name"] for figure in figures["operations"]])
        self.assertEqual([(figure["network"], figure["width"], figure["height"], figure["repeats"])
                          for figure in figures["evaluations"]],
                         [("builtin", 48, 32, 1), ("vgg19-random", 48, 32, 1)])
        self.assertEqual([(figure["network"], figure["preset"]) for figure in figures["transfers"]],
                         [("builtin", "draft"), ("builtin", "normal"), ("builtin", "best")])
        self.assertGreater(figures["transfers"][0]["evaluations"], 0)

    def test_lines_for_people(self):
        text = self.run_tool("bench", *SMALL, "--preset", "draft").out
        for pattern in (r"(?m)^\w+: .*regions in the photos: 4$",
                        r"product of matrices, \d+ x \d+ +[\d.]+ ms +[\d.]+ [GT]FLOP/s\n",
                        r"copy of [\d.]+ MB +[\d.]+ ms +[\d.]+ [GT]B/s\n",
                        r"  convolution 3 > 64, 48 x 32 +[\d.]+ ms +[\d.]+ G\S+ +\d+ %\n",
                        r"  dot products: 30, 48 x 32 +[\d.]+ ms",
                        r"VGG-19 with random numbers as weights, 48 x 32 +[\d.]+ m?s +once\n",
                        r"draft, built-in network, 48 x 32 +[\d.]+ m?s +once; evaluations: \d+\n"):
            self.assertRegex(text, pattern)

    def test_only(self):
        for name, filled in (("operations", {"ceilings", "operations"}),
                             ("evaluation", {"evaluations"}), ("transfer", {"transfers"}),
                             ("evaluation,transfer", {"evaluations", "transfers"})):
            figures = self.figures("--only", name, "--preset", "draft")
            self.assertEqual({part for part in PARTS if figures[part]}, filled, name)
            self.assertTrue(set(PARTS) <= set(figures), name)

    def test_network(self):
        network = os.path.join(tool.PROJECT, "../shared/reference/networks",
                               "vgg19-16x.safetensors")
        if not os.path.exists(network):
            self.skipTest("there is no ../shared/reference/networks/vgg19-16x.safetensors")
        figures = self.figures("--network", network, "--only", "evaluation,transfer", "--preset",
                               "draft", "--regions", "2")
        name = os.path.basename(network)
        self.assertEqual(figures["regions"], 2)
        for part in ("evaluations", "transfers"):
            self.assertEqual([figure["network"] for figure in figures[part]], ["builtin", name])

    def test_misuse(self):
        for pattern, arguments in [
                ("--only speed: .*operations, evaluation, transfer", ["--only", "speed"]),
                ("--only : ", ["--only", ""]),
                ("--preset reference: .*draft, normal, best", ["--preset", "draft,reference"]),
                ("give both", ["--width", "64"]),
                ("give both", ["--height", "64"]),
                ("--width 7:", ["--width", "7", "--height", "64"]),
                ("--height 7:", ["--width", "64", "--height", "7"]),
                ("--regions 0:", ["--regions", "0"]),
                ("--regions 20: .*from 1 to 16", ["--width", "16", "--height", "16", "--regions",
                                                  "20"]),
                ("--threads -1:", ["--threads", "-1"]),
                ("--repeats 0:", ["--repeats", "0"])]:
            with self.subTest(arguments=arguments):
                done = self.run_tool("bench", *arguments, code=2)
                self.check_sentence(done, pattern, 2)
                self.assertIn("photo-style bench --help", done.err)

    def test_what_is_not_there(self):
        for pattern, arguments in [("gpu7", ["--device", "gpu7"]),
                                   ("missing.safetensors", ["--network", "missing.safetensors"])]:
            for form in ([], ["--json"]):
                done = self.run_tool("bench", *form, *SMALL, *arguments, code=1)
                self.check_sentence(done, pattern)

    def test_interruption(self):
        process = subprocess.Popen([tool.PROGRAM, "bench", "--json"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        tool.wait_until_it_heeds(process, signal.SIGINT)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        self.assertEqual((process.returncode, out.decode(), err.decode()),
                         (130, "", "photo-style: interrupted.\n"))


if __name__ == "__main__":
    tool.main()
