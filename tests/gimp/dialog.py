# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dialog as a person uses it: GIMP on a screen of its own, operated through AT-SPI.

The steps are in dialog_steps.py; screenshots go to the session's folder in the build."""

import os
import sys

from gimp_session import SOURCE, Session
from gimp_screen import needs_screen, on_screen

needs_screen()
from PIL import Image

session = Session("dialog")
samples = os.path.join(SOURCE, "data", "samples")
for name in ("noon", "dusk"):
    for kind in (".jpg", "-labels.png"):
        with Image.open(os.path.join(samples, name + kind)) as image:
            image.resize((600, 400), Image.LANCZOS if kind == ".jpg" else Image.NEAREST).save(
                session.path(name + kind), quality=95)

# Both photos with two painted masks each; the last channel painted stays selected, not the layer.
code, output = session.script_fu("""
(define (prepare name)
  (let* ((img (gimp-file-load RUN-NONINTERACTIVE (string-append "%s/" name ".jpg")))
         (labels (gimp-file-load-layer RUN-NONINTERACTIVE img
                                       (string-append "%s/" name "-labels.png"))))
    (gimp-image-insert-layer img labels 0 0)
    (map (lambda (region)
           (gimp-image-select-color img CHANNEL-OP-REPLACE labels (cadr region))
           (gimp-selection-feather img 3)
           (gimp-item-set-name (gimp-selection-save img) (car region)))
         '(("water" (0 255 255)) ("sky" (0 0 255))))
    (gimp-selection-none img)
    (gimp-image-remove-layer img labels)
    (gimp-file-save RUN-NONINTERACTIVE img (string-append "%s/" name ".xcf") -1)))
(prepare "noon")
(prepare "dusk")
""" % ((session.folder,) * 3))
if code != 0:
    print(output)
    sys.exit("FAIL: the pictures couldn't be prepared")

sys.exit(1 if on_screen(session, "dialog_steps.py", ["dusk.xcf"], "1280x960") else 0)
