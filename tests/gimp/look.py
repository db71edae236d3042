# SPDX-License-Identifier: LGPL-3.0-or-later
"""A result saved as a look from the dialog, and opened as a style there: look_steps.py, on a screen of its own.  In
scripts a look gives what the command line gives."""

import os
import subprocess
import sys

from gimp_session import Session, check, finish
from gimp_screen import needs_screen, on_screen, sample_photos

needs_screen()
from PIL import Image

session = Session("look")
sample_photos(session, (300, 200), ".jpg")
check(not on_screen(session, "look_steps.py", ["dusk.jpg", "noon.jpg"], "1280x960"), "the dialog")

with open(session.path("bad.cube"), "w") as file:
    file.write("LUT_3D_SIZE 33\n0 0 0\n")
code, output = session.script_fu('(gimp-file-load RUN-NONINTERACTIVE "%s")' % session.path("bad.cube"))
check(code != 0 and "bad.cube: is no 3D LUT, or ends too early." in output, "a bad one is refused", output)
code, output = session.script_fu("""
(let ((img (gimp-file-load RUN-NONINTERACTIVE "%(folder)s/noon.jpg"))
      (look (gimp-file-load RUN-NONINTERACTIVE "%(folder)s/dusk.cube")))
  (plug-in-deep-photo-style #:run-mode RUN-NONINTERACTIVE #:image img
    #:drawables (gimp-image-get-layers img) #:style (vector-ref (gimp-image-get-layers look) 0) #:threads 1)
  (file-png-export #:run-mode RUN-NONINTERACTIVE #:image img #:file "%(folder)s/gimp.png"))
""" % {"folder": session.folder})
check(code == 0, "a look in a script", output)
program = os.environ.get("DPS_PHOTO_STYLE")
if program and code == 0:
    import numpy as np

    subprocess.run([program, "apply", session.path("dusk.cube"), session.path("noon.jpg"), "-o",
                    session.path("line.png")], check=True, env=session.env)
    ours, theirs, photo = (np.asarray(Image.open(session.path(name)).convert("RGB")).astype(int)
                           for name in ("gimp.png", "line.png", "noon.jpg"))
    apart, moved = np.abs(ours - theirs).mean(), np.abs(theirs - photo).mean()
    print("observed: %.2f levels from what the command line gives, which is %.1f from the photo" % (apart, moved))
    check(apart < 2 and moved > 5, "what the command line makes of it", (apart, moved))
finish()
