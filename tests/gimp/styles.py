# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which photos the dialog offers as styles, opening one from disk, and results as contents:
styles_steps.py."""

import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen, sample_photos

needs_screen()
from PIL import Image

session = Session("styles")
sample_photos(session, (300, 200))
with Image.open(session.path("dusk.png")) as image:
    image.transpose(Image.FLIP_LEFT_RIGHT).save(session.path("evening.png"))
# The photo has a second layer; the style a hidden one and a text.
code, output = session.script_fu("""
(define (prepare name . what)
  (let ((img (gimp-file-load RUN-NONINTERACTIVE (string-append "%(folder)s/" name ".png"))))
    (map (lambda (layer)
           (let ((added (gimp-layer-new img layer 300 200 RGB-IMAGE 100 LAYER-MODE-NORMAL)))
             (gimp-image-insert-layer img added 0 0)
             (gimp-item-set-visible added (not (string=? layer "hidden")))))
         what)
    (gimp-item-set-name (vector-ref (gimp-image-get-layers img) (length what))
                        (string-append name ".png"))
    (when (string=? name "dusk")
      (gimp-text-font img -1 10 10 "words" 0 TRUE 20 (gimp-context-get-font)))
    (gimp-file-save RUN-NONINTERACTIVE img (string-append "%(folder)s/" name ".xcf") -1)))
(prepare "noon" "other")
(prepare "dusk" "hidden")
""" % {"folder": session.folder})
if code != 0:
    print(output)
    sys.exit("FAIL: the pictures couldn't be prepared")
sys.exit(1 if on_screen(session, "styles_steps.py", ["noon.xcf"], "1280x800") else 0)
