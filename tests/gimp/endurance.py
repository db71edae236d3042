# SPDX-License-Identifier: LGPL-3.0-or-later
"""What must not matter: opening and closing the dialog again and again, cancelling at any moment, and two dialogs
at once: endurance_steps.py.

DPS_OPENS and DPS_CANCELS say how often; some hundred take an hour."""

import os
import sys

from gimp_session import SOURCE, Session
from gimp_screen import needs_screen, on_screen

needs_screen()
from PIL import Image

session = Session("endurance")
for name in ("noon", "dusk"):
    with Image.open(os.path.join(SOURCE, "data", "samples", name + ".jpg")) as image:
        image.resize((900, 600), Image.LANCZOS).save(session.path(name + ".png"))
sys.exit(1 if on_screen(session, "endurance_steps.py", ["noon.png", "dusk.png"], "1280x800") else 0)
