# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dialog in each language that it has: nothing is cut, and it fits on a small screen: languages_steps.py.

    languages.py [LANGUAGE...]"""

import json
import os
import subprocess
import sys

from gimp_session import NAME, SOURCE, Session, skip
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


def speak_from_file(session):
    """Has the plug-in started in the language that a file says, in a GIMP that speaks English."""
    program = session.path("plug-ins/%s/%s" % (NAME, NAME))
    binary = os.readlink(program)
    os.remove(program)
    with open(session.path("language"), "w") as file:
        file.write("LANGUAGE=\n")
    with open(program, "w") as file:
        file.write("#!/bin/bash\nset -a\n. '%s'\nexec -a \"$0\" '%s' \"$@\"\n" % (session.path("language"), binary))
    os.chmod(program, 0o755)


def known():
    with open(os.path.join(SOURCE, "po", "LINGUAS")) as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


session = Session("languages")
photos = photos_with_regions(session)
locales = {}
for language in sys.argv[1:] or known():
    locale = make_locale(language, session.folder)
    if locale and has_font(language):
        locales[language] = locale
    else:
        print("%s: left out, as there is no %s for it" % (language, "font" if locale else "locale"))
if not locales:
    skip("there is neither a locale nor a font for any language")
speak_from_file(session)
sys.exit(1 if on_screen(session, "languages_steps.py", photos, "1366x768", LANGUAGE="", LOCPATH=session.folder,
                        LOCALES=json.dumps(locales), CUT_TEXT=session.path("cut.txt"),
                        BY_KEYBOARD=session.path("keyboard.txt"),
                        GTK_MODULES="%s:%s" % (os.environ["DPS_CUT_TEXT"], os.environ["DPS_BY_KEYBOARD"])) else 0)
