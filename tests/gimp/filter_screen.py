# SPDX-License-Identifier: LGPL-3.0-or-later
"""A filter in a GIMP with windows: it is seen on the canvas, and one undo takes it away: see
filter_screen_steps.py."""

import os
import sys

from gimp_session import SOURCE, Session, skip
from gimp_screen import needs_screen, on_screen

needs_screen()
if not os.environ.get("DPS_GEGL_OP"):
    skip("the GEGL operation was not built")
from PIL import Image

session = Session("filter-screen")
for name in ("noon", "dusk"):
    with Image.open(os.path.join(SOURCE, "data", "samples", name + ".jpg")) as image:
        image.resize((600, 400), Image.LANCZOS).save(session.path(name + ".png"))
sys.exit(1 if on_screen(session, "filter_screen_steps.py", ["dusk.png", "noon.png"], "1280x960")
         else 0)
