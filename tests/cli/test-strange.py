# SPDX-License-Identifier: LGPL-3.0-or-later
"""strange-inputs.txt: bad and strange command lines and files, with what is said of each and how the
program ends.

A line of the table is an exit code, the arguments as a shell would have them and the lines of the
standard error, with a bar between the three and "¶" between lines.  T stands for a quick transfer of
content.png and style.png to out.png; T:NAME for one whose content is NAME, S:NAME for one whose style is;
LONG for a name of 300 letters; NOTHING for no arguments.  strange.py makes the files.

To write the sentences of new lines, run with STRANGE_INPUTS=write and look at what has changed."""

import os
import re
import shlex
import subprocess
import unittest

import strange
import tool

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "strange-inputs.txt")
OUT = ["-o", "out.png", *tool.FAST]


# What depends on the libraries of the system.
VARYING = ((r"use one of \.[. a-z]+\.", "use one of FORMATS."), (r"\(PNG, [A-Za-z, ]+\)", "(FORMATS)"),
           (r"is no JSON \(.*?\); ", "is no JSON (REASON); "),
           (r"it has [0-9.e-]+ %", "it has N %"))


def rows():
    """Comments as they are, cases as [code, arguments, sentences]."""
    with open(TABLE, encoding="utf-8") as file:
        return [line.rstrip("\n") if line.startswith("#") or not line.strip()
                else (line.rstrip("\n").split(" | ", 2) + ["", ""])[:3] for line in file]


def arguments(text):
    words = shlex.split(text)
    first = words[0]
    if first == "NOTHING":
        return []
    if first == "T":
        words[:1] = ["transfer", "content.png", "style.png", *OUT]
    elif first.startswith("T:"):
        words[:1] = ["transfer", first[2:], "style.png", *OUT]
    elif first.startswith("S:"):
        words[:1] = ["transfer", "content.png", first[2:], *OUT]
    words = [word.replace("LONG", "x" * 300) for word in words]
    # "\x1b" and the like in the table are bytes in the name
    return [word.encode().decode("unicode_escape").encode("latin-1") if "\\" in word else word.encode()
            for word in words]


class Strange(tool.ToolTest):
    def setUp(self):
        super().setUp()
        if tool.PLAIN == tool.PROGRAM:
            self.skipTest("this build has no libvips")
        strange.make(self.folder)

    def outcome(self, text):
        done = subprocess.run([tool.PROGRAM, *arguments(text)], cwd=self.folder, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=120)
        said = done.stderr.decode().replace("\n", "¶").removesuffix("¶").replace("x" * 300, "LONG")
        for pattern, word in VARYING:
            said = re.sub(pattern, word, said)
        return [str(done.returncode), text, said]

    def names(self):
        return sorted(os.listdir(os.fsencode(self.folder)))

    def test_table(self):
        table = rows()
        cases = [row for row in table if isinstance(row, list)]
        self.assertGreaterEqual(len(cases), 150)
        writes = os.environ.get("STRANGE_INPUTS") == "write"
        before = self.names()
        for i, row in enumerate(table):
            if not isinstance(row, list):
                continue
            now = self.outcome(row[1])
            if writes:
                table[i] = now
            else:
                with self.subTest(arguments=row[1]):
                    self.assertEqual(now, row)
            if now[0] != "0":
                with self.subTest(arguments=row[1], left="behind"):
                    self.assertEqual(self.names(), before)
            for name in set(self.names()) - set(before):
                os.remove(os.path.join(os.fsencode(self.folder), name))
        if writes:
            with open(TABLE, "w", encoding="utf-8") as file:
                for row in table:
                    print(row if isinstance(row, str) else " | ".join(row).rstrip(" |"), file=file)


if __name__ == "__main__":
    tool.main()
