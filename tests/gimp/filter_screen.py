# SPDX-License-Identifier: LGPL-3.0-or-later
"""A filter in a GIMP with windows: it is seen on the canvas, and one undo takes it away: see
filter_screen_steps.py."""

import os
import sys

from gimp_session import Session, skip
from gimp_screen import needs_screen, on_screen, sample_photos

needs_screen()
if not os.environ.get("DPS_GEGL_OP"):
    skip("the GEGL operation was not built")

session = Session("filter-screen")
sample_photos(session, (600, 400))
sys.exit(1 if on_screen(session, "filter_screen_steps.py", ["dusk.png", "noon.png"], "1280x960")
         else 0)
