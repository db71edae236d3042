# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by filter.py inside a GIMP that has no such operation; `folder` is the session's.

import os

from gimp_session import check
from in_gimp import *

noon = scene(160, 120, *NOON)
image, layer = new_image(noon)
style_image, style = new_image(scene(70, 60, *DUSK, seed=2))
good, message = transfer(image, [layer], style=style, result="filter")
first = check(not good and "lacks the operation" in message, "a sentence", message)
first = check(len(image.get_layers()) == 1 and not layer.get_filters(), "nothing changed") and first
first = check(transfer(image, [layer], style=style)[0], "a layer is to be had") and first

saved = Gio.File.new_for_path(os.path.join(folder, os.pardir, "filter", "filter.xcf"))
opened = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, saved)
kept = opened.get_layers()[0]
first = check(not kept.get_filters(), "a file loses its filter", kept.get_filters()) and first
apart = float(np.abs(pixels(kept)[..., :3] - pixels(layer)[..., :3]).max())
if check(apart == 0, "and keeps its photo", apart) and first:
    print("ok missing")
