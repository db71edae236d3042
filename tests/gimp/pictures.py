# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures of every kind through the plug-in, in GIMP's Python: see pictures_in_gimp.py."""

from gimp_session import Session, needs

needs("numpy")
session = Session("pictures")
session.run_tests("pictures_in_gimp.py")
