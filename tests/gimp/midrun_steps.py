# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by midrun.py on the screen that it made.

from gimp_session import check, finish
from in_dialog import *

CHANGED = "was changed"
displays = {}  # of the photo's copies


def image(name):
    return "[i for i in Gimp.get_images() if %r in i.get_name()][0]" % name


def change(name, *what):
    """Does this to an image i and its lowest layer l."""
    in_gimp("[(lambda i, l: [%s])(i, i.get_layers()[-1]) for i in [%s]] and 0" % (", ".join(what), image(name)))


def state(name):
    """Of each layer: its name, size, offsets, type and a checksum of its pixels."""
    return in_gimp("[[l.get_name(), l.get_width(), l.get_height(), l.get_offsets()[1:], l.type().value_nick, "
                   "__import__('hashlib').md5(l.get_buffer().get(l.get_buffer().get_extent(), 1.0, "
                   "\"R'G'B'A u8\", Gegl.AbyssPolicy.NONE)).hexdigest()] for l in (%s).get_layers()]" % image(name))


def in_front(name):
    """Asking GIMP brings the first of its images to the front, a little later."""
    in_gimp("Gimp.Display.present(Gimp.Display.get_by_id(%d)) and 0" % displays[name])
    check(wait_for(lambda: window(name) and not time.sleep(0.5) and window(name), 20)[0], name + " is in front")


def back(name):
    """To GIMP's window and back to the dialog."""
    in_front(name)
    to_front()


def begin(name):
    """Shows a copy of the photo in a window of its own."""
    displays[name] = in_gimp(
        "[(c.set_file(Gio.File.new_for_path(%r)), Gimp.Display.new(c).get_id())[1] for c in [(%s).duplicate()]][0]" %
        (os.path.join(folder, name + ".xcf"), image("noon")))


def dialog_for(name):
    in_front(name)
    dialog = open_dialog()
    check(choose(find(dialog, "combo box", "Style"), "dusk.png"), "a style")
    return dialog


def compute():
    long_run(plug_in)
    press(button(plug_in, "Transfer"))
    check(wait_for(lambda: find(plug_in, "progress bar", "Progress", True).queryValue().currentValue > 0.02, 60)[0],
          "it computes", message(plug_in))


def computes():
    return find(plug_in, "progress bar", "Progress", True)


def shows(status):
    """Whether the large view comes to show this, and stays with it."""
    label = lambda: find(plug_in, "label", status, True)
    return wait_for(lambda: label() and not time.sleep(0.3) and label(), 60)[0]


def look_closer():
    """Has other parts of the photo read."""
    for zoom in ("100 %", "Fit"):
        press(find(plug_in, "toggle button", zoom))
        time.sleep(0.3)


def apply(name):
    """The layers once there is one more."""
    before = len(state(name))
    press(button(plug_in, "Apply"))
    check(dialog_gone(60)[0], "applied: " + name, message(plug_in) if running("deep-photo-style") else "")
    check(wait_for(lambda: len(state(name)) == before + 1, 30)[0], "there is a result: " + name, state(name))
    return state(name)


def undo(name, layers):
    in_front(name)
    before = state(name)

    def undone():
        if state(name) == before:  # a key that comes while windows change places is lost
            key(name, "ctrl+z")
            time.sleep(1)
        return state(name) == layers

    check(wait_for(undone, 20)[0], "one undo step: " + name, (state(name), layers))


def end(name):
    in_gimp("Gimp.Display.delete(Gimp.Display.get_by_id(%d)) and 0" % displays[name])
    wait_for(lambda: not window(name), 20)


application("gimp", 60)
wait_for(takes_files, 60)
check(wait_for(lambda: len(ask_gimp()) == 2, 60)[0], "both photos are there", ask_gimp())

# --- What the transfer doesn't depend on
begin("moved")
plug_in = dialog_for("moved")
compute()
change("moved", "l.set_offsets(40, 30)", "l.set_lock_content(True)", "l.set_lock_alpha(True)")
before = state("moved")
time.sleep(0.5)
check(computes() and not message(plug_in), "moved and locked: it goes on", message(plug_in))
press(button(plug_in, "Use This"))
check(shows("Result"), "to a result", message(plug_in))
after = apply("moved")
check(after[0][3] == [40, 30] and after[1:] == before, "which lies where the photo lies now", after)
undo("moved", before)
end("moved")

# --- What it does depend on: it stops, and the dialog follows
begin("changed")
plug_in = dialog_for("changed")
for what, how in (
        ("cropped", "l.resize(450, 300, -20, -30)"),
        ("given transparency", "l.add_alpha()"),
        ("scaled with its image", "i.scale(500, 300)"),
        ("grey", "i.convert_grayscale()")):
    compute()
    change("changed", how)
    check(wait_for(lambda: CHANGED in message(plug_in), 20)[0], what + ": that is said", message(plug_in))
    check(wait_for(lambda: not computes(), 20)[0], what + ": the transfer stops")
    check(shows("Draft"), what + ": a draft of what there is now", message(plug_in))
    look_closer()
    screenshot("1-" + what.replace(" ", "-"), 0)
