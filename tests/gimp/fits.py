# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dialog on small screens and large ones, with everything unfolded: fits_steps.py.

    fits.py [WIDTHxHEIGHT[@SCALE]...]"""

import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen, photos_with_regions

needs_screen()

failures = 0
session = Session("fits")
pictures = photos_with_regions(session)
for screen in sys.argv[1:] or ["1024x768", "1280x800", "1920x1080", "1920x1080@2", "2048x1536@2"]:
    size, _, scale = screen.partition("@")
    print("On a screen of " + screen)
    failures += on_screen(session, "fits_steps.py", pictures, size,
                          GDK_SCALE=scale or "1")
sys.exit(1 if failures else 0)
