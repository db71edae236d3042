# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by networks.py on the screen that it made.

from gimp_session import check, finish
from in_dialog import *


def network():
    return find(plug_in, "combo box", "Network")


def asking():
    return find(plug_in, "dialog", "Download a Network", True)


def says(words):
    return next((w.name for w in widgets(asking(), "label") if words in (w.name or "")), None)


application("gimp", 60)
loaded, _ = wait_for(lambda: len(ask_gimp()) == 2, 60)
check(loaded, "both photos are there", ask_gimp())
plug_in = open_dialog()
more, _ = wait_for(lambda: find(plug_in, "toggle button", "More settings"), 20)
press(more)
shown, _ = wait_for(lambda: find(plug_in, "button", "Download…"), 20)
check(shown, "there is a button")
time.sleep(1)
screenshot("0-button")
check(entries(network()) == ["Built in", "From a file:"], "nothing is kept", entries(network()))
press(shown)
check(wait_for(asking, 20)[0], "a window asks")
which = find(asking(), "combo box", "Network")
check(entries(which) == ["VGG-19", "VGG-16"], "what can be fetched", entries(which))
for words in ("Licence: as you like", "from http://127.0.0.1", "It will be kept in"):
    check(says(words), words)
time.sleep(1)
screenshot("1-asks")
press(button(asking(), "Download"))
failed, _ = wait_for(lambda: asking() and says("404 Not Found"), 30)
check(failed, "what goes wrong is said")
screenshot("2-failed")
check(choose(which, "VGG-16"), "another one")
press(button(asking(), "Download"))
check(wait_for(lambda: not asking(), 60)[0], "the window closes when it is there")
chosen_now, _ = wait_for(lambda: chosen(network()) == "VGG-16 (vgg16)" and chosen(network()), 20)
check(chosen_now, "it is the network", chosen(network()))
screenshot("3-fetched")
press(button(plug_in, "Cancel"))
check(dialog_gone(20)[0], "Cancel closes the dialog")
finish()
