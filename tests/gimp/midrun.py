# SPDX-License-Identifier: LGPL-3.0-or-later
"""The photo or the style is changed in GIMP while the dialog computes: midrun_steps.py."""

import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen, sample_photos

needs_screen()

session = Session("midrun")
sample_photos(session, (600, 400))
sys.exit(1 if on_screen(session, "midrun_steps.py", ["noon.png", "dusk.png"], "1280x800") else 0)
