# SPDX-License-Identifier: LGPL-3.0-or-later
"""photo-style train: a style learnt in a moment, what is made with it, and what can't be."""

import json
import os

import tool


class Train(tool.ToolTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("photos"))
        for i in range(3):
            self.save("photos/p%d.png" % i, tool.photo(90 + 10 * i, 70, i))
        self.save("dusk.png", tool.photo(80, 60, 20))
        self.save("noon.png", tool.photo(120, 90, 21))

    def train(self, *arguments, style="dusk.png", out="dusk.dps", **more):
        return self.run_tool("train", style, "--photos", "photos", "-o", out, "--steps", "2", "--threads",
                             "1", *arguments, **more)

    def bytes(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def test_learnt(self):
        """One file, the same again, which transfer and batch take for a style."""
        with open(self.path("photos/bad.png"), "w") as file:
            file.write("no picture")
        done = self.train()
        self.assertRegex(done.out, r"^learnt: the losses are \d\.\d\d\d of those of the first guess\.\n$")
        self.assertRegex(done.err, r"^photo-style: note: left out: photos/bad\.png: .*\n$")
        self.assertTrue(self.bytes("dusk.dps").startswith(b"DPSTYLE\n"))
        self.assertEqual(self.train("--quiet", out="again.dps").err, "")
        self.assertEqual(self.bytes("dusk.dps"), self.bytes("again.dps"))

        self.run_tool("transfer", "noon.png", "dusk.dps", "-o", "one.png", "--report", "one.json",
                      "--threads", "1")
        with open(self.path("one.json")) as file:
            report = json.load(file)
        self.assertEqual(report["evaluations"], 0)
        os.mkdir(self.path("out"))
        self.run_tool("batch", "noon.png", "--style", "dusk.dps", "-o", "out/{name}-{style}.png", "--threads",
                      "1")
        self.assertEqual(self.bytes("one.png"), self.bytes("out/noon-dusk.png"))
        self.run_tool("transfer", "--recipe", "one.json", "-o", "two.png", "--threads", "1")
        self.assertEqual(self.bytes("one.png"), self.bytes("two.png"))
        self.run_tool("transfer", "noon.png", "dusk.dps", "-o", "colours.png", "--method", "colours",
                      "--threads", "1")
        self.run_tool("transfer", "noon.png", "dusk.dps", "-o", "found.png", "--auto-regions",
                      "--threads", "1")

    def test_damage(self):
        """Every damage is told from the others, and nothing is written."""
        self.train()
        whole = self.bytes("dusk.dps")
        for damaged, words in (
                (b"", r"this is no learnt style; make one with “photo-style train”"),
                (b"P6 1 1 255 abc", r"this is no learnt style; make one with “photo-style train”"),
                (whole[:8] + b"\7" + whole[9:], r"this learnt style is of version 7, and this program knows "
                 r"version 1; learn it again, or use the program that made it"),
                (whole[:12] + b"\0" + whole[13:], r"what this learnt style says of its size is impossible: the "
                 r"file is damaged; copy it again"),
                (whole[:-9], r"this learnt style should have %d bytes and has %d: the file is cut short or "
                 r"damaged; copy it again" % (len(whole), len(whole) - 9)),
                (whole[:500] + bytes([whole[500] ^ 1]) + whole[501:], r"the checksum of this learnt style is "
                 r"wrong: the file is damaged; copy it again")):
            with open(self.path("bad.dps"), "wb") as file:
                file.write(damaged)
            done = self.run_tool("transfer", "noon.png", "bad.dps", "-o", "out.png", code=1)
            self.check_sentence(done, r"bad\.dps: " + words + r"\.", 1)
            self.assertFalse(os.path.exists(self.path("out.png")))
        os.mkdir(self.path("folder.dps"))
        for name, words in (("none.dps", r"can't be read \(.*\); choose a learnt style, a \.dps file"),
                            ("folder.dps", r"is no ordinary file; choose a learnt style, a \.dps file")):
            done = self.run_tool("transfer", "noon.png", name, "-o", "out.png", code=1)
            self.check_sentence(done, name.replace(".", r"\.") + ": " + words + r"\.", 1)

    def test_refused(self):
        for arguments, code, words in (
                ((), 2, r"something is missing; name STYLE\."),
                (("dusk.png",), 2, r"something is missing; name the photos to learn from with --photos FOLDER\."),
                (("dusk.png", "--photos", "photos"), 2,
                 r"something is missing; name the file to write with -o OUT\."),
                (("dusk.png", "--photos", "photos", "-o", "dusk.png"), 2,
                 r"dusk\.png: a learnt style's name ends with \.dps; choose such a name\."),
                (("dusk.png", "--photos", "nowhere", "-o", "x.dps", "-q"), 1,
                 r"There is no photo to learn from; name some\."),
                (("none.png", "--photos", "photos", "-o", "x.dps"), 1, r"none\.png: can't be read .*"),
                (("dusk.png", "--photos", "photos", "-o", "x.dps", "--steps", "0"), 2,
                 r"--steps 0: is out of range; use a number from 1 to 1000000\."),
                (("dusk.png", "--photos", "photos", "-o", "no/x.dps"), 1, r"no/x\.dps: .*")):
            with self.subTest(arguments=arguments):
                done = self.run_tool("train", *arguments, code=code)
                self.check_sentence(done, words, code)
                self.assertFalse(os.path.exists(self.path("x.dps")))


if __name__ == "__main__":
    tool.main()
