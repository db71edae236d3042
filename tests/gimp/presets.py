# SPDX-License-Identifier: LGPL-3.0-or-later
"""The user's own presets, sliders from 0 to 100, and choices that are grey and say why: presets_steps.py."""

import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen

needs_screen()
from PIL import Image

session = Session("presets")
for name in ("photo", "style"):
    Image.linear_gradient("L").convert("RGB").resize((300, 200)).save(session.path(name + ".png"))
sys.exit(1 if on_screen(session, "presets_steps.py", ["photo.png", "style.png"], "1280x800") else 0)
