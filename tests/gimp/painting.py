# SPDX-License-Identifier: LGPL-3.0-or-later
"""Masks painted in the dialog's pictures: painting_steps.py, on a screen of its own.

    painting.py [WIDTHxHEIGHT[@SCALE]...]"""

import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen, sample_photos

needs_screen()

failures = 0
for screen in sys.argv[1:] or ["1280x800"]:
    size, _, scale = screen.partition("@")
    session = Session("painting-" + screen)
    sample_photos(session, (300, 200), ".jpg")
    failures += on_screen(session, "painting_steps.py", ["dusk.jpg", "noon.jpg"], size,
                          GDK_SCALE=scale or "1")
sys.exit(1 if failures else 0)
