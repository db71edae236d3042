# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dialog on small screens and large ones, with everything unfolded: fits_steps.py.

    fits.py [WIDTHxHEIGHT[@SCALE]...]"""

import sys

from gimp_session import Session
from gimp_screen import needs_screen, on_screen

needs_screen()
from PIL import Image

failures = 0
for screen in sys.argv[1:] or ["1024x768", "1280x800", "1920x1080", "1920x1080@2",
                             "2048x1536@2"]:
    size, _, scale = screen.partition("@")
    print("On a screen of " + screen)
    session = Session("fits-" + screen)
    for name in ("photo", "style"):
        Image.linear_gradient("L").resize((600, 400)).save(session.path(name + ".png"))
    code, output = session.script_fu("""
(map (lambda (name)
       (let ((img (gimp-file-load RUN-NONINTERACTIVE (string-append "%(folder)s/" name ".png"))))
         (gimp-image-convert-rgb img)
         (map (lambda (region)
                (gimp-image-select-rectangle img CHANNEL-OP-REPLACE (cadr region) (caddr region)
                                             300 200)
                (gimp-item-set-name (gimp-selection-save img) (car region)))
              '(("a" 0 0) ("b" 300 0) ("c" 0 200) ("d" 300 200)))
         (gimp-selection-none img)
         (gimp-file-save RUN-NONINTERACTIVE img (string-append "%(folder)s/" name ".xcf") -1)))
     '("photo" "style"))
""" % {"folder": session.folder})
    if code != 0:
        print(output)
        sys.exit("FAIL: the pictures couldn't be prepared")
    failures += on_screen(session, "fits_steps.py", ["photo.xcf", "style.xcf"], size,
                          GDK_SCALE=scale or "1")
sys.exit(1 if failures else 0)
