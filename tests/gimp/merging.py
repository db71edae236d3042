# SPDX-License-Identifier: LGPL-3.0-or-later
"""Regions taken together in the dialog: merging_steps.py, on a screen of its own."""

import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen, photos_with_regions

needs_screen()
session = Session("merging")
pictures = photos_with_regions(session)
sys.exit(1 if on_screen(session, "merging_steps.py", pictures, "1280x960") else 0)
