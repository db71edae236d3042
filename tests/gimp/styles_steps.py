# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by styles.py on the screen that it made.

import os

from gimp_session import check, finish
from in_dialog import *

MORE = "All layers of all images…"


def style(plug_in):
    return find(plug_in, "combo box", "Style")


def select(image, layer):
    """Makes this the layer that the filter is called on."""
    in_gimp("[i.set_selected_layers([l]) for i in Gimp.get_images() if i.get_name().startswith(%r) "
            "for l in i.get_layers() if l.get_name() == %r] and 0" % (image, layer))


application("gimp", 60)
wait_for(takes_files, 30)
wait_for(lambda: ask_gimp(), 60)
in_gimp("Gimp.Display.new(Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, "
        "Gio.File.new_for_path(%r))) and 0" % os.path.join(folder, "dusk.xcf"))
loaded, _ = wait_for(lambda: len(ask_gimp()) == 2, 60)
check(loaded, "both photos are there", ask_gimp())
shell("xdotool", "mousemove", "2", "2")
in_gimp("Gimp.Display.present(Gimp.Display.get_by_id(1)) and 0")
check(wait_for(lambda: window("noon"), 10)[0], "the photo is in front")
select("noon", "noon.png")
before = layers("noon")
styled = "noon.png (styled)"

# --- What is offered
plug_in = open_dialog()
offered, _ = wait_for(lambda: len(entries(style(plug_in))) == 2 and entries(style(plug_in)), 10)
check(offered == ["dusk.xcf", MORE], "neither hidden layers nor text nor the photo's own image",
      entries(style(plug_in)))
check(chosen(style(plug_in)) == "dusk.xcf", "one is chosen", chosen(style(plug_in)))
style(plug_in).querySelection().selectChild(1)
every, _ = wait_for(lambda: len(entries(style(plug_in))) == 4 and entries(style(plug_in)), 10)
check(every and any("hidden" in e for e in every) and any("other" in e for e in every),
      "all of them when asked for", entries(style(plug_in)))
check(chosen(style(plug_in)).startswith("dusk.xcf"), "the choice stays", chosen(style(plug_in)))
screenshot("1-all")
check(choose(find(plug_in, "combo box", "Quality"), "Draft"), "a quality")

# --- From disk
known = in_gimp("[i.get_name() for i in Gimp.get_images()]")
open_style(plug_in, "evening.png")
opened, _ = wait_for(lambda: chosen(style(plug_in)) == "evening.png", 30)
check(opened, "it is the style, under its name", chosen(style(plug_in)))
screenshot("3-opened")
state = in_gimp("{i.get_name(): i.is_dirty() for i in Gimp.get_images()}")
# GIMP 3.0 calls it [Untitled].
evening = next((name for name in state if name not in known), None)
check(state.get(evening) is False, "clean", state)

# --- A result is made, and made again from the photo
press(button(plug_in, "Apply"))
check(dialog_gone(60)[0], "applied")
wait_for(lambda: len(layers("noon")) == 3, 60)
check(styled in layers("noon"), "a result", layers("noon"))
check(wait_for(lambda: window("noon"), 20)[0], "the photo is still in front")
plug_in = open_dialog()
replace, _ = wait_for(lambda: find(plug_in, "check box", "Replace the earlier result", True), 10)
check(replace, "called on a result, it can be replaced")
screenshot("4-replace")
press(button(plug_in, "Apply"))
check(dialog_gone(60)[0], "applied again")
check(sorted(layers("noon")) == sorted(before + [styled]), "in place of the first", layers("noon"))
plug_in = open_dialog()
press(wait_for(lambda: find(plug_in, "check box", "Replace the earlier result", True), 10)[0])
press(button(plug_in, "Apply"))
check(dialog_gone(60)[0], "applied once more")
wait_for(lambda: len(layers("noon")) == 4, 30)
check(len([l for l in layers("noon") if l.startswith(styled)]) == 2, "or beside it", layers("noon"))

# --- A photo isn't its own style, also when repeating
in_gimp("[Gimp.get_pdb().lookup_procedure('plug-in-deep-photo-style') and i.set_selected_layers("
        "i.get_layers()[-1:]) for i in Gimp.get_images()] and 0")
refused = in_gimp(
    "(lambda p, i: (lambda c: (c.set_property('run-mode', Gimp.RunMode.WITH_LAST_VALS), "
    "c.set_property('image', i), c.set_core_object_array('drawables', i.get_layers()[-1:]), "
    "p.run(c))[-1])(p.create_config()))(Gimp.get_pdb().lookup_procedure("
    "'plug-in-deep-photo-style'), [i for i in Gimp.get_images() if i.get_name() == " + repr(evening) + "][0])"
    ".index(0).value_nick")
check(refused == "execution-error", "the style can't be repeated on itself", refused)
check([v for k, v in ask_gimp().items() if k == evening] == [["Background"]], "nothing is added",
      ask_gimp())

# --- A style that was used lately is offered again when it is closed
in_gimp("[Gimp.Display.delete(Gimp.Display.get_by_id(n)) for n in range(3, 9) "
        "if Gimp.Display.id_is_valid(n)] and 0")
gone, _ = wait_for(lambda: len(ask_gimp()) == 2, 20)
check(gone, "the style is closed", ask_gimp())
plug_in = open_dialog()
again, _ = wait_for(lambda: [e for e in entries(style(plug_in)) if e == "Open again: evening.png"], 10)
check(again, "it can be opened again", entries(style(plug_in)))
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes it")
finish()
