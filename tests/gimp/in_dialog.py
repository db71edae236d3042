# SPDX-License-Identifier: LGPL-3.0-or-later
"""GIMP and the plug-in's dialog on a screen of the test's own, for steps that on_screen() runs."""

import json
import os
import subprocess
import sys
import time

from gi.repository import Gio

from at_spi import *

folder = sys.argv[1]


def shell(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


def screenshot(name, after=0.5):
    """Of the whole screen, some seconds after now."""
    time.sleep(after)
    shell("import", "-window", "root", os.path.join(folder, name + ".png"))


def in_gimp(expression):
    """What an expression of Python gives in the running GIMP."""
    path = os.path.join(folder, "state.json")
    if os.path.exists(path):
        os.remove(path)
    subprocess.run(["gimp", "--batch-interpreter=python-fu-eval", "-b",
                    "import json, os; open(%r + '.new', 'w').write(json.dumps(%s)); "
                    "os.rename(%r + '.new', %r)" % (path, expression, path, path)],
                   capture_output=True)
    found, _ = wait_for(lambda: os.path.exists(path), 30)
    return json.load(open(path)) if found else {}


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


def window(name):
    return shell("xdotool", "search", "--onlyvisible", "--name", name + ".*GIMP$").split()


def menu(name):
    """Chooses a menu entry once it can be chosen."""
    item, _ = wait_for(lambda: [m for m in [find(application("gimp"), "menu item", name)]
                                if m and sensitive(m)], 30)
    if not item:
        raise SystemExit("FAIL: the menu has no usable entry '%s'" % name)
    press(item[0])


def open_dialog(entry="Photo Style Transfer...", transfer="Transfer"):
    menu(entry)
    plug_in, _ = wait_for(lambda: running("deep-photo-style"), 40)
    if not plug_in:
        screenshot("0-no-dialog")
        raise SystemExit("FAIL: the dialog didn't open; see 0-no-dialog.png")
    wait_for(lambda: button(plug_in, transfer), 20)
    return plug_in


def dialog_gone(seconds):
    """Whether the plug-in's window has gone, and stays away."""
    gone = lambda: not running("deep-photo-style")
    return wait_for(lambda: gone() and not time.sleep(0.3) and gone(), seconds)


def button(plug_in, name):
    return find(plug_in, ("button", "push button"), name, True)


def open_style(plug_in, name):
    """Opens a file of the test's folder as the style."""
    press(button(plug_in, "Open Photo…"))
    wait_for(lambda: find(plug_in, ("file chooser", "dialog"), "Open a Style Photo", True), 20)
    time.sleep(1)
    screenshot("files-" + name, 0)
    shell("xdotool", "key", "ctrl+l")
    time.sleep(0.5)
    shell("xdotool", "key", "ctrl+a")
    shell("xdotool", "type", os.path.join(folder, name))
    time.sleep(1)
    shell("xdotool", "key", "Return")


def reasons(plug_in, name):
    """What the parts of a setting that is grey say of it."""
    return {w.description for w in walk(plug_in) if name in (w.name, label_of(w)) and not sensitive(w)}


def message(plug_in):
    """What the information bar says."""
    bar = find(plug_in, ("info bar", "alert"), None, True)
    if not bar:
        return ""
    return " ".join(w.name for w in walk(bar) if w.getRoleName() == "label" and visible(w))


def visible_pairs(plug_in):
    return [w for w in walk(plug_in) if w.getRoleName() == "combo box" and visible(w) and
            label_of(w).startswith("Region ")]
