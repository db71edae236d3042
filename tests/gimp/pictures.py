# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures of every kind through the plug-in, in GIMP's Python: see pictures_in_gimp.py."""

import sys

from gimp_session import Session, needs

needs("numpy")
session = Session("pictures")
code, output = session.python_file("pictures_in_gimp.py")
lines = [line for line in output.splitlines() if line.startswith(("FAIL", "ok ", "observed"))]
print("\n".join(lines))
if code != 0 or not any(line.startswith("ok ") for line in lines):
    print(output)
    print("FAIL: GIMP ended with code %d" % code)
    sys.exit(1)
