# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by fits.py on the screen that it made.

import os
import sys

import pyatspi
from gimp_session import check, finish
from in_dialog import *

SCREEN = [int(side) for side in sys.argv[2].split("x")]


def extents(widget):
    """x, y, width and height on the screen, in its pixels."""
    box = widget.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    return [side * SCALE for side in (box.x, box.y, box.width, box.height)]


def on_the_screen(widget):
    x, y, width, height = extents(widget)
    return (visible(widget) and width > 0 and height > 0 and x >= 0 and y >= 0 and
            x + width <= SCREEN[0] and y + height <= SCREEN[1])


def fits(plug_in, names, when):
    """Whether these and the window they are in come to lie on the screen."""
    for name in names:
        widget = find(plug_in, ("button", "progress bar"), name)
        good, _ = wait_for(lambda: on_the_screen(widget), 10)
        check(good, "%s is on the screen %s" % (name, when), extents(widget))
    frame = plug_in.getChildAtIndex(0)
    good, _ = wait_for(lambda: on_the_screen(frame), 10)
    check(good, "and so is the window", extents(frame))


def fold(plug_in, expanded):
    """Folds or unfolds the rest of the settings."""
    more = find(plug_in, "toggle button", "More settings")
    press(more)
    done, _ = wait_for(lambda: more.getState().contains(pyatspi.STATE_EXPANDED) == expanded, 10)
    check(done, "more settings: %s" % expanded)


def height(plug_in):
    return extents(plug_in.getChildAtIndex(0))[3]


def settled_height(plug_in):
    """Once it stays the same: what a window holds comes in bit by bit."""
    seen = []

    def settled():
        seen.append(height(plug_in))
        time.sleep(0.3)
        return len(seen) >= 5 and len(set(seen[-5:])) == 1

    wait_for(settled, 30)
    return seen[-1]


application("gimp", 60)
loaded, _ = wait_for(lambda: len(ask_gimp()) == 2, 30)
check(loaded, "both photos are there", ask_gimp())
plug_in = open_dialog()
folded = settled_height(plug_in)
screenshot("%s@%d-1-folded" % (sys.argv[2], SCALE))
fits(plug_in, ["Transfer", "Apply", "Cancel", "Open Photo…"], "at first")

check(choose(find(plug_in, "combo box", "Regions"), "Masks"), "masks can be chosen")
paired, _ = wait_for(lambda: len(region_lists(plug_in)) == 8, 10)
check(paired, "four regions", len(region_lists(plug_in)))
fold(plug_in, True)
check(choose(find(plug_in, "combo box", "Network"), "file"), "a network")
time.sleep(1)
screenshot("%s@%d-2-unfolded" % (sys.argv[2], SCALE))
fits(plug_in, ["Transfer", "Apply", "Cancel"], "with everything unfolded")
if SCREEN[1] >= 1080 * SCALE:
    grown, _ = wait_for(lambda: height(plug_in) > folded, 10)
    check(grown, "the window grows where there is room", (folded, height(plug_in)))

long_run(plug_in)
press(button(plug_in, "Transfer"))
running_bar, _ = wait_for(lambda: find(plug_in, "progress bar", "Progress", True), 30)
check(running_bar, "it computes", message(plug_in))
fits(plug_in, ["Transfer", "Use This", "Cancel", "Progress"], "in a run")
screenshot("%s@%d-3-running" % (sys.argv[2], SCALE))
press(button(plug_in, "Cancel"))
stopped, _ = wait_for(lambda: "Stopped" in message(plug_in), 30)
check(stopped, "Cancel stops it", message(plug_in))
fits(plug_in, ["Transfer", "Apply", "Cancel"], "after a run")
screenshot("%s@%d-4-stopped" % (sys.argv[2], SCALE))
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes it")

plug_in = open_dialog()
wait_for(lambda: find(plug_in, "combo box", "Regions"), 10)
folded = settled_height(plug_in)
fold(plug_in, True)
if SCREEN[1] >= 1080 * SCALE:
    wait_for(lambda: height(plug_in) > folded, 10)
fold(plug_in, False)
shrunk, _ = wait_for(lambda: height(plug_in) == folded, 10)
check(shrunk, "it is as high as before when they are folded again", (folded, height(plug_in)))
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes it again")
finish()
