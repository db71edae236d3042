# SPDX-License-Identifier: LGPL-3.0-or-later
"""Regions in the dialog: what is found by name, masks from the selection and from paths, what is said of
masks before a run, label maps.  The steps are in regions_steps.py.

    regions.py [WIDTHxHEIGHT[@SCALE]...]"""

import os
import sys

from gimp_session import SOURCE, Session
from gimp_screen import needs_screen, on_screen

needs_screen()
from PIL import Image

failures = 0
for screen in sys.argv[1:] or ["1280x800"]:
    size, _, scale = screen.partition("@")
    session = Session("regions-" + screen)
    for name in ("noon", "dusk"):
        for kind in (".jpg", "-labels.png"):
            with Image.open(os.path.join(SOURCE, "data", "samples", name + kind)) as image:
                image.resize((300, 200), Image.LANCZOS if kind == ".jpg" else Image.NEAREST).save(
                    session.path(name + kind), quality=95)
    failures += on_screen(session, "regions_steps.py", ["dusk.jpg", "noon.jpg"], size,
                          GDK_SCALE=scale or "1")
sys.exit(1 if failures else 0)
