# SPDX-License-Identifier: LGPL-3.0-or-later
"""The help page is opened by the dialog's button, by F1 in it and by F1 over the menu entry, in a browser
that only notes what it was asked for: help_page_steps.py."""

import os
import sys

from gimp_session import Session, plug_in_folder
from gimp_screen import needs_screen, on_screen

needs_screen()
from PIL import Image

session = Session("help-page")
for name in ("photo", "style"):
    Image.linear_gradient("L").convert("RGB").resize((300, 200)).save(session.path(name + ".png"))
for name in ("help", "web-browser"):  # GIMP's own, for F1 over the menu entry
    os.symlink(os.path.join(plug_in_folder(), name), session.path("plug-ins/" + name))
# The system's data without its programs, so that there is no browser but the test's own.
for name in os.listdir("/usr/share"):
    if name != "applications":
        os.makedirs(session.path("share"), exist_ok=True)
        os.symlink(os.path.join("/usr/share", name), session.path("share/" + name))
os.makedirs(session.path("home/.local/share/applications"))
sys.exit(1 if on_screen(session, "help_page_steps.py", ["photo.png", "style.png"], "1280x800",
                        XDG_DATA_DIRS=session.path("share")) else 0)
