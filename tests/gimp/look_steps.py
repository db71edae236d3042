# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by look.py on the screen that it made.

from PIL import Image

from gimp_session import check, finish
from in_dialog import *

application("gimp", 60)
loaded, _ = wait_for(lambda: len(ask_gimp()) == 2, 60)
check(loaded, "both photos are there", ask_gimp())
plug_in = open_dialog()
draft, _ = wait_for(lambda: find(plug_in, "label", "Draft"), 60)
check(draft, "there is a draft")


def save(name, by_regions=False):
    """Saves the look under this name; what is said then."""
    path = os.path.join(folder, name)
    press(find(plug_in, "button", "Save Look…"))
    box, _ = wait_for(lambda: find(plug_in, "file chooser"), 20)
    check(box, "a file is asked for")
    entry = widgets(box, "text", True)[0]
    ask(lambda: entry.queryEditableText().setTextContents(path))
    choice = find(box, "check box", "One more for each region, with its mask")
    check(choice and sensitive(choice) == by_regions, "where there are regions, each can have one")
    if by_regions:
        press(choice)
    press(find(box, "button", "Save", True))
    wait_for(lambda: name in message(plug_in), 60)
    return message(plug_in), path


said, path = save("dusk.cube")
check("dusk.cube: " in said and "lost on average" in said, "what is lost is said", said)
lines = open(path).read().split("\n")
check(lines[1] == "LUT_3D_SIZE 33" and len(lines) == 2 + 33 ** 3 + 1, "a table of 33 steps", lines[:3])
screenshot("1-cube")
said, path = save("dusk-hald.png")
check("dusk-hald.png: " in said, "a Hald CLUT, too", said)
with Image.open(path) as picture:
    check(picture.size == (512, 512), "of level 8", picture.size)
check(choose(find(plug_in, "combo box", "Regions"), "Found"), "regions")
check(wait_for(lambda: find(plug_in, "toggle button", "Strength of each region", True), 60)[0], "are found")
check(wait_for(lambda: find(plug_in, "label", "Draft"), 60)[0], "and there is another draft")
said, path = save("parts.cube", by_regions=True)
tables, masks = (sorted(n[:-len(end)] for n in os.listdir(folder) if n.startswith("parts-") and n.endswith(end))
                 for end in (".cube", "-mask.png"))
check(len(tables) > 1 and tables == masks, "a table and a mask for each", (tables, masks))
check("all regions together" in said, "what they lose is said", said)
if masks:
    with Image.open(os.path.join(folder, masks[0] + "-mask.png")) as picture:
        check(picture.getextrema()[0] == (0, 255), "a mask is black and white", picture.getextrema())
screenshot("2-parts")
os.remove(path)
said, path = save("parts.cube", by_regions=True)
wait_for(lambda: "already" in message(plug_in), 60)
check("already. Choose another name" in message(plug_in) and not os.path.exists(path),
      "files that nobody was asked about stay", message(plug_in))

# --- A look as the style
open_style(plug_in, "dusk.cube")
style = lambda: find(plug_in, "combo box", "Style")
opened, _ = wait_for(lambda: chosen(style()) == "dusk.cube", 30)
check(opened, "it is the style, under its name", (entries(style()), message(plug_in)))
check(wait_for(lambda: find(plug_in, "label", "Result"), 60)[0], "and applied at once", message(plug_in))
check(any("is a look" in text for text in reasons(plug_in, "Structure")), "Structure is grey, and says why",
      reasons(plug_in, "Structure"))
check(not sensitive(find(plug_in, "combo box", "Regions")), "a look knows no regions")
screenshot("3-applied")
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes it")
finish()
