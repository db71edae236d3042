# SPDX-License-Identifier: LGPL-3.0-or-later
"""GIMP and the plug-in's dialog on a screen of the test's own, for steps that on_screen() runs."""

import json
import os
import socket
import subprocess
import sys
import time

from gi.repository import Gio
from PIL import Image, ImageChops, ImageStat

from at_spi import *
from gimp_session import check

folder = sys.argv[1]
SCALE = int(os.environ.get("GDK_SCALE", "1"))


def shell(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


def screenshot(name, after=0.5):
    """Of the whole screen, some seconds after now."""
    time.sleep(after)
    shell("import", "-window", "root", os.path.join(folder, name + ".png"))


def in_gimp(expression):
    """What an expression of Python gives in the running GIMP: see answers.py."""
    port = os.path.join(folder, "port")
    if not wait_for(lambda: os.path.exists(port), 60)[0]:
        raise SystemExit("FAIL: GIMP's Python doesn't answer")
    with open(port) as file, socket.create_connection(("127.0.0.1", int(file.read())), 30 * PATIENCE) as connection:
        connection.sendall(json.dumps(expression).encode() + b"\n")
        reply = json.load(connection.makefile())
    if "error" in reply:
        raise RuntimeError(reply["error"])
    return reply["value"]


def ask_gimp(what="layers"):
    """{image name: [names of its layers or channels]} of the running GIMP."""
    return in_gimp("{i.get_name(): [l.get_name() for l in i.get_%s()] for i in Gimp.get_images()}" % what)


def takes_files():
    """A second `gimp` hands its files to the first one once that is on the bus, and stays before."""
    names = Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
        "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames", None, None,
        Gio.DBusCallFlags.NONE, -1, None).unpack()[0]
    return [name for name in names if name.startswith("org.gimp.")]


def layers(name, what="layers"):
    return [v for k, v in ask_gimp(what).items() if k.startswith(name)][0]


def titled(pattern):
    """The numbers of the windows with such a title.  xdotool breaks off if a window goes while it looks at it."""
    for _ in range(100):
        done = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", pattern], capture_output=True, text=True)
        if "X Error" not in done.stderr:
            break
    return done.stdout.split()


def window(name):
    """GIMP's, if it shows this image."""
    return titled(name + ".*GIMP$")


def activate(found, what, *then):
    """Brings the last window that found() finds to the front, and has xdotool do the rest there."""
    shown, _ = wait_for(found, 20)
    if check(shown, "there is a window of " + what):
        shell("xdotool", "windowactivate", "--sync", shown[-1], *then)


def key(name, keys):
    """Presses keys in GIMP's window, which shows this image."""
    activate(lambda: window(name), name, "key", keys)


def menu(name, *way):
    """Chooses an entry of GIMP's menus once it can be chosen."""
    def entry():
        widget = find(application("gimp"), "menu bar")
        for step in (*way, name):  # GIMP has too many entries to look at all of them
            widget = next(child for child in widget if child.name == step)
        return sensitive(widget) and widget

    item, _ = wait_for(entry, 30)
    if not item:
        raise SystemExit("FAIL: the menu has no usable entry '%s'" % name)
    press(item)


def choose_transfer():
    menu("Photo Style Transfer...", "Filters", "Artistic")


def open_dialog(transfer="Transfer"):
    for attempt in (1, 2):  # what is chosen while GIMP is busy may be lost
        choose_transfer()
        plug_in, _ = wait_for(lambda: running("deep-photo-style"), 20)
        if plug_in:
            break
        print("observed: no dialog after %d s" % (20 * PATIENCE))
    if not plug_in:
        screenshot("0-no-dialog")
        raise SystemExit("FAIL: the dialog didn't open; see 0-no-dialog.png")
    wait_for(lambda: button(plug_in, transfer), 20)
    return plug_in


def ended():
    """Whether the plug-in doesn't run: until then an undo step may not be whole."""
    program = os.path.join(folder, "plug-ins/deep-photo-style/deep-photo-style").encode()

    def runs(number):
        try:
            with open("/proc/%s/cmdline" % number, "rb") as file:
                return program in file.read().split(b"\0")
        except OSError:  # it has ended meanwhile
            return False

    return not any(runs(number) for number in os.listdir("/proc") if number.isdigit())


def to_front():
    """The dialog, so that keys go to it."""
    activate(lambda: titled("^Photo Style Transfer$"), "the plug-in")


def dialog_gone(seconds):
    """Whether the plug-in's window has gone, and the plug-in has done what it does then."""
    return wait_for(lambda: not running("deep-photo-style") and ended(), seconds)


def button(plug_in, name):
    return find(plug_in, "button", name, True)


def open_style(plug_in, name):
    """Opens a file of the test's folder as the style, by its name."""
    press(button(plug_in, "Open Photo…"))
    files, _ = wait_for(lambda: find(plug_in, ("file chooser", "dialog"), "Open a Style Photo", True), 20)
    check(files, "a file can be chosen")
    entry = lambda: find(files, "text", None, True)
    for _ in range(10):
        if wait_for(entry, 1)[0]:
            break
        shell("xdotool", "key", "ctrl+l")  # again if the window didn't have the focus yet
    check(entry(), "its name can be typed")
    screenshot("files-" + name)
    ask(lambda: entry().queryEditableText().setTextContents(os.path.join(folder, name)))
    press(button(files, "Open"))


def one_thread(plug_in, name="Number of threads"):
    """So that a transfer of the best quality takes some seconds, whatever the machine."""
    next(w for w in widgets(plug_in, "spin button") if label_of(w).startswith(name)).queryValue().currentValue = 1


def long_run(plug_in):
    one_thread(plug_in)
    check(choose(find(plug_in, "combo box", "Quality"), "Best"), "the best quality")


def reasons(plug_in, name):
    """What the parts of a setting that is grey say of it."""
    return {w.description for w in walk(plug_in) if name in (w.name, label_of(w)) and not sensitive(w)}


def message(plug_in):
    """What the information bar says."""
    bar = find(plug_in, ("info bar", "alert"), None, True)
    if not bar:
        return ""
    return " ".join(w.name for w in widgets(bar, "label", True))


def view(plug_in, name="Your photo, before and after"):
    """The large view, or another picture, as it is on the screen."""
    x, y, width, height = find(plug_in, "image", name).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    path = os.path.join(folder, "view.png")
    shell("import", "-window", "root", "-crop", "%dx%d+%d+%d" % tuple(
        SCALE * side for side in (width, height, x, y)), "+repage", path)
    with Image.open(path) as image:
        return image.convert("RGB")


def apart(a, b):
    """Mean difference of two views, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(a, b)).mean) / 3


def region_lists(plug_in):
    """Of the masks in pairs, two for each region; some may have to be scrolled to."""
    return [w for w in widgets(plug_in, "combo box") if label_of(w).startswith("Region ")]
