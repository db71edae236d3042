# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by learnt.py on the screen that it made.

from gimp_session import check, finish
from in_dialog import *


def style(plug_in):
    return find(plug_in, "combo box", "Style")


def noon():
    return [v for k, v in ask_gimp().items() if "noon" in k][0]


application("gimp", 60)
wait_for(takes_files, 30)
loaded, _ = wait_for(lambda: len(ask_gimp()) == 1, 60)
check(loaded, "the photo is there", ask_gimp())
plug_in = open_dialog()
check(not sensitive(button(plug_in, "Transfer")), "without a style there is nothing to do")

# --- A learnt style is opened as a photo is
open_style(plug_in, "dusk.dps")
opened, _ = wait_for(lambda: chosen(style(plug_in)) == "dusk.dps", 30)
check(opened, "it is the style, under its name", (entries(style(plug_in)), message(plug_in)))
draft, _ = wait_for(lambda: find(plug_in, "label", "Result"), 60)
check(draft, "and applied at once, at the chosen quality", message(plug_in))
press(find(plug_in, "toggle button", "More settings"))
for name in ("Structure", "Photorealism", "Style weight", "Network", "Seed"):
    said = reasons(plug_in, name)
    check(any("learnt one" in text for text in said), name + " is grey, and says why", said)
for name in ("Amount", "Working size", "Number of threads"):
    check(sensitive(find(plug_in, "spin button", name)), name + " isn't")
screenshot("1-learnt")
method = find(plug_in, "combo box", "Method")
check(chosen(method).startswith("Photo transfer"), "the method stays", chosen(method))
painting = [item for item in walk(method) if item.name.startswith("Artistic")]
check(painting and not sensitive(painting[0]), "a painting can't be chosen", [p.name for p in painting])

# --- Regions as with a photo
check(choose(find(plug_in, "combo box", "Regions"), "Found in both"), "regions are found")
found, _ = wait_for(lambda: [w for w in widgets(plug_in, "label", True) if
                             "% of the style" in w.name.replace("\xa0", " ")], 60)
check(found and len(found) > 1, "in the photo and in the style", found and [w.name for w in found])
check(wait_for(lambda: find(plug_in, "label", "Result"), 60)[0], "and used")
check(sensitive(find(plug_in, "spin button", "Seed")) and not reasons(plug_in, "Seed"),
      "with a seed", reasons(plug_in, "Seed"))
screenshot("2-regions")

# --- A damaged one is refused, and the other stays
open_style(plug_in, "bad.dps")
refused, _ = wait_for(lambda: "the checksum of this learnt style is wrong" in message(plug_in), 30)
check(refused, "a damaged file is refused with a sentence", message(plug_in))
check(chosen(style(plug_in)) == "dusk.dps", "the style stays", chosen(style(plug_in)))
check(not find(application("gimp"), ("alert", "dialog"), "GIMP Message"), "once")
screenshot("3-damaged")

# --- Applied, repeated, and offered again
press(button(plug_in, "Apply"))
check(dialog_gone(60)[0], "applied")
check(wait_for(lambda: len(noon()) == 2, 60)[0], "a result", noon())
again = in_gimp(
    "(lambda p, i: (lambda c: (c.set_property('run-mode', Gimp.RunMode.WITH_LAST_VALS), "
    "c.set_property('image', i), c.set_core_object_array('drawables', i.get_layers()[-1:]), "
    "p.run(c))[-1])(p.create_config()))(Gimp.get_pdb().lookup_procedure("
    "'plug-in-deep-photo-style'), [i for i in Gimp.get_images() if 'noon' in i.get_name()][0])"
    ".index(0).value_nick")
check(again == "success", "repeated", again)
check(len(noon()) == 3, "another result", noon())
in_gimp("[Gimp.Display.delete(Gimp.Display.get_by_id(n)) for n in range(2, 9) "
        "if Gimp.Display.id_is_valid(n)] and 0")
check(wait_for(lambda: len(ask_gimp()) == 1, 20)[0], "the style is closed", ask_gimp())
in_gimp("[i.set_selected_layers(i.get_layers()[-1:]) for i in Gimp.get_images()] and 0")
plug_in = open_dialog()
offered, _ = wait_for(lambda: "Open again: dusk.dps" in entries(style(plug_in)), 10)
check(offered, "it can be opened again", entries(style(plug_in)))
check(choose(style(plug_in), "Open again: dusk.dps", "dusk.dps"), "and is", (chosen(style(plug_in)), message(plug_in)))
check(wait_for(lambda: find(plug_in, "label", "Result"), 60)[0], "with a result")
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes it")
finish()
