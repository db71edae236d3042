# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by filter_screen.py on the screen that it made.

import os

from gimp_session import check, finish
from in_dialog import *

application("gimp", 60)
ready, _ = wait_for(takes_files, 30)
loaded, _ = wait_for(lambda: (window("noon") or window("dusk")) and len(ask_gimp()) == 2, 60)
check(ready and loaded, "both photos are there", ask_gimp())
photo, other = ("noon", "dusk") if window("noon") else ("dusk", "noon")  # the tab in front

HERE = os.path.dirname(os.path.abspath(__file__))
IN_GIMP = ("(__import__('sys').path.insert(0, %r), "
           "(lambda m, photo, other: %%s)(__import__('in_gimp'), *[next(i for i in Gimp.get_images() if "
           "n in i.get_name()) for n in (%r, %r)]))[1]" % (HERE, photo, other))


def filters():
    return in_gimp(IN_GIMP % "len(photo.get_layers()[0].get_filters())")


first = "[" + photo
before = layers(first)
screenshot("1-photo")
made = in_gimp(IN_GIMP % "m.transfer(photo, photo.get_layers(), style=other.get_layers()[0], size=200, "
               "result='filter')[0]")
check(made is True, "a filter is made", made)
check(filters() == 1 and layers(first) == before, "on the layer", (filters(), layers(first)))
screenshot("2-filter")
key(photo, "ctrl+z")
undone, _ = wait_for(lambda: filters() == 0, 20)
check(undone, "one Ctrl+Z takes it away", filters())
screenshot("3-undone")
key(photo, "ctrl+y")
redone, _ = wait_for(lambda: filters() == 1, 20)
check(redone, "Ctrl+Y brings it back", filters())
again = in_gimp(IN_GIMP % "m.transfer(photo, photo.get_layers(), style=other.get_layers()[0], size=200, "
                "result='filter', amount=0.5)[0]")
check(again is True and filters() == 1, "another in its place", (again, filters()))
amount = IN_GIMP % "photo.get_layers()[0].get_filters()[0].get_config().get_property('amount')"
check(in_gimp(amount) == 0.5, "with its amount", in_gimp(amount))
key(photo, "ctrl+z")
undone, _ = wait_for(lambda: in_gimp(amount) == 1.0, 20)
check(undone and filters() == 1, "one Ctrl+Z brings the first back", (in_gimp(amount), filters()))

from PIL import Image
from numpy import abs, array, float32

one, two, three = (array(Image.open(os.path.join(folder, name + ".png")).convert("RGB"), float32)
                   for name in ("1-photo", "2-filter", "3-undone"))
# The canvas is by far the largest thing on the screen that can change.
check((abs(two - one).max(axis=2) > 20).mean() > 0.05, "the canvas shows the filter",
      (abs(two - one).max(axis=2) > 20).mean())
check((abs(three - one).max(axis=2) > 20).mean() < 0.02, "and the photo again",
      (abs(three - one).max(axis=2) > 20).mean())
finish()
