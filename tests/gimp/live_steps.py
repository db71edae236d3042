# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by live.py on the screen that it made.

import os
import subprocess
import time

import pyatspi
from gimp_session import check, finish
from in_dialog import *

def status(plug_in):
    """What the large view shows, in words."""
    words = ("Your photo", "Draft, being computed…", "Draft", "Result so far", "Result")
    return next((w.name for w in widgets(plug_in, "label", True) if w.name in words), "")


def drafted(plug_in):
    """Waits for a draft that nothing follows: whatever is changed, the status says so at once."""
    done, seconds = wait_for(lambda: status(plug_in) == "Draft", 60)
    check(done, "a draft comes", status(plug_in))
    return seconds


def drawn(plug_in):
    """The large view once it has come to rest."""
    views = [view(plug_in)]

    def rests():
        time.sleep(0.3)
        views.append(view(plug_in))
        return apart(*views[-2:]) == 0

    check(wait_for(rests, 20)[0], "the view comes to rest")
    return views[-1]


def comes_to(plug_in, picture, most=0.5):
    """Whether the large view comes to show this."""
    return wait_for(lambda: apart(view(plug_in), picture) < most, 20)[0]


def another(plug_in, picture, least):
    """The large view once it is as different from this."""
    different, _ = wait_for(lambda: apart(view(plug_in), picture) > least, 20)
    check(different, "another picture", apart(view(plug_in), picture))
    return drawn(plug_in)


def toggle(plug_in, name):
    press(find(plug_in, "toggle button", name))


def slider(plug_in, name):
    return find(plug_in, "slider", name).queryValue()


application("gimp", 60)
wait_for(takes_files, 30)
wait_for(lambda: window("dusk"), 60)
subprocess.run(["gimp", os.path.join(folder, "noon.jpg")], capture_output=True)
loaded, _ = wait_for(lambda: len(ask_gimp()) == 2, 60)
check(loaded, "both photos are there", ask_gimp())
shell("xdotool", "mousemove", "2", "2")

# --- A draft comes by itself
plug_in = open_dialog()
photo = "[dusk" if "noon" in chosen(find(plug_in, "combo box", "Style")) else "[noon"
before = layers(photo)
print("observed: the first draft %.1f s after the window" % drafted(plug_in))
screenshot("1-draft")
whole = drawn(plug_in)
toggle(plug_in, "Before")
original = another(plug_in, whole, 8)
toggle(plug_in, "Before")
check(comes_to(plug_in, whole), "the result again")

# --- Amount, what is kept: no run, and the photo itself at 0
slider(plug_in, "Amount").currentValue = 0.0
check(comes_to(plug_in, original, 1) and status(plug_in) == "Draft", "amount 0 is the photo, without a run",
      status(plug_in))
slider(plug_in, "Amount").currentValue = 0.5
half, _ = wait_for(lambda: apart(whole, view(plug_in)) > 2 and apart(original, view(plug_in)) > 2, 5)
check(half, "half of it lies between")
slider(plug_in, "Amount").currentValue = 1.0
check(comes_to(plug_in, whole), "and all of it is as before")
take = find(plug_in, "combo box", "Take over")
check(choose(take, "Colour only"), "what is taken over")
check(wait_for(lambda: apart(whole, view(plug_in)) > 2, 5)[0] and status(plug_in) == "Draft",
      "can be seen at once", status(plug_in))
choose(take, "Brightness and colour")

# --- Choose by looking
for name in ("Colour only", "Half as strong", "No regions", "More style", "Found regions"):
    there, seconds = wait_for(lambda: button(plug_in, name) and sensitive(button(plug_in, name)), 60)
    check(there, "a small picture: " + name)
print("observed: the last of them after %.1f s more" % seconds)
screenshot("2-looks")
press(button(plug_in, "Half as strong"))
check(wait_for(lambda: slider(plug_in, "Amount").currentValue == 0.5, 5)[0], "half of it is taken over",
      slider(plug_in, "Amount").currentValue)
slider(plug_in, "Amount").currentValue = 1.0
press(button(plug_in, "Colour only"))
check(wait_for(lambda: chosen(take).startswith("Colour only"), 5)[0], "and colour only", chosen(take))
choose(take, "Brightness and colour")
check(comes_to(plug_in, whole), "and back again")

