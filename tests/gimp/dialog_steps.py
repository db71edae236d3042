# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by dialog.py on the screen that it made.

import json
import os
import subprocess
import sys
import time

from gi.repository import Gio

from at_spi import *
from gimp_session import check, finish

folder = sys.argv[1]


def shell(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


def screenshot(name):
    time.sleep(0.5)
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


def open_dialog():
    menu("Photo Style Transfer...")
    plug_in, _ = wait_for(lambda: running("deep-photo-style"), 40)
    if not plug_in:
        screenshot("0-no-dialog")
        raise SystemExit("FAIL: the dialog didn't open; see 0-no-dialog.png")
    wait_for(lambda: button(plug_in, "Transfer"), 20)
    return plug_in


def dialog_gone(seconds):
    """Whether the plug-in's window has gone, and stays away."""
    gone = lambda: not running("deep-photo-style")
    return wait_for(lambda: gone() and not time.sleep(0.3) and gone(), seconds)


def button(plug_in, name):
    return find(plug_in, ("button", "push button"), name, True)


def message(plug_in):
    """What the information bar says."""
    bar = find(plug_in, ("info bar", "alert"), None, True)
    if not bar:
        return ""
    return " ".join(w.name for w in walk(bar) if w.getRoleName() == "label" and visible(w))


def visible_pairs(plug_in):
    return [w for w in walk(plug_in) if w.getRoleName() == "combo box" and visible(w) and
            label_of(w).startswith("Region ")]


application("gimp", 60)
for name in ("dusk", "noon"):
    if name == "noon":
        on_bus, _ = wait_for(takes_files, 30)
        check(on_bus, "GIMP takes files")
        subprocess.run(["gimp", os.path.join(folder, "noon.xcf")], capture_output=True)
    shown, _ = wait_for(lambda: window(name), 60)
    check(shown, "GIMP shows " + name)
loaded, _ = wait_for(lambda: len(ask_gimp()) == 2, 30)
check(loaded, "both photos are there", ask_gimp())
shell("xdotool", "mousemove", "1275", "955")
photo, other = ("noon", "dusk") if window("noon") else ("dusk", "noon")  # the tab in front
before = layers(photo)
check(len(before) == 1, "one layer to begin with", before)

# --- What the dialog offers
plug_in = open_dialog()
screenshot("1-open")
wait_for(lambda: chosen(find(plug_in, "combo box", "Style")) == other + ".xcf", 10)
style = find(plug_in, "combo box", "Style")
check(style and other + ".xcf" in entries(style), "the other photo can be the style",
      style and entries(style))
check(chosen(style) == other + ".xcf", "and is chosen already", chosen(style))
check(chosen(find(plug_in, "combo box", "Regions")).startswith("None") and
      not button(plug_in, "Make Channels"), "no regions, and nothing about finding them")
check(button(plug_in, "Transfer") and sensitive(button(plug_in, "Transfer")), "ready to go")
press(find(plug_in, "toggle button", "More settings"))
shown, _ = wait_for(lambda: find(plug_in, "combo box", "Network", True), 10)
check(shown, "more settings appear")
screenshot("2-more-settings")
for widget in walk(plug_in):
    if widget.getRoleName() in CONTROLS and visible(widget) and not (
            widget.getRoleName() == "button" and widget.parent.getRoleName() == "filler" and
            "(None)" in [c.name for c in widget.parent]):
        check(label_of(widget), "a %s without a name" % widget.getRoleName())
press(find(plug_in, "toggle button", "More settings"))

# --- Regions
regions = find(plug_in, "combo box", "Regions")
check(choose(regions, "Masks"), "masks can be chosen")
BY_NAME = ["sky", "sky", "water", "water"]
paired, _ = wait_for(lambda: [chosen(p) for p in visible_pairs(plug_in)] == BY_NAME, 10)
check(paired, "paired by name", [chosen(p) for p in visible_pairs(plug_in)])
screenshot("3-regions")
press(button(plug_in, "Add Pair"))
added, _ = wait_for(lambda: len(visible_pairs(plug_in)) == 6, 10)
check(added, "one more pair", len(visible_pairs(plug_in)))
press(button(plug_in, "Transfer"))
said, _ = wait_for(lambda: "half chosen" in message(plug_in), 10)
check(said, "an incomplete pair is explained", message(plug_in))
screenshot("4-incomplete")
removers = [w for w in walk(plug_in) if visible(w) and label_of(w) == "Remove this pair"]
press(removers[-1])
removed, _ = wait_for(lambda: len(visible_pairs(plug_in)) == 4, 10)
check(removed, "and one less", len(visible_pairs(plug_in)))

# --- Cancel in mid-run
quality = find(plug_in, "combo box", "Quality")
check(choose(quality, "Best"), "a quality")
press(button(plug_in, "Transfer"))
bar = find(plug_in, "progress bar")
moving, _ = wait_for(lambda: bar.queryValue().currentValue > 0.02, 120)
check(moving, "progress moves")
check(not sensitive(find(plug_in, ("button", "push button"), "Transfer")), "no second start")
press(button(plug_in, "Cancel"))
stopped, seconds = wait_for(lambda: "Stopped" in message(plug_in), 30)
print("observed: stopped %.1f s after Cancel" % seconds)
check(stopped, "Cancel stops it")
screenshot("6-stopped")
check(layers(photo) == before, "a cancelled run leaves no layer")

# --- Run again, to the end
check(choose(quality, "Draft"), "another quality")
press(button(plug_in, "Transfer"))
gone, seconds = dialog_gone(120)
check(gone, "the window closes when done", message(plug_in) if not gone else "")
wait_for(lambda: layers(photo) != before, 60)  # it comes after the window has gone
after = layers(photo)
check(after == [before[0] + " (styled)"] + before, "the new layer", after)
screenshot("7-done")


# --- Repeat, undo
def key(keys):
    shell("xdotool", "windowactivate", "--sync", window(photo)[-1], "key", keys)


key("ctrl+f")
again, _ = wait_for(lambda: len(layers(photo)) == 3, 90)
check(again, "Repeat Last makes another layer", layers(photo))
for left in (2, 1):
    key("ctrl+z")
    undone, _ = wait_for(lambda: len(layers(photo)) == left, 20)
    check(undone, "one Ctrl+Z takes one result back", layers(photo))
check(layers(photo) == before, "all is as before")

# --- The dialog remembers, and closes without a trace
plug_in = open_dialog()
kept, _ = wait_for(lambda: [chosen(p) for p in visible_pairs(plug_in)] == BY_NAME, 10)
check(kept, "the regions are remembered", [chosen(p) for p in visible_pairs(plug_in)])
check("Draft" in chosen(find(plug_in, "combo box", "Quality")), "and the quality",
      chosen(find(plug_in, "combo box", "Quality")))
press(button(plug_in, "Cancel"))
gone, _ = dialog_gone(20)
check(gone, "Cancel closes it")
check(layers(photo) == before, "and changes nothing")

# --- Regions that are found, as channels
painted = [layers(name, "channels") for name in (photo, other)]
PAIRED = "Masks, in pairs"
# The search runs beside the window, for some tenths of a second: whether it can be seen and stopped in
# that time is up to the machine.  Where it isn't, its channels are taken back, and it is tried again.
for attempt in range(8):
    plug_in = open_dialog()
    check(choose(find(plug_in, "combo box", "Regions"), "Found"), "regions can be found")
    make, _ = wait_for(lambda: button(plug_in, "Make Channels"), 10)
    stop = find(plug_in, ("button", "push button"), "Stop Looking")
    check(not visible(stop), "nothing to stop yet")
    press(make)
    wait_for(lambda: visible(stop) or len(visible_pairs(plug_in)) >= 4, 30)
    looking = not sensitive(make), sensitive(button(plug_in, "Transfer"))
    if visible(stop):
        press(stop)
    ended, seconds = wait_for(lambda: sensitive(make) and not visible(stop) or
                              len(visible_pairs(plug_in)) >= 4, 30)
    check(ended, "it ends")
    stopped = find(plug_in, "label", "Stopped. No channels were added.", True)
    if stopped:
        break
    press(button(plug_in, "Cancel"))
    dialog_gone(20)
    in_gimp("[i.remove_channel(c) for i in Gimp.get_images() for c in i.get_channels() "
            "if c.get_name().startswith('auto ')] and 0")
if stopped:
    print("observed: stopped %.1f s after Stop Looking" % seconds)
    check(looking == (True, True), "it looks for regions, and the window goes on", looking)
    check([layers(name, "channels") for name in (photo, other)] == painted, "and adds nothing")
else:
    print("SKIP: stopping the search: it always ended before it could be stopped")
    plug_in = open_dialog()
    check(choose(find(plug_in, "combo box", "Regions"), "Found"), "regions can be found")
    make, _ = wait_for(lambda: button(plug_in, "Make Channels"), 10)
screenshot("8-found")
press(make)
made, _ = wait_for(lambda: chosen(find(plug_in, "combo box", "Regions")) == PAIRED and
                   len(visible_pairs(plug_in)) >= 4, 20)
names = [chosen(p) for p in visible_pairs(plug_in)]
check(made and names[::2] == names[1::2] and all(n.startswith("auto ") for n in names),
      "the channels are chosen in pairs", names)
screenshot("9-channels")
for name, own in zip((photo, other), painted):
    found = layers(name, "channels")
    check(found == sorted(set(names)) + own, "%s has them" % name, found)
press(button(plug_in, "Cancel"))
dialog_gone(20)
key("ctrl+z")
undone, _ = wait_for(lambda: layers(photo, "channels") == painted[0], 20)
check(undone, "one Ctrl+Z takes them back", layers(photo, "channels"))

# --- A transfer with regions that are found
plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Regions"), "Found"), "found regions again")
press(button(plug_in, "Transfer"))
gone, _ = dialog_gone(120)
check(gone, "it ends", message(plug_in) if not gone else "")
made, _ = wait_for(lambda: layers(photo) == after, 60)
check(made, "with a layer", layers(photo))

# --- Everything as it was for that layer
plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Quality"), "Best") and
      choose(find(plug_in, "combo box", "Regions"), "None"), "other settings")
check(choose(find(plug_in, "combo box", "Settings from"), after[0]), "the layer has a recipe")
time.sleep(1)
screenshot("10-recipe")
check(chosen(find(plug_in, "combo box", "Quality")).startswith("Draft"), "its quality",
      chosen(find(plug_in, "combo box", "Quality")))
check(chosen(find(plug_in, "combo box", "Regions")).startswith("Found"), "its regions",
      chosen(find(plug_in, "combo box", "Regions")))
press(button(plug_in, "Cancel"))
wait_for(lambda: not application("deep-photo-style", 0.5, False), 20)
finish()
