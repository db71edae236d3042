# SPDX-License-Identifier: LGPL-3.0-or-later
"""The photo or the style is changed in GIMP while the dialog computes: midrun_steps.py."""

import os
import sys

from gimp_session import SOURCE, Session
from gimp_screen import needs_screen, on_screen

needs_screen()
from PIL import Image

session = Session("midrun")
for name in ("noon", "dusk"):
    with Image.open(os.path.join(SOURCE, "data", "samples", name + ".jpg")) as image:
        image.resize((600, 400), Image.LANCZOS).save(session.path(name + ".png"))
sys.exit(1 if on_screen(session, "midrun_steps.py", ["noon.png", "dusk.png"], "1280x800") else 0)
