# SPDX-License-Identifier: LGPL-3.0-or-later
"""A result as a filter on the layer and as a new image, in GIMP's Python: see filter_in_gimp.py; and what
is said where the filter's operation isn't installed."""

import os
import sys

from gimp_session import Session, needs, skip

needs("numpy")
if not os.environ.get("DPS_GEGL_OP"):
    skip("the GEGL operation was not built")
session = Session("filter")
code, output = session.python_file("filter_in_gimp.py")
lines = [line for line in output.splitlines() if line.startswith(("FAIL", "ok ", "observed"))]
print("\n".join(lines))
if code != 0 or not any(line.startswith("ok ") for line in lines):
    print(output)
    print("FAIL: GIMP ended with code %d" % code)
    sys.exit(1)

session = Session("filter-missing", with_operation=False)
code, output = session.python_file("filter_missing_in_gimp.py")
if code != 0 or "ok missing" not in output:
    print(output)
    print("FAIL: without the operation GIMP ended with code %d" % code)
    sys.exit(1)
