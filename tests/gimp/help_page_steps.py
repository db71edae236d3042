# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by help_page.py on the screen that it made.

import os
import shlex
import urllib.parse

from gimp_session import check, finish
from in_dialog import *

BROWSER = os.path.join(folder, "browser")
ASKED = os.path.join(folder, "asked")
PAGE = os.path.join("help", "en", "index.html")


def install_browser():
    """A program for pages that notes what it is asked for."""
    with open(BROWSER, "w") as file:
        file.write("#!/bin/sh\nasked=%s\necho \"$1\" >\"$asked.part\"\nmv \"$asked.part\" \"$asked\"\n" % shlex.quote(ASKED))
    os.chmod(BROWSER, 0o755)
    with open(os.path.join(folder, "home/.local/share/applications/browser.desktop"), "w") as file:
        file.write("[Desktop Entry]\nType=Application\nName=Browser\nExec=\"%s\" %%u\n"
                   "MimeType=text/html;\n" % BROWSER)
    with open(os.path.join(folder, "home/.local/share/applications/mimeapps.list"), "w") as file:
        file.write("[Default Applications]\ntext/html=browser.desktop\n")


def opened(what):
    """The page that the browser was asked for, which must be there."""
    asked, seconds = wait_for(lambda: os.path.exists(ASKED) and open(ASKED).read().strip(), 20)
    path = urllib.parse.unquote(urllib.parse.urlparse(asked or "").path)
    check(path.endswith(PAGE) and os.path.exists(path), what, asked)
    if asked:
        os.remove(ASKED)
    return path


application("gimp", 60)
wait_for(takes_files, 60)
wait_for(lambda: len(ask_gimp()) == 2, 30)
plug_in = open_dialog()
check(button(plug_in, "Help"), "there is a button")
press(button(plug_in, "Help"))
said, _ = wait_for(lambda: PAGE in message(plug_in), 10)
check(said, "without a browser a sentence says where the page is", message(plug_in))
screenshot("1-no-browser")

install_browser()
for _ in range(20):  # GIO learns of the browser a moment later
    press(button(plug_in, "Help"))
    if wait_for(lambda: os.path.exists(ASKED), 2)[0]:
        break
page = opened("the button opens the page")
gone, _ = wait_for(lambda: not message(plug_in), 10)
check(gone, "and the old sentence goes", message(plug_in))
to_front()
amount = find(plug_in, "slider", "Amount")
amount.queryComponent().grabFocus()
focused, _ = wait_for(lambda: amount.getState().contains(pyatspi.STATE_FOCUSED), 10)
check(focused, "a slider has the focus")
shell("xdotool", "key", "67")  # F1, by its place: for its name xdotool holds Alt with newer keyboard maps
check(opened("F1 opens it") == page, "the same")
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes it")

# GIMP's way, which must find the page for the menu entry's name.
in_gimp("Gimp.help('deep-photo-style', 'plug-in-deep-photo-style') and 0")
check(opened("GIMP finds the page"), "for its name")
finish()
