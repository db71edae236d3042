# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dialog in each language that it has: nothing is cut, and it fits on a small screen: languages_steps.py.

    languages.py [LANGUAGE...]"""

import os
import subprocess
import sys

from gimp_session import SOURCE, Session, skip
from gimp_screen import needs_screen, on_screen, photos_with_regions

needs_screen()

TERRITORY = {"de": "de_DE", "es": "es_ES", "fr": "fr_FR", "ja": "ja_JP", "pl": "pl_PL"}


def make_locale(language, folder):
    """Makes the language's locale in a folder of the test's own, where the system has its sources; its name."""
    territory = TERRITORY.get(language, language)
    name = territory + ".UTF-8"
    try:
        done = subprocess.run(["localedef", "-i", territory, "-f", "UTF-8", os.path.join(folder, name)],
                              capture_output=True)
    except FileNotFoundError:
        return None
    return name if done.returncode == 0 else None


def has_font(language):
    try:
        fonts = subprocess.run(["fc-list", ":lang=" + language.replace("_", "-").lower(), "family"],
                               capture_output=True, text=True)
    except FileNotFoundError:
        return True
    return bool(fonts.stdout.strip())


def known():
    with open(os.path.join(SOURCE, "po", "LINGUAS")) as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


failures = done = 0
session = Session("languages")
photos = photos_with_regions(session)
for language in sys.argv[1:] or known():
    locale = make_locale(language, session.folder)
    if not locale or not has_font(language):
        print("%s: left out, as there is no %s for it" % (language, "font" if locale else "locale"))
        continue
    print("In " + language)
    failures += on_screen(session, "languages_steps.py", photos, "1366x768", LC_ALL=locale, LANGUAGE=language,
                          LOCPATH=session.folder, GTK_MODULES=os.environ["DPS_CUT_TEXT"],
                          CUT_TEXT=session.path("cut.txt"))
    done += 1
if not done:
    skip("there is neither a locale nor a font for any language")
sys.exit(1 if failures else 0)
