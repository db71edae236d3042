# SPDX-License-Identifier: LGPL-3.0-or-later
"""What by-keyboard.c and cut-text.c have seen in the dialog, where they were loaded."""

import collections
import os

from at_spi import wait_for
from gimp_session import check


def report(variable):
    """The lines of the file that an environment variable names, as they are now: see when-asked.h."""
    path = os.environ[variable]
    if os.path.exists(path):
        os.remove(path)
    open(path + ".ask", "w").close()
    wait_for(lambda: os.path.exists(path), 10)
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def lines(kind):
    """Of this kind, each as its parts."""
    parts = [line.split("\t") for line in report("BY_KEYBOARD")]
    return [part[1:] for part in parts if part[0] == kind]


def letters(view):
    """No two things that can be seen are chosen by the same letter."""
    seen = collections.defaultdict(list)
    for letter, text in lines("letter"):
        seen[letter].append(text)
    print("observed: %s: %d letters" % (view, len(seen)))
    check(all(len(texts) == 1 for texts in seen.values()), view + ": a letter for each",
          {letter: texts for letter, texts in seen.items() if len(texts) > 1})
