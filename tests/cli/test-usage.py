# SPDX-License-Identifier: LGPL-3.0-or-later
"""Help, version, and command lines that make no sense (exit code 2)."""

import os
import re
import subprocess

import tool


class Usage(tool.ToolTest):
    def test_help_teaches(self):
        text = self.run_tool("--help").out
        for word in ("transfer", "regions", "measure", "look", "apply", "devices", "bench",
                     "photo-style transfer noon.jpg"):
            self.assertIn(word, text)
        self.assertEqual(self.run_tool("-h").out, text)

    def test_help_of_each_command(self):
        for command, words in {
                "transfer": ["CONTENT STYLE", "--content-mask=NAME=FILE", "--preset", "Example"],
                "regions": ["CONTENT STYLE", "--content-labels=FILE", "--most=2-6", "Example"],
                "measure": ["RESULT", "--network", "edge", "Example"],
                "look": ["CONTENT RESULT", "--mask=NAME=FILE", ".cube", "Example"],
                "apply": ["TABLE PHOTO", "--take", "Example"],
                "devices": ["--json"], "bench": ["--repeats", "--only=LIST", "Example"]}.items():
            text = self.run_tool(command, "--help").out
            for word in words:
                self.assertIn(word, text, command)

    def test_help_for_experts(self):
        text = self.run_tool("transfer", "--help-expert").out
        for word in ("--minimiser", "--start-image", "--pooling", "--style-layers=LIST"):
            self.assertIn(word, text)
        self.assertNotIn("--pooling", self.run_tool("transfer", "--help").out)

    def test_version(self):
        self.assertRegex(self.run_tool("--version").out, r"^photo-style \d+\.\d+\.\d+\n$")

    def test_threads_wait_passively(self):
        """OpenMP's library says on the standard error how its threads wait."""
        for given, policy in ((None, "PASSIVE"), ("passive", "PASSIVE"), ("active", "ACTIVE")):
            with self.subTest(given=given):
                environment = {**os.environ, "OMP_DISPLAY_ENV": "true"}
                environment.pop("OMP_WAIT_POLICY", None)
                environment.pop("GOMP_SPINCOUNT", None)
                if given:
                    environment["OMP_WAIT_POLICY"] = given
                done = subprocess.run([tool.PROGRAM, "--version"], env=environment,
                                      capture_output=True, text=True, check=True)
                said = re.findall("OMP_WAIT_POLICY = '([A-Z]+)'", done.stderr)
                if not said:
                    self.skipTest("built without OpenMP, or with one that says nothing")
                self.assertEqual(said[-1], policy)

    def test_no_or_unknown_command(self):
        self.assertIn("--help", self.run_tool(code=2).err)
        text = self.run_tool("transform", code=2).err
        self.assertIn('did you mean "transfer"', text)
        self.assertIn('no command "xyz"', self.run_tool("xyz", code=2).err)

    def test_misuse(self):
        self.photos()
        for pattern, arguments in [
                ("name CONTENT and STYLE", ["-o", "out.png"]),
                ("name CONTENT and STYLE", ["--recipe", "none.json", "a", "-o", "out.png"]),
                ("name CONTENT and STYLE", ["content.png", "-o", "out.png"]),
                ("name CONTENT and STYLE", ["a", "b", "c", "-o", "out.png"]),
                ("-o OUT", ["content.png", "style.png"]),
                ("out: .*ending", ["content.png", "style.png", "-o", "out"]),
                (r"out\.gif: .*\.png", ["content.png", "style.png", "-o", "out.gif"]),
                ("--nonsense", ["content.png", "style.png", "-o", "out.png", "--nonsense"]),
                ("--preset quick: .*draft", self.line("--preset", "quick")),
                ("--amount 1.5: .*from 0 to 1", self.line("--amount", "1.5")),
                ("--amount", self.line("--amount", "nan")),
                ("--detail -1:", self.line("--detail", "-1")),
                ("--size -5:", self.line("--size", "-5")),
                ("--threads -1:", self.line("--threads", "-1")),
                ("--seed -1:", self.line("--seed", "-1")),
                ("--photorealism -1:", self.line("--photorealism", "-1")),
                ("--take half: .*brightness", self.line("--take", "half")),
                ("--minimiser newton: .*adam", self.line("--minimiser", "newton")),
                ("--start image: .*--start-image", self.line("--start", "image")),
                ("--start and --start-image", self.line("--start", "noise", "--start-image",
                                                        "style.png")),
                ("--pooling min: .*average", self.line("--pooling", "min")),
                ("--content-weight -1:", self.line("--content-weight", "-1")),
                ("--style-weight inf:", self.line("--style-weight", "inf")),
                ("--threads many: .*number", self.line("--threads", "many")),
                ("--threads 1.5: .*whole", self.line("--threads", "1.5")),
                ("--window-radius 0: .*from 1 to 16", self.line("--window-radius", "0")),
                ("-a 2: .*from 0 to 1", self.line("-a", "2")),
                ("--depth 12: .*takes 8, 16", self.line("--depth", "12")),
                ("--depth float: a PNG", self.line("--depth", "float")),
                ("--content-mask sky: .*NAME=FILE", self.line("--content-mask", "sky")),
                ("--style-mask =a.png: .*NAME=FILE", self.line("--style-mask", "=a.png")),
                ("go together", self.line("--content-labels", "x.png")),
                ("go together", self.line("--style-labels", "x.png")),
                ("one of them", self.line("--content-labels", "x.png", "--style-labels", "x.png",
                                          "--content-mask", "a=x.png")),
                ("--auto-regions finds", self.line("--auto-regions", "--content-mask", "a=x.png")),
                ("--auto-regions finds", self.line("--auto-regions", "--content-labels", "x.png",
                                                   "--style-labels", "x.png"))]:
            with self.subTest(arguments=arguments):
                done = self.run_tool("transfer", *arguments, code=2)
                self.check_sentence(done, pattern, 2)
                self.assertIn("photo-style transfer --help", done.err)
        self.assertEqual(sorted(os.listdir(self.folder)), ["content.png", "style.png"])

    def line(self, *options):
        return ["content.png", "style.png", "-o", "out.png", *options]

    def test_misuse_of_the_others(self):
        for arguments in (["measure", "a", "b"], ["devices", "x"], ["bench", "x"],
                          ["bench", "--only", "x"], ["bench", "--repeats", "0"],
                          ["measure", "a", "b", "c", "--size", "-1"],
                          ["regions", "a"], ["regions", "a", "b", "--content-labels", "c.png"],
                          ["regions", "a", "b", "--content-labels", "c.png", "--style-labels",
                           "c.png"],
                          ["regions", "a", "b", "--content-labels", "c.png", "--style-labels",
                           "s.png", "--most", "7"],
                          ["regions", "a", "b", "--content-labels", "c", "--style-labels", "s"]):
            with self.subTest(arguments=arguments):
                done = self.run_tool(*arguments, code=2)
                self.assertIn("photo-style %s --help" % arguments[0], done.err)

    def test_names_that_begin_with_a_dash(self):
        self.save("-c.png", tool.photo(20, 20))
        self.save("s.png", tool.photo(20, 20, 2))
        self.run_tool("transfer", "-o", "out.png", *tool.FAST, "--", "-c.png", "s.png")
        self.assertEqual(self.open("out.png").size, (20, 20))


if __name__ == "__main__":
    tool.main()