# --- Split, zoom, keys
toggle(plug_in, "Split")
split = another(plug_in, whole, 2)
width, height = split.size
middle = lambda image, left: image.crop((left, height // 4, left + width // 4, 3 * height // 4))
check(apart(middle(split, width // 8), middle(original, width // 8)) < 1, "the photo on the left")
check(apart(middle(split, 5 * width // 8), middle(whole, 5 * width // 8)) < 1, "the result on the right")
screenshot("3-split")
toggle(plug_in, "Split")
check(comes_to(plug_in, whole), "and neither")
toggle(plug_in, "100 %")
another(plug_in, whole, 2)
screenshot("4-100")
shell("xdotool", "key", "ctrl+Home")
large = find(plug_in, "image", "Your photo, before and after")
large.queryComponent().grabFocus()
check(wait_for(lambda: large.getState().contains(pyatspi.STATE_FOCUSED), 5)[0], "the view has the keyboard")
shell("xdotool", "key", "2")
check(wait_for(lambda: find(plug_in, "toggle button", "200 %").getState().contains(
    pyatspi.STATE_CHECKED), 5)[0], "the key 2 is 200 %")
shell("xdotool", "key", "Right", "Right")
shell("xdotool", "key", "0", "b")
check(comes_to(plug_in, original, 1), "0 and b: all of the photo, before")
shell("xdotool", "key", "b")

# --- A storm: a hundred changes in ten seconds end in the right picture
structure = find(plug_in, "spin button", "Structure").queryValue()
for i in range(100):
    structure.currentValue = i * 37 % 101
    time.sleep(0.1)
structure.currentValue = 74
drafted(plug_in)
stormed = drawn(plug_in)
structure.currentValue = 50
drafted(plug_in)
check(comes_to(plug_in, whole), "structure 50 is as it was", apart(view(plug_in), whole))
structure.currentValue = 74
drafted(plug_in)
check(comes_to(plug_in, stormed), "after a storm it is what the slider says",
      apart(view(plug_in), stormed))
check(apart(stormed, whole) > 0.5, "which is something else", apart(stormed, whole))
structure.currentValue = 50
drafted(plug_in)

# --- Methods: what changes colours alone is the result at once; painting is no quality
method, quality = (find(plug_in, "combo box", name) for name in ("Method", "Quality"))
check(chosen(method).startswith("Photo transfer"), "the usual method", chosen(method))
check(choose(method, "Histogram"), "another method")
check(wait_for(lambda: status(plug_in) == "Result", 30)[0], "is done at once", status(plug_in))
another(plug_in, whole, 1)
check(not sensitive(find(plug_in, "spin button", "Structure")), "structure has no part in it")
check(sensitive(quality), "its size has")
screenshot("4-histogram")
check(choose(method, "Artistic"), "a painting")
drafted(plug_in)
check(not sensitive(quality), "has no quality")
check(sensitive(find(plug_in, "spin button", "Structure")), "but structure")
check(any("a painting" in text for text in reasons(plug_in, "Photorealism")), "and nothing photographic",
      reasons(plug_in, "Photorealism"))
check(choose(method, "Photo transfer"), "the usual method again")
drafted(plug_in)
check(sensitive(quality) and chosen(quality).startswith("Normal"), "with the usual quality",
      chosen(quality))
check(comes_to(plug_in, whole), "is as it was", apart(view(plug_in), whole))

# --- Regions are found, and tinted
press(button(plug_in, "Found regions"))
check(wait_for(lambda: chosen(find(plug_in, "combo box", "Regions")).startswith("Found"), 5)[0],
      "found regions are taken over", chosen(find(plug_in, "combo box", "Regions")))
drafted(plug_in)
plain = another(plug_in, whole, 1)
toggle(plug_in, "Regions")
another(plug_in, plain, 5)
screenshot("5-regions")
toggle(plug_in, "Regions")
check(comes_to(plug_in, plain), "the regions can be seen, and hidden")

# --- How much each of them gets: at once, without a run
press(find(plug_in, "toggle button", "Strength of each region"))
strengths, _ = wait_for(lambda: [w for w in widgets(plug_in, "slider") if
                                 label_of(w).startswith("Strength of")], 10)
check(len(strengths or []) >= 2, "a slider for each region", [label_of(w) for w in strengths or []])
for part in strengths:
    part.queryValue().currentValue = 0
check(comes_to(plug_in, original, 1) and status(plug_in) == "Draft", "at 0 %, all of it is as it was", apart(view(plug_in), original))
strengths[0].queryValue().currentValue = 100
partly, _ = wait_for(lambda: apart(view(plug_in), original) > 0.5 and apart(view(plug_in), plain) > 0.5, 5)
check(partly, "one of them alone")
screenshot("5-strength")
for part in strengths:
    part.queryValue().currentValue = 100
check(comes_to(plug_in, plain), "and all of them as before")

# --- Transfer shows; Cancel and Escape stop and go back to the draft; "Use This" keeps
long_run(plug_in)
drafted(plug_in)
press(button(plug_in, "Transfer"))
check(wait_for(lambda: status(plug_in) == "Result so far", 20)[0], "it computes", status(plug_in))
shell("xdotool", "key", "Escape")
check(wait_for(lambda: "Stopped" in message(plug_in), 30)[0], "Escape stops it", message(plug_in))
check(running("deep-photo-style"), "and the window stays")
drafted(plug_in)
press(button(plug_in, "Transfer"))
check(wait_for(lambda: status(plug_in) == "Result so far" and find(
    plug_in, "progress bar", "Progress", True).queryValue().currentValue > 0.1, 60)[0], "again")
screenshot("6-computing")
press(button(plug_in, "Use This"))
check(wait_for(lambda: status(plug_in) == "Result", 30)[0], "what there is becomes the result",
      status(plug_in))
check(layers(photo) == before, "nothing is in the image yet", layers(photo))
screenshot("7-used")
press(button(plug_in, "Apply"))
check(dialog_gone(60)[0], "Apply ends it", message(plug_in) if running("deep-photo-style") else "")
wait_for(lambda: layers(photo) != before, 60)
check(layers(photo) == [before[0] + " (styled)"] + before, "the new layer", layers(photo))

# --- Closing the photo ends it at once
in_gimp("[i.remove_layer(i.get_layers()[0]) for i in Gimp.get_images() if len(i.get_layers()) == 2]"
        " and 0")
plug_in = open_dialog()
drafted(plug_in)
long_run(plug_in)
press(button(plug_in, "Transfer"))
wait_for(lambda: status(plug_in) == "Result so far", 20)
in_gimp("[Gimp.Display.delete(Gimp.Display.get_by_id(n)) for n in range(1, 9) "
        "if Gimp.Display.id_is_valid(n)] and 0")
check(dialog_gone(30)[0], "closing the photo closes the window")
finish()
