# SPDX-License-Identifier: LGPL-3.0-or-later
"""All of the dialog by keyboard alone: keyboard_steps.py."""

import os
import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen, photos_with_regions

needs_screen()
session = Session("keyboard")
sys.exit(1 if on_screen(session, "keyboard_steps.py", photos_with_regions(session), "1280x800",
                        GTK_MODULES=os.environ["DPS_BY_KEYBOARD"], BY_KEYBOARD=session.path("keyboard.txt")) else 0)
