# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by merging.py on the screen that it made.

from gimp_session import check, finish
from in_dialog import *

application("gimp", 60)
loaded, _ = wait_for(lambda: len(ask_gimp()) == 2, 60)
check(loaded, "both photos are there", ask_gimp())
photo = "photo" if window("photo") else "style"


def merge(plug_in, region, other):
    """Ticks or unticks another region in a region's menu."""
    press(find(plug_in, "toggle button", "Take region %d together with others" % region, True))
    item, _ = wait_for(lambda: find(plug_in, "check box", "Together with “%s”" % other, True), 20)
    check(item, "the menu has " + other)
    if item:
        press(item)


def strengths(plug_in):
    """The names of the regions that have a strength each."""
    return sorted(w.name[len("Strength of “"):-1] for w in widgets(plug_in, "spin button")
                  if w.name.startswith("Strength of “"))


plug_in = open_dialog()  # the rows are d, c, b and a: the newest channel is the first
check(choose(find(plug_in, "combo box", "Regions"), "Masks"), "masks")
check(wait_for(lambda: strengths(plug_in) == ["a", "b", "c", "d"], 60)[0], "four pairs, four regions",
      strengths(plug_in))
merge(plug_in, 1, "b")
check(wait_for(lambda: strengths(plug_in) == ["a", "c", "d"], 60)[0], "two of them become one", strengths(plug_in))
screenshot("1-merged")
merge(plug_in, 4, "b")
check(wait_for(lambda: strengths(plug_in) == ["c", "d"], 60)[0], "and a third", strengths(plug_in))
merge(plug_in, 3, "d")
check(wait_for(lambda: strengths(plug_in) == ["b", "c", "d"], 60)[0], "one is parted from the others",
      strengths(plug_in))
check(choose(find(plug_in, "combo box", "Quality"), "Draft"), "a quality")
press(button(plug_in, "Apply"))
check(dialog_gone(60)[0], "applied")
check(wait_for(lambda: len(layers(photo)) == 2, 60)[0], "a result", layers(photo))
recipe = in_gimp("[bytes(l.get_parasite('deep-photo-style-recipe').get_data()).decode() for i in Gimp.get_images() "
                 "for l in i.get_layers() if l.get_parasite('deep-photo-style-recipe')][0]")
check('"merge_regions": "b+a"' in recipe.replace('" :', '":'), "written down by the names of masks",
      recipe and recipe[recipe.find("merge"):][:40])

# --- Found regions, too
plug_in = open_dialog()
check(choose(find(plug_in, "combo box", "Regions"), "Found"), "regions can be found")
found, _ = wait_for(lambda: [w.name.split(":")[0] for w in widgets(plug_in, "label", True) if
                             "of your photo" in w.name], 60)
check(found and len(found) > 1, "and are", found)
check(wait_for(lambda: strengths(plug_in) == sorted(found), 60)[0], "each by itself", strengths(plug_in))
merge(plug_in, 1, found[1])
check(wait_for(lambda: strengths(plug_in) == (sorted(found[:1] + found[2:]) if len(found) > 2 else []), 60)[0],
      "two of them become one", (found, strengths(plug_in)))
screenshot("2-found")
press(button(plug_in, "Make Channels"))
check(wait_for(lambda: len(region_lists(plug_in)) == 2 * len(found), 60)[0], "channels of all",
      len(region_lists(plug_in)))
time.sleep(1)
check(len(strengths(plug_in)) in (0, len(found) - 1), "of which two are still one", strengths(plug_in))
screenshot("3-channels")
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes it")
finish()
