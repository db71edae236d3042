# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by dialog.py on the screen that it made.

import json
import os
import subprocess
import sys
import time

from at_spi import *
from gimp_session import check, finish

folder = sys.argv[1]


def shell(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


def screenshot(name):
    time.sleep(0.5)
    shell("import", "-window", "root", os.path.join(folder, name + ".png"))


def ask_gimp(what="layers"):
    """{image name: [names of its layers or channels]} of the running GIMP."""
    path = os.path.join(folder, "state.json")
    if os.path.exists(path):
        os.remove(path)
    subprocess.run(["gimp", "--batch-interpreter=python-fu-eval", "-b",
                    "import json, os; open(%r + '.new', 'w').write(json.dumps({i.get_name(): "
                    "[l.get_name() for l in i.get_%s()] for i in Gimp.get_images()})); "
                    "os.rename(%r + '.new', %r)" % (path, what, path, path)], capture_output=True)
    found, _ = wait_for(lambda: os.path.exists(path), 30)
    return json.load(open(path)) if found else {}


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
    plug_in = application("deep-photo-style", 40, False)
    if not plug_in:
        screenshot("0-no-dialog")
        raise SystemExit("FAIL: the dialog didn't open within 40 s; see 0-no-dialog.png")
    wait_for(lambda: find(plug_in, ("button", "push button"), "Transfer", True), 20)
    time.sleep(1)
    return plug_in


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
        time.sleep(2)
        subprocess.run(["gimp", os.path.join(folder, "noon.xcf")], capture_output=True)
    shown, _ = wait_for(lambda: window(name), 60)
    check(shown, "GIMP shows " + name)
time.sleep(2)
shell("xdotool", "mousemove", "1275", "955")
ask_gimp()
photo, other = ("noon", "dusk") if window("noon") else ("dusk", "noon")  # the tab in front
before = layers(photo)
check(len(before) == 1, "one layer to begin with", before)

# --- What the dialog offers
plug_in = open_dialog()
screenshot("1-open")
style = find(plug_in, "combo box", "Style")
check(style and other + ".xcf" in entries(style), "the other photo can be the style",
      style and entries(style))
check(chosen(style) == other + ".xcf", "and is chosen already", chosen(style))
check(chosen(find(plug_in, "combo box", "Regions")).startswith("None") and
      not button(plug_in, "Make Channels"), "no regions, and nothing about finding them")
check(button(plug_in, "Transfer") and sensitive(button(plug_in, "Transfer")), "ready to go")
press(find(plug_in, "toggle button", "More settings"))
time.sleep(0.5)
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
time.sleep(1)
pairs = visible_pairs(plug_in)
check([chosen(p) for p in pairs] == ["sky", "sky", "water", "water"], "paired by name",
      [chosen(p) for p in pairs])
screenshot("3-regions")
press(button(plug_in, "Add Pair"))
time.sleep(0.5)
choices = visible_pairs(plug_in)
check(len(choices) == 6, "one more pair", len(choices))
press(button(plug_in, "Transfer"))
said, _ = wait_for(lambda: "half chosen" in message(plug_in), 10)
check(said, "an incomplete pair is explained", message(plug_in))
screenshot("4-incomplete")
removers = [w for w in walk(plug_in) if visible(w) and label_of(w) == "Remove this pair"]
press(removers[-1])
time.sleep(0.3)

# --- Cancel in mid-run
quality = find(plug_in, "combo box", "Quality")
check(choose(quality, "Best"), "a quality")
press(button(plug_in, "Transfer"))
bar = find(plug_in, "progress bar")
moving, _ = wait_for(lambda: bar.queryValue().currentValue > 0.02, 120)
check(moving, "progress moves")
time.sleep(1)
screenshot("5-running")
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
gone, seconds = wait_for(lambda: not application("deep-photo-style", 0.5, False), 120)
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
check([chosen(p) for p in visible_pairs(plug_in)] == ["sky", "sky", "water", "water"],
      "the regions are remembered", [chosen(p) for p in visible_pairs(plug_in)])
check("Draft" in chosen(find(plug_in, "combo box", "Quality")), "and the quality",
      chosen(find(plug_in, "combo box", "Quality")))
press(button(plug_in, "Cancel"))
gone, _ = wait_for(lambda: not application("deep-photo-style", 0.5, False), 20)
check(gone, "Cancel closes it")
check(layers(photo) == before, "and changes nothing")

# --- Regions that are found, as channels
painted = [layers(name, "channels") for name in (photo, other)]
plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Regions"), "Found"), "regions can be found")
time.sleep(0.5)
screenshot("8-found")
# The search runs beside the window, for some tenths of a second: its buttons are at hand beforehand.
make = button(plug_in, "Make Channels")
stop = find(plug_in, ("button", "push button"), "Stop Looking")
check(not visible(stop), "nothing to stop yet")
press(make)
shown, _ = wait_for(lambda: visible(stop), 5)
check(shown and not sensitive(make), "it looks for regions")
check(sensitive(button(plug_in, "Transfer")), "and the window goes on")
press(stop)
said, seconds = wait_for(lambda: find(plug_in, "label", "Stopped. No channels were added.", True), 10)
print("observed: stopped %.1f s after Stop Looking" % seconds)
check(said and sensitive(make) and not visible(stop), "it can be stopped")
check([layers(name, "channels") for name in (photo, other)] == painted, "and adds nothing")
press(make)
made, _ = wait_for(lambda: len(visible_pairs(plug_in)) >= 4, 20)
names = [chosen(p) for p in visible_pairs(plug_in)]
check(made and names[::2] == names[1::2] and all(n.startswith("auto ") for n in names),
      "the channels are chosen in pairs", names)
check(chosen(find(plug_in, "combo box", "Regions")) == "Masks, in pairs", "as masks")
screenshot("9-channels")
for name, own in zip((photo, other), painted):
    found = layers(name, "channels")
    check(found == sorted(set(names)) + own, "%s has them" % name, found)
press(button(plug_in, "Cancel"))
wait_for(lambda: not application("deep-photo-style", 0.5, False), 20)
key("ctrl+z")
undone, _ = wait_for(lambda: layers(photo, "channels") == painted[0], 20)
check(undone, "one Ctrl+Z takes them back", layers(photo, "channels"))

# --- A transfer with regions that are found
plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Regions"), "Found"), "found regions again")
press(button(plug_in, "Transfer"))
gone, _ = wait_for(lambda: not application("deep-photo-style", 0.5, False), 120)
check(gone, "it ends", message(plug_in) if not gone else "")
made, _ = wait_for(lambda: layers(photo) == after, 60)
check(made, "with a layer", layers(photo))
finish()
