# SPDX-License-Identifier: LGPL-3.0-or-later
"""The catalogues: every file with messages is listed, and messages are translated."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

import tool

PO = os.path.join(tool.PROJECT, "po")


def lines(name):
    with open(os.path.join(PO, name)) as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


def spoken():
    """What the programs may say: the texts in the sources, "…" being what is put in."""
    literal = r'"((?:[^"\\\n]|\\.)*)"'
    for name in lines("POTFILES"):
        with open(os.path.join(tool.PROJECT, name), encoding="utf-8") as file:
            for match in re.finditer(r"(?:%s\s*)+" % literal, file.read()):
                text = "".join(re.findall(literal, match.group())).replace('\\"', '"')
                yield re.sub(r"%(%|[-+ #0-9.*]*l*[a-z])", lambda m: "%" if m[1] == "%" else "…", text)


def selected(catalogue, *which):
    """The messages of a catalogue that msgattrib selects, without its header."""
    text = subprocess.run(["msgattrib", "--no-wrap", "--no-obsolete", *which, "-"], input=catalogue,
                          capture_output=True, check=True).stdout.decode()
    return [entry for entry in re.findall(r'^msgid (.*(?:\n".*)*)', text, re.M) if entry != '""']


class Catalogues(unittest.TestCase):
    def test_files_with_messages_are_listed(self):
        listed = set(lines("POTFILES"))
        for top in ("core", "report", "store", "models", "cli", "plug-in", "ui"):
            for folder, _, names in os.walk(os.path.join(tool.PROJECT, top)):
                for name in (n for n in names if n.endswith((".c", ".h"))):
                    path = os.path.relpath(os.path.join(folder, name), tool.PROJECT)
                    with open(os.path.join(tool.PROJECT, path)) as file:
                        has = re.search(r'\b(N?_|n?gettext|g_dn?gettext)\s*\(\s*"', file.read())
                    self.assertEqual(bool(has), path in listed, path)

    def test_catalogues_are_well_formed(self):
        """Formats and mnemonics agree with the English ones, and nothing is a guess to be looked at."""
        for language, merged in self.merged():
            done = subprocess.run(["msgfmt", "--check", "--check-accelerators=_", "-o", os.devnull,
                                   "-"], input=merged, capture_output=True)
            self.assertEqual(done.returncode, 0, language + ":\n" + done.stderr.decode())
            self.assertEqual(selected(merged, "--only-fuzzy"), [], language)

    def test_messages_are_translated(self):
        """All of them into German, and nearly all into the others, where English may stand in for what
        is new."""
        for language, merged in self.merged():
            missing = selected(merged, "--untranslated")
            for message in missing:
                print("%s lacks: %s" % (language, message))
            allowed = 0 if language == "de" else len(selected(merged)) // 10
            self.assertLessEqual(len(missing), allowed, language + " lacks these messages")

    def test_sentences_of_the_readme(self):
        """What the README quotes, the programs say."""
        with open(os.path.join(tool.PROJECT, "README.md"), encoding="utf-8") as file:
            quotes = [" ".join(quote.split()) for quote in re.findall(r"“([^”]+)”", file.read())]
        self.assertGreater(len(quotes), 7)
        said = list(spoken())
        for quote in quotes:
            with self.subTest(quote=quote):
                pattern = ".*".join(re.escape(part.strip()) for part in quote.split("…"))
                self.assertTrue(any(re.search(pattern, text) for text in said), quote)

    def merged(self):
        """Each catalogue with the messages that the programs have now."""
        if not shutil.which("msgfmt"):
            self.skipTest("there is no msgfmt; install gettext")
        template = self.template()
        for language in lines("LINGUAS"):
            catalogue = os.path.join(PO, language + ".po")
            yield language, subprocess.run(
                ["msgmerge", "--quiet", "--no-fuzzy-matching", "-o", "-", catalogue, template],
                capture_output=True, check=True).stdout

    def template(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = os.path.join(folder, "messages.pot")
        subprocess.run(["xgettext", "--from-code=UTF-8", "--keyword=_", "--keyword=N_", "--keyword=C_:1c,2",
                        "--keyword=g_dngettext:2,3", "--add-comments=Translators", "-o", path,
                        *lines("POTFILES")], cwd=tool.PROJECT, check=True, capture_output=True)
        return path


if __name__ == "__main__":
    tool.main()
