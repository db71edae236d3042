# SPDX-License-Identifier: LGPL-3.0-or-later
"""How soon the dialog in GIMP shows what a change brings, and how long the filter takes for a whole photo: the
part "live" of bench.py.  A photo of 24 megapixels and 16 bits, on a screen that nobody sees; live-times.c makes
the changes.  With a folder and a size as arguments the file is run by itself, on that screen."""

import os
import statistics
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(SOURCE, os.environ.get("DPS_BUILD", "build"))
for name, value in {"DPS_PLUG_IN": os.path.join(BUILD, "plug-in", "deep-photo-style"),
                    "DPS_GEGL_OP": os.path.join(BUILD, "gegl", "deep-photo-style.so"),
                    "DPS_OUTPUT": os.path.join(BUILD, "bench-live"), "DPS_SOURCE": SOURCE}.items():
    os.environ.setdefault(name, value)
sys.path.insert(0, os.path.join(SOURCE, "tests", "gimp"))

# A sample enlarged and made 16 bits deep, and two styles.
PREPARE = """
(define (prepare name to side deep flip)
  (let ((img (gimp-file-load RUN-NONINTERACTIVE (string-append "%(samples)s/" name ".jpg"))))
    (gimp-image-scale img side (/ (* side 2) 3))
    (if deep (gimp-image-convert-precision img PRECISION-U16-NON-LINEAR))
    (if flip (gimp-image-flip img ORIENTATION-HORIZONTAL))
    (gimp-file-save RUN-NONINTERACTIVE img (string-append "%(folder)s/" to ".xcf") -1)
    (gimp-image-delete img)))
(prepare "noon" "photo" 6000 #t #f)
(prepare "dusk" "one" 2400 #f #f)
(prepare "dusk" "other" 2400 #f #t)
"""

# A filter of a result, and GIMP applying it to all of a layer, as it does where one merges it: no less than what
# the canvas needs for another amount.
FILTER = """
import sys, time
sys.path.insert(0, %(tests)r)
import in_gimp
photo, style = (Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(%(folder)r + name))
                for name in ("/photo.xcf", "/one.xcf"))
layer = photo.get_layers()[0]
in_gimp.transfer(photo, [layer], style=style.get_layers()[0], size=700, threads=0, result="filter")
for amount in (1.0, 0.9, 0.8, 0.7, 0.6):
    layer.get_filters()[0].get_config().set_property("amount", amount)
    layer.get_filters()[0].update()
    copy = layer.copy()
    photo.insert_layer(copy, None, 0)
    begun = time.monotonic()
    copy.merge_filters()
    print("observed filter, all of the layer\t%%.1f" %% (1000 * (time.monotonic() - begun)))
    photo.remove_layer(copy)
print("ok")
"""


def steps():
    from in_dialog import application, ask_gimp, button, dialog_gone, folder, in_gimp, open_dialog
    from in_dialog import press, takes_files, wait_for, window

    application("gimp", 60)
    wait_for(takes_files, 30)
    wait_for(lambda: window("photo"), 60)
    for name in ("other", "one"):
        in_gimp("Gimp.Display.new(Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, "
                "Gio.File.new_for_path(%r))) and 0" % os.path.join(folder, name + ".xcf"))
    in_gimp("Gimp.Display.present(Gimp.Display.get_by_id(1)) and 0")
    wait_for(lambda: len(ask_gimp()) == 3 and window("photo"), 60)
    plug_in = open_dialog()
    path = os.path.join(folder, "times.txt")
    wait_for(lambda: os.path.exists(path) and open(path).read().endswith("end\n"), 60)
    press(button(plug_in, "Cancel"))
    dialog_gone(20)


def live():
    from gimp_screen import needs_screen, on_screen
    from gimp_session import Session

    needs_screen()
    session = Session("session")
    names = {"samples": os.path.join(SOURCE, "data", "samples"), "folder": session.folder,
             "tests": os.path.join(SOURCE, "tests", "gimp")}
    code, output = session.script_fu(PREPARE % names)
    if code:
        sys.exit(output)
    on_screen(session, os.path.abspath(__file__), ["photo.xcf"], "1920x1080",
              GTK_MODULES=os.path.join(BUILD, "tools", "live-times.so"),
              LIVE_TIMES=session.path("times.txt"))
    with open(session.path("times.txt")) as file:
        lines = [line.split("\t") for line in file.read().splitlines()]
    code, output = session.python(FILTER % names)
    lines += [line[len("observed "):].split("\t") for line in output.splitlines() if line.startswith("observed ")]
    if code:
        print(output)
    times = {}
    for what, *numbers in lines:
        if numbers:
            times.setdefault(what, []).append([float(number) for number in numbers])
        elif what != "end":
            print(what)
    print("\n| change | times | first new picture, median (worst) | last one |\n|---|---|---|---|")
    for what, rows in times.items():
        print("| %s | %d |%s" % (what, len(rows), "".join(
            " %.0f ms (%.0f) |" % (statistics.median(column), max(column)) for column in zip(*rows))))


if __name__ == "__main__":
    steps()
