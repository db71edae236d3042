# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by endurance.py on the screen that it made.

import os
import random

import pyatspi
from gimp_session import check, finish
from in_dialog import *

OPENS = int(os.environ.get("DPS_OPENS", "2"))
CANCELS = int(os.environ.get("DPS_CANCELS", "2"))
NAME = "deep-photo-style"


def images():
    """Of each image: its layers with a checksum of their pixels, and whether it is changed."""
    return in_gimp("{i.get_name(): [i.is_dirty()] + [[l.get_name(), l.get_width(), __import__('hashlib').md5("
                   "l.get_buffer().get(l.get_buffer().get_extent(), 1.0, \"R'G'B'A u8\", "
                   "Gegl.AbyssPolicy.NONE)).hexdigest()] for l in i.get_layers()] "
                   "for i in Gimp.get_images()}")


def in_front(name):
    """The menu is for this image."""
    in_gimp("Gimp.Display.present(Gimp.Display.get_by_id(%d)) and 0" % (1 + ("noon", "dusk").index(name)))
    wait_for(lambda: window(name), 10)


def dialogs():
    return [app for app in pyatspi.Registry.getDesktop(0) if app and app.name == NAME and app.childCount]


def gimp_process():
    """The one of this session: other tests may have theirs."""
    own = ("GIMP3_DIRECTORY=" + os.environ["GIMP3_DIRECTORY"]).encode()
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % number, "rb") as file:
                if own in file.read().split(b"\0") and os.path.basename(
                        os.path.realpath("/proc/%s/exe" % number)).startswith("gimp-3"):
                    return int(number)
        except OSError:  # it has ended, or is another user's
            pass


def held():
    """Files that GIMP has open, and its memory in MB."""
    process = "/proc/%d" % gimp_process()
    with open(process + "/statm") as file:
        pages = int(file.read().split()[1])
    return len(os.listdir(process + "/fd")), pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def start(plug_in):
    long_run(plug_in)
    press(button(plug_in, "Transfer"))
    check(wait_for(lambda: find(plug_in, "progress bar", "Progress", True), 60)[0], "it computes")


application("gimp", 60)
wait_for(takes_files, 60)
wait_for(lambda: len(ask_gimp()) == 2, 60)
in_front("noon")
before = images()

# --- Opened and closed again and again
first = None
for i in range(OPENS):
    plug_in = open_dialog()
    press(button(plug_in, "Cancel"))
    if not check(dialog_gone(20)[0], "closed, time %d" % (i + 1)):
        break
    time.sleep(0.5)
    first = first or held()
last = held()
print("observed: %d opens; open files %d and then %d, %.0f MB and then %.0f MB" %
      (OPENS, first[0], last[0], first[1], last[1]))
check(last[0] <= first[0] + 2, "GIMP holds no more files", (first, last))
check(last[1] - first[1] < 30 + 0.3 * OPENS, "nor much more memory", (first, last))
check(images() == before, "and the images are as they were")

# --- Cancelled at any moment
chance = random.Random(14)
plug_in = open_dialog()
for i in range(CANCELS):
    start(plug_in)
    time.sleep(chance.uniform(0, 4))
    press(button(plug_in, "Cancel"))
    stopped, _ = wait_for(lambda: not dialogs() or sensitive(button(plug_in, "Transfer")), 30)
    if not check(stopped, "stopped, time %d" % (i + 1)):
        break
    if not dialogs():  # it was done already, so that Cancel meant the window
        plug_in = open_dialog()
check(images() == before, "cancelled %d times, the images are as they were" % CANCELS)

# --- Two at once
in_front("dusk")
choose_transfer()
check(wait_for(lambda: len(dialogs()) == 2, 40)[0], "two dialogs", len(dialogs()))
for dialog in dialogs():
    wait_for(lambda: button(dialog, "Transfer"), 20)
    check(choose(find(dialog, "combo box", "Quality"), "Draft"), "a quality")
for dialog in dialogs():
    press(button(dialog, "Apply"))
check(wait_for(lambda: not dialogs(), 120)[0], "both end")
wait_for(lambda: [len(v) for v in images().values()] == [3, 3], 60)
now = images()
check(sorted(len(v) for v in now.values()) == [3, 3], "each image has a result", now)
check(all(before[name][-1] == now[name][-1] for name in before), "above a photo that is as it was", now)

finish()
