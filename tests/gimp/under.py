# SPDX-License-Identifier: LGPL-3.0-or-later
"""What lies under a layer as its style: under_in_gimp.py, run by GIMP's own Python."""

from gimp_session import Session, needs

needs("numpy", "PIL")
Session("under").run_tests("under_in_gimp.py")
