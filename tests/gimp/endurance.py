# SPDX-License-Identifier: LGPL-3.0-or-later
"""What must not matter: opening and closing the dialog again and again, cancelling at any moment, and two dialogs
at once: endurance_steps.py.

DPS_OPENS and DPS_CANCELS say how often; a hundred and fifty take ten minutes."""

import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen, sample_photos

needs_screen()

session = Session("endurance")
sample_photos(session, (900, 600))
sys.exit(1 if on_screen(session, "endurance_steps.py", ["noon.png", "dusk.png"], "1280x800") else 0)
