# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by languages.py on the screen that it made.

import gettext
import json
import os

import pyatspi
from from_inside import letters, report
from gimp_session import NAME, check, finish
from in_dialog import *

SMALL, LARGE = (1024, 768), (1366, 768)  # screens
FRAME = 8, 40  # what a window manager adds to a window, and a little more


def words(english):
    """What the program shows for it."""
    return catalogue.gettext(english).replace("_", "")


def texts():
    """How many the window has now, and a line for each that is cut."""
    number, *cut = report("CUT_TEXT")
    return int(number), cut


def fill(screen):
    """Makes the window as large as it can be on a screen of this size, unless it wants more; whether it fits."""
    number = titled(words("Photo Style Transfer"))[0]
    shell("xdotool", "windowsize", number, *(str(side - frame) for side, frame in zip(screen, FRAME)))

    def fits():
        box = plug_in.getChildAtIndex(0).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        return screen[0] - 20 < box.width <= screen[0] and box.height <= screen[1]

    return wait_for(fits, 5)[0]


def whole(least, when):
    """Whether nothing is cut, of so many texts at least, and on a small screen only choices and the status,
    at their ends."""
    for screen in (SMALL, LARGE):
        check(fill(screen), "it fits a screen of %d x %d, %s" % (*screen, when))

        def good():
            nonlocal number, cut
            number, cut = texts()
            cut = [line for line in cut if screen == LARGE or not line.startswith(("choice", "status"))]
            return number >= least and not cut

        number, cut = 0, []
        check(wait_for(good, 5)[0], "%d texts and none is cut at %d x %d, %s" % (least, *screen, when), (number, cut))
        screenshot("%s-%s-%d" % (language, when, screen[0]), 0)
    letters("%s %s" % (language, when))


def control(role, name):
    found, _ = wait_for(lambda: find(plug_in, role, words(name)), 20)
    if not found:
        raise SystemExit("FAIL: there is no %s '%s'" % (role, words(name)))
    return found


def choose_number(name, number):
    def choice():
        combo = find(plug_in, "combo box", words(name))
        ask(lambda: combo.querySelection().selectChild(number))
        return chosen(combo) == entries(combo)[number]

    check(wait_for(choice, 20)[0], "%s: choice %d" % (words(name), number))


application("gimp", 60)
check(wait_for(lambda: len(ask_gimp()) == 2, 60)[0], "both photos are there", ask_gimp())
for language, locale in json.loads(os.environ["LOCALES"]).items():
    print("In " + language)
    catalogue = gettext.translation(NAME, os.environ["DPS_LOCALE"], [language])
    with open(os.path.join(folder, "language"), "w") as file:
        file.write("LC_ALL=%s\nLANGUAGE=%s\n" % (locale, language))
    plug_in = open_dialog(transfer=words("_Transfer"))
    whole(25, "1-first")

    press(control("toggle button", "_More settings"))
    choose_number("Net_work", 1)
    choose_number("Re_gions", 2)
    pairs = lambda: [w for w in widgets(plug_in, "combo box") if
                     label_of(w) in [words("Region %d in the photo") % k for k in range(1, 5)]]
    check(wait_for(lambda: len(pairs()) == 4, 10)[0], "four regions", len(pairs()))
    whole(40, "2-masks")
    choose_number("Re_gions", 3)
    whole(40, "3-label-maps")
    choose_number("Re_gions", 1)
    check(wait_for(lambda: button(plug_in, words("Ma_ke Channels")), 30)[0], "regions are found")
    whole(40, "4-found")

    one_thread(plug_in, words("Num_ber of threads").partition("(")[0])  # the letter in brackets may be another
    choose_number("_Quality", 2)
    press(control("button", "_Transfer"))
    running_bar, _ = wait_for(lambda: find(plug_in, "progress bar", words("Progress"), True), 30)
    check(running_bar, "it computes", message(plug_in))
    whole(40, "5-running")
    press(control("button", "Use Th_is"))
    stopped, _ = wait_for(lambda: not find(plug_in, "progress bar", words("Progress"), True), 60)
    check(stopped, "it stops")
    whole(40, "6-stopped")
    press(button(plug_in, gettext.translation("gimp30-libgimp", "/usr/share/locale", [language], fallback=True)
                 .gettext("_Cancel").replace("_", "")))
    check(dialog_gone(60)[0], "it closes")
finish()
