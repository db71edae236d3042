# SPDX-License-Identifier: LGPL-3.0-or-later
"""A result saved as a look from the dialog: look_steps.py, on a screen of its own."""

import os
import sys

from gimp_session import SOURCE, Session
from gimp_screen import needs_screen, on_screen

needs_screen()
from PIL import Image

session = Session("look")
for name in ("noon", "dusk"):
    with Image.open(os.path.join(SOURCE, "data", "samples", name + ".jpg")) as image:
        image.resize((300, 200), Image.LANCZOS).save(session.path(name + ".jpg"), quality=95)
sys.exit(1 if on_screen(session, "look_steps.py", ["dusk.jpg", "noon.jpg"], "1280x960") else 0)
