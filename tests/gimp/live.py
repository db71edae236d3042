# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dialog shows what becomes of the photo while one changes things: live_steps.py.

    live.py [WIDTHxHEIGHT[@SCALE]...]"""

import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen, sample_photos

needs_screen()

failures = 0
for screen in sys.argv[1:] or ["1280x800"]:
    size, _, scale = screen.partition("@")
    print("On a screen of " + screen)
    session = Session("live-" + screen)
    sample_photos(session, (1500, 1000), ".jpg")
    failures += on_screen(session, "live_steps.py", ["dusk.jpg"], size, GDK_SCALE=scale or "1")
sys.exit(1 if failures else 0)
