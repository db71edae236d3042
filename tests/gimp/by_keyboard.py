# SPDX-License-Identifier: LGPL-3.0-or-later
"""What by-keyboard.c has seen in the dialog, where it was loaded."""

import collections
import os

from at_spi import wait_for
from gimp_session import check


def lines(kind):
    """Of this kind, each as its parts."""
    path = os.environ["BY_KEYBOARD"]
    for _ in range(2):  # the first may have been on its way already
        if os.path.exists(path):
            os.remove(path)
        wait_for(lambda: os.path.exists(path), 10)
    parts = [line.split("\t") for line in open(path, encoding="utf-8").read().splitlines()]
    return [part[1:] for part in parts if part[0] == kind]


def letters(view):
    """No two things that can be seen are chosen by the same letter."""
    seen = collections.defaultdict(list)
    for letter, text in lines("letter"):
        seen[letter].append(text)
    print("observed: %s: %d letters" % (view, len(seen)))
    check(all(len(texts) == 1 for texts in seen.values()), view + ": a letter for each",
          {letter: texts for letter, texts in seen.items() if len(texts) > 1})