change("changed", "l.resize(200, 250, -10, -10)")
look_closer()
check(shows("Draft"), "changed while nothing is computed: a draft")
before = state("changed")
check(choose(find(plug_in, "combo box", "Quality"), "Draft"), "a quality")
after = apply("changed")
check(after[0][1:5] == [200, 250, before[0][3], "graya-image"] and after[1:] == before,
      "the result is as the photo is now", after)
undo("changed", before)
end("changed")

# --- Other pixels: a draft of them when the dialog is in front again; a result stays, and it is said that it is older
OLDER = "has been changed since"
begin("painted")
plug_in = dialog_for("painted")
long_run(plug_in)
check(shows("Draft"), "a draft", message(plug_in))
whole = view(plug_in)
change("painted", "l.invert(False)")
back("painted")
check(wait_for(lambda: apart(view(plug_in), whole) > 10, 60)[0], "the picture follows", apart(view(plug_in), whole))
check(shows("Draft") and not message(plug_in), "and so does the draft", message(plug_in))
change("painted", "l.invert(False)")
back("painted")
check(wait_for(lambda: apart(view(plug_in), whole) < 0.5, 60)[0], "as it was, it is as it was",
      apart(view(plug_in), whole))
compute()
change("painted", "l.invert(False)")
press(button(plug_in, "Use This"))
check(wait_for(lambda: OLDER in message(plug_in), 60)[0], "painted in mid-run: that is said", message(plug_in))
check(shows("Result"), "of the result")
before = state("painted")
press(button(plug_in, "Transfer"))
check(wait_for(lambda: computes() and not message(plug_in), 20)[0], "which can be computed anew", message(plug_in))
press(button(plug_in, "Use This"))
check(shows("Result") and not message(plug_in), "for the photo as it is", message(plug_in))
change("painted", "l.invert(False)")
before = state("painted")
press(button(plug_in, "Apply"))
check(wait_for(lambda: OLDER in message(plug_in), 60)[0], "it is said before it is applied, too", message(plug_in))
check(shows("Result") and state("painted") == before, "which waits")
check(apply("painted")[1:] == before, "until it is asked for again")
undo("painted", before)
end("painted")

# --- What lies under the layer follows the layer, and what is painted there
begin("under")
change("under", "i.insert_layer(l.copy(), None, 0)", "i.get_layers()[0].resize(300, 200, -20, -100)",
       "i.set_selected_layers(i.get_layers()[:1])")
images = in_gimp("len(Gimp.get_images())")
in_front("under")
plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Style"), "What lies under"), "what lies under the layer is the style")
long_run(plug_in)
for what, how in (("cropped", "i.get_layers()[0].resize(150, 180, -10, -10)"),
                  ("moved", "i.get_layers()[0].set_offsets(440, 10)"), ("painted under", "l.invert(False)")):
    check(shows("Draft"), "a draft: " + what, message(plug_in))
    style = view(plug_in, "The style photo")
    change("under", how)
    back("under")
    check(wait_for(lambda: apart(view(plug_in, "The style photo"), style) > 5, 60)[0], what + ": another style",
          apart(view(plug_in, "The style photo"), style))
check(shows("Draft") and not message(plug_in), "and another draft", message(plug_in))
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "closed")
check(in_gimp("len(Gimp.get_images())") == images, "and nothing is left of it", in_gimp("len(Gimp.get_images())"))
end("under")

# --- A palette: said, until it is gone
begin("palette")
plug_in = dialog_for("palette")
compute()
change("palette", "i.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.WEB, 0, False, False, '')")
check(wait_for(lambda: "palette" in message(plug_in), 20)[0], "a palette is said to be impossible", message(plug_in))
press(button(plug_in, "Transfer"))
time.sleep(1)
check("palette" in message(plug_in), "again", message(plug_in))
change("palette", "i.convert_rgb()")
check(shows("Draft"), "without it there is a draft", message(plug_in))
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "closed")
end("palette")

# --- The layer is deleted
begin("deleted")
change("deleted", "i.insert_layer(l.copy(), None, 0)", "i.set_selected_layers([l])")
plug_in = dialog_for("deleted")
before = state("deleted")
compute()
change("deleted", "i.remove_layer(l)")
check(dialog_gone(20)[0], "the window closes with the layer")
screenshot("2-deleted")
said, _ = wait_for(lambda: find(application("gimp"), "label", None, True) and [
    w.name for w in widgets(application("gimp"), "label") if "has been deleted" in (w.name or "")], 10)
check(said, "with a sentence")
check(state("deleted") == before[:1], "nothing else is touched")
undo("deleted", before)
end("deleted")

# --- The style is closed
begin("alone")
plug_in = dialog_for("alone")
before = state("alone")
compute()
in_gimp("Gimp.Display.delete(Gimp.Display.get_by_id(2)) and 0")
check(wait_for(lambda: not [name for name in ask_gimp() if "dusk" in name], 20)[0], "the style is closed", ask_gimp())
check(computes(), "it goes on without", message(plug_in))
press(button(plug_in, "Use This"))
check(shows("Result"), "to a result", message(plug_in))
back("alone")
check(wait_for(lambda: not chosen(find(plug_in, "combo box", "Style")), 20)[0], "there is no style any more")
check(shows("Result") and sensitive(button(plug_in, "Apply")), "which stays when the dialog is in front again",
      message(plug_in))
screenshot("3-alone")
check(apply("alone")[1:] == before, "and can be applied")
undo("alone", before)
finish()
