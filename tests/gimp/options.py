# SPDX-License-Identifier: LGPL-3.0-or-later
"""The procedure's arguments are the engine's options, and a layer's recipe makes it again: see
options_in_gimp.py."""

import os
import subprocess

from gimp_session import Session, needs, skip

needs("numpy")
program = os.environ.get("DPS_PHOTO_STYLE")
if not program:
    skip("the command line, which describes the options, was not built")
session = Session("options")
with open(session.path("table.json"), "wb") as file:
    subprocess.run([program, "describe"], stdout=file, check=True)
session.run_tests("options_in_gimp.py")
