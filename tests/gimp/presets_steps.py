# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by presets.py on the screen that it made.

import json
import os

import pyatspi
from gimp_session import check, finish
from in_dialog import *

FOLDER = os.path.join(folder, "profile", "deep-photo-style", "presets")


def presets():
    return sorted(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else []


def options(name):
    with open(os.path.join(FOLDER, name + ".json")) as file:
        return json.load(file)["options"]


def item(plug_in, name):
    return find(plug_in, "button", name)


def from_menu(plug_in, name):
    """Chooses an entry of the presets' menu, which has to be open."""
    press(find(plug_in, "toggle button", "Presets"))
    shown, _ = wait_for(lambda: visible(item(plug_in, name)) and item(plug_in, name), 10)
    check(shown and sensitive(shown), "the menu has a usable “%s”" % name)
    time.sleep(0.3)
    press(shown)


def window_called(plug_in, name):
    return find(plug_in, ("dialog", "alert"), name, True)


def named(plug_in, entry, title, name, yes):
    """Chooses from the presets' menu and answers its question for a name."""
    from_menu(plug_in, entry)
    asked, _ = wait_for(lambda: window_called(plug_in, title), 20)
    check(asked, "a name is asked for")
    text = find(asked, "text")
    text.queryEditableText().setTextContents(name)
    done, _ = wait_for(lambda: sensitive(find(asked, "button", yes)), 10)
    check(done, "and can be used")
    press(find(asked, "button", yes))


def spin(plug_in, name):
    return wait_for(lambda: find(plug_in, "spin button", name).queryValue(), 10)[0]


def settings(plug_in):
    return find(plug_in, "combo box", "Settings from")


def holds(condition, what, detail=lambda: ""):
    check(wait_for(condition, 10)[0], what, detail())


application("gimp", 60)
wait_for(takes_files, 60)
wait_for(lambda: len(ask_gimp()) == 2, 30)
plug_in = open_dialog()

# --- Weights from 0 to 100
check(spin(plug_in, "Photorealism").currentValue == 50 and spin(plug_in, "Structure").currentValue == 50,
      "the defaults are in the middle")
check(spin(plug_in, "Photorealism").minimumValue == 0 and
      spin(plug_in, "Photorealism").maximumValue == 100, "between 0 and 100")
screenshot("1-open")
spin(plug_in, "Photorealism").currentValue = 75
spin(plug_in, "Structure").currentValue = 100
check(choose(find(plug_in, "combo box", "Quality"), "Draft"), "a quality")
check(choose(find(plug_in, "combo box", "Regions"), "Found"), "regions are to be found")

# --- Kept under a name
press(find(plug_in, "toggle button", "Presets"))
holds(lambda: visible(item(plug_in, "Save as a Preset…")), "the menu of presets")
screenshot("2-menu")
check(not sensitive(item(plug_in, "Rename the Preset…")), "there is none to rename yet")
press(find(plug_in, "toggle button", "Presets"))
wait_for(lambda: not button(plug_in, "Save as a Preset…"), 10)
named(plug_in, "Save as a Preset…", "Save as a Preset", "Misty: 50/50", "Save")
holds(lambda: len(presets()) == 1, "it is kept", presets)
kept = options(presets()[0][:-5])
check(abs(kept["photorealism"] - 1e5) < 1 and abs(kept["content_weight"] - 30) < 1e-6 and
      kept["preset"] == "draft", "with the weights themselves", kept)
holds(lambda: chosen(settings(plug_in)) == "Misty: 50/50", "and is chosen")

# --- A change is a change, and the preset can be had again
spin(plug_in, "Photorealism").currentValue = 20
holds(lambda: chosen(settings(plug_in)) == "here", "a change is from here")
check(choose(find(plug_in, "combo box", "Quality"), "Best"), "another quality")
check(choose(find(plug_in, "combo box", "Regions"), "None"), "no regions")
check(choose(settings(plug_in), "Misty"), "the preset again")
holds(lambda: spin(plug_in, "Photorealism").currentValue == 75 and
      chosen(find(plug_in, "combo box", "Quality")).startswith("Draft") and
      chosen(find(plug_in, "combo box", "Regions")).startswith("Found"), "all as it was",
      lambda: spin(plug_in, "Photorealism").currentValue)
screenshot("2-chosen")

# --- Another name, which replaces only when told to
named(plug_in, "Rename the Preset…", "Rename the Preset", "Mist", "Rename")
holds(lambda: presets() == ["Mist.json"], "renamed", presets)
spin(plug_in, "Photorealism").currentValue = 40
named(plug_in, "Save as a Preset…", "Save as a Preset", "Mist", "Save")
asked, _ = wait_for(lambda: find(plug_in, "button", "Replace", True), 20)
check(asked, "it asks before one is replaced")
screenshot("3-replace")
press(find(asked.parent, "button", "Cancel"))
wait_for(lambda: not find(plug_in, "button", "Replace", True), 10)
check(abs(options("Mist")["photorealism"] - 1e5) < 1, "and leaves it", options("Mist"))

# --- What can't be chosen is grey
filter_entry = lambda: next(w for w in walk(find(plug_in, "combo box", "Result"))
                            if w.name.startswith("Filter"))
check(sensitive(filter_entry()), "a filter is possible")
spin(plug_in, "Detail").currentValue = 0.5
holds(lambda: not sensitive(filter_entry()), "but not with detail")
spin(plug_in, "Detail").currentValue = 0

# --- 0 is a word
more = find(plug_in, "toggle button", "More settings")
press(more)
holds(lambda: more.getState().contains(pyatspi.STATE_EXPANDED), "the other settings are unfolded")
size = find(plug_in, "spin button", "Working size")
check(size.queryText().getText(0, -1) == "automatic", "size 0 is automatic",
      size.queryText().getText(0, -1))
screenshot("4-more")
size.queryValue().currentValue = 300
holds(lambda: size.queryText().getText(0, -1) == "300", "others are numbers")
to_front()
size.queryComponent().grabFocus()
check(wait_for(lambda: size.getState().contains(pyatspi.STATE_FOCUSED), 10)[0], "it has the focus")
shell("xdotool", "key", "ctrl+a")
shell("xdotool", "type", "automatic")
shell("xdotool", "key", "Tab")
holds(lambda: size.queryValue().currentValue == 0, "the word can be typed")

# --- They stay, until they are deleted
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "closed")
plug_in = open_dialog()
check(choose(settings(plug_in), "Mist"), "the next dialog has it")
from_menu(plug_in, "Delete the Preset…")
asked, _ = wait_for(lambda: find(plug_in, "button", "Delete", True), 20)
check(asked, "it asks before it deletes")
press(asked)
holds(lambda: presets() == [], "deleted", presets)
holds(lambda: entries(settings(plug_in)) == ["here"], "and no longer offered")
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "closed")
finish()
