# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by regions.py on the screen that it made.

from gimp_session import check, finish
from in_dialog import *

application("gimp", 60)
loaded, _ = wait_for(lambda: len(ask_gimp()) == 2, 60)
check(loaded, "both photos are there", ask_gimp())
wait_for(lambda: window("noon") or window("dusk"), 60)
photo, other = sorted(ask_gimp(), key=lambda name: not window("noon" if "noon" in name else "dusk"))
here, there = [[n for n in ("noon", "dusk") if n in name][0] for name in (photo, other)]
in_gimp("[Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(%r + '/' + n + '-labels.png'))"
        ".set_file(Gio.File.new_for_path(%r + '/' + n + '-labels.xcf')) for n in ('noon', 'dusk')] and 0"
        % (folder, folder))
IMAGE = "[i for i in Gimp.get_images() if i.get_name() == %r][0]"


def said(plug_in):
    """The texts of all labels that can be seen; none of a window that is too busy to answer."""
    try:
        return [w.name or "" for w in widgets(plug_in, "label", True)]
    except Exception:
        return []


def says(plug_in, *words):
    good, _ = wait_for(lambda: any(all(word in text for word in words) for text in said(plug_in)), 20)
    return good


def ways(plug_in):
    return find(plug_in, "combo box", "Regions")


def paired(plug_in):
    return [chosen(pair) for pair in region_lists(plug_in)]


def channels(name):
    return in_gimp("[c.get_name() for c in (%s).get_channels()]" % (IMAGE % name))


# --- Found regions have names, and colours beside them
plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Style"), there + ".jpg"), "the other photo is the style")
check(choose(ways(plug_in), "Found"), "regions can be found")
check(says(plug_in, "sky: ", "of your photo"), "the sky is called so", said(plug_in))
screenshot("1-found")

# --- A selection becomes a pair, and nothing is selected any more
check(choose(ways(plug_in), "Masks"), "masks can be chosen")
empty, _ = wait_for(lambda: paired(plug_in) == ["", ""], 10)
check(empty, "a photo's layer is never a mask to begin with", paired(plug_in))
press(button(plug_in, "From Selection"))
check(says(plug_in, "Nothing is selected"), "without a selection that is said", said(plug_in))
for name, height in ((photo, 75), (other, 100)):
    in_gimp("(%s).select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 300, %d)" % (IMAGE % name, height))
press(button(plug_in, "From Selection"))
made, _ = wait_for(lambda: paired(plug_in) == ["Region 1", "Region 1"], 20)
check(made, "both are chosen", paired(plug_in))
check(says(plug_in, "38 % of your photo, 50 % of the style"), "and what they cover is said", said(plug_in))
check(in_gimp("Gimp.Selection.is_empty(%s)" % (IMAGE % photo)), "nothing is selected any more")

# --- One side alone, then the other: the row is completed
press(button(plug_in, "Add Pair"))
in_gimp("(%s).select_rectangle(Gimp.ChannelOps.REPLACE, 0, 50, 300, 150)" % (IMAGE % photo))
press(button(plug_in, "From Selection"))
check(says(plug_in, "Only your photo has a mask"), "one side is said to be missing", said(plug_in))
screenshot("2-one-side")
in_gimp("(lambda i, p: (i.insert_path(p, None, 0), p.bezier_stroke_new_ellipse(150, 150, 100, 30, 0)) "
        "and 0)(*(lambda i: (i, Gimp.Path.new(i, 'shore')))(%s))" % (IMAGE % other))
press(button(plug_in, "From Path"))
made, _ = wait_for(lambda: paired(plug_in) == ["Region 1", "Region 1", "Region 2", "Region 2"], 20)
check(made, "a path completes the row", paired(plug_in))
check(says(plug_in, "In your photo", "in region 2, too"), "masks over each other are said to be",
      said(plug_in))
check(channels(photo) == ["Region 2", "Region 1"], "the channels", channels(photo))
screenshot("3-overlap")

# --- An empty and a tiny one
in_gimp("(%s).select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 10, 10)" % (IMAGE % photo))
in_gimp("(%s).select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 10, 10)" % (IMAGE % other))
press(button(plug_in, "From Selection"))
check(says(plug_in, "so small a region"), "tiny ones are said to be", said(plug_in))
screenshot("4-tiny")

# --- Regions that lie elsewhere
check(not any("It lies much" in text for text in said(plug_in)), "so far all lie at about the same height", said(plug_in))
for where, here_y, there_y in (("higher", 0, 150), ("lower", 150, 0)):
    in_gimp("(%s).select_rectangle(Gimp.ChannelOps.REPLACE, 0, %d, 300, 50)" % (IMAGE % photo, here_y))
    in_gimp("(%s).select_rectangle(Gimp.ChannelOps.REPLACE, 0, %d, 300, 50)" % (IMAGE % other, there_y))
    press(find(plug_in, "button", "From Selection"))  # it may have to be scrolled to
    said_so, _ = wait_for(lambda: any("It lies much %s in your photo than in the style" % where in (w.name or "")
                                      for w in widgets(plug_in, "label")), 20)  # it, too
    check(said_so, where + " is said", said(plug_in))
screenshot("5-elsewhere")

# --- Label maps: the nine colours, and what they mark
check(choose(ways(plug_in), "Label"), "label maps can be chosen")
check(says(plug_in, "light blue"), "the colours are listed", said(plug_in))
check(choose(find(plug_in, "combo box", "In your photo"), here + "-labels") and
      choose(find(plug_in, "combo box", "In the style"), there + "-labels"), "two maps")
check(says(plug_in, "blue: ", " %, "), "with what they mark", said(plug_in))
screenshot("6-labels")
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes it")
finish()
