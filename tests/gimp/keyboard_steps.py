# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by keyboard.py on the screen that it made.

import collections

from from_inside import letters, lines
from gimp_session import check, finish
from in_dialog import *

Control = collections.namedtuple("Control", "focus number part x y role name")


def controls():
    return [Control(focus, number, part, int(x), int(y), role, name)
            for focus, number, part, x, y, role, name in lines("control")]


def focused():
    return next((c for c in controls() if c.focus), None)


def strengths():
    return [c.name for c in controls() if c.name.startswith("Strength of “")]


def in_focus():
    """What has the focus, once something has."""
    control, _ = wait_for(focused, 10)
    if not control:
        screenshot("0-no-focus")
        raise SystemExit("FAIL: nothing has the focus: %s; see 0-no-focus.png" %
                         [w for w in lines("window") if w[0]])
    return control


def press_tab():
    """What has the focus then."""
    before = in_focus()
    shell("xdotool", "key", "Tab")
    wait_for(lambda: in_focus().number != before.number, 5)
    return in_focus()


def walked(view):
    """Tab comes to all there is, once, downwards in what is scrolled, and back to where it began."""
    all_there_is = controls()
    way = [press_tab()]
    while len(way) <= len(all_there_is):
        now = press_tab()
        if now.number == way[0].number:
            break
        way.append(now)
    numbers = [c.number for c in way]
    check(len(set(numbers)) == len(numbers), view + ": Tab comes nowhere twice", numbers)
    check(set(numbers) >= {c.number for c in all_there_is}, view + ": and everywhere",
          [c for c in all_there_is if c.number not in numbers])
    check(not [c for c in way if not c.name], view + ": where everything has a name", way)
    upwards = [(a, b) for a, b in zip(way, way[1:]) if a.part == b.part and a.y >= 0 and -1 < b.y < a.y - 10]
    check(not upwards, view + ": it goes downwards", upwards)


application("gimp", 60)
check(wait_for(lambda: len(ask_gimp()) == 2, 60)[0], "both photos are there")
plug_in = open_dialog()
letters("at first")
ways = find(plug_in, "combo box", "Regions")
press(find(plug_in, "toggle button", "More settings"))
check(choose(find(plug_in, "combo box", "Network"), "file"), "a network")
check(choose(ways, "Found"), "found regions")
wait_for(lambda: find(plug_in, "button", "Make Channels"), 30)
letters("found regions")
check(choose(ways, "Label"), "label maps")
time.sleep(1)
letters("label maps")
check(choose(ways, "Masks"), "masks")
wait_for(lambda: len(region_lists(plug_in)) >= 2, 20)
press(find(plug_in, "toggle button", "Paint this pair's masks"))
wait_for(lambda: find(plug_in, "slider", "Strength of “a”"), 60)
check(not strengths(), "what is folded can't have the focus", strengths())
press(find(plug_in, "toggle button", "Strength of each region"))
check(wait_for(lambda: len(strengths()) >= 4, 20)[0], "what is unfolded can", strengths())
letters("masks")
check(wait_for(lambda: find(plug_in, "label", "Draft", True), 60)[0], "a draft comes")
wait_for(lambda: all(sensitive(find(plug_in, "button", name)) for name in ("Found regions", "More style")), 30)
screenshot("1-all")
to_front()
walked("masks")
press(find(plug_in, "toggle button", "Paint this pair's masks"))

# --- The large view
while in_focus().name != "Your photo, before and after":
    press_tab()
for keys, what in ((["s"], "s shows a line"), (["Left"] * 5, "the arrows move it"), (["2"], "2 is 200 %"),
                   (["Down"] * 3, "there the arrows move the photo"), (["shift+Left"] * 5, "and with Shift the line"),
                   (["0"], "0 is all of it"), (["b"], "b is before")):
    before = view(plug_in)
    shell("xdotool", "key", *keys)
    check(wait_for(lambda: apart(before, view(plug_in)) > 0.1, 10)[0], what)
shell("xdotool", "key", "Escape")
check(dialog_gone(20)[0], "Escape closes the window where nothing is computed")
finish()
