# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by dialog.py on the screen that it made.

import os
import subprocess
import time

from gimp_session import check, finish
from in_dialog import *

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
for widget in widgets(plug_in, CONTROLS, True):
    if not (
            widget.getRole() == ROLES["button"] and widget.parent.getRoleName() == "filler" and
            "(None)" in [c.name for c in widget.parent]):
        check(label_of(widget), "a %s without a name" % widget.getRoleName())
press(find(plug_in, "toggle button", "More settings"))

# --- Regions
regions = find(plug_in, "combo box", "Regions")
check(choose(regions, "Masks"), "masks can be chosen")
BY_NAME = ["sky", "sky", "water", "water"]
paired, _ = wait_for(lambda: [chosen(p) for p in region_lists(plug_in)] == BY_NAME, 10)
check(paired, "paired by name", [chosen(p) for p in region_lists(plug_in)])
noted, _ = wait_for(lambda: len([w for w in widgets(plug_in, "label") if
                                 "of your photo" in (w.name or "")]) == 2, 10)
check(noted, "how much each pair covers")
screenshot("3-regions")
press(button(plug_in, "Add Pair"))
added, _ = wait_for(lambda: len(region_lists(plug_in)) == 6, 10)
check(added, "one more pair", len(region_lists(plug_in)))
press(button(plug_in, "Transfer"))
said, _ = wait_for(lambda: "half chosen" in message(plug_in), 10)
check(said, "an incomplete pair is explained", message(plug_in))
screenshot("4-incomplete")
removers = [w for w in widgets(plug_in, "button", True) if label_of(w) == "Remove this pair"]
press(removers[-1])
removed, _ = wait_for(lambda: len(region_lists(plug_in)) == 4, 10)
check(removed, "and one less", len(region_lists(plug_in)))

# --- Cancel in mid-run
quality = find(plug_in, "combo box", "Quality")
long_run(plug_in)
press(button(plug_in, "Transfer"))
bar = find(plug_in, "progress bar")
moving, _ = wait_for(lambda: bar.queryValue().currentValue > 0.02, 120)
check(moving, "progress moves")
check(not sensitive(find(plug_in, "button", "Transfer")), "no second start")
press(button(plug_in, "Cancel"))
stopped, seconds = wait_for(lambda: "Stopped" in message(plug_in), 30)
print("observed: stopped %.1f s after Cancel" % seconds)
check(stopped, "Cancel stops it")
screenshot("6-stopped")
check(layers(photo) == before, "a cancelled run leaves no layer")

# --- Run again, to the end
check(choose(quality, "Draft"), "another quality")
press(button(plug_in, "Apply"))
gone, seconds = dialog_gone(120)
check(gone, "the window closes when it is applied", message(plug_in) if not gone else "")
wait_for(lambda: layers(photo) != before, 60)  # it comes after the window has gone
after = layers(photo)
check(after == [before[0] + " (styled)"] + before, "the new layer", after)
screenshot("7-done")


# --- Repeat, undo
key(photo, "ctrl+f")
again, _ = wait_for(lambda: len(layers(photo)) == 3 and ended(), 90)
check(again, "Repeat Last makes another layer", layers(photo))
for left in (2, 1):
    key(photo, "ctrl+z")
    undone, _ = wait_for(lambda: len(layers(photo)) == left, 20)
    check(undone, "one Ctrl+Z takes one result back", layers(photo))
check(layers(photo) == before, "all is as before")

# --- The dialog remembers, and closes without a trace
plug_in = open_dialog()
kept, _ = wait_for(lambda: [chosen(p) for p in region_lists(plug_in)] == BY_NAME, 10)
check(kept, "the regions are remembered", [chosen(p) for p in region_lists(plug_in)])
check("Draft" in chosen(find(plug_in, "combo box", "Quality")), "and the quality",
      chosen(find(plug_in, "combo box", "Quality")))
press(button(plug_in, "Cancel"))
gone, _ = dialog_gone(20)
check(gone, "Cancel closes it")
check(layers(photo) == before, "and changes nothing")

# --- Regions that are found, as channels
painted = [layers(name, "channels") for name in (photo, other)]
PAIRED = "Masks, in pairs"
plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Regions"), "Found"), "regions can be found")
make, _ = wait_for(lambda: sensitive(button(plug_in, "Make Channels")) and
                   button(plug_in, "Make Channels"), 30)
check(make, "and then be made channels")
screenshot("8-found")
press(make)
made, _ = wait_for(lambda: chosen(find(plug_in, "combo box", "Regions")) == PAIRED and
                   len(region_lists(plug_in)) >= 4, 20)
names = [chosen(p) for p in region_lists(plug_in)]
check(made and names[::2] == names[1::2] and len(set(names)) == len(names) / 2 and "sky #1" in names,
      "the channels are chosen in pairs", names)
screenshot("9-channels")
for name, own in zip((photo, other), painted):
    found = layers(name, "channels")
    check(found == names[::2] + own, "%s has them" % name, found)
press(button(plug_in, "Cancel"))
dialog_gone(20)
key(photo, "ctrl+z")
undone, _ = wait_for(lambda: layers(photo, "channels") == painted[0], 20)
check(undone, "one Ctrl+Z takes them back", layers(photo, "channels"))

# --- A transfer with regions that are found
plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Regions"), "Found"), "found regions again")
press(button(plug_in, "Apply"))
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
dialog_gone(20)
finish()
