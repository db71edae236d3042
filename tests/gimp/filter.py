# SPDX-License-Identifier: LGPL-3.0-or-later
"""A result as a filter on the layer and as a new image, in GIMP's Python: see filter_in_gimp.py; and what
is said where the filter's operation isn't installed."""

import os

from gimp_session import Session, needs, skip

needs("numpy")
if not os.environ.get("DPS_GEGL_OP"):
    skip("the GEGL operation was not built")
session = Session("filter")
session.run_tests("filter_in_gimp.py")

session = Session("filter-missing", with_operation=False)
session.run_tests("filter_missing_in_gimp.py")
