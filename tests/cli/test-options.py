# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every option of the engine's table is found wherever options are told of: help, manual, completions,
reports, recipes; with its range, its choices and its default."""

import json
import os
import re
import shutil
import subprocess

import tool

MANUAL = os.environ["PHOTO_STYLE_MANUAL"]


def generated(name):
    with open(os.path.join(MANUAL, name), encoding="utf-8") as file:
        return file.read()


class Options(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.table = json.loads(self.run_tool("describe").out)["options"]
        self.assertGreater(len(self.table), 15)

    def each(self, command="transfer"):
        return [option for option in self.table if command in option["commands"]]

    def test_help(self):
        commands = {c for option in self.table for c in option["commands"]}
        self.assertEqual(commands, {"transfer", "regions", "measure", "bench", "apply", "train"})
        for command in commands:
            text = self.run_tool(command, "--help-all").out
            plain = self.run_tool(command, "--help").out
            for option in self.each(command):
                letter = "-%s, " % option["letter"] if option["letter"] else ""
                line = re.search(r"^  %s--%s=%s +(.*)$" % (letter, option["name"],
                                                          option["value"]), text, re.MULTILINE)
                self.assertIsNotNone(line)
                self.assertTrue(line.group(1).startswith(option["help"]), line.group(1))
                if option["choices"]:
                    self.assertIn(", ".join(c["name"] for c in option["choices"]), line.group(1))
                if option["default"]:
                    self.assertTrue(line.group(1).endswith("(%s)" % option["default"]))
                self.assertEqual("--%s=" % option["name"] in plain, not option["expert"])

    def test_manual(self):
        text = generated("photo-style.1").replace("\\-", "-")
        self.assertNotIn("@OPTIONS@", text)
        for option in self.each():
            self.assertRegex(text, r"--%s= " % option["name"])
            for choice in option["choices"]:
                self.assertIn(".BR %s :\n%s" % (choice["name"], choice["label"].replace(
                    "“", '"').replace("”", '"')), text)
        if not shutil.which("groff"):
            print("the manual isn't formatted: there is no groff")
            return
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww",
                               os.path.join(MANUAL, "photo-style.1")], capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_completions(self):
        shells = {name: generated(name) for name in ("photo-style", "_photo-style",
                                                     "photo-style.fish")}
        for option in self.each():
            names = " ".join(c["name"] for c in option["choices"])
            self.assertRegex(shells["photo-style"], r"transfer\) options='.*--%s[ ']" % option["name"])
            self.assertRegex(shells["_photo-style"], r"--%s=" % option["name"])
            self.assertRegex(shells["photo-style.fish"],
                             r"from transfer' -l %s " % option["name"])
            for text in shells.values():
                self.assertIn(names, text)

    def complete(self, *words):
        """What bash offers after these words, the last of which is begun."""
        script = "\n".join((
            'source "$1"', "shift", 'COMP_WORDS=("$@")', "COMP_CWORD=$(($# - 1))",
            "compopt() { :; }", "_photo_style", 'printf "%s\\n" "${COMPREPLY[@]}"'))
        done = subprocess.run(["bash", "-c", script, "bash", os.path.join(MANUAL, "photo-style"),
                               "photo-style", *words], capture_output=True, check=True,
                              env={**os.environ, "PATH": os.path.dirname(tool.PROGRAM) + ":" +
                                   os.environ["PATH"]})
        return done.stdout.decode().split()

    def test_bash(self):
        self.assertEqual(self.complete("tr"), ["transfer"])
        self.assertEqual(self.complete("transfer", "--take", ""), ["all", "colour", "brightness"])
        self.assertEqual(self.complete("transfer", "--take", "=", "c"), ["colour"])
        self.assertEqual(self.complete("transfer", "--take", "="), ["all", "colour", "brightness"])
        self.assertEqual(self.complete("transfer", "-p", "b"), ["best"])
        self.assertEqual(self.complete("bench", "-p", ""), ["draft", "normal", "best"])
        self.assertEqual(self.complete("transfer", "--minimiser", "ad"), ["adam"])
        self.assertEqual(self.complete("transfer", "--depth", ""), ["8", "16", "float"])
        self.assertEqual(self.complete("transfer", "--win"), ["--window-radius"])
        self.assertIn("cpu", self.complete("transfer", "--device", ""))
        self.assertEqual(self.complete("measure", "--auto"), [])

    def test_zsh_and_fish_can_read_theirs(self):
        for shell, name in (("zsh", "_photo-style"), ("fish", "photo-style.fish")):
            if not shutil.which(shell):
                print("%s is not run: there is no %s" % (name, shell))
                continue
            done = subprocess.run([shell, "-n", os.path.join(MANUAL, name)], capture_output=True)
            self.assertEqual((done.returncode, done.stderr), (0, b""), name)

    def test_values_reach_the_engine(self):
        """Each option is taken, and refused outside its range; and the report has it."""
        self.photos()
        for option in self.each():
            name = "--" + option["name"]
            if option["type"] in ("integer", "real"):
                for beyond in (option["least"] - 1, option["most"] + 1):
                    done = self.run_tool("transfer", "content.png", "style.png", "-o", "out.png",
                                         name, "%.17g" % beyond, code=2)
                    self.check_sentence(done, "%s .*from %.15g to %.15g" % (
                        name, option["least"], option["most"]), 2)
            elif option["choices"]:
                done = self.run_tool("transfer", "content.png", "style.png", "-o", "out.png",
                                     name, "nonsense", code=2)
                self.check_sentence(done, ", ".join(c["name"] for c in option["choices"]), 2)
        self.transfer("--report", "report.json")
        options = self.report()["options"]
        self.assertEqual(list(options), [o["name"].replace("-", "_") for o in self.each()])


if __name__ == "__main__":
    tool.main()
