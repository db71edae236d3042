# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by painting.py on the screen that it made.

import pyatspi

from gimp_session import check, finish
from in_dialog import *

application("gimp", 60)
loaded, _ = wait_for(lambda: len(ask_gimp()) == 2, 60)
check(loaded, "both photos are there", ask_gimp())
wait_for(lambda: window("noon") or window("dusk"), 60)
photo, other = sorted(ask_gimp(), key=lambda name: not window("noon" if "noon" in name else "dusk"))


def covered(name):
    """How much of an image its first channel covers, 0 to 1; None without a channel."""
    return in_gimp("[(lambda b: sum(b) / 255 / len(b))(c.get_buffer().get(Gegl.Rectangle.new(0, 0, 300, 200), "
                   "1.0, \"Y' u8\", Gegl.AbyssPolicy.NONE)) for i in Gimp.get_images() if i.get_name() == %r "
                   "for c in i.get_channels()[:1]]" % name)


def place(view, x, y):
    """A place of the photo in a picture, which is as high or as wide as it can be."""
    box = view.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    width = min(box.width, box.height * 1.5)
    height = width / 1.5
    return [str(int(SCALE * side)) for side in (box.x + (box.width - width) / 2 + x * width,
                                                box.y + (box.height - height) / 2 + y * height)]


def paint(view, *points):
    shell("xdotool", "mousemove", *place(view, *points[0]), "mousedown", "1")
    for point in points[1:]:
        shell("xdotool", "mousemove", *place(view, *point))
    shell("xdotool", "mouseup", "1")


def paired():
    return [chosen(w) for w in region_lists(plug_in)]


def comes_to(name, least, most):
    good, _ = wait_for(lambda: [c for c in covered(name) if least <= c <= most], 20)
    return good


plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Regions"), "Masks"), "masks can be chosen")
wait_for(lambda: paired() == ["", ""], 10)
press(find(plug_in, "toggle button", "Paint this pair's masks"))
shown, _ = wait_for(lambda: button(plug_in, "Undo Stroke"), 10)
check(shown, "the brush has a bar of its own")
large, small = [find(plug_in, "image", name) for name in ("Your photo, before and after", "The style photo")]

# --- A stroke in either picture makes a channel
paint(large, (0.1, 0.1), (0.5, 0.12), (0.9, 0.1))
made, _ = wait_for(lambda: paired() == ["Region 1", ""], 30)
check(made, "a stroke makes a channel and chooses it", paired())
check(comes_to(photo, 0.08, 0.5), "it covers some of the photo", covered(photo))
screenshot("1-photo")
paint(small, (0.1, 0.1), (0.9, 0.1))
made, _ = wait_for(lambda: paired() == ["Region 1", "Region 1"], 30)
check(made, "and one in the style", paired())
check(comes_to(other, 0.05, 0.5), "that covers some of it", covered(other))
screenshot("2-both")

# --- The last stroke goes, and comes again by keyboard
press(button(plug_in, "Undo Stroke"))
check(comes_to(other, 0, 0.001), "the last stroke can be taken back", covered(other))


def space_paints():
    """Asking GIMP has brought its own window to the front, sooner or later."""
    to_front()
    ask(small.queryComponent().grabFocus)
    shell("xdotool", "key", "space")
    return wait_for(lambda: sensitive(button(plug_in, "Undo Stroke")), 0.2)[0]


check(wait_for(space_paints, 30)[0], "space paints")
check(comes_to(other, 0.001, 0.3), "as much as a dab of the brush", covered(other))

# --- Erasing
before = covered(photo)[0]
press(find(plug_in, "check box", "Erase (x)"))
paint(large, (0.1, 0.1), (0.5, 0.12))
check(comes_to(photo, 0, 0.8 * before), "erasing takes away", (before, covered(photo)))
screenshot("3-erased")
check(in_gimp("[Gimp.Selection.is_empty(i) for i in Gimp.get_images()]") == [True, True],
      "nothing is selected by that")
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes it")
finish()
