# SPDX-License-Identifier: LGPL-3.0-or-later
"""Masks painted in the dialog's pictures: painting_steps.py, on a screen of its own.

    painting.py [WIDTHxHEIGHT[@SCALE]...]"""

import os
import sys

from gimp_session import SOURCE, Session
from gimp_screen import needs_screen, on_screen

needs_screen()
from PIL import Image

failures = 0
for screen in sys.argv[1:] or ["1280x800"]:
    size, _, scale = screen.partition("@")
    session = Session("painting-" + screen)
    for name in ("noon", "dusk"):
        with Image.open(os.path.join(SOURCE, "data", "samples", name + ".jpg")) as image:
            image.resize((300, 200), Image.LANCZOS).save(session.path(name + ".jpg"), quality=95)
    failures += on_screen(session, "painting_steps.py", ["dusk.jpg", "noon.jpg"], size,
                          GDK_SCALE=scale or "1")
sys.exit(1 if failures else 0)
