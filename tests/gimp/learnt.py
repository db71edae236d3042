# SPDX-License-Identifier: LGPL-3.0-or-later
"""Learnt styles in GIMP: in scripts they give what the command line gives, and in the dialog they are one more kind
of style: learnt_steps.py."""

import os
import subprocess
import sys

from gimp_session import Session, check, finish, skip
from gimp_screen import needs_screen, on_screen, sample_photos

program = os.environ.get("DPS_PHOTO_STYLE")
if not program:
    skip("the command line was not built")
needs_screen()
import numpy as np
from PIL import Image

session = Session("learnt")
sample_photos(session, (300, 200))


def tool(*arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, env=session.env,
                          cwd=session.folder)
    check(done.returncode == 0, arguments[0], done.stderr)


tool("train", "dusk.png", "--photos", "noon.png", "-o", "dusk.dps", "--steps", "20", "--threads", "1", "-q")
with open(session.path("dusk.dps"), "rb") as file:
    whole = file.read()
with open(session.path("bad.dps"), "wb") as file:
    file.write(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
tool("transfer", "noon.png", "dusk.dps", "-o", "line.png", "--size", "96", "--threads", "1")
tool("transfer", "noon.png", "dusk.png", "-o", "photo.png", "--method", "colours", "--size", "96", "--threads",
     "1")

# --- In scripts, also from an XCF file that the style was saved in
code, output = session.script_fu("""
(define (styled style out)
  (let ((img (gimp-file-load RUN-NONINTERACTIVE "%(folder)s/noon.png")))
    (plug-in-deep-photo-style #:run-mode RUN-NONINTERACTIVE #:image img
      #:drawables (gimp-image-get-layers img) #:style (vector-ref (gimp-image-get-layers style) 0)
      #:size 96 #:threads 1)
    (file-png-export #:run-mode RUN-NONINTERACTIVE #:image img
                     #:file (string-append "%(folder)s/" out))))
(let ((style (gimp-file-load RUN-NONINTERACTIVE "%(folder)s/dusk.dps")))
  (styled style "gimp.png")
  (gimp-file-save RUN-NONINTERACTIVE style "%(folder)s/style.xcf" -1))
(styled (gimp-file-load RUN-NONINTERACTIVE "%(folder)s/style.xcf") "again.png")
""" % {"folder": session.folder})
check(code == 0, "a learnt style in a script", output)


def read(name):
    with Image.open(session.path(name)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


if code == 0:
    line, photo = read("line.png"), read("photo.png")
    for name in ("gimp.png", "again.png"):
        apart = int(np.abs(read(name) - line).max())
        print("observed %s: %d levels apart" % (name, apart))
        check(apart <= 1, "what the command line makes of it", apart)  # observed: 1, where one dithers
    check(np.abs(line - photo).mean() > 1, "which isn't that of the photo")  # observed: see the next line
    print("observed: %.1f levels from the photo's" % np.abs(line - photo).mean())
code, output = session.script_fu('(gimp-file-load RUN-NONINTERACTIVE "%s")' % session.path("bad.dps"))
check(code != 0 and "the checksum of this learnt style is wrong: the file is damaged; copy it again" in output,
      "a damaged one is refused with a sentence", output)

failed = on_screen(session, "learnt_steps.py", ["noon.png"], "1280x960")
check(not failed, "the dialog")
finish()
