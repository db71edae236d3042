#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Takes the pictures of the README and the help page from the real dialog: ./dev exec tools/help-pictures.py

The sample photos, in GIMP, on a screen of its own; the pictures go to data/help.  With a folder and a size as
arguments it is run by itself, on that screen."""

import os
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(SOURCE, os.environ.get("DPS_BUILD", "build"))
PICTURES = os.path.join(SOURCE, "data", "help")
SIZE = "1280x820"
for name, value in {"DPS_PLUG_IN": os.path.join(BUILD, "plug-in", "deep-photo-style"),
                    "DPS_LOCALE": os.path.join(BUILD, "po"), "DPS_SOURCE": SOURCE,
                    "DPS_OUTPUT": os.path.join(BUILD, "help-pictures")}.items():
    os.environ.setdefault(name, value)
sys.path.insert(0, os.path.join(SOURCE, "tests", "gimp"))

from PIL import Image


def start():
    from gimp_screen import needs_screen, on_screen
    from gimp_session import Session

    needs_screen()
    session = Session("session")
    for name in ("noon", "dusk"):
        with Image.open(os.path.join(SOURCE, "data", "samples", name + ".jpg")) as image:
            image.save(session.path(name + ".png"))
        labels = Image.open(os.path.join(SOURCE, "data", "samples", name + "-labels.png"))
        labels.convert("RGB").save(session.path(name + "-labels.png"))
    code, output = session.script_fu("""
(define (prepare name)
  (let* ((img (gimp-file-load RUN-NONINTERACTIVE (string-append "%(folder)s/" name ".png")))
         (labels (gimp-file-load-layer RUN-NONINTERACTIVE img
                                       (string-append "%(folder)s/" name "-labels.png"))))
    (gimp-image-insert-layer img labels 0 0)
    (map (lambda (region)
           (gimp-image-select-color img CHANNEL-OP-REPLACE labels (cadr region))
           (gimp-item-set-name (gimp-selection-save img) (car region)))
         '(("water" (0 255 255)) ("sky" (0 0 255))))
    (gimp-selection-none img)
    (gimp-image-remove-layer img labels)
    (gimp-file-save RUN-NONINTERACTIVE img (string-append "%(folder)s/" name ".xcf") -1)))
(prepare "noon")
(prepare "dusk")
""" % {"folder": session.folder})
    if code != 0:
        sys.exit(output)
    sys.exit(on_screen(session, os.path.abspath(__file__), ["noon.xcf"], SIZE))


def steps():
    import time

    import pyatspi
    from in_dialog import (application, ask_gimp, button, choose, chosen, dialog_gone, find, folder,
                           in_gimp, open_dialog, press, screenshot, shell, takes_files, wait_for,
                           window)

    def drafted():
        wait_for(lambda: find(plug_in, "label", "Draft", True) and not time.sleep(0.5) and
                 find(plug_in, "label", "Draft", True), 60)
        time.sleep(0.5)

    def take(name):
        box = plug_in.getChildAtIndex(0).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        screenshot(name)
        with Image.open(os.path.join(folder, name + ".png")) as image:
            image = image.convert("RGB").crop((box.x, box.y, box.x + box.width, box.y + box.height))
            image.save(os.path.join(PICTURES, name + ".webp"), quality=80, method=6)

    application("gimp", 60)
    wait_for(takes_files, 30)
    wait_for(ask_gimp, 60)
    in_gimp("Gimp.Display.new(Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, "
            "Gio.File.new_for_path(%r))) and 0" % os.path.join(folder, "dusk.xcf"))
    wait_for(lambda: len(ask_gimp()) == 2, 60)
    in_gimp("Gimp.Display.present(Gimp.Display.get_by_id(1)) and 0")
    wait_for(lambda: window("noon"), 10)
    shell("xdotool", "mousemove", "2", "2")
    plug_in = open_dialog()
    wait_for(lambda: chosen(find(plug_in, "combo box", "Style")), 20)
    drafted()
    choose(find(plug_in, "combo box", "Regions"), "Found")
    for name in ("No regions", "More style", "Half as strong"):
        wait_for(lambda: button(plug_in, name).getState().contains(pyatspi.STATE_SENSITIVE), 60)
    drafted()
    press(find(plug_in, "toggle button", "Split"))
    take("dialog")
    press(find(plug_in, "toggle button", "Split"))
    choose(find(plug_in, "combo box", "Regions"), "Masks")
    drafted()
    press(find(plug_in, "toggle button", "Regions"))
    take("regions")
    press(button(plug_in, "Cancel"))
    dialog_gone(20)


if len(sys.argv) > 1:
    steps()
else:
    start()
